"""Daily budget of all processes: reserved before a call, counted exactly after it.

What a conversation needs is reserved before its first call. So each that is begun can be finished, instead of many that
are each paid for in part.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, time, timedelta
from threading import Lock
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.engines import Spending
from auscult.domain.errors import coded, joined
from auscult.domain.scoring.judging import BILLION, Allowance, Prices, RetryAfter, Usage

_AGAIN_S = 10.0
"""Seconds until calls under way have probably ended, and given back what they did not use."""


class AppBudget(Protocol):
    """Budget of one app in a day, within the limits that the operator set for it and its account."""

    def reserve(self, day: str, tokens: int, cost: int, until_tomorrow_s: float) -> RetryAfter | None:
        """Reserve tokens and cost (billionths) of a day; otherwise return why not, and when to try again."""
        ...

    def add(self, day: str, tokens: int, cost: int, calls: int = 0) -> None:
        """Count calls, and tokens and cost beyond what was reserved; negative ones release it."""
        ...


class Reservation(Struct, frozen=True):
    """Reservation for one call, on its day, of all and of ``app_budget``; returned when the call has ended."""

    day: str
    tokens: int
    cost: int
    app_budget: AppBudget | None = None


class Plan(AbstractContextManager["Plan"]):
    """Budget of the calls about one conversation, reserved before the first; ``refusal`` is why it may not begin."""

    def __init__(
        self,
        budget: "Budget",
        reserved: Reservation | None,
        refusal: RetryAfter | None = None,
        app_budget: AppBudget | None = None,
    ) -> None:
        """Begin with all of it. Without a reservation, each call reserves for itself, of ``app_budget``, too."""
        self.refusal = refusal
        self._app_budget = app_budget
        self._budget = budget
        self._left = reserved

    def reserve(self, most: Usage) -> Reservation | RetryAfter:
        """Return the reservation of one call: part of the plan's, or where that is used up one of its own."""
        if self.refusal is not None:
            return self.refusal
        wanted = self._budget.reservation(most)
        left = self._left
        if left is None or wanted.tokens > left.tokens or wanted.cost > left.cost:
            return self._budget.reserve(most, self._app_budget)
        self._left = replace(left, tokens=left.tokens - wanted.tokens, cost=left.cost - wanted.cost)
        self._budget.begin()
        return replace(left, tokens=wanted.tokens, cost=wanted.cost)

    def __exit__(self, *_: object) -> None:
        """Release what no call used."""
        if self._left is not None:
            self._budget.release(self._left)


class Budget:
    """The day's tokens and money. A call is begun only when the most that it can take is left."""

    def __init__(
        self,
        spending: Spending,
        allowance: Allowance,
        prices: Prices | None,
        now: Callable[[], datetime],
        owner: str = "",
    ) -> None:
        """``now`` gives aware UTC; days are UTC days. ``owner`` names this process to those that watch."""
        self._spending = spending
        self._allowance = allowance
        self._prices = prices
        self._now = now
        self._owner = owner
        self._lock = Lock()
        self._under_way = 0

    def plan(self, most: Usage, app_budget: AppBudget | None = None) -> Plan:
        """Reserve what all calls about a conversation can use at most, unless no day holds that much."""
        wanted = self.reservation(most)
        if not self._allowance.holds(wanted.tokens, wanted.cost):
            return Plan(self, None, app_budget=app_budget)
        reserved = self.reserve(most, app_budget)
        return Plan(self, None, reserved) if isinstance(reserved, RetryAfter) else Plan(self, reserved)

    def reservation(self, most: Usage) -> Reservation:
        """Return what to reserve today for so much usage; nothing is reserved yet."""
        day = self._now().date().isoformat()
        return Reservation(day, most.tokens, self._prices.cost(most) if self._prices else 0)

    def begin(self) -> None:
        """Count a call under way whose budget is reserved already."""
        with self._lock:
            self._under_way += 1

    def release(self, reservation: Reservation) -> None:
        """Release what was reserved for a conversation and no call used."""
        with self._lock:
            self._under_way = max(0, self._under_way - 1)
        self._spending.release(reservation.day, reservation.tokens, reservation.cost)
        if reservation.app_budget is not None:
            reservation.app_budget.add(reservation.day, -reservation.tokens, -reservation.cost)

    def reserve(self, most: Usage, app_budget: AppBudget | None = None) -> Reservation | RetryAfter:
        """Reserve what a call can use at most, of ``app_budget`` too, or return when there is budget again."""
        now = self._now()
        tomorrow = datetime.combine(now.date() + timedelta(days=1), time(), UTC)
        after_s = (tomorrow - now).total_seconds()
        reservation = replace(self.reservation(most), app_budget=app_budget)
        if app_budget is not None:
            refused = app_budget.reserve(reservation.day, reservation.tokens, reservation.cost, after_s)
            if refused is not None:
                return refused
        with self._lock:
            is_reserved = self._spending.reserve(reservation.day, reservation.tokens, reservation.cost, self._allowance)
            self._under_way += is_reserved
            others = self._under_way
        if is_reserved:
            return reservation
        if app_budget is not None:
            app_budget.add(reservation.day, -reservation.tokens, -reservation.cost)
        reason = coded("the judge's limit of a day is reached ({words})", words=self._limits())
        may = coded("{n} tokens", n=reservation.tokens)
        if self._prices:
            may = coded("{n} tokens, cost {m}", n=reservation.tokens, m=f"{reservation.cost / BILLION:g}")
        if not self._allowance.holds(reservation.tokens, reservation.cost):
            reason = coded(
                "the judge's limit of a day is reached ({words}), and no day holds this call, which may take {most}: "
                "raise it",
                words=self._limits(),
                most=may,
            )
        elif others:
            reason = coded(
                "what is left of the judge's limit of a day ({words}) is reserved by {n} calls under way, "
                "and this one may take {most}",
                words=self._limits(),
                n=others,
                most=may,
            )
            after_s = min(after_s, _AGAIN_S)
        return RetryAfter(reason=reason, after_s=after_s)

    def reconcile(self, reservation: Reservation, used: Usage, *, is_failed: bool = False) -> Usage:
        """Count the call, and its usage in place of its reservation; return the usage with its cost."""
        with self._lock:
            self._under_way = max(0, self._under_way - 1)
        priced = self.priced(used)
        tokens, cost = used.tokens - reservation.tokens, (priced.cost or 0) - reservation.cost
        self._spending.reconcile(reservation.day, tokens, cost, is_failed=is_failed)
        if reservation.app_budget is not None:
            reservation.app_budget.add(reservation.day, tokens, cost, calls=1)
        return priced

    def pause(self, pause_s: float | None) -> None:
        """Record that this process asks nothing for some seconds; None: it goes on asking."""
        if pause_s is not None:
            self._spending.pause(self._owner, self._now() + timedelta(seconds=pause_s))

    def resume(self) -> None:
        """Record that this process asks again."""
        self._spending.resume(self._owner)

    def priced(self, used: Usage) -> Usage:
        """The same usage with its cost, where prices are known."""
        return replace(used, cost=self._prices.cost(used) if self._prices else None)

    def _limits(self) -> str:
        limits: list[str] = []
        if self._allowance.tokens is not None:
            limits.append(coded("{n} tokens", n=self._allowance.tokens))
        if self._allowance.cost is not None:
            limits.append(coded("{n} of money", n=f"{self._allowance.cost / BILLION:g}"))
        return joined(", ", limits)
