"""The tables of the access log, whose triggers refuse changes (docs/reference/access-log.md), and of redaction."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from auscult.storage.core.tables.base import KEY, METADATA, NUMBER

access_log = Table(
    "access_log",
    METADATA,
    Column("entry", NUMBER, primary_key=True, autoincrement=False),  # counted without gaps
    Column("at", BigInteger, nullable=False),
    Column("app_id", KEY),  # None: belongs to no app
    Column("principal", KEY, nullable=False),
    Column("action", KEY, nullable=False),
    Column("target", KEY),  # None once erased
    Column("details", Text),  # JSON object; None once erased
    Column("salt", LargeBinary),  # None once erased
    Column("content_hash", LargeBinary, nullable=False),
    Column("entry_hash", LargeBinary, nullable=False),
    Index("ix_access_log_app_id_entry", "app_id", "entry"),
    Index("ix_access_log_target", "target"),
    sqlite_with_rowid=True,
)

seals = Table(
    "seals",
    METADATA,
    Column("seal", NUMBER, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("first_entry", BigInteger, nullable=False),
    Column("last_entry", BigInteger, nullable=False),
    Column("root", LargeBinary, nullable=False),
    Column("previous", LargeBinary, nullable=False),
    Column("seal_hash", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("key_id", KEY, nullable=False),
)

counters = Table(
    "counters",
    METADATA,
    Column("name", KEY, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

privacy_settings = Table(
    "privacy_settings",
    METADATA,
    Column("app", NUMBER, ForeignKey("apps.app"), primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),  # JSON
)

redactions = Table(
    "redactions",
    METADATA,
    Column("app", NUMBER, ForeignKey("apps.app"), primary_key=True, autoincrement=False),
    Column("conversation_id", KEY, primary_key=True),
    Column("spans", Text, nullable=False),  # JSON, by turn
    Column("originals", LargeBinary),  # JSON by placeholder, encrypted; None where they are not kept
)

retention_rules = Table(
    "retention_rules",
    METADATA,
    Column("app", NUMBER, ForeignKey("apps.app"), primary_key=True, autoincrement=False),
    Column("queue", KEY, primary_key=True),  # id, * for all others
    Column("kind", KEY, primary_key=True, server_default="conversation"),
    Column("days", Integer, nullable=False),
)

holds = Table(
    "holds",
    METADATA,
    Column("hold", NUMBER, primary_key=True),
    Column("app", NUMBER, ForeignKey("apps.app"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("value", KEY, nullable=False),
    Column("reason", Text, nullable=False),
    Column("placed_by", KEY, nullable=False),
    Column("placed_at", BigInteger, nullable=False),
    Column("lifted_by", KEY),
    Column("lifted_at", BigInteger),
)

erasure_runs = Table(
    "erasure_runs",
    METADATA,
    Column("run", NUMBER, primary_key=True),
    Column("run_id", KEY, nullable=False, unique=True),
    Column("app", NUMBER, ForeignKey("apps.app"), nullable=False, index=True),
    Column("kind", Text, nullable=False),  # retention, erasure
    Column("principal", KEY, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("finished_at", BigInteger),
    Column("held", Integer, nullable=False),
)

erasures = Table(
    "erasures",
    METADATA,
    Column("erasure", NUMBER, primary_key=True),
    Column("run", NUMBER, ForeignKey("erasure_runs.run"), index=True),  # None: erased one by one
    Column("app", NUMBER, ForeignKey("apps.app"), nullable=False, index=True),
    Column("key_hash", LargeBinary, nullable=False),  # keyed hash of the conversation's id
    Column("kind", KEY, nullable=False, server_default="conversation"),  # of what was erased: all, or a part
    Column("audits", Integer, nullable=False),
    Column("coachings", Integer, nullable=False, server_default="0"),  # that lost their texts with it
    Column("examples", Integer, nullable=False, server_default="0"),  # of forms, that lost their pointers
    Column("pins", Integer, nullable=False, server_default="0"),  # that went with it
    Column("deliveries", Integer, nullable=False),
    Column("delivered_to", Text),  # JSON: deliveries by address
    Column("at", BigInteger, nullable=False),
)

approvals = Table(
    "approvals",
    METADATA,
    Column("approval", NUMBER, primary_key=True),
    Column("app", NUMBER, ForeignKey("apps.app"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("subject", LargeBinary),  # JSON, encrypted; None once decided
    Column("requested_by", KEY, nullable=False),
    Column("requested_at", BigInteger, nullable=False),
    Column("state", Text, nullable=False),  # waiting, approved, refused
    Column("decided_by", KEY),
    Column("decided_at", BigInteger),
    Column("run_id", KEY),  # of the erasure that it allowed
)
