"""Redaction of a chunk of what is stored: read and redacted once more, and written with all that was made of it."""

from collections.abc import Collection, Sequence

import msgspec
from msgspec.structs import asdict, replace

from auscult.domain.errors import coded
from auscult.domain.history.backfills import Chunk
from auscult.domain.privacy.conversations import Redaction
from auscult.domain.privacy.log import Draft
from auscult.domain.privacy.masking import without_numbers
from auscult.domain.privacy.redaction import Kind
from auscult.domain.recordings.words import Word
from auscult.domain.scoring.judging import RetryAfter
from auscult.services.history.chunks import ChunkResult
from auscult.services.history.redactions import Order, counted
from auscult.services.privacy.log import draft
from auscult.services.recordings.redaction import redacted_words, silences_of_words
from auscult.services.scoring.render import Reports, renderer
from auscult.storage.store import AppStore
from auscult.storage.upkeep.masking import Unmasked, Words

_SOON_S = 10.0


class Remasking:
    """Masks chunks of what is stored. Threads may share it."""

    def __init__(self, reports: Reports) -> None:
        """``reports`` render the rows of what changes."""
        self._reports = reports

    def process(self, app: AppStore, chunk: Chunk, *, may_ask: bool) -> ChunkResult:
        """Redact a chunk once more. It waits for conversations that are scored first: an answer about the old words may come."""
        order = msgspec.json.decode(chunk.backfill.order, type=Order)
        settings = order.settings
        looked = app.masking.look(chunk.range, settings)
        if looked.waiting:
            reason = coded("conversations to be scored first: {n}", n=looked.waiting)
            return ChunkResult((), _nothing, postponed=RetryAfter(reason=reason, after_s=_SOON_S))
        found = [_with_words(app, each, settings.dropped) for each in looked.found]

        def entry(results: Sequence[bytes]) -> Draft:
            target = f"redaction:{chunk.backfill.backfill_id}"
            return draft(app, order.by, "redaction.done", target, **asdict(counted(results)))

        due = looked._replace(found=[each for each in found if each.is_due])
        return ChunkResult(
            (),
            _nothing,
            again=lambda: self.process(app, chunk, may_ask=may_ask),
            steps=app.masking.steps(due, settings, renderer(app, self._reports), entry),
            afterwards=app.erasure.overwrite,
        )


def _with_words(app: AppStore, each: Unmasked, dropped: Collection[Kind]) -> Unmasked:
    """Return a conversation whose recordings have masked words, too; without those in which nothing changes."""
    due: list[Words] = []
    after, found = each.after, each.found
    is_worded = any(turn.text for turn in each.before.turns)
    for one in each.words:
        words, silences = one.words, None
        if words is not None:
            said = msgspec.json.decode(words, type=tuple[Word, ...])
            again = redacted_words(app, after, said, msgspec.json.decode(one.speakers))
            silences = msgspec.json.encode(silences_of_words(again.words))
            if again.words != said:
                words = msgspec.json.encode(again.words)
            words = without_numbers(words.decode(), dropped).encode()
            if words != one.words:
                if not again.masks.items() <= after.masks.items():
                    after = replace(after, masks={**after.masks, **again.masks})
                found = found.behind(Redaction(originals=dict(again.originals)))
        is_silenced = not one.number and (is_worded or words is not None)  # else nothing says where
        if words != one.words or (is_silenced and (each.is_new or not one.is_silent)):
            due.append(one._replace(words=words, silences=silences))
    return each._replace(after=after, found=found, words=tuple(due))


def _nothing(_: int) -> bytes:
    return b"{}"
