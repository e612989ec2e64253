"""The table ``examples``: one row per example of a form or a taxonomy in a conversation."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from msgspec import Struct

from auscult.domain.form_examples import Example
from auscult.domain.operations.records import made_from
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.storage.store import AppStore


class Row(Struct, frozen=True, kw_only=True):
    """One example. ``wanted`` is the answer that a person expects: YES, NO, NA or the name of a level.

    Of a taxonomy it is a topic with those above it, empty where none is expected.
    """

    conversation_id: str
    started_at: datetime
    example_id: str
    form_id: str | None
    metric_id: str | None
    taxonomy_id: str | None
    wanted: str
    turn_id: str | None
    kept_by: str
    kept_at: datetime


def state(app: AppStore, since: datetime, until: datetime) -> str:
    """Return a mark of the examples in conversations with ``since`` <= start < ``until``."""
    return app.form_examples.state(since, until)


def rows(app: AppStore, found: Sequence[EvaluatedConversation]) -> Iterator[Row]:
    """Yield the examples in some conversations, in the order in which they were kept."""
    starts = {each.conversation.id: each.conversation.started_at for each in found}
    for each in app.form_examples.of_conversations(tuple(starts)):
        conversation_id = each.conversation_id
        if conversation_id is not None:
            yield made_from(
                Row,
                each,
                conversation_id=conversation_id,
                started_at=starts[conversation_id],
                form_id=each.form_id if isinstance(each, Example) else None,
                metric_id=each.metric_id if isinstance(each, Example) else None,
                taxonomy_id=None if isinstance(each, Example) else each.taxonomy_id,
                kept_by=each.by,
                kept_at=each.at,
            )
