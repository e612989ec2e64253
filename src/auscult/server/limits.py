"""Rate limits (rule 18): the requests that one account may make in a minute, over all processes.

All processes that serve one database count accounts together (``SharedLimiter``). Requests of unknown callers are
counted by address, in each process separately (``MinuteLimiter``): that slows guessing down, without any write.
"""

import asyncio
import math
import threading
from collections.abc import Callable
from typing import NamedTuple, Protocol

from auscult.domain.limits import Owner, too_many_requests
from auscult.domain.operations.rate_limits import Windows
from auscult.domain.tenancy import Tenant
from auscult.services.limits import TenantLimits

WINDOW_S = 60


class Decision(NamedTuple):
    """The decision on one request, and the state of its account's limit after it."""

    allowed: bool
    limit: int
    remaining: int
    reset_s: int

    def headers(self) -> list[tuple[bytes, bytes]]:
        """Return the headers of the limit for every response; a refusal also has the time of the next attempt."""
        pairs = [
            (b"ratelimit-limit", b"%d" % self.limit),
            (b"ratelimit-remaining", b"%d" % self.remaining),
            (b"ratelimit-reset", b"%d" % self.reset_s),
            (b"ratelimit-policy", b"%d;w=%d" % (self.limit, WINDOW_S)),
        ]
        return pairs if self.allowed else [*pairs, (b"retry-after", b"%d" % self.reset_s)]


class Limiter(Protocol):
    """A counter of requests by caller."""

    def acquire(self, key: str) -> Decision | None:
        """Count one request of ``key``, or refuse it. Return None without a limit."""
        ...


class NoLimit:
    """A limiter that admits every request."""

    def acquire(self, key: str) -> None:
        """Count nothing."""


class SharedLimiter:
    """A limiter of accounts and apps to a number of requests in a window of a minute that begins with the first one."""

    def __init__(self, windows: Windows, limit: int, limits: TenantLimits) -> None:
        """Count in ``windows``, which every serving process shares.

        ``limit`` holds for each account without one in ``limits``; 0 is none. An app has a limit in ``limits`` only.
        """
        self._windows = windows
        self._limit = limit
        self._limits = limits

    async def acquire(self, account_id: str) -> Decision | None:
        """Count one request of an account, or refuse it. Return None without a limit."""
        own = await self._own(Owner(account_id))
        if own is None and not self._limit:
            return None
        return await self._consume(str(Owner(account_id)), self._limit if own is None else own)

    async def acquire_app(self, tenant: Tenant) -> None:
        """Count one request of an app. Raises ``LimitReachedError``: ``rate.exceeded``."""
        owner = Owner(tenant.account_id, tenant.app_id)
        own = await self._own(owner)
        if own is None:
            return
        decision = await self._consume(str(owner), own)
        if not decision.allowed:
            raise too_many_requests(owner, own, decision.reset_s)

    async def _own(self, owner: Owner) -> int | None:
        """Return the requests a minute that the operator set for an account or an app; None for no such limit."""
        if self._limits.is_fresh or self._windows.is_embedded:
            return self._limits.of(owner).requests
        return (await asyncio.to_thread(self._limits.of, owner)).requests

    async def _consume(self, key: str, limit: int) -> Decision:
        """Count one request, or refuse it."""
        arguments = (key, limit, WINDOW_S)
        if self._windows.is_embedded:
            n, left_s = self._windows.consume(*arguments)
        else:
            n, left_s = await asyncio.to_thread(self._windows.consume, *arguments)
        reset_s = max(1, min(WINDOW_S, math.ceil(left_s)))
        return Decision(n <= limit, limit, max(0, limit - n), reset_s)


class MinuteLimiter:
    """A limiter of each key to ``limit`` requests in a window of a minute that begins with its first request.

    Safe to call from many threads. Keys without a request in the last minute are forgotten.
    """

    def __init__(self, limit: int, monotonic: Callable[[], float]) -> None:
        """Count by a clock in seconds that is never set back."""
        self._limit = limit
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._windows: dict[str, list[float]] = {}
        self._swept_at = monotonic()

    def acquire(self, key: str) -> Decision:
        """Count one request of ``key``, or refuse it."""
        now = self._monotonic()
        with self._lock:
            if now - self._swept_at >= WINDOW_S:
                self._windows = {each: window for each, window in self._windows.items() if window[0] > now}
                self._swept_at = now
            window = self._windows.get(key)
            if window is None or window[0] <= now:
                # Seconds at which the window ends, and requests counted in it.
                window = self._windows[key] = [now + WINDOW_S, 0]
            allowed = window[1] < self._limit
            if allowed:
                window[1] += 1
            remaining = self._limit - int(window[1])
        return Decision(allowed, self._limit, remaining, min(WINDOW_S, math.ceil(window[0] - now)))
