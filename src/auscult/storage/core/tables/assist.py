"""The tables of assistance: live conversations with their events, what apps know, and what they chose.

What each is for: docs/reference/database.md.
"""

import sqlalchemy as sa

from auscult.storage.core.tables.base import KEY, METADATA, NUMBER, app_column, number

live_conversations = sa.Table(
    "live_conversations",
    METADATA,
    number("live"),
    app_column(),
    sa.Column("conversation_id", KEY, nullable=False),
    sa.Column("events", sa.Integer, nullable=False),  # how many there are: the last one's seq
    sa.Column("last_at", sa.BigInteger, nullable=False),  # when the last one was added
    sa.Column("is_ended", sa.Boolean, nullable=False),
    sa.Column("due_at", sa.BigInteger),  # when to look at it next; null: never
    sa.UniqueConstraint("app", "conversation_id"),
    sa.Index(None, "due_at"),
)

live_events = sa.Table(
    "live_events",
    METADATA,
    sa.Column("live", NUMBER, sa.ForeignKey("live_conversations.live"), primary_key=True, autoincrement=False),
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),  # from 1, in the order of adding
    sa.Column("event_id", KEY, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.UniqueConstraint("live", "event_id"),
    sqlite_with_rowid=False,
)

assist_settings = sa.Table(
    "assist_settings",
    METADATA,
    sa.Column("app", NUMBER, sa.ForeignKey("apps.app"), primary_key=True, autoincrement=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
)

knowledge_bases = sa.Table(
    "knowledge_bases",
    METADATA,
    number("base"),
    app_column(),
    sa.Column("language", KEY, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.UniqueConstraint("app", "language"),
)

knowledge_documents = sa.Table(
    "knowledge_documents",
    METADATA,
    number("document"),
    sa.Column("base", NUMBER, sa.ForeignKey("knowledge_bases.base"), nullable=False),
    sa.Column("source", KEY, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    sa.Column("passages", sa.Integer, nullable=False),
    sa.Column("since_version", sa.Integer, nullable=False),
    sa.Column("until_version", sa.Integer),  # null: in force
    sa.Column("added_at", sa.BigInteger, nullable=False),
    sa.Column("opening", sa.LargeBinary, nullable=False),  # its beginning, where it may state how long it counts
    sa.Column("stated", sa.LargeBinary),  # what a person stated of that; null: nothing
    sa.Index(None, "base", "source"),
)

knowledge_passages = sa.Table(
    "knowledge_passages",
    METADATA,
    sa.Column("document", NUMBER, sa.ForeignKey("knowledge_documents.document"), primary_key=True, autoincrement=False),
    sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
