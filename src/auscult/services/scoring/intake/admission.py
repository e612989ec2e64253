"""Back pressure: a sender waits while too many conversations wait to be processed.

Live conversations and backfill are counted apart, so that a backfill never uses the room of live ones. What waits of
one account or app is limited as well, where the operator has set a limit.
"""

import threading
import time
from collections.abc import Callable

from auscult.domain.errors import BusyError
from auscult.domain.scoring.batches import Priority
from auscult.domain.tenancy import Tenant
from auscult.services.limits import TenantLimits
from auscult.storage.work.batches import Batches

COUNT_EVERY_S = 1.0
"""Seconds between two counts of the backlog, in one process."""

SHARE_OF_LOADS = 0.5
"""Of the backlog that may be: a load waits where it is reached."""

PATIENCE_S = 0.1

AGAIN_AFTER_S = 10
"""When somebody who was refused may come again."""


class AdmissionControl:
    """Check for room. Threads may share it."""

    def __init__(
        self,
        batches: Batches,
        most: int,
        clock: Callable[[], float] = time.monotonic,
        *,
        limits: TenantLimits | None = None,
    ) -> None:
        """Limit the waiting conversations of each priority to ``most``, or not where it is 0; ``clock`` gives seconds.

        ``limits`` are those of accounts and apps.
        """
        self.limits = limits
        self._batches = batches
        self._most = most
        self._clock = clock
        self._lock = threading.Lock()
        self._counted_at = float("-inf")
        self._live = self._backfill = 0

    def is_full(self, priority: Priority, share: float = 1.0) -> bool:
        """Return whether the limit, or this share of it, is reached. Counted once a second, plus what was added since."""
        if not self._most:
            return False
        with self._lock:
            if self._clock() - self._counted_at >= COUNT_EVERY_S:
                found = self._batches.backlog()
                self._live, self._backfill = found.live, found.backfill
                self._counted_at = self._clock()
            return (self._live if priority == "live" else self._backfill) >= self._most * share

    def count(self, priority: Priority, conversations: int, tenant: Tenant | None = None, size: int = 0) -> None:
        """Add conversations of ``size`` bytes that are being sent, until the backlog is counted again."""
        if self.limits is not None and tenant is not None:
            self.limits.count(tenant, conversations, size)
        with self._lock:
            if priority == "live":
                self._live += conversations
            else:
                self._backfill += conversations

    def wait(self, ensure_worker: Callable[[], None], size: int, tenant: Tenant | None = None) -> None:
        """Wait before a load of ``size`` until half of the limit is free, and until less of the app waits than may.

        So it leaves the other half to senders that cannot wait. ``ensure_worker`` is called at intervals, and starts workers
        where none is running: else the backlog would never shrink. Raises ``LimitReachedError`` where the app may store
        nothing more.
        """
        limits = self.limits if tenant is not None else None
        if limits is not None and tenant is not None:
            limits.check_storage(tenant)
        while self.is_full("backfill", SHARE_OF_LOADS) or (
            limits is not None and tenant is not None and limits.is_backlog_full(tenant)
        ):
            ensure_worker()
            time.sleep(PATIENCE_S)
        self.count("backfill", size, tenant)

    def must_have(self, priority: Priority, tenant: Tenant | None = None) -> None:
        """Raise ``BusyError`` where there is no room, and ``LimitReachedError`` where an app has none left."""
        if tenant is not None:
            self.must_take(tenant)
        if self.is_full(priority):
            raise BusyError(
                f"{self._most} conversations or more wait to be scored (setting backlog); nothing was taken. "
                f"Send it again in {AGAIN_AFTER_S} seconds or later",
                again_after_s=AGAIN_AFTER_S,
            )

    def must_take(self, tenant: Tenant) -> None:
        """Raise ``LimitReachedError`` where an app may send no further conversation."""
        if self.limits is not None:
            self.limits.check_intake(tenant)

    def must_have_sound(self, tenant: Tenant) -> None:
        """Raise ``LimitReachedError`` where an app may send no further recording."""
        if self.limits is not None:
            self.limits.check_sound(tenant)
