"""Writes exports of the list of conversations in the background."""

from collections.abc import Callable

from auscult.workers.background.thread import BackgroundThread

POLL_EVERY_S = 2.0


class ListExporter(BackgroundThread):
    """A thread that writes the exports that wait. Several do no harm: an export is claimed by one at a time."""

    def __init__(self, run_once: Callable[[], bool]) -> None:
        """``run_once`` writes one, and returns False where none waits."""
        super().__init__("list exports", POLL_EVERY_S)
        self._run_once = run_once

    def _run_due(self) -> None:
        while not self._ending.is_set() and self._run_once():
            pass
