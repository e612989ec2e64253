"""Limits of an account or an app, what is used of them, and the refusal of what would exceed one."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, NamedTuple

from msgspec import Meta, Struct

from auscult.domain.errors import AuscultError
from auscult.domain.scoring.judging import BILLION, Allowance

AGAIN_AFTER_S = 10
"""Seconds after which there may be room in the backlog again."""
MINUTE_MS = 60_000
_COUNT = Meta(ge=0)


class Limits(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Limits of an account or an app; None: no limit of its own.

    ``backlog`` is in conversations that wait, ``storage_bytes`` counts bodies of conversations and recordings,
    ``sound_minutes`` those received in a calendar month, and judge usage is that of a day; months and days are UTC.
    ``judge_cost`` is in the currency of the prices, as 12.50.
    """

    requests: Annotated[int, _COUNT] | None = None
    backlog: Annotated[int, _COUNT] | None = None
    storage_bytes: Annotated[int, _COUNT] | None = None
    sound_minutes: Annotated[int, _COUNT] | None = None
    judge_tokens: Annotated[int, _COUNT] | None = None
    judge_cost: Annotated[Decimal, Meta(description="Money in the currency of the prices.")] | None = None

    @property
    def allowance(self) -> Allowance:
        """Return the limits of the judge's day."""
        cost = self.judge_cost
        return Allowance(tokens=self.judge_tokens, cost=None if cost is None else int(cost * BILLION))


NO_LIMITS = Limits()


class Owner(NamedTuple):
    """An account, or one app of it; ``app_id`` is empty for the account as a whole."""

    account_id: str
    app_id: str = ""

    def __str__(self) -> str:
        """Return the owner in words, as refusals name it."""
        return f"app {self.app_id}" if self.app_id else f"account {self.account_id}"


class Use(Struct, frozen=True, kw_only=True):
    """Use of an account or an app. ``conversations`` were accepted in the last seven days, today included.

    ``waiting`` counts conversations, ``sound_ms`` is of this month, judge usage of today; ``judge_cost`` is in billionths.
    """

    conversations: int = 0
    waiting: int = 0
    storage_bytes: int = 0
    sound_ms: int = 0
    judge_calls: int = 0
    judge_tokens: int = 0
    judge_cost: int = 0

    def __add__(self, other: "Use") -> "Use":
        """Both together."""
        return Use(**{name: getattr(self, name) + getattr(other, name) for name in Use.__struct_fields__})


class AccountFigures(Struct, frozen=True, kw_only=True):
    """One account: its apps, its use, and the limits of the account as a whole."""

    account_id: str
    apps: int
    use: Use
    limits: Limits = NO_LIMITS

    @property
    def rank(self) -> tuple[int, int, int, int, str]:
        """Return the sort key: the busiest account is first."""
        use = self.use
        return -use.conversations, -use.waiting, -use.judge_tokens, -use.storage_bytes, self.account_id


class LimitReachedError(AuscultError):
    """A limit of an account or an app is reached. ``again_after_s``: seconds until it may be less used; 0: unknown."""

    code = "limit.reached"

    def __init__(
        self, message: str, *, code: str, field: str | None = None, value: int | None = None, again_after_s: int = 0
    ) -> None:
        """Name the limit as ``field``, and how much of it is used as ``value``."""
        super().__init__(message, code=code, field=field, value=value)
        self.again_after_s = again_after_s


def too_many_requests(owner: Owner, limit: int, again_after_s: int) -> LimitReachedError:
    """Return the refusal of a request beyond those of a minute."""
    return LimitReachedError(
        f"{owner}: {limit} of {limit} requests of this minute are used (limit requests); "
        f"send it again in {again_after_s} seconds",
        code="rate.exceeded",
        again_after_s=again_after_s,
    )


def backlog_reached(owner: Owner, limit: int, used: int) -> LimitReachedError:
    """Return the refusal of conversations while too many of the owner's wait."""
    return LimitReachedError(
        f"{owner}: {used} conversations wait to be scored, of {limit} that may (limit backlog); nothing was taken. "
        f"Send it again in {AGAIN_AFTER_S} seconds or later",
        code="backlog.exceeded",
        field="backlog",
        value=used,
        again_after_s=AGAIN_AFTER_S,
    )


def storage_reached(owner: Owner, limit: int, used: int) -> LimitReachedError:
    """Return the refusal of what would be stored beyond the owner's bytes."""
    return LimitReachedError(
        f"{owner}: {used} of {limit} bytes are stored (limit storage_bytes); nothing was taken. "
        "Erase conversations, or ask the operator for more",
        code="storage.exceeded",
        field="storage_bytes",
        value=used,
    )


def sound_reached(owner: Owner, limit: int, used_ms: int, now: datetime) -> LimitReachedError:
    """Return the refusal of a recording beyond the minutes of a month."""
    used = used_ms // MINUTE_MS
    return LimitReachedError(
        f"{owner}: {used} of {limit} minutes of sound of this month are used (limit sound_minutes); "
        "the next month begins on the first (UTC)",
        code="sound.exceeded",
        field="sound_minutes",
        value=used,
        again_after_s=max(1, int((next_month(now) - now).total_seconds())),
    )


def judge_reached(owner: Owner, limits: Limits, tokens: int, cost: int) -> str:
    """Return the reason why a conversation waits: of the judge's day too little is left. ``cost`` in billionths."""
    used: list[str] = []
    if limits.judge_tokens is not None:
        used.append(f"{tokens} of {limits.judge_tokens} tokens")
    if limits.judge_cost is not None:
        used.append(f"{cost / BILLION:g} of {limits.judge_cost} of money")
    return f"{owner}: the limit of the judge's day is reached ({', '.join(used)} used or reserved)"


def month_of(now: datetime) -> tuple[str, str]:
    """Return the first days of this month and the next, as ``2026-03-01``."""
    return now.date().replace(day=1).isoformat(), next_month(now).date().isoformat()


def next_month(now: datetime) -> datetime:
    """Return the beginning of the next month, UTC."""
    first = (now.date().replace(day=1) + timedelta(days=31)).replace(day=1)
    return datetime.combine(first, time(), UTC)


def week_until(today: date) -> str:
    """Return the first of the seven days that end today."""
    return (today - timedelta(days=6)).isoformat()
