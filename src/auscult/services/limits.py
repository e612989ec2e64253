"""Limits in use: checked where something comes in, and the figures of accounts for the operator."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Generic, TypeVar

from msgspec.structs import replace

from auscult.domain.limits import (
    MINUTE_MS,
    NO_LIMITS,
    AccountFigures,
    LimitReachedError,
    Limits,
    Owner,
    Use,
    backlog_reached,
    judge_reached,
    sound_reached,
    storage_reached,
)
from auscult.domain.scoring.judging import RetryAfter
from auscult.domain.tenancy import Tenant
from auscult.storage.limits import LimitStore

LIMITS_S, BACKLOG_S, STORAGE_S = 5.0, 1.0, 60.0
"""Seconds for which limits, waiting conversations and stored bytes are cached, in each process."""

MOST_ACCOUNTS = 20
"""Accounts of which figures are shown, the busiest ones."""

T = TypeVar("T")


class _Cached(Generic[T]):
    """A value that is read again once it is older than ``life_s``. Threads may share it."""

    def __init__(self, read: Callable[[], T], life_s: float) -> None:
        self._read, self._life_s = read, life_s
        self._lock = threading.Lock()
        self._value: T | None = None
        self._until = float("-inf")

    @property
    def is_fresh(self) -> bool:
        return time.monotonic() < self._until

    def get(self) -> T:
        with self._lock:
            if self._value is None or not self.is_fresh:
                self._value = self._read()
                self._until = time.monotonic() + self._life_s
            return self._value


class TenantLimits:
    """The limits of every account and app, checked against their use. Threads may share it.

    What is counted in the database is cached for a second, storage for a minute; between two counts what this process
    accepts is added, so that a fast sender does not pass a limit unseen.
    """

    def __init__(self, store: LimitStore, now: Callable[[], datetime] | None = None) -> None:
        """Read limits and use from ``store``; ``now`` gives aware UTC, the clock's unless given."""
        self._store = store
        self._now = now or partial(datetime.now, UTC)
        self._limits = _Cached(store.all, LIMITS_S)
        self._waiting = _Cached(store.waiting, BACKLOG_S)
        self._stored = _Cached(store.stored, STORAGE_S)
        self._owners = _Cached(store.owners, STORAGE_S)

    @property
    def is_fresh(self) -> bool:
        """Return whether limits can be read without the database."""
        return self._limits.is_fresh

    def of(self, owner: Owner) -> Limits:
        """Return the limits of an account or an app."""
        return self._limits.get().get(owner, NO_LIMITS)

    def check_intake(self, tenant: Tenant) -> None:
        """Check that an app may send conversations. Raises ``LimitReachedError``: ``backlog.*``, ``storage.*``."""
        self.check_backlog(tenant)
        self.check_storage(tenant)

    def check_backlog(self, tenant: Tenant) -> None:
        """Check that few enough conversations wait. Raises ``LimitReachedError``: ``backlog.exceeded``."""
        for owner, limits in self._set(tenant):
            if limits.backlog is not None:
                used = self._sum(owner, self._waiting.get())
                if used >= limits.backlog:
                    raise backlog_reached(owner, limits.backlog, used)

    def is_backlog_full(self, tenant: Tenant) -> bool:
        """Return whether as many conversations of an app wait as may."""
        try:
            self.check_backlog(tenant)
        except LimitReachedError:
            return True
        return False

    def check_storage(self, tenant: Tenant) -> None:
        """Check that more may be stored. Raises ``LimitReachedError``: ``storage.exceeded``."""
        for owner, limits in self._set(tenant):
            if limits.storage_bytes is not None:
                used = self._sum(owner, self._stored.get())
                if used >= limits.storage_bytes:
                    raise storage_reached(owner, limits.storage_bytes, used)

    def check_sound(self, tenant: Tenant) -> None:
        """Check that an app may send a recording. Raises ``LimitReachedError``: ``sound.*``, ``storage.*``."""
        self.check_storage(tenant)
        for owner, limits in self._set(tenant):
            if limits.sound_minutes is not None:
                now = self._now()
                used = self._sum(owner, self._store.sound_ms(now))
                if used >= limits.sound_minutes * MINUTE_MS:
                    raise sound_reached(owner, limits.sound_minutes, used, now)

    def count(self, tenant: Tenant, conversations: int, size: int = 0) -> None:
        """Add conversations and bytes that were accepted, until they are counted again."""
        if any(limits != NO_LIMITS for _, limits in self._set(tenant)):
            for cached, more in ((self._waiting, conversations), (self._stored, size)):
                found = cached.get()
                found[tenant.app_id] = found.get(tenant.app_id, 0) + more

    def judge(self, app_id: str) -> "JudgeAppBudget":
        """Return the judge's budget of an app."""
        return JudgeAppBudget(self, self._store, app_id)

    def owners_of(self, app_id: str) -> tuple[Owner, ...]:
        """Return the account and the app of an id; none where it is unknown."""
        account_id = self._owners.get().get(app_id) or self._store.owners().get(app_id)
        return () if account_id is None else (Owner(account_id), Owner(account_id, app_id))

    def busiest(self, most: int = MOST_ACCOUNTS) -> tuple[AccountFigures, ...]:
        """Return the busiest accounts: those with most conversations in seven days first."""
        owners, stored, limits = self._store.owners(), self._stored.get(), self._store.all()
        found: dict[str, AccountFigures] = {}
        for app_id, use in self._store.uses(self._now()).items():
            account_id = owners.get(app_id)
            if account_id is None:
                continue
            whole = found.get(account_id) or AccountFigures(account_id=account_id, apps=0, use=Use())
            mine = replace(use, storage_bytes=stored.get(app_id, 0))
            found[account_id] = replace(whole, apps=whole.apps + 1, use=whole.use + mine)
        ranked = sorted(found.values(), key=lambda each: each.rank)[:most]
        return tuple(replace(each, limits=limits.get(Owner(each.account_id), NO_LIMITS)) for each in ranked)

    def use_of(self, owner: Owner) -> Use:
        """Return the use of an account or an app."""
        owners, total = self._store.owners(), Use()
        stored = self._store.stored()
        for app_id, use in self._store.uses(self._now()).items():
            if owners.get(app_id) == owner.account_id and owner.app_id in ("", app_id):
                total += replace(use, storage_bytes=stored.get(app_id, 0))
        return total

    def _set(self, tenant: Tenant) -> Sequence[tuple[Owner, Limits]]:
        """Return the owners whose limits hold for an app: the account, and the app itself."""
        owners = Owner(tenant.account_id), Owner(tenant.account_id, tenant.app_id)
        limits = self._limits.get()
        return [(each, limits[each]) for each in owners if each in limits]

    def _sum(self, owner: Owner, by_app: Mapping[str, int]) -> int:
        if owner.app_id:
            return by_app.get(owner.app_id, 0)
        accounts = self._owners.get()
        return sum(n for app_id, n in by_app.items() if accounts.get(app_id) == owner.account_id)


class JudgeAppBudget:
    """Budget of an app for the judge in a day, within the limits of its account and its own."""

    def __init__(self, limits: TenantLimits, store: LimitStore, app_id: str) -> None:
        """Reserve and count for this app."""
        self._limits = limits
        self._store = store
        self._app_id = app_id

    def reserve(self, day: str, tokens: int, cost: int, until_tomorrow_s: float) -> RetryAfter | None:
        """Reserve tokens and cost (billionths) of a day; otherwise return why not, and when to try again."""
        limits = {owner: self._limits.of(owner) for owner in self._limits.owners_of(self._app_id)}
        allowances = {owner: each.allowance for owner, each in limits.items() if each != NO_LIMITS}
        if not limits:
            return None
        refused = self._store.reserve_judge(self._app_id, tokens, cost, allowances, day)
        if refused is None:
            return None
        owner, used, spent = refused
        return RetryAfter(reason=judge_reached(owner, limits[owner], used, spent), after_s=until_tomorrow_s)

    def add(self, day: str, tokens: int, cost: int, calls: int = 0) -> None:
        """Count calls, and tokens and cost beyond what was reserved; negative ones release it."""
        self._store.count_judge(self._app_id, day, calls=calls, tokens=tokens, cost=cost)
