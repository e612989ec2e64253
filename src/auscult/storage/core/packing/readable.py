"""The part of packed documents that SQL reads: the views for people (``storage.core.views``) need no more of them.

A conversation, and what was found in it, is one packed document in ``body``, with JSON in ``readable``.
Where the two would need more bytes than the document itself, that is stored as it is, and ``readable`` is null.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import msgspec
import sqlalchemy as sa
from msgspec import Raw, Struct
from sqlalchemy import Connection

from auscult.storage.core.packing import pack
from auscult.storage.core.tables.conversations import conversations, insights

Kind = Literal["documents", "insights"]


class _Named(Struct, omit_defaults=True):
    id: Any = None
    name: Any = None


class _Turn(Struct, omit_defaults=True):
    speaker: str | None = None
    start_ms: int | None = None


class _Conversation(Struct, omit_defaults=True):
    custom_id: Any = None
    channel: Any = None
    direction: Any = None
    language: Any = None
    started_at: Any = None
    ended_at: Any = None
    agents: tuple[_Named, ...] = ()
    queues: tuple[_Named, ...] = ()
    turns: tuple[_Turn, ...] = ()
    calls: tuple[Raw, ...] = ()


class _Sentiment(Struct, omit_defaults=True):
    label: Any = None
    score: Any = None
    start: Any = None
    end: Any = None


class _Observed(Struct, omit_defaults=True):
    observed: Any = None


class _Resolution(Struct, omit_defaults=True):
    resolution: Any = None


class _Summary(Struct, omit_defaults=True):
    text: Any = None


class _Speech(Struct, omit_defaults=True):
    customer_talk_ratio: Any = None
    agent_talk_ratio: Any = None
    silence: Any = None


class _Name(Struct, omit_defaults=True):
    name: Any = None


class _Insights(Struct, omit_defaults=True):
    language: Any = None
    sentiment: _Sentiment | None = None
    escalation: _Observed | None = None
    churn_risk: _Observed | None = None
    resolution: _Resolution | None = None
    intents: tuple[_Name, ...] | None = None
    topics: tuple[_Name, ...] | None = None
    summary: _Summary | None = None
    speech: _Speech | None = None


_CONVERSATION = msgspec.json.Decoder(_Conversation)
_INSIGHTS = msgspec.json.Decoder(_Insights)


class Columns(NamedTuple):
    """A document as its row has it."""

    body: bytes
    readable: bytes | None


def columns_of(body: bytes, kind: Kind) -> Columns:
    """Return a document as its row has it."""
    packed, readable = pack(body, kind), readable_of(body, kind)
    return Columns(body, None) if len(packed) + len(readable) >= len(body) else Columns(packed, readable)


def readable_of(body: bytes, kind: Kind) -> bytes:
    """Return the part of a document that views read, as JSON."""
    return _READERS[kind](body)


def pack_stored(connection: Connection, numbers: Sequence[int]) -> None:
    """Pack what an earlier version stored of these conversations."""
    query = sa.select(conversations.c.conversation, conversations.c.body)
    its = (conversations.c.conversation.in_(numbers), conversations.c.readable.is_(None))
    for number, body in connection.execute(query.where(*its)).all():
        same = sa.update(conversations).where(conversations.c.conversation == number)
        connection.execute(same.values(columns_of(body, "documents")._asdict()))
    mine = (insights.c.conversation.in_(numbers), insights.c.readable.is_(None))
    for row in connection.execute(sa.select(insights).where(*mine)).all():
        rewrite_insights(connection, row.conversation, row.revision, row.body)


def rewrite_insights(
    connection: Connection, conversation: int, revision: int, body: bytes, after: int | None = None
) -> None:
    """Store other insights of a revision of a conversation, by its number; ``after`` is their revision from now on."""
    same = sa.update(insights).where(insights.c.conversation == conversation, insights.c.revision == revision)
    new = revision if after is None else after
    connection.execute(same.values(revision=new, **columns_of(body, "insights")._asdict()))


def _read_conversation(body: bytes) -> bytes:
    read = _CONVERSATION.decode(body)
    read.turns = _counted(read.turns)
    return msgspec.json.encode(read)


def _counted(turns: Sequence[_Turn]) -> tuple[_Turn, ...]:
    """Return the first turn of each side, and those that begin first and last; of the others only that they are there."""
    kept = set({turn.speaker: index for index, turn in reversed(list(enumerate(turns)))}.values())
    timed = [(turn.start_ms, index) for index, turn in enumerate(turns) if turn.start_ms is not None]
    if timed:
        kept |= {min(timed)[1], max(timed)[1]}
    return tuple(turn if index in kept else _Turn() for index, turn in enumerate(turns))


def _read_insights(body: bytes) -> bytes:
    return msgspec.json.encode(_INSIGHTS.decode(body))


_READERS: Mapping[Kind, Callable[[bytes], bytes]] = {"documents": _read_conversation, "insights": _read_insights}
