"""The tables of deliveries: changes, webhooks, exports, and the saved views that exports follow."""

import sqlalchemy as sa

from auscult.storage.core.tables.base import KEY, METADATA, NUMBER, app_column, number

# Written with every batch, so it has no foreign keys; lines go only with their conversation.
changes = sa.Table(
    "changes",
    METADATA,
    sa.Column("app", NUMBER, primary_key=True, autoincrement=False),
    sa.Column("change", sa.BigInteger, primary_key=True, autoincrement=False),  # counted within the app
    sa.Column("conversation_id", KEY, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Index(None, "app", "conversation_id"),
    sqlite_with_rowid=False,
)

webhooks = sa.Table(
    "webhooks",
    METADATA,
    number("webhook"),
    sa.Column("app", NUMBER, sa.ForeignKey("apps.app"), nullable=False, index=True),
    sa.Column("webhook_id", KEY, nullable=False, unique=True),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("secret", sa.LargeBinary, nullable=False),  # encrypted
    sa.Column("kinds", sa.Text, nullable=False),  # JSON array, sorted
    sa.Column("position", sa.BigInteger, nullable=False),  # the last change that was delivered, or passed over
    sa.Column("failures", sa.Integer, nullable=False),  # tries in a row that failed
    sa.Column("due_at", sa.BigInteger, nullable=False),  # not claimed before: in progress, or failed
    sa.Column("is_disabled", sa.Boolean, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("format", sa.Text, nullable=False, server_default="standard"),
    sa.Column(
        "template", sa.Text, nullable=False, server_default=""
    ),  # of a message in a channel; "" is the default wording
)

deliveries = sa.Table(
    "deliveries",
    METADATA,
    number("delivery"),
    sa.Column("webhook", NUMBER, sa.ForeignKey("webhooks.webhook"), nullable=False, index=True),
    sa.Column("change", sa.BigInteger, nullable=False),
    sa.Column("conversation_id", KEY, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("status", sa.Integer),
    sa.Column("error", sa.Text),
)

saved_views = sa.Table(
    "saved_views",
    METADATA,
    number("view"),
    sa.Column("view_id", KEY, nullable=False, unique=True),
    app_column(),
    sa.Column("owner", KEY, nullable=False),  # e-mail address
    sa.Column("name", KEY, nullable=False),
    sa.Column("query", sa.Text, nullable=False),  # parameters of the list's address
    sa.Column("is_shared", sa.Boolean, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("app", "owner", "name"),
)

exports = sa.Table(
    "exports",
    METADATA,
    number("export"),
    sa.Column("export_id", KEY, nullable=False, unique=True),
    sa.Column("app", NUMBER, sa.ForeignKey("apps.app"), nullable=False, index=True),
    sa.Column("user_id", KEY, nullable=False),
    sa.Column("query", sa.Text, nullable=False),  # JSON: which conversations
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("total", sa.BigInteger, nullable=False),
    sa.Column("done", sa.BigInteger, nullable=False),
    sa.Column("place", sa.Text),  # JSON: where reading goes on
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("ended_at", sa.BigInteger),
    sa.Column("due_at", sa.BigInteger, index=True),  # of waiting: since when; of running: the end of its lease
)

export_parts = sa.Table(
    "export_parts",
    METADATA,
    sa.Column("export", NUMBER, sa.ForeignKey("exports.export"), primary_key=True, autoincrement=False),
    sa.Column("part", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("content", sa.LargeBinary, nullable=False),  # zlib
)
