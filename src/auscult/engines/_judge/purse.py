"""What may be spent in a day, over all processes: asked for before a call, counted exactly after it."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.judging import BILLION, Allowance, Postponed, Prices, Usage
from auscult.pipeline.far_ports import Spending


class Taken(Struct, frozen=True):
    """What was taken for one call, on which day; given back when the call has ended."""

    day: str
    tokens: int
    cost: int


class Purse:
    """The day's tokens and money. A call is begun only when the most that it can take is left."""

    def __init__(
        self, spending: Spending, allowance: Allowance, prices: Prices | None, now: Callable[[], datetime]
    ) -> None:
        """``now`` gives aware UTC; days are UTC days."""
        self._spending = spending
        self._allowance = allowance
        self._prices = prices
        self._now = now

    def take(self, most: Usage) -> Taken | Postponed:
        """Take what a call can use at most, or say when there is some again."""
        now = self._now()
        taken = Taken(now.date().isoformat(), most.tokens, self._prices.cost(most) if self._prices else 0)
        if self._spending.take(taken.day, taken.tokens, taken.cost, self._allowance):
            return taken
        tomorrow = datetime.combine(now.date() + timedelta(days=1), time(), UTC)
        after_s = (tomorrow - now).total_seconds()
        reason = f"the judge's limit of a day is reached ({self._limits()})"
        if not self._allowance.holds(taken.tokens, taken.cost):
            cost = f", cost {taken.cost / BILLION:g}" if self._prices else ""
            reason += f", and no day holds this call, which may take {taken.tokens} tokens{cost}: raise it"
        return Postponed(reason=reason, after_s=after_s)

    def settle(self, taken: Taken, used: Usage) -> Usage:
        """Count what the call used and not what was taken for it; the usage with its cost."""
        priced = self.priced(used)
        self._spending.settle(taken.day, used.tokens - taken.tokens, (priced.cost or 0) - taken.cost)
        return priced

    def priced(self, used: Usage) -> Usage:
        """The same usage with its cost, where prices are known."""
        return replace(used, cost=self._prices.cost(used) if self._prices else None)

    def _limits(self) -> str:
        limits: list[str] = []
        if self._allowance.tokens is not None:
            limits.append(f"{self._allowance.tokens} tokens")
        if self._allowance.cost is not None:
            limits.append(f"{self._allowance.cost / BILLION:g} of money")
        return ", ".join(limits)
