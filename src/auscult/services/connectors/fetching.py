"""Items fetched ahead of what is mapped, within the limits of the source and of memory."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

from auscult.domain.connectors.document import LARGEST_ITEM, Rate
from auscult.domain.connectors.place import Found, ItemError, Place

MOST_BYTES = 64 * 1024 * 1024
"""Bytes that are fetched ahead, unless one item is larger."""


class Fetched(NamedTuple):
    """An item with its content, or with the reason why it has none."""

    found: Found
    data: bytes | None
    error: ItemError | None = None


class Pace:
    """Limit of requests in a second. Threads may share it."""

    def __init__(
        self,
        requests_per_s: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Allow ``requests_per_s``, or any number where it is 0."""
        self._between_s = 1 / requests_per_s if requests_per_s else 0.0
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._next = 0.0

    def wait(self) -> None:
        """Wait until the next request is allowed."""
        if not self._between_s:
            return
        with self._lock:
            now = self._clock()
            at = max(now, self._next)
            self._next = at + self._between_s
        if at > now:
            self._sleep(at - now)


class Fetcher:
    """Context of threads that fetch from a place."""

    def __init__(self, place: Place, rate: Rate, pace: Pace | None = None) -> None:
        """Fetch from ``place`` at this rate."""
        self._place = place
        self._pace = pace or Pace(rate.requests_per_s)
        self._at_once = rate.at_once

    def fetched(self, found: Iterable[Found]) -> Iterator[Fetched]:
        """Yield items in order with their content. Raises ``PlaceError`` where the place cannot be read any more."""
        waiting: deque[tuple[Found, Future[Fetched]]] = deque()
        size = 0
        with ThreadPoolExecutor(self._at_once, "fetching") as threads:
            try:
                for each in found:
                    while waiting and (len(waiting) >= 2 * self._at_once or size + each.size > MOST_BYTES):
                        first, future = waiting.popleft()
                        size -= first.size
                        yield future.result()
                    waiting.append((each, threads.submit(self._fetch, each)))
                    size += each.size
                while waiting:
                    yield waiting.popleft()[1].result()
            finally:
                for _, future in waiting:
                    future.cancel()

    def sibling(self, key: str) -> bytes | None:
        """Return the content of another item, None where there is none; within the rate, too."""
        self._pace.wait()
        return self._place.read(key)

    def _fetch(self, found: Found) -> Fetched:
        if found.size > LARGEST_ITEM:
            return Fetched(found, None)
        self._pace.wait()
        try:
            return Fetched(found, self._place.fetch(found))
        except ItemError as error:
            return Fetched(found, None, error)
