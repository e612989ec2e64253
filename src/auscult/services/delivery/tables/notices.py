"""The table ``notices``: one row per notice to a person about a conversation."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from msgspec import Struct

from auscult.domain.operations.records import made_from
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.storage.store import AppStore


class Row(Struct, frozen=True, kw_only=True):
    """One notice. ``subject`` is the id of the assignment, dispute or thread that it is about."""

    conversation_id: str
    started_at: datetime
    notice_id: str
    kind: str
    subject: str
    person: str
    caused_by: str | None
    made_at: datetime
    read_at: datetime | None


def state(app: AppStore, since: datetime, until: datetime) -> str:
    """Return a mark of the notices about conversations with ``since`` <= start < ``until``."""
    return app.notices.state(since, until)


def rows(app: AppStore, found: Sequence[EvaluatedConversation]) -> Iterator[Row]:
    """Yield the notices about some conversations, in the order in which they were written."""
    starts = {each.conversation.id: each.conversation.started_at for each in found}
    for person, each in app.notices.of_conversations(tuple(starts)):
        conversation_id = each.conversation_id
        if conversation_id is not None:
            yield made_from(
                Row,
                each,
                conversation_id=conversation_id,
                started_at=starts[conversation_id],
                person=person,
                caused_by=each.by,
            )
