"""Stage 1 of a request: documents accepted in groups as they are read, refusals returned in the answer."""

from collections.abc import Iterable, Iterator
from itertools import chain, islice

from msgspec import Struct

from auscult.domain.conversation import Conversation
from auscult.domain.privacy.quotations import redact_quotations
from auscult.domain.scoring.batches import Priority
from auscult.formats import Rejected
from auscult.services.scoring.intake.admission import AdmissionControl
from auscult.services.scoring.intake.grouping import grouped
from auscult.services.scoring.intake.ingest import Intake, Open, count, is_readable
from auscult.storage.store import AppStore
from auscult.storage.work.batches import Batches

MOST_LISTED = 1_000
"""Refusals that are listed; the others are only counted."""


class Refusal(Struct, frozen=True, kw_only=True):
    """A document that was refused. ``line`` counts from 1, ``reason`` is in words, ``code`` is stable.

    ``file`` is its name in an archive, empty for none.
    """

    line: int | None
    field: str | None
    reason: str
    code: str
    file: str = ""


class Submission:
    """Counts of the documents of one request; all that it counts as accepted is committed."""

    def __init__(self, app: AppStore, batches: Batches, room: AdmissionControl) -> None:
        """Begin, with nothing accepted yet."""
        self.intake = Intake()
        self.refusals: list[Refusal] = []
        self.refused = 0
        self._app = app
        self._batches = batches
        self._room = room
        self._open: list[Open] = []
        self._since: int | None = None

    def accept(self, documents: Iterable[Conversation | Rejected], *, group: int, follow: bool) -> None:
        """Accept documents, each group committed before the next is read; ``follow`` keeps their ids for ``poll``.

        A single document is live, and precedes backfill. Raises ``BusyError``, and accepts nothing, where too many
        are waiting already, and ``LimitReachedError`` beyond a limit of the app.
        """
        sifted = self._sifted(documents)
        first = list(islice(sifted, 2))
        priority: Priority = "backfill" if len(first) > 1 else "live"
        self._room.must_have(priority, self._app.tenant)
        for conversations in grouped(chain(first, sifted), group):
            self.intake.note(conversations)
            accepted = self._app.conversations.accept(conversations, priority, since=self._since)
            self._room.count(priority, accepted.new + accepted.changed, self._app.tenant, accepted.size)
            self.intake.add(accepted)
            self._since = accepted.batch if self._since is None else self._since
            if follow:
                ids = tuple(dict.fromkeys(conversation.id for conversation in conversations))
                self._open.append(Open(accepted.batch_id, ids))

    def poll(self) -> bool:
        """Count what has become readable since the last call; return whether all is."""
        while self._open and is_readable(self._app, self._batches, self._open[0]):
            count(self._app, self._open.pop(0), self.intake, is_over=True)
        return not self._open

    def _sifted(self, documents: Iterable[Conversation | Rejected]) -> Iterator[Conversation]:
        for document in documents:
            if isinstance(document, Conversation):
                yield document
                continue
            self.refused += 1
            if len(self.refusals) < MOST_LISTED:
                error = document.error
                reason = redact_quotations(error.message, self._app.privacy.refused)
                self.refusals.append(
                    Refusal(line=error.line, field=error.field, reason=reason, code=error.reason, file=document.file)
                )
