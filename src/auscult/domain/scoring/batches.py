"""Batches: groups of conversations that wait for processing."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from auscult.domain.tenancy import Tenant

BatchState = Literal["accepted", "done", "failed", "cancelled"]


Priority = Literal["live", "backfill"]
"""What is live goes before what is backfill."""


JobState = Literal["waiting", "running", "postponed", "failed", "cancelled", "done"]

JobOrder = Literal[
    "accepted_at", "-accepted_at", "conversations", "-conversations", "attempts", "-attempts",
    "next_attempt_at", "-next_attempt_at", "ended_at", "-ended_at",
]  # fmt: skip
"""Order of a list: the least first, with a minus the greatest first. Jobs without the time are last."""


class Batch(Struct, frozen=True, kw_only=True):
    """Group of accepted conversations, processed together by one durable workflow whose id is the batch's.

    ``reason`` explains why a failed batch failed, why the rest of an accepted one was last postponed, or, of one that
    is done or alone, which batch it joined or was split from. ``postponed_until`` is None when it is due;
    ``postponements`` counts postponements, ``starts`` the starts since the last.
    ``traces``: the spans that it came from, as W3C's ``traceparent``.
    """

    batch_id: str
    tenant: Tenant
    size: int
    state: BatchState
    priority: Priority = "backfill"
    starts: int = 0
    accepted_at: datetime
    ended_at: datetime | None = None
    reason: str | None = None
    postponed_until: datetime | None = None
    postponements: int = 0
    traces: tuple[str, ...] = ()

    @property
    def job_state(self) -> JobState:
        """Return its state for operators. A batch whose worker crashed is running until another worker claims it."""
        if self.state != "accepted":
            return self.state
        if self.postponed_until is not None:
            return "postponed"
        return "running" if self.starts else "waiting"


class Backlog(Struct, frozen=True, kw_only=True):
    """Number of conversations to process, by the priority of their batches."""

    live: int
    backfill: int
