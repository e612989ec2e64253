"""The tables of work over stored conversations: re-scores and backtests, and their chunks."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from auscult.storage.core.tables.base import KEY, METADATA, NUMBER, app_column, number

# Work that goes over conversations that are stored already: a re-score, a backtest.
backfills = Table(
    "backfills",
    METADATA,
    number("backfill"),
    Column("backfill_id", KEY, nullable=False, unique=True),
    app_column(),
    Column("kind", Text, nullable=False),
    Column("request", LargeBinary, nullable=False),
    Column("claim", Text),  # what only one running backfill of an app may be about
    Column("state", Text, nullable=False),
    Column("total", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Index(None, "app", "kind", "backfill"),
    Index(None, "state", "backfill"),
)

# The content of a batch that is a chunk: from one conversation to another, by start and number, both in it.
backfill_chunks = Table(
    "backfill_chunks",
    METADATA,
    Column("chunk", NUMBER, ForeignKey("batches.batch"), primary_key=True, autoincrement=False),
    Column("first_at", BigInteger, nullable=False),
    Column("first", NUMBER, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    Column("last", NUMBER, nullable=False),
    Column("sample_limit", BigInteger),  # the greatest spread position of a sample; null: all
    Column("result", LargeBinary),
)

# Which conversations a result names, so that erasing one finds it.
backfill_mentions = Table(
    "backfill_mentions",
    METADATA,
    Column("conversation", NUMBER, ForeignKey("conversations.conversation"), primary_key=True, autoincrement=False),
    Column("chunk", NUMBER, ForeignKey("backfill_chunks.chunk"), primary_key=True, autoincrement=False, index=True),
)
