"""The table of what was said, by side, for searches.

The database keeps the index of its words in step by itself: SQLite an FTS5 table by triggers, PostgreSQL a generated
column with a GIN index (migration 0040).
"""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Table, Text

from auscult.storage.core.tables import KEY, METADATA, NUMBER

said = Table(
    "said",
    METADATA,
    Column("conversation", NUMBER, ForeignKey("conversations.conversation"), primary_key=True, autoincrement=False),
    Column("app", NUMBER, ForeignKey("apps.app"), nullable=False),
    Column("conversation_id", KEY, nullable=False),
    Column("started_at", BigInteger, nullable=False),  # the start under which its rows are filed
    Column("agent", Text, nullable=False),  # words, as searches compare them
    Column("customer", Text, nullable=False),
    Index("ix_said_order", "app", "started_at", "conversation_id"),
)
