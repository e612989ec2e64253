"""Limited slots for work in one process, assigned in order: live before backfill, and apps in turn."""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from itertools import count


class FairScheduler:
    """Scheduler of a fixed number of slots. Threads may share it."""

    def __init__(self, slots: int) -> None:
        """All are free."""
        self._changed = threading.Condition()
        self._free = slots
        self._tickets = count(1)
        self._waiting: dict[int, tuple[bool, str]] = {}
        self._served: dict[str, int] = {}

    @contextmanager
    def slot(self, app_id: str, *, is_live: bool) -> Generator[None]:
        """Wait for a slot, and have it for as long as this is open."""
        with self._changed:
            ticket = next(self._tickets)
            self._waiting[ticket] = (is_live, app_id)
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
        """The ticket of who is next: of the live ones if there are any, of the app that was served longest ago."""

        def rank(ticket: int) -> tuple[bool, int, int]:
            is_live, app_id = self._waiting[ticket]
            return not is_live, self._served.get(app_id, 0), ticket

        return min(self._waiting, key=rank)
