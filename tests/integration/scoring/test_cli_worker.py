"""``auscult worker``: scores what was accepted without it, and ends cleanly."""

import signal
import sqlite3
import subprocess
from pathlib import Path

import pytest

from tests.integration.program import AUSCULT, TENANT, auscult, conversation, environment, write
from tests.integration.scoring.test_cli_score import FORM
from tests.waiting import PATIENCE_S, wait_until

pytestmark = pytest.mark.slow


def recorded(folder: Path) -> int:
    """How many conversations have been evaluated."""
    database = sqlite3.connect(folder / "test.db")
    try:
        return database.execute("SELECT count(*) FROM evaluations").fetchone()[0]
    finally:
        database.close()


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
