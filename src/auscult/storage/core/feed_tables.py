"""Tables of the feed: every change, and the webhooks that receive them.

The purpose of each: docs/reference/database.md.
"""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from auscult.storage.core.tables import KEY, METADATA, NUMBER

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
    Column("due_at", BigInteger, nullable=False),  # not to be looked at before: somebody is at it, or it failed
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
