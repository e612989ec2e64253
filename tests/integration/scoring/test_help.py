"""A load works itself where nobody works, and leaves the work to a worker that lives."""

import subprocess
import sys
from pathlib import Path

import pytest

from auscult.storage import Store
from auscult.workers.process_pool import ProcessPool
from auscult.workers.temporary import TemporaryWorkers
from tests.integration.scoring.test_crew import leave_a_trace, members
from tests.waiting import wait_until


def help_for(store: Store, folder: Path) -> TemporaryWorkers:
    """Help whose crew leaves traces."""
    return TemporaryWorkers(store.workers, lambda: ProcessPool(1, leave_a_trace, str(folder)))


def started(helping: TemporaryWorkers, folder: Path) -> bool:
    """Whether somebody was called, after another look."""
    helping.ensure_running()
    return bool(members(folder, "up"))


def test_where_nobody_works_somebody_is_called_at_once(store: Store, tmp_path: Path) -> None:
    """And only once, and gone at the end."""
    with help_for(store, tmp_path) as helping:
        wait_until(lambda: started(helping, tmp_path))
        helping.ensure_running()
    assert len(members(tmp_path, "up")) == 1
    assert members(tmp_path, "down") == members(tmp_path, "up")


@pytest.mark.landing
def test_one_that_lives_is_left_to_it_and_one_that_died_is_replaced(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As long as it lives nobody is called; soon after it died, somebody is."""
    script = "from auscult.workers.heartbeat import WorkerName; print(WorkerName.mine(), flush=True); input()"
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:  # noqa: S603
        assert other.stdout
        store.workers.beat(other.stdout.readline().strip())
        monkeypatch.setattr("auscult.workers.temporary.CHECK_EVERY_S", 0)
        with help_for(store, tmp_path) as helping:
            for _ in range(20):
                helping.ensure_running()
            assert helping._pool is None
            other.kill()
            other.stdout.read()
            wait_until(lambda: started(helping, tmp_path))
