"""A load works itself where nobody works, and leaves the work to a worker that lives."""

import threading
import time
from pathlib import Path

from auscult.jobs.crew import Crew
from auscult.jobs.help import Help
from auscult.jobs.pulse import SILENT_AFTER_S
from auscult.storage import Store
from tests.integration.test_crew import leave_a_trace, members
from tests.integration.working import wait_until


def help_for(store: Store, folder: Path) -> Help:
    """Help whose crew leaves traces."""
    return Help(store.workers, lambda: Crew(1, leave_a_trace, str(folder)))


def tended(helping: Help, folder: Path) -> bool:
    """Whether somebody was called, after another look."""
    helping.tend()
    return bool(members(folder, "up"))


def test_where_nobody_works_somebody_is_called_at_once(store: Store, tmp_path: Path) -> None:
    """And only once, and gone at the end."""
    with help_for(store, tmp_path) as helping:
        wait_until(lambda: tended(helping, tmp_path))
        helping.tend()
    assert len(members(tmp_path, "up")) == 1
    assert members(tmp_path, "down") == members(tmp_path, "up")


def test_one_that_lives_is_left_to_it_and_one_that_died_is_replaced(store: Store, tmp_path: Path) -> None:
    """As long as it beats nobody is called; soon after it stops, somebody is."""
    stop = threading.Event()

    def beat() -> None:
        while not stop.wait(0.2):
            store.workers.beat("other")

    store.workers.beat("other")
    beating = threading.Thread(target=beat)
    beating.start()
    with help_for(store, tmp_path) as helping:
        until = time.monotonic() + SILENT_AFTER_S + 1
        while time.monotonic() < until:
            assert not tended(helping, tmp_path)
            time.sleep(0.1)
        stop.set()
        beating.join()
        wait_until(lambda: tended(helping, tmp_path))
