"""Engines that ask the model of the judge one question at a time, within what an app may spend."""

from collections.abc import Callable
from copy import copy
from time import monotonic
from typing import Self

from auscult.domain.scoring.judging import Usage
from auscult.engines._judge.budget import AppBudget, Budget
from auscult.engines._judge.client import JudgeClient
from auscult.engines._judge.server import Reply, Request, Server
from auscult.engines._judge.session import BYTES_A_TOKEN
from auscult.services.scoring.engine_calls.slots import DistributedSemaphore


class JudgeEngine:
    """One model on one server. Threads may share it; nothing is opened before the first question."""

    def __init__(
        self,
        server: Server,
        budget: Budget,
        gate: DistributedSemaphore | None,
        app_budgets: Callable[[str], AppBudget] | None,
        is_over: Callable[[], Callable[[], bool]],
    ) -> None:
        """Ask ``server`` within ``budget``, with as many calls at a time as ``gate`` allows.

        ``app_budgets`` returns what an app may spend; ``is_over`` is as ``JudgeClient`` has it.
        """
        self._app_budgets = app_budgets
        self.app_budget: AppBudget | None = None
        self._server = server
        self._calls = JudgeClient(server, budget, gate, is_over)

    def for_app(self, app_id: str) -> Self:
        """Return the same engine, within the limits of an app."""
        if self._app_budgets is None:
            return self
        mine = copy(self)
        mine.app_budget = self._app_budgets(app_id)
        return mine

    def close(self) -> None:
        """Let the connections go."""
        self._server.close()

    def _reply(self, request: Request, room: int) -> Reply:
        """Ask once, with ``room`` for the answer, in tokens. Raises ``UnavailableError``, ``TooLongError``."""
        tokens_in = len(f"{request.system}{request.user}".encode()) // BYTES_A_TOKEN
        most = Usage(calls=1, tokens_in=tokens_in, tokens_out=room)
        with self._calls.plan(most, self.app_budget) as plan:
            return self._calls.call(request, most, plan)


def waits(seconds: float) -> Callable[[], bool]:
    """Return a check that ends the wait for a slot at the judge after some seconds."""
    until = monotonic() + seconds
    return lambda: monotonic() >= until
