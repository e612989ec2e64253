"""The table ``comments``: one row per comment on a conversation, with the thread that it is in."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from msgspec import Struct

from auscult.domain.operations.records import made_from
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.storage.store import AppStore


class Row(Struct, frozen=True, kw_only=True):
    """One comment. ``position`` counts from 0 within its thread; ``turn_id`` is null on the whole conversation."""

    conversation_id: str
    started_at: datetime
    thread_id: str
    position: int
    comment_id: str
    turn_id: str | None
    audience: str
    author: str
    written_at: datetime
    edited_at: datetime | None
    text: str
    mentions: tuple[str, ...]
    resolved_by: str | None
    resolved_at: datetime | None


def state(app: AppStore, since: datetime, until: datetime) -> str:
    """Return a mark of the comments on conversations with ``since`` <= start < ``until``."""
    return app.comments.state(since, until)


def rows(app: AppStore, found: Sequence[EvaluatedConversation]) -> Iterator[Row]:
    """Yield the comments on some conversations, thread by thread."""
    starts = {each.conversation.id: each.conversation.started_at for each in found}
    for thread in app.comments.of_conversations(tuple(starts)):
        for position, each in enumerate(thread.comments):
            yield made_from(
                Row,
                thread,
                each,
                started_at=starts[thread.conversation_id],
                position=position,
                author=each.by,
                written_at=each.at,
            )
