"""The table ``collections``: one row per collection of pinned moments."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from msgspec import Struct

from auscult.domain.operations.records import made_from
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.storage.pinned import PinQuery
from auscult.storage.store import AppStore


class Row(Struct, frozen=True, kw_only=True):
    """One collection. ``pins`` counts its moments, those included that wait for the consent of their agents."""

    collection_id: str
    name: str
    audience: str
    agent_ids: list[str]
    pins: int
    made_by: str
    made_at: datetime


def rows(app: AppStore, found: Sequence[EvaluatedConversation]) -> Iterator[Row]:
    """Yield the collections by name, whatever conversations they have moments of."""
    del found
    counts = app.collections.counts(PinQuery(is_agreed=None))
    for each in app.collections.listing():
        yield made_from(Row, each, agent_ids=list(each.agent_ids), pins=counts.get(each.collection_id, 0))
