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

pytestmark = pytest.mark.slow


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
