"""Refresher of the database's statistics: after many inserts, plans must not be those of an empty table."""

from collections.abc import Callable
from types import TracebackType

from auscult.workers.background import BackgroundThread

SETTLE_EVERY_S = 10.0


class StatisticsRefresher(BackgroundThread):
    """A thread that settles what was written, for as long as it is open. Several do no harm: one of them does it."""

    def __init__(self, settle: Callable[[], None]) -> None:
        """Nothing is settled before it is opened."""
        super().__init__("statistics", SETTLE_EVERY_S)
        self._settle = settle

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End, without waiting for the database, which finishes by itself."""
        self._ending.set()

    def _run_due(self) -> None:
        self._settle()
