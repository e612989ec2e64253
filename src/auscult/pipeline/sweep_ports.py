"""What the pipeline needs of the store for sweeps: durable work that goes over conversations that are stored already.

A sweep is cut into portions when it is begun. A portion is done once, whoever does it and whoever dies meanwhile: what
it comes to is written in the transaction that says that it is done.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Literal, Protocol

from msgspec import Struct

from auscult.domain.audit import TrailEntry
from auscult.domain.tenancy import Tenant
from auscult.pipeline.ports import Recorded, Rendered

SweepKind = Literal["rescore", "backtest"]
SweepState = Literal["running", "done", "failed", "cancelled"]

EARLIEST_MS, LATEST_MS = -(10**14), 10**15


class Scope(Struct, frozen=True, kw_only=True):
    """Which stored conversations: starts in ms since the epoch, ``since_ms`` <= start < ``until_ms``.

    ``sample`` takes about so many of them, spread evenly over all that the app has, and the same ones each time.
    """

    since_ms: int = EARLIEST_MS
    until_ms: int = LATEST_MS
    sample: int | None = None


class Stretch(Struct, frozen=True, kw_only=True):
    """Conversations that lie together, in the order of start and of arrival: from the first to the last, both in it.

    ``size`` is how many there were when it was cut. ``sieve`` lets only some of them through: see ``Scope.sample``.
    """

    first: tuple[int, int]
    last: tuple[int, int]
    size: int
    sieve: int | None = None


class Sweep(Struct, frozen=True, kw_only=True):
    """One sweep. ``order`` says what is to be done, as JSON that those understand who do it.

    ``total`` counts conversations, ``looked`` those of portions that came to an end. ``reason`` says what went wrong,
    or what is waited for. ``is_postponed``: whatever is left of it waits for a judge that cannot answer now.
    """

    sweep_id: str
    tenant: Tenant
    kind: SweepKind
    order: bytes
    state: SweepState
    total: int
    looked: int
    created_at: datetime
    ended_at: datetime | None = None
    reason: str | None = None
    is_postponed: bool = False


class Portion(Struct, frozen=True, kw_only=True):
    """A part of a sweep that is still to be done."""

    portion_id: str
    sweep: Sweep
    stretch: Stretch


class Rescored(Struct, frozen=True, kw_only=True):
    """A conversation evaluated once more: what it was decided from, what was decided now, and the line of its trail.

    ``rendered`` has only the rows that changed where ``is_same_status``, for nothing else of it moves then.
    """

    case: Recorded
    rendered: Rendered
    entry: TrailEntry
    is_same_status: bool


class AppSweeps(Protocol):
    """The sweeps of one app."""

    def stretches(self, scope: Scope, size: int) -> list[Stretch]:
        """Cut conversations that are stored now into stretches of at most ``size``, fewer where they are long."""
        ...

    def cases(self, stretch: Stretch) -> list[Recorded]:
        """The conversations of a stretch with what was decided about them, those that wait left out."""
        ...

    def begin(self, kind: SweepKind, order: bytes, stretches: Sequence[Stretch], *, claim: str | None = None) -> Sweep:
        """Store a sweep and its portions, in one transaction. ``claim`` is what only one running sweep may be about.

        Raises ``ConflictError`` ``sweep.running`` when another one is.
        """
        ...

    def get(self, sweep_id: str) -> Sweep | None:
        """One sweep."""
        ...

    def listing(self, kind: SweepKind, limit: int = 100) -> list[Sweep]:
        """Sweeps of a kind, the newest first."""
        ...

    def results(self, sweep_id: str) -> list[bytes]:
        """What its portions came to that are done, in the order of the conversations."""
        ...

    def cancel(self, sweep_id: str) -> Sweep | None:
        """Do nothing more of one that runs or failed; what is done stays. From the return on nothing of it is written."""
        ...

    def resume(self, sweep_id: str) -> Sweep | None:
        """Do what is not done of a cancelled or failed sweep; others are left as they are.

        Raises ``ConflictError`` ``sweep.running`` when another one with the same claim is running.
        """
        ...

    def forget(self, sweep_id: str) -> bool:
        """Delete a sweep and what it came to, if it is over; whether that was so."""
        ...

    def record(
        self,
        portion_id: str,
        rescored: Sequence[Rescored],
        result: Callable[[int], bytes],
        mentions: Collection[str] = (),
    ) -> bool:
        """Write evaluations, lines of the trail and rows, and that the portion is done, in one transaction.

        A conversation that was revised, decided anew or erased since it was read is passed over; ``result`` is told
        of how many nothing was written, and gives what the portion came to. ``mentions`` are the conversations that the
        result names or quotes: what it says of one goes when that is erased. Whether the portion still was to be done.
        Raises ``AuditMovedError``, and writes nothing, when an audit was changed since it was rendered.
        """
        ...


class Sweeps(Protocol):
    """Portions of the sweeps of every app: a work list. For workers only."""

    def waiting(self, limit: int = 100) -> list[str]:
        """Portions to be done next, by their ids; of each running sweep some, so that all of them go on."""
        ...

    def unfinished(self, limit: int = 100) -> list[Sweep]:
        """Sweeps of every app that run or failed, the oldest first."""
        ...

    def get(self, portion_id: str) -> Portion | None:
        """A portion that is to be done; None when it is done, or its sweep does not run."""
        ...

    def begin(self, portion_id: str) -> int:
        """Count a start; how many there have been, this one included."""
        ...

    def postpone(self, portion_id: str, reason: str, until: datetime) -> None:
        """Leave a portion for later, and say why; its starts are counted anew."""
        ...

    def wake(self) -> None:
        """Let the time of every postponed portion come now."""
        ...

    def fail(self, portion_id: str, reason: str) -> None:
        """Say that a portion cannot be done, and why; the others go on."""
        ...
