"""Temporary workers for one command, started where none is running on this database."""

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from auscult.storage.work.workers import Workers
from auscult.workers.heartbeat import Heartbeat
from auscult.workers.process_pool import ProcessPool

CHECK_EVERY_S = 0.5
MOST_HELPERS = 2
"""Workers that a command starts where none is alive. They take turns at writing, so more help little and cost memory."""
FEW_BYTES = 1_000_000
"""Files of fewer bytes are readable before a second worker would have started."""


def helpers_for(files: Sequence[Path]) -> int:
    """Return how many workers these files need at most; for what is not in files, or is in folders, all."""
    sizes = [file.stat().st_size for file in files if file.is_file()]
    is_little = len(sizes) == len(files) > 0 and sum(sizes) < FEW_BYTES
    return 1 if is_little else MOST_HELPERS


class TemporaryWorkers(AbstractContextManager["TemporaryWorkers"]):
    """Context in which at least one worker is running."""

    def __init__(self, workers: Workers, make_pool: Callable[[], ProcessPool]) -> None:
        """Store ``make_pool``, which returns a pool that is not started yet."""
        self._heartbeat = Heartbeat(workers)
        self._make_pool = make_pool
        self._pool: ProcessPool | None = None
        self._checked_at = float("-inf")

    def ensure_running(self) -> None:
        """Start a pool where no worker is running. Call it often: it checks at intervals."""
        now = time.monotonic()
        if self._pool is None and now - self._checked_at >= CHECK_EVERY_S:
            self._checked_at = now
            if not self._heartbeat.check().running:
                self._pool = self._make_pool().__enter__()

    def __exit__(self, *raised: object) -> None:
        """Stop the pool, if there is one."""
        if self._pool is not None:
            self._pool.__exit__(*raised)
