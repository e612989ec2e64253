"""Redaction of what is stored: begun, watched, cancelled, resumed, and the certificate of what it changed."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import partial

import msgspec
from msgspec import Struct
from msgspec.structs import asdict, replace
from sqlalchemy import Connection

from auscult.domain.errors import coded, unknown
from auscult.domain.history.backfills import Backfill, BackfillKind, BackfillScope, BackfillState, Chunk
from auscult.domain.operations.backups import MadeBackup
from auscult.domain.operations.records import made_from
from auscult.domain.privacy.conversations import Redaction
from auscult.domain.privacy.redaction import PLACEHOLDER, kind_of
from auscult.domain.privacy.retention import Export
from auscult.domain.privacy.settings import PrivacySettings
from auscult.domain.recordings.words import Silence, Word
from auscult.domain.scoring.judging import RetryAfter
from auscult.services.history.chunks import ChunkResult
from auscult.services.privacy.log import draft, record
from auscult.services.scoring.render import Reports, renderer
from auscult.storage.history.backfills import Steps
from auscult.storage.privacy.masking import Masked, Unmasked, Words
from auscult.storage.store import AppStore

KIND: BackfillKind = "redaction"
CHUNK_SIZE = 100
"""Conversations of a chunk: it is written under the app's lock, for which loads wait."""
_SOON_S = 10.0
_WORDS = msgspec.json.Decoder(tuple[Word, ...])


class Order(Struct, frozen=True, kw_only=True):
    """Order of a redaction: the settings by which it masks, and the person."""

    settings: PrivacySettings
    by: str


class Counts(Struct, kw_only=True):
    """Counts of conversations: read, changed, kept by a hold; of scores sealed anew; of placeholders by kind."""

    looked: int = 0
    changed: int = 0
    held: int = 0
    scores: int = 0
    kinds: dict[str, int] = {}


class Certificate(Struct, frozen=True, kw_only=True):
    """A redaction of what is stored, with its progress, and what it changed once it is done.

    ``settings`` are those by which it masks. ``looked`` counts conversations that were read, ``changed`` those that have a
    new revision, ``held`` those that a legal hold keeps as they are; ``scores`` that were carried over and sealed anew,
    ``kinds`` placeholders that are new. ``backups`` were made before its end and have the old text, as ``exports`` have.
    """

    id: str
    app_id: str
    state: BackfillState
    by: str
    settings: PrivacySettings
    total: int
    looked: int
    changed: int
    held: int
    scores: int
    kinds: dict[str, int]
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


class Remasking:
    """Masks chunks of what is stored. Threads may share it."""

    def __init__(self, reports: Reports) -> None:
        """``reports`` render the rows of what changes."""
        self._reports = reports

    def process(self, app: AppStore, chunk: Chunk, *, may_ask: bool) -> ChunkResult:
        """Redact a chunk once more. It waits for conversations that are scored first: an answer about the old words may come."""
        order = msgspec.json.decode(chunk.backfill.order, type=Order)
        looked = app.masking.look(chunk.range, order.settings)
        if looked.waiting:
            reason = coded("{n} conversations are to be scored first", n=looked.waiting)
            return ChunkResult((), _nothing, postponed=RetryAfter(reason=reason, after_s=_SOON_S))
        found = [each for each in map(partial(_with_words, app), looked.found) if each.is_due]
        written = Masked()

        def write(connection: Connection) -> None:
            nonlocal written
            written = app.masking.write(connection, found, order.settings, renderer(app, self._reports))

        def result(_: int) -> bytes:
            return msgspec.json.encode({**written._asdict(), "looked": looked.total})

        def end(connection: Connection, results: Sequence[bytes]) -> None:
            target = f"redaction:{chunk.backfill.backfill_id}"
            app.masking.finish(connection, draft(app, order.by, "redaction.done", target, **asdict(_counts(results))))

        return ChunkResult(
            (),
            result,
            again=lambda: self.process(app, chunk, may_ask=may_ask),
            steps=Steps(write, end),
            afterwards=app.erasure.overwrite,
        )


def _with_words(app: AppStore, each: Unmasked) -> Unmasked:
    """Return a conversation whose recordings have masked words, too; without those in which nothing changes."""
    due: list[Words] = []
    after, found = each.after, each.found
    for one in each.words:
        silences: bytes | None = None
        words = one.words
        if words is not None:
            from auscult.services.recordings.redaction import MARGIN_MS, redacted_words  # noqa: PLC0415  (numpy)

            said = _WORDS.decode(words)
            masked = redacted_words(app, after, said, msgspec.json.decode(one.speakers))
            if masked.words != said:
                words = msgspec.json.encode(masked.words)
                after = replace(after, masks={**after.masks, **masked.masks})
                found = Redaction(originals=dict(masked.originals)).behind(found)
            marks = ((word, PLACEHOLDER.fullmatch(word.text)) for word in masked.words)
            silences = msgspec.json.encode(
                [
                    Silence(max(0, word.start_ms - MARGIN_MS), word.end_ms + MARGIN_MS, kind_of(mark)[0])
                    for word, mark in marks
                    if mark
                ]
            )
        if words != one.words or (not one.number and (each.is_new or not one.is_silent)):
            due.append(one._replace(words=words, silences=silences))
    return each._replace(after=after, found=found, words=tuple(due))


def _known(backfill: Backfill | None, redaction_id: str) -> Backfill:
    if backfill is None or backfill.kind != KIND:
        raise unknown("redaction", redaction_id)
    return backfill


def _view(app: AppStore, backfill: Backfill) -> Certificate:
    order = msgspec.json.decode(backfill.order, type=Order)
    counts = _counts(app.backfills.results(backfill.backfill_id))
    until = backfill.ended_at or datetime.now(UTC)
    return made_from(
        Certificate,
        backfill,
        order,
        counts,
        id=backfill.backfill_id,
        app_id=app.tenant.app_id,
        backups=tuple(app.masking.backups(until)),
        exports=app.retention.exports(until),
    )


def _counts(results: Iterable[bytes]) -> Counts:
    found = [msgspec.json.decode(each, type=Counts) for each in results]
    kinds = Counter[str]()
    for each in found:
        kinds.update(each.kinds)
    sums = {name: sum(getattr(each, name) for each in found) for name in ("looked", "changed", "held", "scores")}
    return Counts(**sums, kinds=dict(kinds))


def _nothing(_: int) -> bytes:
    return b"{}"
