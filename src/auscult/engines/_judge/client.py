"""A call: within the limits of the day, only while the server answers, and no more at a time than may be."""

from collections.abc import Callable

from msgspec.structs import replace

from auscult.domain.errors import coded
from auscult.domain.operations.tracing import TRACING
from auscult.domain.scoring.judging import RetryAfter, Usage
from auscult.engines._breaker import Breaker
from auscult.engines._judge.budget import AppBudget, Budget, Plan
from auscult.engines._judge.server import Reply, Request, Server, TooLongError, UnavailableError
from auscult.services.scoring.engine_calls.slots import DistributedSemaphore

AFTER_S = 1.0
"""When somebody comes again who was not let in."""


def _never() -> Callable[[], bool]:
    return lambda: False


class JudgeClient:
    """The one way to the server. Safe to share between threads."""

    def __init__(
        self,
        server: Server,
        budget: Budget,
        gate: DistributedSemaphore | None = None,
        is_over: Callable[[], Callable[[], bool]] = _never,
    ) -> None:
        """Store the parts; nothing is sent yet.

        ``gate`` limits the number of calls at a time; ``is_over``, called at the beginning of each call, returns a
        check that ends the wait for the gate.
        """
        self._gate = gate
        self._is_over = is_over
        self._server = server
        self._budget = budget
        self._breaker = Breaker()

    def priced(self, usage: Usage) -> Usage:
        """The same with what it costs."""
        return self._budget.priced(usage)

    def plan(self, most: Usage, app_budget: AppBudget | None = None) -> Plan:
        """Reserve what all calls about a conversation can use at most, of an app's ``app_budget`` too."""
        return self._budget.plan(most, app_budget)

    def call(self, request: Request, most: Usage, plan: Plan | None = None) -> Reply:
        """Ask once; ``most`` is what it can take at most, of ``plan`` where that has it. The reply's usage has its cost.

        Raises ``UnavailableError`` when the judge cannot be asked now, and ``TooLongError``.
        """
        if self._gate is None:
            return self._call(request, most, plan)
        with self._gate.slot(self._is_over()) as is_let_in:
            if not is_let_in:
                raise UnavailableError(coded("the judge is being asked as much as it may be at a time"), AFTER_S)
            return self._call(request, most, plan)

    def _call(self, request: Request, most: Usage, plan: Plan | None) -> Reply:
        wait_s = self._breaker.wait_s()
        if wait_s is not None:
            raise UnavailableError(
                coded("the judge failed several times in a row and is left in peace for a while"), wait_s
            )
        reservation = (plan or self._budget).reserve(most)
        if isinstance(reservation, RetryAfter):
            self._breaker.untried()
            raise UnavailableError(reservation.reason, reservation.after_s)
        try:
            with TRACING.span("judge call", "client", {"gen_ai.request.model": self._server.model}) as span:
                reply = self._server.send(request, most)
                used = {"input": reply.usage.tokens_in, "output": reply.usage.tokens_out}
                span.describe(attributes={f"gen_ai.usage.{name}_tokens": n for name, n in used.items()})
        except UnavailableError as away:
            self._budget.pause(self._breaker.failed(away.after_s))
            used = self._budget.reconcile(reservation, away.usage or Usage(), is_failed=True)
            raise UnavailableError(away.reason, away.after_s, used if away.usage else None) from away
        except BaseException as error:
            # Too long for it is an answer; anything else (no client installed) says nothing about the server.
            if isinstance(error, TooLongError):
                self._succeeded()
            else:
                self._breaker.untried()
            self._budget.reconcile(reservation, Usage())
            raise
        self._succeeded()
        return replace(reply, usage=self._budget.reconcile(reservation, reply.usage))

    def _succeeded(self) -> None:
        if self._breaker.succeeded():
            self._budget.resume()
