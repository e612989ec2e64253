"""Workers that are added for as long as much waits."""

import time
from collections.abc import Callable
from contextlib import ExitStack

from auscult.domain.scoring.batches import Backlog
from auscult.workers.background.thread import BackgroundThread
from auscult.workers.process_pool import ProcessPool

CHECK_EVERY_S = 2.0
MANY = 500
"""Conversations that wait. Fewer are scored before another worker has begun."""
IDLE_S = 30.0


class ExtraWorkers(BackgroundThread):
    """A thread that starts a pool when ``MANY`` conversations wait, and ends it after ``IDLE_S`` without any."""

    def __init__(
        self,
        backlog: Callable[[], Backlog],
        make_pool: Callable[[], ProcessPool],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Store what counts the waiting conversations, and ``make_pool``, which returns a pool that is not started."""
        super().__init__("extra workers", CHECK_EVERY_S)
        self._backlog = backlog
        self._make_pool = make_pool
        self._clock = clock
        self._pool = ExitStack()
        self._busy_at: float | None = None
        """When conversations last waited; None while no pool is running."""

    def __exit__(self, *raised: object) -> None:
        """End the thread, then the pool."""
        super().__exit__(*raised)
        self._pool.close()

    def _run_due(self) -> None:
        found, now = self._backlog(), self._clock()
        waiting = found.live + found.backfill
        if self._busy_at is None:
            if waiting >= MANY:
                self._pool.enter_context(self._make_pool())
                self._busy_at = now
        elif waiting:
            self._busy_at = now
        elif now - self._busy_at >= IDLE_S:
            self._pool.close()
            self._busy_at = None
