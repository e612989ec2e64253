"""So many at a time, over all processes and hosts: a place is taken before something is asked, and left after it."""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

from auscult.pipeline.far_ports import Places

LOOK_EVERY_S = 0.05
LOOK_SELDOM_S = 0.5
"""How long to wait between two looks at whether a place is free: at first, and after a while."""


class Gate:
    """Lets so many through at a time. Threads may share it."""

    def __init__(self, places: Places, holder: str, most: int, lease_s: float) -> None:
        """Take ``places`` as ``holder``; whoever has one leaves it before ``lease_s`` are over, if it lives."""
        self._places = places
        self._holder = holder
        self._most = most
        self._lease_s = lease_s

    @contextmanager
    def place(self, is_over: Callable[[], bool]) -> Generator[bool]:
        """Wait for a place and have it for as long as this is open; False where it ``is_over`` before there is one."""
        wait_s = LOOK_EVERY_S
        while (place := self._places.take(self._holder, self._most, self._lease_s)) is None:
            if is_over():
                yield False
                return
            time.sleep(wait_s)
            wait_s = min(LOOK_SELDOM_S, wait_s * 1.5)
        try:
            yield True
        finally:
            self._places.leave(self._holder, place)
