"""The table ``corrections``: one row per correction of a conversation, undone ones included."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from msgspec import Struct

from auscult.domain.operations.records import made_from
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.storage.store import AppStore


class Row(Struct, frozen=True, kw_only=True):
    """One correction. ``before`` and ``after`` are ids of queues or agents; ``undone_at`` is null while it is in force."""

    conversation_id: str
    started_at: datetime
    correction_id: str
    kind: str
    before: str | None
    after: str | None
    reason: str
    corrected_by: str
    corrected_at: datetime
    undone_by: str | None
    undone_at: datetime | None


def state(app: AppStore, since: datetime, until: datetime) -> str:
    """Return a mark of the corrections of conversations with ``since`` <= start < ``until``."""
    return app.corrections.state(since, until)


def rows(app: AppStore, found: Sequence[EvaluatedConversation]) -> Iterator[Row]:
    """Yield the corrections of some conversations, the oldest first."""
    starts = {each.conversation.id: each.conversation.started_at for each in found}
    for each in app.corrections.of_conversations(tuple(starts)):
        yield made_from(
            Row,
            each,
            started_at=starts[each.conversation_id],
            before=each.before.id if each.before else None,
            after=each.after.id if each.after else None,
            corrected_by=each.by,
            corrected_at=each.at,
        )
