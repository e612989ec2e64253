"""A call: within the limits of the day, only while the server answers, and no more at a time than may be."""

from collections.abc import Callable

from msgspec.structs import replace

from auscult.domain.judging import Postponed, Usage
from auscult.engines._breaker import Breaker
from auscult.engines._judge.purse import Purse
from auscult.engines._judge.server import AwayError, Reply, Request, Server, TooLongError
from auscult.pipeline.places import Gate

AFTER_S = 1.0
"""When somebody comes again who was not let in."""


def _never() -> Callable[[], bool]:
    return lambda: False


class Calls:
    """The one way to the server. Safe to share between threads."""

    def __init__(
        self, server: Server, purse: Purse, gate: Gate | None = None, is_over: Callable[[], Callable[[], bool]] = _never
    ) -> None:
        """Nothing is sent yet.

        ``gate`` lets so many through at a time; ``is_over``, asked at the begin of each call, gives what says when to
        wait there no longer.
        """
        self._gate = gate
        self._is_over = is_over
        self._server = server
        self._purse = purse
        self._breaker = Breaker()

    def priced(self, usage: Usage) -> Usage:
        """The same with what it costs."""
        return self._purse.priced(usage)

    def call(self, told: Request, most: Usage) -> Reply:
        """Ask once; ``most`` is what it can take at most. The reply's usage has its cost.

        Raises ``AwayError`` when the judge cannot be asked now, and ``TooLongError``.
        """
        if self._gate is None:
            return self._call(told, most)
        with self._gate.place(self._is_over()) as is_let_in:
            if not is_let_in:
                raise AwayError("the judge is being asked as much as it may be at a time", AFTER_S)
            return self._call(told, most)

    def _call(self, told: Request, most: Usage) -> Reply:
        wait_s = self._breaker.wait_s()
        if wait_s is not None:
            raise AwayError("the judge failed several times in a row and is left in peace for a while", wait_s)
        taken = self._purse.take(most)
        if isinstance(taken, Postponed):
            self._breaker.untried()
            raise AwayError(taken.reason, taken.after_s)
        try:
            reply = self._server.ask(told, most)
        except AwayError as away:
            self._breaker.failed(away.after_s)
            used = self._purse.settle(taken, away.usage or Usage())
            raise AwayError(away.reason, away.after_s, used if away.usage else None) from away
        except BaseException as error:
            # Too long for it is an answer; anything else (no client installed) says nothing about the server.
            _ = self._breaker.succeeded() if isinstance(error, TooLongError) else self._breaker.untried()
            self._purse.settle(taken, Usage())
            raise
        self._breaker.succeeded()
        return replace(reply, usage=self._purse.settle(taken, reply.usage))
