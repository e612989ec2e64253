"""Conversations that are stored, as accepting others has to know them."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.storage.conversations.evaluated import AUDIT_SHOWN, STORED, Stored
from auscult.storage.core.tables.audits import audits
from auscult.storage.core.tables.conversations import batches, conversations

_IDS_AT_ONCE = 1_000

_STORED = (
    sa.select(*STORED, (batches.c.state != "accepted").label("has_ended"), batches.c.batch_id)
    .select_from(conversations)
    .join(batches, batches.c.batch == conversations.c.batch)
    .outerjoin(audits, AUDIT_SHOWN)
    .where(
        conversations.c.app == sa.bindparam("an_app"),
        conversations.c.conversation_id.in_(sa.bindparam("some_ids", expanding=True)),
    )
    .order_by(conversations.c.conversation_id)
)


class StoredConversation(NamedTuple):
    """Conversation that is stored. ``has_ended``: its batch has ended, so that nothing will process it."""

    stored: Stored
    has_ended: bool
    batch_id: str


def read_waiting(connection: Connection, app: int, ids: Sequence[str]) -> list[StoredConversation]:
    """Return the stored state of these, in the order of ids."""
    return [
        StoredConversation(Stored._make(row[: len(STORED)]), row.has_ended, row.batch_id)
        for chunk in chunks(ids)
        for row in connection.execute(_STORED, {"an_app": app, "some_ids": chunk})
    ]


def chunks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield ids in chunks of at most 1,000."""
    return (ids[start : start + _IDS_AT_ONCE] for start in range(0, len(ids), _IDS_AT_ONCE))
