"""``auscult top``: one reading without a terminal, a table that is renewed on one."""

import os
import pty
import signal
import subprocess
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from tests.integration.program import AUSCULT, TENANT, auscult, conversation, environment, write
from tests.waiting import wait_until

pytestmark = pytest.mark.night


def loaded(folder: Path) -> None:
    """Make a database with two scored conversations."""
    write(folder / "two.ndjson", conversation("c-1"), conversation("c-2"))
    assert auscult(folder, "forms", "apply", "starter", *TENANT).status == 0
    assert auscult(folder, "load", "two.ndjson", *TENANT).status == 0


def test_without_a_terminal_there_is_one_reading(tmp_path: Path) -> None:
    """As lines for people, as one object for programs; no database is made."""
    assert auscult(tmp_path, "top", "--once").status == 2
    loaded(tmp_path)
    done = auscult(tmp_path, "top")
    assert (done.status, "2 accepted, 2 evaluations, 0 failed" in done.out) == (0, True)
    assert "last backup             never" in done.out
    found = auscult(tmp_path, "top", "--json").last
    assert (found["accepted"], found["evaluated"], found["changes"], found["changes_per_second"]) == (2, 2, 2, None)
    assert [each["priority"] for each in found["queues"]] == ["live", "backfill"]
    assert [(each["apps"], each["use"]["conversations"]) for each in found["accounts"]] == [(1, 2)]


def test_limits_are_set_shown_and_removed(tmp_path: Path) -> None:
    """By account or app; what is wrong is refused with what would be right; top shows limits next to the use."""
    loaded(tmp_path)
    account = TENANT[TENANT.index("--account") + 1]
    app = TENANT[TENANT.index("--app") + 1]
    set_ = partial(auscult, tmp_path, "limits", "set")
    assert set_("--account", account, "--backlog", "9", "--storage", "2GB", "--judge-cost", "1.50").status == 0
    assert set_("--account", account, "--backlog", "none", "--requests", "60").status == 0
    assert set_("--app", app, "--sound-minutes", "5").status == 0
    shown = auscult(tmp_path, "limits", "show", "--account", account, "--json").last
    kept = {name: limit for name, limit in shown["limits"].items() if limit is not None}
    assert kept == {"requests": 60, "storage_bytes": 2 * 10**9, "judge_cost": "1.50"}
    assert (shown["use"]["conversations"], shown["use"]["waiting"]) == (2, 0)
    assert f"bytes of {2 * 10**9}" in auscult(tmp_path, "top").out
    listed = auscult(tmp_path, "limits", "list").out
    assert f"account {account}" in listed
    assert f"app {app}" in listed
    for words, right in (
        (("--account", account, "--backlog", "many"), "give a whole number, as 1000, or none to remove it"),
        (("--account", account, "--storage", "2XB"), "give bytes, or a size as 50GB"),
        (("--account", "none-such", "--backlog", "1"), f"available: {account}"),
        (("--account", account, "--app", app), "either an account with --account or an app with --app"),
    ):
        refused = set_(*words)
        assert refused.status != 0
        assert right in " ".join((refused.out + refused.err).split()), refused
    assert "limits.changed" in auscult(tmp_path, "log", "export").out


def test_on_a_terminal_it_is_renewed(tmp_path: Path) -> None:
    """A second reading has a throughput; Ctrl-C ends it with 0 and gives the screen back."""
    loaded(tmp_path)
    ours, theirs = pty.openpty()
    env = environment(AUSCULT_DATABASE_URL="sqlite:///test.db", TERM="xterm", COLUMNS="100", LINES="30")
    words = [str(AUSCULT), "top", "--every", "0.5"]
    heeding = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # what runs in the background may ignore Ctrl-C
    with subprocess.Popen(words, cwd=tmp_path, env=env, stdin=theirs, stdout=theirs, preexec_fn=heeding) as process:  # noqa: PLW1509, S603
        os.close(theirs)
        seen = bytearray()

        def is_renewed() -> bool:
            seen.extend(os.read(ours, 65_536))
            return b"a second" in seen

        wait_until(is_renewed)
        process.send_signal(signal.SIGINT)
        with suppress(OSError):  # the end of the other side; until then it can wait for its last lines to be read
            while more := os.read(ours, 65_536):
                seen.extend(more)
        assert process.wait(60) == 0
    os.close(ours)
    assert b"2 accepted" in seen
