"""The tables of the access log, whose triggers refuse changes (docs/reference/access-log.md), and of redaction."""

import sqlalchemy as sa

from auscult.storage.core.tables.base import KEY, METADATA, NUMBER, number

access_log = sa.Table(
    "access_log",
    METADATA,
    sa.Column("entry", NUMBER, primary_key=True, autoincrement=False),  # counted without gaps
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("app_id", KEY),  # None: belongs to no app
    sa.Column("principal", KEY, nullable=False),
    sa.Column("action", KEY, nullable=False),
    sa.Column("target", KEY),  # None once erased
    sa.Column("details", sa.Text),  # JSON object; None once erased
    sa.Column("salt", sa.LargeBinary),  # None once erased
    sa.Column("content_hash", sa.LargeBinary, nullable=False),
    sa.Column("entry_hash", sa.LargeBinary, nullable=False),
    sa.Index("ix_access_log_app_id_entry", "app_id", "entry"),
    sa.Index("ix_access_log_target", "target"),
    sqlite_with_rowid=True,
)

seals = sa.Table(
    "seals",
    METADATA,
    sa.Column("seal", NUMBER, primary_key=True, autoincrement=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("first_entry", sa.BigInteger, nullable=False),
    sa.Column("last_entry", sa.BigInteger, nullable=False),
    sa.Column("root", sa.LargeBinary, nullable=False),
    sa.Column("previous", sa.LargeBinary, nullable=False),
    sa.Column("seal_hash", sa.LargeBinary, nullable=False),
    sa.Column("signature", sa.LargeBinary, nullable=False),
    sa.Column("key_id", KEY, nullable=False),
)

counters = sa.Table(
    "counters",
    METADATA,
    sa.Column("name", KEY, primary_key=True),
    sa.Column("value", sa.BigInteger, nullable=False),
)

privacy_settings = sa.Table(
    "privacy_settings",
    METADATA,
    sa.Column("app", NUMBER, sa.ForeignKey("apps.app"), primary_key=True, autoincrement=False),
    sa.Column("body", sa.Text, nullable=False),  # JSON
)

redactions = sa.Table(
    "redactions",
    METADATA,
    sa.Column("app", NUMBER, sa.ForeignKey("apps.app"), primary_key=True, autoincrement=False),
    sa.Column("conversation_id", KEY, primary_key=True),
    sa.Column("spans", sa.Text, nullable=False),  # JSON, by turn
    sa.Column("originals", sa.LargeBinary),  # JSON by placeholder, encrypted; None where they are not kept
)

retention_rules = sa.Table(
    "retention_rules",
    METADATA,
    sa.Column("app", NUMBER, sa.ForeignKey("apps.app"), primary_key=True, autoincrement=False),
    sa.Column("queue", KEY, primary_key=True),  # id, * for all others
    sa.Column("kind", KEY, primary_key=True, server_default="conversation"),
    sa.Column("days", sa.Integer, nullable=False),
)

holds = sa.Table(
    "holds",
    METADATA,
    number("hold"),
    sa.Column("app", NUMBER, sa.ForeignKey("apps.app"), nullable=False, index=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("value", KEY, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("placed_by", KEY, nullable=False),
    sa.Column("placed_at", sa.BigInteger, nullable=False),
    sa.Column("lifted_by", KEY),
    sa.Column("lifted_at", sa.BigInteger),
)

erasure_runs = sa.Table(
    "erasure_runs",
    METADATA,
    number("run"),
    sa.Column("run_id", KEY, nullable=False, unique=True),
    sa.Column("app", NUMBER, sa.ForeignKey("apps.app"), nullable=False, index=True),
    sa.Column("kind", sa.Text, nullable=False),  # retention, erasure
    sa.Column("principal", KEY, nullable=False),
    sa.Column("started_at", sa.BigInteger, nullable=False),
    sa.Column("finished_at", sa.BigInteger),
    sa.Column("held", sa.Integer, nullable=False),
)

erasures = sa.Table(
    "erasures",
    METADATA,
    number("erasure"),
    sa.Column("run", NUMBER, sa.ForeignKey("erasure_runs.run"), index=True),  # None: erased one by one
    sa.Column("app", NUMBER, sa.ForeignKey("apps.app"), nullable=False, index=True),
    sa.Column("key_hash", sa.LargeBinary, nullable=False),  # keyed hash of the conversation's id
    sa.Column("kind", KEY, nullable=False, server_default="conversation"),  # of what was erased: all, or a part
    sa.Column("audits", sa.Integer, nullable=False),
    sa.Column("coachings", sa.Integer, nullable=False, server_default="0"),  # that lost their texts with it
    sa.Column("examples", sa.Integer, nullable=False, server_default="0"),  # of forms, that lost their pointers
    sa.Column("pins", sa.Integer, nullable=False, server_default="0"),  # that went with it
    sa.Column("deliveries", sa.Integer, nullable=False),
    sa.Column("delivered_to", sa.Text),  # JSON: deliveries by address
    sa.Column("at", sa.BigInteger, nullable=False),
)

approvals = sa.Table(
    "approvals",
    METADATA,
    number("approval"),
    sa.Column("app", NUMBER, sa.ForeignKey("apps.app"), nullable=False, index=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("subject", sa.LargeBinary),  # JSON, encrypted; None once decided
    sa.Column("requested_by", KEY, nullable=False),
    sa.Column("requested_at", sa.BigInteger, nullable=False),
    sa.Column("state", sa.Text, nullable=False),  # waiting, approved, refused
    sa.Column("decided_by", KEY),
    sa.Column("decided_at", sa.BigInteger),
    sa.Column("run_id", KEY),  # of the erasure that it allowed
)
