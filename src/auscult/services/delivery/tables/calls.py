"""The table ``calls``: one row per call of a tool."""

from collections.abc import Iterator
from datetime import datetime

import msgspec
from msgspec import Struct

from auscult.domain.operations.records import made_from
from auscult.domain.scoring.stored import EvaluatedConversation


class Row(Struct, frozen=True, kw_only=True):
    """One call. ``position`` counts from 0 within the conversation; times in ms from the start; ``arguments`` and ``result`` are JSON."""

    conversation_id: str
    started_at: datetime
    position: int
    call_id: str
    name: str
    agent_id: str | None
    after_turn: str | None
    start_ms: int | None
    end_ms: int | None
    ok: bool | None
    arguments: str
    result: str | None


def rows(each: EvaluatedConversation) -> Iterator[Row]:
    """Return a row for each call; none where calls are not known."""
    for position, call in enumerate(each.conversation.calls or ()):
        yield made_from(
            Row,
            call,
            conversation_id=each.conversation.id,
            started_at=each.conversation.started_at,
            position=position,
            call_id=call.id,
            arguments=msgspec.json.encode(call.arguments).decode(),
            result=None if call.result is None else msgspec.json.encode(call.result).decode(),
        )
