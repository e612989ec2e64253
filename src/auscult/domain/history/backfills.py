"""Backfills: durable work over stored conversations, cut into chunks."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from auscult.domain.audits.audit import TrailEntry
from auscult.domain.scoring.stored import EvaluatedConversation, RenderedRows
from auscult.domain.tenancy import Tenant

BackfillKind = Literal["rescore", "backtest", "trial", "redaction"]


BackfillState = Literal["running", "done", "failed", "cancelled"]


EARLIEST_MS, LATEST_MS = -(10**14), 10**15


class BackfillScope(Struct, frozen=True, kw_only=True):
    """Selection of stored conversations: starts in ms since the epoch, ``since_ms`` <= start < ``until_ms``.

    ``sample`` selects about that many, spread evenly over all that the app has, and the same ones each time.
    """

    since_ms: int = EARLIEST_MS
    until_ms: int = LATEST_MS
    sample: int | None = None


class ChunkRange(Struct, frozen=True, kw_only=True):
    """Conversations that lie together, in the order of start and of arrival: from the first to the last, both in it.

    ``size`` is how many there were when it was cut. ``sample_limit`` selects some of them: see ``BackfillScope.sample``.
    """

    first: tuple[int, int]
    last: tuple[int, int]
    size: int
    sample_limit: int | None = None


class Backfill(Struct, frozen=True, kw_only=True):
    """Re-score, backtest, trial or redaction of stored conversations. ``order`` describes the work, as JSON for its kind's service.

    ``total`` counts conversations, ``looked`` those of chunks that have ended. ``reason`` explains a fault or a wait.
    ``is_postponed``: all that is left of it waits for a judge that cannot answer now.
    """

    backfill_id: str
    tenant: Tenant
    kind: BackfillKind
    order: bytes
    state: BackfillState
    total: int
    looked: int
    created_at: datetime
    ended_at: datetime | None = None
    reason: str | None = None
    is_postponed: bool = False


class Chunk(Struct, frozen=True, kw_only=True):
    """Part of a backfill that is still to be done."""

    chunk_id: str
    backfill: Backfill
    range: ChunkRange


class Rescored(Struct, frozen=True, kw_only=True):
    """A conversation evaluated once more: what it was decided from, what was decided now, and the line of its trail.

    ``rendered`` has only the rows that changed where it ``stays_filed``: where rows are found by the same as before.
    """

    case: EvaluatedConversation
    rendered: RenderedRows
    entry: TrailEntry
    stays_filed: bool
