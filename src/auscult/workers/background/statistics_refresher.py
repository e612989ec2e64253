"""Refresher of the database's statistics: after many inserts, plans must not be those of an empty table."""

from collections.abc import Callable

from auscult.workers.background.thread import BackgroundThread

VACUUM_EVERY_S = 10.0


class StatisticsRefresher(BackgroundThread):
    """A thread that vacuums what was written, for as long as it is open. Several may run: one of them does the work."""

    def __init__(self, vacuum: Callable[[], None]) -> None:
        """Store ``vacuum``, which is called at intervals while this is open."""
        super().__init__("statistics", VACUUM_EVERY_S)
        self._vacuum = vacuum

    def __exit__(self, *_: object) -> None:
        """End, without waiting for the database, which finishes by itself."""
        self._ending.set()

    def _run_due(self) -> None:
        self._vacuum()
