"""Keeps statistics near the truth beside a worker: right after much has come in, plans must not be those of an empty table."""

import logging
from collections.abc import Callable
from types import TracebackType

from auscult.jobs.beside import Beside

LOG = logging.getLogger(__name__)

SETTLE_EVERY_S = 10.0


class Settler(Beside):
    """A thread that settles what was written, for as long as it is open. Several do no harm: one of them does it."""

    def __init__(self, settle: Callable[[], None]) -> None:
        """Nothing is settled before it is opened."""
        super().__init__("settler")
        self._settle = settle

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End. What the database is at is not waited for: it needs nobody for it."""
        self._ending.set()

    def _watch(self) -> None:
        while not self._ending.wait(SETTLE_EVERY_S):
            try:
                self._settle()
            except Exception:  # a database that is away comes back
                LOG.warning("statistics: will look again", exc_info=True)
