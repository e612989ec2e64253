"""The tables of assistance: live conversations with their events, what apps know, and what they chose.

What each is for: docs/reference/database.md.
"""

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

live_conversations = Table(
    "live_conversations",
    METADATA,
    Column("live", NUMBER, primary_key=True),
    Column("app", NUMBER, ForeignKey("apps.app"), nullable=False),
    Column("conversation_id", KEY, nullable=False),
    Column("events", Integer, nullable=False),  # how many there are: the last one's seq
    Column("last_at", BigInteger, nullable=False),  # when the last one was added
    Column("is_ended", Boolean, nullable=False),
    Column("due_at", BigInteger),  # when somebody should look at it; null: nothing is to be done
    UniqueConstraint("app", "conversation_id"),
    Index(None, "due_at"),
)

live_events = Table(
    "live_events",
    METADATA,
    Column("live", NUMBER, ForeignKey("live_conversations.live"), primary_key=True, autoincrement=False),
    Column("seq", Integer, primary_key=True, autoincrement=False),  # from 1, in the order of adding
    Column("event_id", KEY, nullable=False),
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint("live", "event_id"),
    sqlite_with_rowid=False,
)

assist_settings = Table(
    "assist_settings",
    METADATA,
    Column("app", NUMBER, ForeignKey("apps.app"), primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),
)

knowledge_bases = Table(
    "knowledge_bases",
    METADATA,
    Column("base", NUMBER, primary_key=True),
    Column("app", NUMBER, ForeignKey("apps.app"), nullable=False),
    Column("language", KEY, nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("app", "language"),
)

knowledge_documents = Table(
    "knowledge_documents",
    METADATA,
    Column("document", NUMBER, primary_key=True),
    Column("base", NUMBER, ForeignKey("knowledge_bases.base"), nullable=False),
    Column("source", KEY, nullable=False),
    Column("kind", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("passages", Integer, nullable=False),
    Column("since_version", Integer, nullable=False),
    Column("until_version", Integer),  # null: in force
    Column("added_at", BigInteger, nullable=False),
    Column("opening", LargeBinary, nullable=False),  # its beginning, where it may state how long it counts
    Column("stated", LargeBinary),  # what a person stated of that; null: nothing
    Index(None, "base", "source"),
)

knowledge_passages = Table(
    "knowledge_passages",
    METADATA,
    Column("document", NUMBER, ForeignKey("knowledge_documents.document"), primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
