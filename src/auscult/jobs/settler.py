"""Keeps statistics near the truth beside a worker: where much has come in, plans must not be those of an empty table."""

from collections.abc import Callable
from types import TracebackType

from auscult.jobs.beside import Beside

SETTLE_EVERY_S = 10.0


class Settler(Beside):
    """A thread that settles what was written, for as long as it is open. Several do no harm: one of them does it."""

    def __init__(self, settle: Callable[[], None]) -> None:
        """Nothing is settled before it is opened."""
        super().__init__("statistics", SETTLE_EVERY_S)
        self._settle = settle

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End. What the database is at is not waited for: it needs nobody for it."""
        self._ending.set()

    def _look(self) -> None:
        self._settle()
