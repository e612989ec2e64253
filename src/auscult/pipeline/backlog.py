"""Back pressure: whoever brings conversations waits while too many wait to be processed.

What is live and what is backfill are counted apart, so that a backfill never takes the room of what is live.
"""

import threading
import time
from collections.abc import Callable

from auscult.domain.errors import BusyError
from auscult.pipeline.batch_ports import Batches, Priority

LOOK_EVERY_S = 1.0
"""Between two counts of what waits, of one process."""

SHARE_OF_LOADS = 0.5
"""Of the backlog that may be: a load waits where it is reached."""

PATIENCE_S = 0.1

AGAIN_AFTER_S = 10
"""When somebody who was refused may come again."""


class Room:
    """Whether there is room for more. Threads may share it."""

    def __init__(self, batches: Batches, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        """So many conversations of each priority may wait, or any number where it is 0; ``clock`` gives seconds."""
        self._batches = batches
        self._most = most
        self._clock = clock
        self._lock = threading.Lock()
        self._counted_at = float("-inf")
        self._live = self._backfill = 0

    def is_full(self, priority: Priority, share: float = 1.0) -> bool:
        """Whether as many wait as may, or this share of them. Counted once a second; beside that, what is taken."""
        if not self._most:
            return False
        with self._lock:
            if self._clock() - self._counted_at >= LOOK_EVERY_S:
                found = self._batches.backlog()
                self._live, self._backfill = found.live, found.backfill
                self._counted_at = self._clock()
            return (self._live if priority == "live" else self._backfill) >= self._most * share

    def take(self, priority: Priority, conversations: int) -> None:
        """Count so many that are brought now, until all are counted again."""
        with self._lock:
            if priority == "live":
                self._live += conversations
            else:
                self._backfill += conversations

    def wait(self, tend: Callable[[], None], size: int) -> None:
        """Wait as a load does, which is to bring so many, until half of what may wait does.

        So it leaves the other half to those who cannot wait. ``tend`` is called again and again, and calls in workers
        where nobody works: else the backlog would never fall.
        """
        while self.is_full("backfill", SHARE_OF_LOADS):
            tend()
            time.sleep(PATIENCE_S)
        self.take("backfill", size)

    def must_have(self, priority: Priority) -> None:
        """Raise ``BusyError`` where there is no room."""
        if self.is_full(priority):
            raise BusyError(
                f"{self._most} conversations or more wait to be scored (setting backlog); nothing was taken. "
                f"Send it again in {AGAIN_AFTER_S} seconds or later",
                again_after_s=AGAIN_AFTER_S,
            )
