"""Recordings that documents name or bring along, stored with their conversations: their bytes are fetched later."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec.structs import replace
from sqlalchemy import Connection

from auscult.domain.conversation import Conversation, Recordings
from auscult.domain.recordings.recording import Claims, Linked, is_fetched, new_recording_id
from auscult.storage.core.instants import now_ms
from auscult.storage.core.tables.conversations import conversations
from auscult.storage.core.tables.recordings import recording_contents, recording_tasks, recordings

_AT_ONCE = 500


def linked_in(conversation: Conversation) -> list[Linked]:
    """Return the recordings of a conversation that can be fetched, each with its speaker where only one side is on it."""
    named = conversation.recordings
    if named is None:
        return []
    found: dict[str, Linked] = {}
    for url, claims in named.claims():
        if is_fetched(url):
            found[url] = Linked(link=url, claims=claims)
    for inline in named.inline:
        link = f"inline:{sha256(inline.content).hexdigest()}"
        claims = Claims(**{name: getattr(inline, name) for name in Claims.__struct_fields__})
        found[link] = Linked(link=link, claims=claims, content=inline.content)
    return list(found.values())


def without_contents(conversation: Conversation) -> Conversation:
    """Return a conversation without the bytes that it brought along and what it states: they are stored elsewhere."""
    named = conversation.recordings
    if named is None or not (named.inline or named.stated):
        return conversation
    left = Recordings(named.agent, named.customer) if named.agent or named.customer else None
    return replace(conversation, recordings=left)


def link_recordings(connection: Connection, app: int, linked: Mapping[str, Sequence[Linked]]) -> None:
    """Store recordings by conversation id, to be fetched; those that are known stay as they are."""
    ids = [each for each, its in linked.items() if its]
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        query = sa.select(conversations.c.conversation_id, conversations.c.conversation).where(
            conversations.c.app == app, conversations.c.conversation_id.in_(some)
        )
        numbers = {row.conversation_id: row.conversation for row in connection.execute(query)}
        sources = sa.select(recordings.c.conversation, recordings.c.source).where(
            recordings.c.conversation.in_(numbers.values()), recordings.c.source.is_not(None)
        )
        known = {(row.conversation, row.source) for row in connection.execute(sources)}
        for each in some:
            for one in linked[each] if each in numbers else ():
                if (numbers[each], one.link) not in known:
                    _insert(connection, app, numbers[each], one)


def _insert(connection: Connection, app: int, conversation: int, linked: Linked) -> None:
    made = sa.insert(recordings).values(_row(app, conversation, linked)).returning(recordings.c.recording)
    number = connection.execute(made).scalar_one()
    task = {"recording": number, "kind": "fetch", "state": "waiting", "starts": 0, "due_at": now_ms()}
    task["result"] = msgspec.json.encode(linked.claims)
    connection.execute(sa.insert(recording_tasks).values(task))
    if linked.content is not None:
        connection.execute(sa.insert(recording_contents).values(recording=number, content=linked.content))


def _row(app: int, conversation: int, linked: Linked) -> dict[str, Any]:
    """Return the row of a recording of which nothing is known yet but its link."""
    recording_id = new_recording_id()
    return {
        "recording_id": recording_id,
        "app": app,
        "conversation": conversation,
        "state": "media_in_progress",
        "content_type": "",
        "codec": "",
        "duration_ms": 0,
        "channels": 0,
        "sample_rate": 0,
        "speakers": msgspec.json.encode(linked.claims.speakers).decode(),
        "sha256": f"link:{sha256(linked.link.encode()).hexdigest()}",
        "size": 0,
        "location": f"{app}/{recording_id}",
        "created_at": now_ms(),
        "source": linked.link,
    }
