"""``auscult worker``: scores what was accepted without it, and ends cleanly."""

import signal
import sqlite3
import subprocess
from pathlib import Path

import pytest

from tests.integration.program import AUSCULT, TENANT, auscult, conversation, environment, write
from tests.integration.scoring.test_cli_score import FORM
from tests.waiting import PATIENCE_S, wait_until

pytestmark = pytest.mark.night


def recorded(folder: Path) -> int:
    """How many conversations have been evaluated."""
    database = sqlite3.connect(folder / "test.db")
    try:
        return database.execute("SELECT count(*) FROM evaluations").fetchone()[0]
    finally:
        database.close()


@pytest.mark.landing
def test_worker_scores_what_waits(tmp_path: Path) -> None:
    """--no-wait ends when all is accepted; a worker that starts later finds it; SIGTERM ends it with 0."""
    (tmp_path / "form.yaml").write_text(FORM)
    write(tmp_path / "two.ndjson", conversation("c-1"), conversation("c-2"))
    auscult(tmp_path, "forms", "apply", "form.yaml", *TENANT)
    loaded = auscult(tmp_path, "load", "two.ndjson", *TENANT, "--no-wait", "--json")
    assert (loaded.status, loaded.last["accepted"], loaded.last["scored"]) == (0, 2, 0)
    assert recorded(tmp_path) == 0
    assert "2 conversations wait" in auscult(tmp_path, "doctor").out

    command = [str(AUSCULT), "worker", "--database", "sqlite:///test.db"]
    with subprocess.Popen(  # noqa: S603  (our own program)
        command, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as worker:
        assert worker.stdout
        ready = worker.stdout.readline()
        wait_until(lambda: recorded(tmp_path) == 2)
        worker.send_signal(signal.SIGTERM)
        out, err = worker.communicate(timeout=PATIENCE_S)
    assert ready.startswith("auscult worker ")
    assert ready.endswith(" is ready\n")
    assert (worker.returncode, out, err) == (0, "", "")
    again = auscult(tmp_path, "load", "two.ndjson", "--app", "st-1", "--json").last
    assert (again["unchanged"], again["scored"]) == (2, 2)


def test_a_probe_knows_whether_a_worker_of_this_host_beats(tmp_path: Path) -> None:
    """While one runs, and not before and after; of a database that is away it says that nothing is known, with 0."""
    assert auscult(tmp_path, "migrate").status == 0
    none = auscult(tmp_path, "worker", "--check")
    assert (none.status, "has sent a heartbeat" in none.err) == (1, True)
    command = [str(AUSCULT), "worker", "--database", "sqlite:///test.db"]
    with subprocess.Popen(command, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE) as worker:  # noqa: S603
        assert worker.stdout
        worker.stdout.readline()
        beats = auscult(tmp_path, "worker", "--check")
        worker.send_signal(signal.SIGTERM)
    assert beats == (0, "", "")
    assert auscult(tmp_path, "worker", "--check").status == 1
    away = auscult(tmp_path, "worker", "--check", "--database", "postgresql://nobody@127.0.0.1:1/none")
    assert (away.status, away.out.endswith("whether a worker runs is not known\n")) == (0, True), away
