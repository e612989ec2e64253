"""Leaving a server in peace that keeps failing: a circuit breaker."""

import time
from collections.abc import Callable
from threading import Lock

FAILURES = 4
"""In a row, before it is left in peace; tries of the client within one request are not counted."""

FIRST_PAUSE_S = 15.0
LONGEST_PAUSE_S = 600.0
TRIAL_S = 5.0
"""When to ask again while somebody is trying whether the server is back."""


class Breaker:
    """Open after some failures in a row. When its pause is over one request tries; its end decides for the others."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Closed; ``clock`` gives seconds that only grow."""
        self._clock = clock
        self._lock = Lock()
        self._failures = 0
        self._pauses = 0
        self._closed_at = 0.0
        self._is_tried = False

    def wait_s(self) -> float | None:
        """Return None when a request may go out, else the seconds after which to ask again.

        A caller that gets None must report the end of its request: ``succeeded``, ``failed`` or ``untried``.
        """
        with self._lock:
            if not self._pauses:
                return None
            left = self._closed_at - self._clock()
            if left > 0:
                return left
            if self._is_tried:
                return TRIAL_S
            self._is_tried = True
            return None

    def untried(self) -> None:
        """The request was not sent after all, so nothing is known."""
        with self._lock:
            self._is_tried = False

    def succeeded(self) -> bool:
        """The server answered, whatever it said. Return whether this closed the breaker."""
        with self._lock:
            was_open = self._pauses > 0
            self._failures = self._pauses = 0
            self._is_tried = False
            return was_open

    def failed(self, after_s: float | None = None) -> float | None:
        """It did not; ``after_s`` is the pause that it asks for itself, which is kept at once.

        Return the pause in seconds, where this opened the breaker.
        """
        with self._lock:
            self._failures += 1
            self._is_tried = False
            if after_s is None and self._failures < FAILURES:
                return None
            pause_s = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2**self._pauses) if after_s is None else after_s
            self._pauses += 1
            self._closed_at = self._clock() + pause_s
            return pause_s
