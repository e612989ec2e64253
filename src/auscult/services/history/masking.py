"""Redaction of what is stored: begun, watched, cancelled, resumed, and the certificate of what it changed."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Literal

import msgspec
from msgspec import Struct
from msgspec.structs import asdict, replace

from auscult.domain.conversation import Conversation
from auscult.domain.errors import coded, unknown
from auscult.domain.history.backfills import Backfill, BackfillKind, BackfillScope, BackfillState, Chunk
from auscult.domain.operations.backups import MadeBackup
from auscult.domain.operations.records import made_from
from auscult.domain.privacy.conversations import Redaction
from auscult.domain.privacy.log import Draft
from auscult.domain.privacy.masking import without_numbers
from auscult.domain.privacy.policy import Treatment
from auscult.domain.privacy.redaction import Kind, Mode
from auscult.domain.privacy.retention import Export
from auscult.domain.privacy.settings import PrivacySettings
from auscult.domain.recordings.words import MaskedWords
from auscult.domain.scoring.judging import RetryAfter
from auscult.services.history.chunks import ChunkResult
from auscult.services.privacy.log import draft, record
from auscult.services.scoring.render import Reports, renderer
from auscult.storage.store import AppStore
from auscult.storage.upkeep.masking import Masked, Unmasked, Words

KIND: BackfillKind = "redaction"
CHUNK_SIZE = 100
"""Conversations of a chunk: it is written under the app's lock, for which loads wait."""
_SOON_S = 10.0


MaskedAgain = Callable[[AppStore, Conversation, bytes, str], MaskedWords]
"""Masks the words of a recording of a conversation once more; its speakers are JSON too."""


class Order(Struct, frozen=True, kw_only=True):
    """Order of a redaction: the settings by which it masks, and the person."""

    settings: PrivacySettings
    by: str


class Counts(Struct, kw_only=True):
    """Counts of conversations: read, changed, kept by a hold; of scores sealed again; of new placeholders by kind."""

    looked: int = 0
    changed: int = 0
    held: int = 0
    scores: int = 0
    placeholders: dict[str, int] = {}


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
    placeholders: Mapping[str, int]
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

    def __init__(self, reports: Reports, masked_again: MaskedAgain) -> None:
        """``reports`` render the rows of what changes; ``masked_again`` masks the words of recordings."""
        self._reports = reports
        self._masked_again = masked_again

    def process(self, app: AppStore, chunk: Chunk, *, may_ask: bool) -> ChunkResult:
        """Redact a chunk once more. It waits for conversations that are scored first: an answer about the old words may come."""
        order = msgspec.json.decode(chunk.backfill.order, type=Order)
        looked = app.masking.look(chunk.range, order.settings)
        if looked.waiting:
            reason = coded("{n} conversations are to be scored first", n=looked.waiting)
            return ChunkResult((), _nothing, postponed=RetryAfter(reason=reason, after_s=_SOON_S))
        found = [
            each
            for each in map(partial(_with_words, self._masked_again, app, order.settings.policy.dropped), looked.found)
            if each.is_due
        ]
        written: list[Masked] = []

        def result(_: int) -> bytes:
            return msgspec.json.encode({**written[-1]._asdict(), "looked": looked.total})

        def entry(results: Sequence[bytes]) -> Draft:
            target = f"redaction:{chunk.backfill.backfill_id}"
            return draft(app, order.by, "redaction.done", target, **asdict(_counts(results)))

        return ChunkResult(
            (),
            result,
            again=lambda: self.process(app, chunk, may_ask=may_ask),
            steps=app.masking.steps(found, order.settings, renderer(app, self._reports), written, entry),
            afterwards=app.erasure.overwrite,
        )


def _with_words(masked_again: MaskedAgain, app: AppStore, dropped: Collection[Kind], each: Unmasked) -> Unmasked:
    """Return a conversation whose recordings have masked words, too; without those in which nothing changes."""
    due: list[Words] = []
    after, found = each.after, each.found
    for one in each.words:
        words, silences = one.words, None
        if words is not None:
            again = masked_again(app, after, words, one.speakers)
            words, silences = without_numbers(again.words.decode(), dropped).encode(), again.silences
            if words != one.words:
                masks = {**after.masks, **again.masks}
                after = after if masks == after.masks else replace(after, masks=masks)
                found = found.behind(Redaction(originals=dict(again.originals)))
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
        order.settings,
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
        kinds.update(each.placeholders)
    sums = {name: sum(getattr(each, name) for each in found) for name in ("looked", "changed", "held", "scores")}
    return Counts(**sums, placeholders=dict(kinds))


def _nothing(_: int) -> bytes:
    return b"{}"
