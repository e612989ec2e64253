"""Redaction of what is stored: begun, watched, cancelled, resumed, and its certificate. redaction_chunks.py does it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Literal

import msgspec
from msgspec import Struct

from auscult.domain.errors import unknown
from auscult.domain.history.backfills import Backfill, BackfillKind, BackfillScope, BackfillState
from auscult.domain.operations.backups import MadeBackup
from auscult.domain.operations.records import made_from
from auscult.domain.privacy.masking import Counts
from auscult.domain.privacy.policy import Treatment
from auscult.domain.privacy.redaction import Kind, Mode
from auscult.domain.privacy.retention import Export
from auscult.domain.privacy.settings import PrivacySettings
from auscult.services.privacy.log import record
from auscult.storage.store import AppStore

KIND: BackfillKind = "redaction"
CHUNK_SIZE = 100
"""Conversations of a chunk: it is written under the app's lock, for which loads wait."""


class Order(Struct, frozen=True, kw_only=True):
    """Order of a redaction: the settings by which it masks, and the person."""

    settings: PrivacySettings
    by: str


class Certificate(Struct, frozen=True, kw_only=True):
    """A redaction of what is stored, with its progress, and what it changed once it is done.

    From ``redaction`` to ``agent_names`` it has the settings by which it masks. ``looked`` counts conversations that were read, ``changed`` those that have a
    new revision, ``held`` those that a legal hold keeps as they are; ``scores`` that were carried over and sealed again,
    ``placeholders`` new ones by kind. ``backups`` were made before its end and have the old text, as ``exports`` have.
    """

    id: str
    app_id: str
    state: BackfillState
    by: str
    redaction: Mode
    redactor: str
    countries: tuple[str, ...]
    kinds: Mapping[Kind, Treatment]
    own: tuple[str, ...]
    agent_names: Literal["mask", "keep"]
    total: int
    looked: int
    changed: int
    held: int
    scores: int
    placeholders: Mapping[Kind, int]
    reason: str | None
    created_at: datetime
    ended_at: datetime | None
    backups: tuple[MadeBackup, ...] = ()
    exports: tuple[Export, ...] = ()


def begin(app: AppStore, by: str) -> Certificate:
    """Begin to redact what is stored as the app's settings say now; from here on it is in the hands of workers.

    Raises ``ConflictError`` ``backfill.running``.
    """
    order = Order(settings=app.privacy.settings(), by=by)
    ranges = app.backfills.ranges(BackfillScope(), CHUNK_SIZE)
    backfill = app.backfills.begin(KIND, msgspec.json.encode(order), ranges, claim=KIND)
    record(app, by, "redaction.begun", f"redaction:{backfill.backfill_id}", conversations=backfill.total)
    return _view(app, backfill)


def view(app: AppStore, redaction_id: str) -> Certificate:
    """Return a redaction. Raises ``NotFoundError`` ``redaction.unknown``."""
    return _view(app, _known(app.backfills.get(redaction_id), redaction_id))


def listing(app: AppStore, limit: int = 100) -> list[Certificate]:
    """Return redactions, the newest first."""
    return [_view(app, each) for each in app.backfills.listing(KIND, limit)]


def cancel(app: AppStore, redaction_id: str) -> Certificate:
    """Mask nothing more; what is masked stays so. Raises ``NotFoundError`` ``redaction.unknown``."""
    _known(app.backfills.get(redaction_id), redaction_id)
    return _view(app, _known(app.backfills.cancel(redaction_id), redaction_id))


def resume(app: AppStore, redaction_id: str) -> Certificate:
    """Go on with one that was cancelled or failed, where it was.

    Raises ``NotFoundError`` ``redaction.unknown``; ``ConflictError`` ``backfill.running``.
    """
    _known(app.backfills.get(redaction_id), redaction_id)
    return _view(app, _known(app.backfills.resume(redaction_id), redaction_id))


def counted(results: Iterable[bytes]) -> Counts:
    """Return the counts of chunks, by their results, together."""
    found = [msgspec.json.decode(each, type=Counts) for each in results]
    sums = {name: sum(getattr(each, name) for each in found) for name in ("looked", "changed", "held", "scores")}
    return Counts(**sums, placeholders=sum((Counter(each.placeholders) for each in found), Counter[Kind]()))


def _known(backfill: Backfill | None, redaction_id: str) -> Backfill:
    if backfill is None or backfill.kind != KIND:
        raise unknown("redaction", redaction_id)
    return backfill


def _view(app: AppStore, backfill: Backfill) -> Certificate:
    order = msgspec.json.decode(backfill.order, type=Order)
    until = backfill.ended_at or datetime.now(UTC)
    return made_from(
        Certificate,
        backfill,
        order,
        order.settings,
        counted(app.backfills.results(backfill.backfill_id)),
        id=backfill.backfill_id,
        app_id=app.tenant.app_id,
        backups=tuple(app.masking.backups(until)),
        exports=app.retention.exports(until),
    )
