"""What the pipeline needs of work lists from the outside: batches, and the workers that take them."""

from collections.abc import Collection
from datetime import datetime
from typing import Literal, NamedTuple, Protocol

from msgspec import Struct

from auscult.domain.tenancy import Tenant

BatchState = Literal["accepted", "done", "failed", "cancelled"]

Priority = Literal["live", "backfill"]
"""What is live goes before what is backfill."""

JobState = Literal["waiting", "running", "postponed", "failed", "cancelled", "done"]


class Batch(Struct, frozen=True, kw_only=True):
    """A group of accepted conversations, processed together by one durable workflow whose id is the batch's.

    ``reason`` says why a failed batch failed, why the rest of an accepted one was postponed the last time, and of one
    that is done or alone with what it went along, or of what it was split.
    ``postponed_until`` is None when its time has come; ``postponements``: how often it was postponed. ``starts``: how
    often it was begun since then.
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

    @property
    def job_state(self) -> JobState:
        """How it stands, for those who look after it. One whose worker died runs until another takes it up."""
        if self.state != "accepted":
            return self.state
        if self.postponed_until is not None:
            return "postponed"
        return "running" if self.starts else "waiting"


class Listed(NamedTuple):
    """A batch in a list, and its place there."""

    batch: Batch
    place: int


class Backlog(Struct, frozen=True, kw_only=True):
    """How many conversations wait to be processed, by the priority of their batches."""

    live: int
    backfill: int


class Batches(Protocol):
    """Batches of every app: the work list. For workers only."""

    def waiting(self, limit: int = 1000, priority: Priority | None = None) -> list[Batch]:
        """Batches that are accepted and not done, those that are postponed left out, in the order of the work list.

        Live ones go before backfill; within each the apps take turns, and of an app the oldest goes first.
        """
        ...

    def next_in_line(self, priority: Priority, limit: int) -> list[str]:
        """The ids of those of a priority that are next, in that order: what a worker asks many times a second."""
        ...

    def has_waiting(self, tenant: Tenant) -> bool:
        """Whether a batch of this app waits."""
        ...

    def backlog(self) -> Backlog:
        """How many conversations wait, those that are postponed left out."""
        ...

    def postponed(self, limit: int = 1000) -> list[Batch]:
        """Batches whose time has not come yet, the next first."""
        ...

    def failed(self, limit: int = 1000) -> list[Batch]:
        """Batches that could not be processed, newest first: what ``doctor`` tells."""
        ...

    def get(self, batch_id: str) -> Batch | None:
        """One batch."""
        ...

    def begin(self, batch_id: str) -> int:
        """Count a start of its processing; how many there have been, this one included."""
        ...

    def postpone(self, batch_id: str, reason: str, until: datetime) -> None:
        """Leave what is not recorded of a batch for later, and say why; its starts are counted anew."""
        ...

    def resume(self, *, due_at: datetime | None = None) -> None:
        """Put postponed batches back in line: those whose time has come at ``due_at``, all where none is given."""
        ...

    def join(self) -> None:
        """Let live batches that nobody has begun go along with the first of their app, and end them; so many that fit."""
        ...

    def split(self, batch_id: str) -> int:
        """Give each conversation that is left of a batch a batch of its own, and end this one; how many that were.

        Nothing is done, and 0 told, where only one is left.
        """
        ...

    def fail(self, batch_id: str, reason: str) -> None:
        """Say that a batch cannot be processed, and why; its conversations stay stored."""
        ...


class AppJobs(Protocol):
    """The batches of one app that are not done, for those who look after them."""

    def listing(
        self, states: Collection[JobState] = (), *, before: int | None = None, limit: int = 100
    ) -> list[Listed]:
        """Batches in these states (all but done where none is given), newest first, before a place in that order."""
        ...

    def get(self, batch_id: str) -> Batch | None:
        """One batch of this app, done or not."""
        ...

    def left(self, batch_id: str, limit: int = 1000) -> list[str]:
        """The conversations of a batch that are not recorded, by id."""
        ...

    def retry(self, batch_id: str) -> Batch | None:
        """Put a failed, cancelled or postponed batch back in line; others are left as they are. None if unknown."""
        ...

    def cancel(self, batch_id: str) -> Batch | None:
        """Do nothing more of a batch; from the return on nothing of it is written. One that is done stays as it is."""
        ...


class Workers(Protocol):
    """The workers on this database, each under a name that no other has. Whose beats go on is alive."""

    def beat(self, worker: str) -> None:
        """Add one to this worker's beats; the first beat makes it known."""
        ...

    def beats(self) -> dict[str, int]:
        """How often each known worker has beaten."""
        ...

    def leave(self, worker: str) -> None:
        """Forget a worker: it ended with nothing in hand, or is dead. Unknown ones are no error."""
        ...
