"""Who is alive: a worker counts its beats in the store, and whoever wants to know watches whether they go on.

Only the watcher's own clock is used, so hosts need not agree on the time.
"""

import time
from collections.abc import Callable

from auscult.pipeline.ports import Workers

BEAT_S = 1.0
DEAD_AFTER_S = 6.0
"""Several beats: a worker held up by a lock or a pause is not given up at once. To be wrong costs work done twice."""

SILENT_AFTER_S = 2.5
"""When to call in a worker of one's own. To be wrong costs nothing: there are two."""


class Pulse:
    """The beats of all workers, as seen from here."""

    def __init__(
        self, workers: Workers, patience_s: float = DEAD_AFTER_S, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Watch ``workers``: one that is silent for so long is not alive. ``clock`` gives seconds that only grow."""
        self._workers = workers
        self._patience_s = patience_s
        self._clock = clock
        self._seen: dict[str, tuple[int, float]] = {}

    def alive(self) -> frozenset[str]:
        """Workers whose beats go on. One never looked at before has the benefit of the doubt."""
        now = self._clock()
        beats = self._workers.beats()
        before = self._seen
        self._seen = {
            worker: before[worker] if worker in before and before[worker][0] == count else (count, now)
            for worker, count in beats.items()
        }
        return frozenset(worker for worker, (_, at) in self._seen.items() if now - at < self._patience_s)
