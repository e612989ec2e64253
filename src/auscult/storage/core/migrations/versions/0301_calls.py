"""Add the texts of AI agents, and make calls of the events ``tool:NAME`` of stored conversations.

Revision 0301, after the baseline. There is no way back: an event has no arguments and no result.
"""

from hashlib import blake2b
from typing import Any

import msgspec
import sqlalchemy as sa
from alembic import op

from auscult.domain.conversation import Conversation
from auscult.storage.core.baseline import BASELINE
from auscult.storage.core.tables.base import KEY, NUMBER

revision = "0301"
down_revision = BASELINE
branch_labels = None
depends_on = None

_ORDERED = msgspec.json.Encoder(order="deterministic")
_PREFIX = "tool:"
_FIND = """SELECT conversation, body, delivered FROM conversations
WHERE conversation > :after AND {has} ORDER BY conversation LIMIT 500"""
_CHANGE = """UPDATE conversations SET body = :body, digest = :digest, size = :size, delivered = :delivered
WHERE conversation = :conversation"""


def upgrade() -> None:
    """Add tables and columns, then rewrite the conversations that have such events."""
    op.add_column("conversations", sa.Column("ai", sa.LargeBinary))
    op.create_table(
        "ai_texts",
        sa.Column("text", NUMBER, primary_key=True),
        sa.Column("app", NUMBER, sa.ForeignKey("apps.app"), nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("name", KEY, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("uses", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("app", "digest"),
    )
    op.create_index("ix_ai_texts_name", "ai_texts", ["app", "kind", "name", "text"])
    op.create_table(
        "ai_agents",
        sa.Column("app", NUMBER, sa.ForeignKey("apps.app"), primary_key=True, autoincrement=False),
        sa.Column("agent_id", KEY, primary_key=True),
        sa.Column("version", KEY, primary_key=True),
        sa.Column("name", sa.Text),
        sa.Column("registered_at", sa.BigInteger, nullable=False),
        sa.Column("registered_by", sa.Text, nullable=False),
        sa.Column("ai", sa.LargeBinary, nullable=False),
    )
    op.add_column("agents", sa.Column("kind", sa.Text))
    connection = op.get_bind()
    is_sqlite = connection.dialect.name == "sqlite"
    has = "instr(body, CAST('\"tool:' AS BLOB)) > 0" if is_sqlite else "position('\"tool:'::bytea in body) > 0"
    find, after = sa.text(_FIND.format(has=has.replace(":", r"\:"))), 0
    while rows := connection.execute(find, {"after": after}).all():
        after = rows[-1].conversation
        changed = [_changed(*row) for row in rows]
        connection.execute(sa.text(_CHANGE), changed)


def _changed(number: int, body: bytes, delivered: bytes | None) -> dict[str, Any]:
    """Return the values of a row whose events of tools are calls, numbered as those of a document are."""
    document = msgspec.json.decode(body)
    events: list[dict[str, Any]] = document.get("events", [])
    tools = [at for at, each in enumerate(events) if _is_call(each)]
    calls = [
        {"id": f"c{number}", **events[at], "name": events[at]["type"].removeprefix(_PREFIX)}
        for number, at in enumerate(tools, start=1)
    ]
    left = [each for each in events if not _is_call(each)]
    document |= {"events": left} | ({"calls": calls} if calls else {})
    conversation = msgspec.convert(document, Conversation)
    body = msgspec.json.encode(conversation)
    digest = blake2b(_ORDERED.encode(conversation), digest_size=16).digest()
    if delivered is not None and tools:
        handled = msgspec.json.decode(delivered)
        agents: list[str | None] = handled["events"]
        handled["calls"] = {call["id"]: agents[at] for call, at in zip(calls, tools, strict=True) if agents[at]}
        handled["events"] = [agent for at, agent in enumerate(agents) if at not in tools]
        delivered = msgspec.json.encode(handled)
    values = {"body": body, "digest": digest, "size": len(body), "delivered": delivered}
    return {"conversation": number, **values}


def _is_call(event: dict[str, Any]) -> bool:
    kind: str = event["type"]
    return kind.startswith(_PREFIX) and kind != _PREFIX
