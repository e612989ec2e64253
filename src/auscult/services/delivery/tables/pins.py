"""The table ``pins``: one row per moment of a conversation that is pinned to a collection."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from msgspec import Struct

from auscult.domain.operations.records import made_from
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.storage.pinned import PinQuery
from auscult.storage.store import AppStore


class Row(Struct, frozen=True, kw_only=True):
    """One pin. ``audience`` of its collection: ``colleagues`` or ``agents``."""

    conversation_id: str
    started_at: datetime
    pin_id: str
    collection_id: str
    collection: str
    audience: str
    turn_id: str
    note: str
    pinned_by: str
    pinned_at: datetime


def state(app: AppStore, since: datetime, until: datetime) -> str:
    """Return a mark of the pins in conversations with ``since`` <= start < ``until``."""
    return app.collections.state(since, until)


def rows(app: AppStore, found: Sequence[EvaluatedConversation]) -> Iterator[Row]:
    """Yield the pins in some conversations by collection, those included whose agents have not consented."""
    starts = {each.conversation.id: each.conversation.started_at for each in found}
    known = {each.collection_id: each for each in app.collections.listing()}
    for pin in app.collections.pins(PinQuery(conversation_ids=tuple(starts), is_agreed=None)):
        collection = known.get(pin.collection_id)
        if collection is not None:
            yield made_from(
                Row,
                pin,
                started_at=starts[pin.conversation_id],
                collection=collection.name,
                audience=collection.audience,
            )
