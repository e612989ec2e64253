"""Overturned answers as labelled examples: what accepted disputes teach the machine."""

from collections.abc import Iterator

from msgspec import Struct

from auscult.domain.conversation import Conversation
from auscult.services.audits.reviews.overturned import overturned
from auscult.storage.store import AppStore


class Example(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A gold label as `auscult agree` and `auscult tune` read it. ``conversation`` makes it complete by itself."""

    id: str
    metrics: dict[str, str]
    conversation: Conversation | None = None


def overturned_labels(app: AppStore, *, with_conversations: bool = False) -> Iterator[Example]:
    """Yield a label for each conversation with an overturned answer, by id; with the conversation where wanted."""
    for conversation_id, metrics in sorted(overturned(app).items()):
        case = app.audits.case(conversation_id) if with_conversations else None
        yield Example(id=conversation_id, metrics=metrics, conversation=case.conversation if case is not None else None)
