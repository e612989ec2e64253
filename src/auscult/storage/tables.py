"""Every table. What each is for, and how rows, facets and tallies fit together: docs/reference/database.md.

Instants are integers, ms since the epoch, UTC. Keys that other tables point at are integers of the database's own
making; the ids that users know stand beside them. Texts that are ordered by compare byte by byte on both databases,
as Python compares code points.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects import postgresql

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    }
)

KEY = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
NUMBER = BigInteger().with_variant(Integer(), "sqlite")


def _number(name: str) -> Column[int]:
    """Make a primary key that the database counts up."""
    return Column(name, NUMBER, primary_key=True)


def _app() -> Column[Any]:
    return Column("app", NUMBER, ForeignKey("apps.app"), nullable=False)


apps = Table(
    "apps",
    METADATA,
    _number("app"),
    Column("app_id", KEY, nullable=False, unique=True),
    Column("account_id", KEY, nullable=False),
    Column("org_id", KEY, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

clients = Table(
    "clients",
    METADATA,
    Column("client_id", KEY, primary_key=True),
    Column("account_id", KEY, nullable=False),
    Column("app_ids", Text, nullable=False),  # JSON array, sorted
    Column("scopes", Text, nullable=False),  # JSON array, sorted
    Column("secret", LargeBinary, nullable=False),  # encrypted
    Column("created_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
)

workers = Table(
    "workers",
    METADATA,
    Column("worker", KEY, primary_key=True),
    Column("beats", BigInteger, nullable=False),
)

forms = Table(
    "forms",
    METADATA,
    _app(),
    Column("form_id", KEY, nullable=False),
    Column("version", Integer, nullable=False),
    Column("document", LargeBinary, nullable=False),
    Column("published_at", BigInteger, nullable=False),
    UniqueConstraint("app", "form_id", "version"),
)

form_snapshots = Table(
    "form_snapshots",
    METADATA,
    _number("snapshot"),
    _app(),
    Column("digest", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint("app", "digest"),
)

batches = Table(
    "batches",
    METADATA,
    _number("batch"),
    Column("batch_id", KEY, nullable=False, unique=True),
    _app(),
    Column("size", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("starts", Integer, nullable=False),
    Column("accepted_at", BigInteger, nullable=False),
    Index(None, "state", "batch"),
)

conversations = Table(
    "conversations",
    METADATA,
    _number("conversation"),
    _app(),
    Column("conversation_id", KEY, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("batch", NUMBER, ForeignKey("batches.batch"), nullable=False, index=True),
    Column("recorded_revision", Integer),  # the revision that its rows show
    Column("status", Text),  # of that revision
    Column("filed_at", BigInteger),  # the start under which its rows are filed
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint("app", "conversation_id"),
)

evaluations = Table(
    "evaluations",
    METADATA,
    _number("evaluation"),
    Column("conversation", NUMBER, ForeignKey("conversations.conversation"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("form_id", KEY, nullable=False),  # "" where no form fits
    Column("form_version", Integer, nullable=False),  # 0 where no form fits
    Column("snapshot", NUMBER, ForeignKey("form_snapshots.snapshot")),
    Column("status", Text, nullable=False),
    Column("score", SmallInteger),
    Column("passed", SmallInteger),
    Column("fatal_errors", Integer, nullable=False),
    Column("evaluated_at", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint("conversation", "revision", "form_id", "form_version"),
)

audits = Table(
    "audits",
    METADATA,
    # A conversation has one audit, so that is its key too.
    Column("conversation", NUMBER, ForeignKey("conversations.conversation"), primary_key=True, autoincrement=False),
    _app(),
    Column("conversation_id", KEY, nullable=False),
    Column("state", Text, nullable=False),
    Column("auditor", KEY, nullable=False),
    Column("changes", Integer, nullable=False),  # how often it was written
    Column("body", LargeBinary, nullable=False),
    Index(None, "app", "conversation_id", unique=True),
)

# Only ever added to: the database refuses to change a line, and lines go only with their conversation.
audit_trail = Table(
    "audit_trail",
    METADATA,
    _number("entry"),
    Column("conversation", NUMBER, ForeignKey("conversations.conversation"), nullable=False, index=True),
    Column("at", BigInteger, nullable=False),
    Column("action", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

# From here on all is disposable: `auscult rebuild` makes it again. These tables are the widest of all and are
# written with every batch, so they have no foreign keys; `auscult verify` checks what these would hold.

listings = Table(
    "listings",
    METADATA,
    _number("listing"),
    _app(),
    Column("report", KEY, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("rows_given", BigInteger, nullable=False),  # how many row numbers were ever given out
    UniqueConstraint("app", "report"),
)

report_rows = Table(
    "report_rows",
    METADATA,
    # The listing times 2**32, and a number of the listing's own: rows of one listing lie together.
    Column("row", NUMBER, primary_key=True, autoincrement=False),
    Column("listing", NUMBER, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("conversation_id", KEY, nullable=False),
    Column("cell", SmallInteger, nullable=False),
    Column("facets", Text, nullable=False),  # JSON array of facet numbers, sorted
    Column("body", LargeBinary, nullable=False),
    # The cell is there to be read from the index alone: a conversation has one row in a listing.
    Index("ix_report_rows_order", "listing", "started_at", "conversation_id", "cell", unique=True),
)

facets = Table(
    "facets",
    METADATA,
    _number("facet"),
    Column("listing", NUMBER, nullable=False),
    Column("name", KEY, nullable=False),
    Column("value", KEY, nullable=False),
    UniqueConstraint("listing", "name", "value"),
)

facet_rows = Table(
    "facet_rows",
    METADATA,
    Column("facet", NUMBER, primary_key=True, autoincrement=False),
    Column("started_at", BigInteger, primary_key=True, autoincrement=False),
    Column("conversation_id", KEY, primary_key=True),
    Column("cell", SmallInteger, primary_key=True, autoincrement=False),
    Column("row", NUMBER, nullable=False),
    sqlite_with_rowid=False,
)

tallies = Table(
    "tallies",
    METADATA,
    Column("listing", NUMBER, primary_key=True, autoincrement=False),
    Column("facet", NUMBER, primary_key=True, autoincrement=False),  # 0: all rows
    Column("level", SmallInteger, primary_key=True, autoincrement=False),
    Column("bucket", BigInteger, primary_key=True, autoincrement=False),
    Column("cell", SmallInteger, primary_key=True, autoincrement=False),
    Column("n", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
