"""Costs and limits of a judge: tokens, money, limits of a day, and the answer when it is unavailable."""

from collections.abc import Mapping
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import asdict

from auscult.domain.probe import Answer, FailedAnswer, Inquiry

BILLION = 1_000_000_000
"""Money is counted in billionths of the currency that prices are in: one token costs some hundred of them."""

_PER = 1_000_000


class Usage(Struct, frozen=True, kw_only=True):
    """Usage of calls. ``tokens_cached`` are those of ``tokens_in`` that the server had cached from an earlier call.

    ``cost`` is in billionths of the currency that prices are in; None where no prices are known.
    """

    calls: int = 0
    tokens_in: int = 0
    tokens_cached: int = 0
    tokens_out: int = 0
    cost: int | None = None

    @property
    def tokens(self) -> int:
        """In and out together."""
        return self.tokens_in + self.tokens_out

    def as_dict(self) -> dict[str, int | float | None]:
        """Return the usage as a dict, with the cost in the currency of the prices."""
        return {**asdict(self), "cost": None if self.cost is None else self.cost / BILLION}

    def __str__(self) -> str:
        """The same for people: ``12 calls, 15230 tokens in (9100 cached) and 2310 out, cost 0.0041``."""
        cost = "" if self.cost is None else f", cost {Decimal(self.cost) / BILLION:.4f}"
        calls = "1 call" if self.calls == 1 else f"{self.calls} calls"
        return f"{calls}, {self.tokens_in} tokens in ({self.tokens_cached} cached) and {self.tokens_out} out{cost}"

    def __add__(self, other: "Usage") -> "Usage":
        """Both together."""
        known = [cost for cost in (self.cost, other.cost) if cost is not None]
        return Usage(
            calls=self.calls + other.calls,
            tokens_in=self.tokens_in + other.tokens_in,
            tokens_cached=self.tokens_cached + other.tokens_cached,
            tokens_out=self.tokens_out + other.tokens_out,
            cost=sum(known) if known else None,
        )


class Prices(Struct, frozen=True, kw_only=True):
    """Price of a million tokens, in any currency, always the same."""

    tokens_in: Decimal
    tokens_cached: Decimal
    tokens_out: Decimal

    def cost(self, usage: Usage) -> int:
        """Return the cost of this usage, in billionths, rounded to the nearest."""
        fresh = usage.tokens_in - usage.tokens_cached
        cost = fresh * self.tokens_in + usage.tokens_cached * self.tokens_cached + usage.tokens_out * self.tokens_out
        return round(cost * BILLION / _PER)


class Allowance(Struct, frozen=True, kw_only=True):
    """Limit of all processes together in a day (UTC): tokens in and out, and money in billionths. None: no limit."""

    tokens: int | None = None
    cost: int | None = None

    def holds(self, tokens: int, cost: int) -> bool:
        """Return whether a day's total may reach this much."""
        return (self.tokens is None or tokens <= self.tokens) and (self.cost is None or cost <= self.cost)


class RetryAfter(Struct, frozen=True, kw_only=True):
    """Unavailability of a judge, and why. It may be asked again ``after_s`` seconds from now; None: unknown."""

    reason: str
    after_s: float | None = None


class JudgeResult(Struct, frozen=True, kw_only=True):
    """Result of one call about one conversation.

    ``answers`` are final, failed ones too. ``postponed`` is set where the others of its questions must wait. ``usage``
    is None where there was no call. ``prompt_hash`` is of all that was sent; ``model`` as the server calls it.
    """

    conversation_id: str
    answers: Mapping[Inquiry, Answer | FailedAnswer]
    postponed: RetryAfter | None = None
    usage: Usage | None = None
    prompt_hash: str = ""
    model: str = ""
