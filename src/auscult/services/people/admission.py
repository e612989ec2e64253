"""The order of tries to sign in. Hashing a password is slow on purpose, and strangers may ask for much of it.

A few tries run at a time. Those that wait are ordered by what is known of their source (a browser in which the user
signed in before, or a network): browsers first, then the source with the fewest recent tries that did not succeed, then
the newest. So a flood waits behind everybody else, from however few or many addresses it comes.
"""

import heapq
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import copy_context
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, TypeVar

from auscult.domain.errors import BusyError, RequestError

T = TypeVar("T")

ROOM = 32
"""Tries that may wait. Beyond it the last in order is turned away."""

REMEMBERED_S = 300.0
_MOST_REMEMBERED = 20_000
_LOGGED_EVERY_S = 60.0
_AGAIN_AFTER_S = 5

_LOG = logging.getLogger(__name__)


class SignInLimitedError(RequestError):
    """Too many failed tries; ``again_after_s`` seconds later more are possible.

    ``is_source``: the limit is that of the source as a whole, not of one e-mail address there.
    """

    code = "sign_in.limited"

    def __init__(self, again_after_s: int, *, is_source: bool = False) -> None:
        """State when."""
        super().__init__(f"too many failed sign-ins from here; try again in {again_after_s} s")
        self.again_after_s = again_after_s
        self.is_source = is_source


class SignInBusyError(BusyError):
    """As many people try to sign in as may wait."""

    code = "sign_in.busy"

    def __init__(self) -> None:
        """State when."""
        super().__init__(
            f"too many sign-ins are under way; try again in {_AGAIN_AFTER_S} s", again_after_s=_AGAIN_AFTER_S
        )


@dataclass(order=True)
class _Waiting(Generic[T]):
    """A try that waits; ``rank`` is least for the one that is next."""

    rank: tuple[bool, int, int]
    source: str = field(compare=False)
    act: Callable[[], T] = field(compare=False)
    done: "Future[T]" = field(compare=False)


class Admission:
    """Runs tries to sign in, ``threads`` at a time. Safe to call from many threads."""

    def __init__(self, threads: int = 2, room: int = ROOM, monotonic: Callable[[], float] = time.monotonic) -> None:
        """``room`` is how many may wait; ``monotonic`` is a clock in seconds that is never set back."""
        self._threads = threads
        self._room = room
        self._monotonic = monotonic
        self._changed = threading.Condition()
        self._waiting: list[_Waiting[object]] = []
        self._tries: dict[str, tuple[int, float]] = {}  # by source: those that did not succeed, and until when
        self._closed: dict[str, tuple[int, float]] = {}  # sources over their limit, and until when
        self._refused: Counter[str] = Counter()
        self._logged_at: float | None = None
        self._n = 0
        self._started = 0
        self._is_open = True

    def submit(self, source: str, act: Callable[[], T], *, is_known: bool = False) -> "Future[T]":
        """Have ``act`` run in its turn, and return its future result.

        ``act`` raises ``SignInLimitedError`` where the source is over its limit, and is then not asked again before its
        end. Raises the same for such a source, and ``SignInBusyError`` (also as the result) where there is no room.
        """
        done: Future[T] = Future()
        with self._changed:
            self._refuse_closed(source)
            self._n += 1
            rank = (not is_known, self._more_tries(source, 1), -self._n)
            waiting = _Waiting(rank, source, partial(copy_context().run, act), done)
            heapq.heappush(self._waiting, waiting)  # pyright: ignore[reportArgumentType]
            last = max(self._waiting) if len(self._waiting) > self._room else None
            if last is not None:
                self._waiting.remove(last)
                heapq.heapify(self._waiting)
                self._report(last.source)
            self._start_thread()
            self._changed.notify()
        if last is not None:
            _turn_away(last.done)
        return done

    def close(self) -> None:
        """Turn away those that wait, and end the threads."""
        with self._changed:
            self._is_open = False
            left, self._waiting = self._waiting, []
            self._changed.notify_all()
        for each in left:
            _turn_away(each.done)

    def _start_thread(self) -> None:
        if self._started < self._threads:
            self._started += 1
            threading.Thread(target=self._run, name="sign-ins", daemon=True).start()

    def _run(self) -> None:
        while (waiting := self._next()) is not None:
            if not waiting.done.set_running_or_notify_cancel():
                continue
            try:
                result = waiting.act()
            except BaseException as error:  # noqa: BLE001  (it is the result, and raised where it is awaited)
                if isinstance(error, SignInLimitedError):
                    self._limited(waiting.source, error)
                waiting.done.set_exception(error)
            else:
                with self._changed:
                    self._more_tries(waiting.source, -1)
                waiting.done.set_result(result)

    def _next(self) -> "_Waiting[object] | None":
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or not self._is_open)
            return heapq.heappop(self._waiting) if self._is_open else None

    def _limited(self, source: str, error: SignInLimitedError) -> None:
        with self._changed:
            if error.is_source:
                now = self._monotonic()
                _forget(self._closed, now)
                self._closed[source] = 0, now + error.again_after_s
            self._report(source)

    def _refuse_closed(self, source: str) -> None:
        """Raise ``SignInLimitedError`` for a source that is known to be over its limit, at no cost."""
        left_s = self._closed.get(source, (0, 0.0))[1] - self._monotonic()
        if left_s > 0:
            self._report(source)
            raise SignInLimitedError(max(1, round(left_s)), is_source=True)

    def _more_tries(self, source: str, n: int) -> int:
        """Count tries of a source that have not succeeded, and return their number."""
        now = self._monotonic()
        tries, until = self._tries.get(source, (0, 0.0))
        if until <= now:
            _forget(self._tries, now)
            tries, until = 0, now + REMEMBERED_S
        self._tries[source] = max(0, tries + n), until
        return tries + n

    def _report(self, source: str) -> None:
        """Log refusals: the first at once, then once a minute how many there were."""
        now = self._monotonic()
        self._refused[source if len(self._refused) < _MOST_REMEMBERED else "others"] += 1
        if self._logged_at is not None and now - self._logged_at < _LOGGED_EVERY_S:
            return
        self._logged_at = now
        most, times = self._refused.most_common(1)[0]
        _LOG.warning(
            "sign-ins are refused: %d since the last such line, from %d sources; most (%d) from %s",
            self._refused.total(),
            len(self._refused),
            times,
            most,
        )
        self._refused.clear()


def _turn_away(done: "Future[object]") -> None:
    """Answer a try that gets no turn, unless its client has gone, which cancels it."""
    if done.set_running_or_notify_cancel():
        done.set_exception(SignInBusyError())


def _forget(remembered: dict[str, tuple[int, float]], now: float) -> None:
    """Forget what is over if too much is remembered; if that is not enough, everything."""
    if len(remembered) >= _MOST_REMEMBERED:
        for each in [each for each, (_, until) in remembered.items() if until <= now]:
            del remembered[each]
    if len(remembered) >= _MOST_REMEMBERED:
        remembered.clear()
