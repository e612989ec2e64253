"""Order of the work in one process: slots that apps get in turn, work that others make way for, and work by the clock."""

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from itertools import count
from typing import NamedTuple


class Schedule(NamedTuple):
    """Work that is done again and again, by one worker each time. ``cron`` is in UTC; done twice it does no harm."""

    name: str
    cron: str
    do: Callable[[], None]


class FairScheduler:
    """Scheduler of a fixed number of slots. Threads may share it."""

    def __init__(self, slots: int) -> None:
        """All are free."""
        self._changed = threading.Condition()
        self._free = slots
        self._tickets = count(1)
        self._waiting: dict[int, str] = {}
        self._served: dict[str, int] = {}

    @contextmanager
    def slot(self, app_id: str) -> Generator[None]:
        """Wait for a slot, and have it for as long as this is open."""
        with self._changed:
            ticket = next(self._tickets)
            self._waiting[ticket] = app_id
            self._changed.wait_for(lambda: self._free > 0 and self._next() == ticket)
            del self._waiting[ticket]
            self._free -= 1
            self._served[app_id] = next(self._tickets)
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._free += 1
                self._changed.notify_all()

    def _next(self) -> int:
        """The ticket of who is next: of the app that was served longest ago."""
        return min(self._waiting, key=lambda ticket: (self._served.get(self._waiting[ticket], 0), ticket))


class Precedence:
    """Work that goes first, and work that makes way for it, in threads of one process. Threads may share it."""

    def __init__(self) -> None:
        """Nothing goes first yet."""
        self._changed = threading.Condition()
        self._ahead = 0

    @contextmanager
    def first(self) -> Generator[None]:
        """Go first for as long as this is open; several may."""
        with self._changed:
            self._ahead += 1
        try:
            yield
        finally:
            with self._changed:
                self._ahead -= 1
                self._changed.notify_all()

    def make_way(self) -> None:
        """Wait until no work goes first."""
        with self._changed:
            self._changed.wait_for(lambda: not self._ahead)
