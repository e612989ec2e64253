"""The tables of work over stored conversations: re-scores and backtests, and their chunks."""

import sqlalchemy as sa

from auscult.storage.core.tables.base import KEY, METADATA, NUMBER, app_column, number

# Work that goes over conversations that are stored already: a re-score, a backtest.
backfills = sa.Table(
    "backfills",
    METADATA,
    number("backfill"),
    sa.Column("backfill_id", KEY, nullable=False, unique=True),
    app_column(),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("request", sa.LargeBinary, nullable=False),
    sa.Column("claim", sa.Text),  # what only one running backfill of an app may be about
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("total", sa.Integer, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("ended_at", sa.BigInteger),
    sa.Index(None, "app", "kind", "backfill"),
    sa.Index(None, "state", "backfill"),
)

# The content of a batch that is a chunk: from one conversation to another, by start and number, both in it.
backfill_chunks = sa.Table(
    "backfill_chunks",
    METADATA,
    sa.Column("chunk", NUMBER, sa.ForeignKey("batches.batch"), primary_key=True, autoincrement=False),
    sa.Column("first_at", sa.BigInteger, nullable=False),
    sa.Column("first", NUMBER, nullable=False),
    sa.Column("last_at", sa.BigInteger, nullable=False),
    sa.Column("last", NUMBER, nullable=False),
    sa.Column("sample_limit", sa.BigInteger),  # the greatest spread position of a sample; null: all
    sa.Column("result", sa.LargeBinary),
)

# Which conversations a result names, so that erasing one finds it.
backfill_mentions = sa.Table(
    "backfill_mentions",
    METADATA,
    sa.Column(
        "conversation", NUMBER, sa.ForeignKey("conversations.conversation"), primary_key=True, autoincrement=False
    ),
    sa.Column(
        "chunk", NUMBER, sa.ForeignKey("backfill_chunks.chunk"), primary_key=True, autoincrement=False, index=True
    ),
)
