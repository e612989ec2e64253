"""The tables of deliveries: changes, webhooks, exports, and the saved views that exports follow."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from auscult.storage.core.tables.base import KEY, METADATA, NUMBER

# Written with every batch, so it has no foreign keys; lines go only with their conversation.
changes = Table(
    "changes",
    METADATA,
    Column("app", NUMBER, primary_key=True, autoincrement=False),
    Column("change", BigInteger, primary_key=True, autoincrement=False),  # counted within the app
    Column("conversation_id", KEY, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index(None, "app", "conversation_id"),
    sqlite_with_rowid=False,
)

webhooks = Table(
    "webhooks",
    METADATA,
    Column("webhook", NUMBER, primary_key=True),
    Column("app", NUMBER, ForeignKey("apps.app"), nullable=False, index=True),
    Column("webhook_id", KEY, nullable=False, unique=True),
    Column("url", Text, nullable=False),
    Column("secret", LargeBinary, nullable=False),  # encrypted
    Column("kinds", Text, nullable=False),  # JSON array, sorted
    Column("position", BigInteger, nullable=False),  # the last change that was delivered, or passed over
    Column("failures", Integer, nullable=False),  # tries in a row that failed
    Column("due_at", BigInteger, nullable=False),  # not claimed before: in progress, or failed
    Column("is_disabled", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("format", Text, nullable=False, server_default="standard"),
    Column("template", Text, nullable=False, server_default=""),  # of a message in a channel; "" is the default wording
)

deliveries = Table(
    "deliveries",
    METADATA,
    Column("delivery", NUMBER, primary_key=True),
    Column("webhook", NUMBER, ForeignKey("webhooks.webhook"), nullable=False, index=True),
    Column("change", BigInteger, nullable=False),
    Column("conversation_id", KEY, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("status", Integer),
    Column("error", Text),
)

saved_views = Table(
    "saved_views",
    METADATA,
    Column("view", NUMBER, primary_key=True),
    Column("view_id", KEY, nullable=False, unique=True),
    Column("app", NUMBER, ForeignKey("apps.app"), nullable=False),
    Column("owner", KEY, nullable=False),  # e-mail address
    Column("name", KEY, nullable=False),
    Column("query", Text, nullable=False),  # parameters of the list's address
    Column("is_shared", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("app", "owner", "name"),
)

exports = Table(
    "exports",
    METADATA,
    Column("export", NUMBER, primary_key=True),
    Column("export_id", KEY, nullable=False, unique=True),
    Column("app", NUMBER, ForeignKey("apps.app"), nullable=False, index=True),
    Column("user_id", KEY, nullable=False),
    Column("query", Text, nullable=False),  # JSON: which conversations
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("total", BigInteger, nullable=False),
    Column("done", BigInteger, nullable=False),
    Column("place", Text),  # JSON: where reading goes on
    Column("created_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("due_at", BigInteger, index=True),  # of waiting: since when; of running: the end of its lease
)

export_parts = Table(
    "export_parts",
    METADATA,
    Column("export", NUMBER, ForeignKey("exports.export"), primary_key=True, autoincrement=False),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False),  # zlib
)
