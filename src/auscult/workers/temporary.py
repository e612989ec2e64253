"""Temporary workers for one command, started where none is running on this database."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from auscult.storage.work.workers import Workers
from auscult.workers.heartbeat import Heartbeat
from auscult.workers.process_pool import ProcessPool

LOOK_S = 0.5


class TemporaryWorkers:
    """Context in which at least one worker is running."""

    def __init__(self, workers: Workers, hire: Callable[[], ProcessPool]) -> None:
        """Store ``hire``, which returns a pool that is not started yet."""
        self._pulse = Heartbeat(workers)
        self._hire = hire
        self._crew: ProcessPool | None = None
        self._looked_at = float("-inf")

    def tend(self) -> None:
        """Start a pool when no worker is running. To be called often; it checks at intervals."""
        now = time.monotonic()
        if self._crew is None and now - self._looked_at >= LOOK_S:
            self._looked_at = now
            if not self._pulse.look().alive:
                self._crew = self._hire().__enter__()

    def __enter__(self) -> Self:
        """Enter without starting anything."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the pool, if there is one."""
        if self._crew is not None:
            self._crew.__exit__(kind, error, trace)
