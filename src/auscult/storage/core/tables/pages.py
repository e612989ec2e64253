"""The tables of report pages: rows, facets and rollups. `auscult rebuild` makes them again."""

import sqlalchemy as sa

from auscult.storage.core.packing import Packed
from auscult.storage.core.tables.base import KEY, METADATA, NUMBER, app_column, number

# From here on all is disposable: `auscult rebuild` makes it again. These tables are the widest of all and are
# written with every batch, so they have no foreign keys; `auscult verify` checks what these would hold.

listings = sa.Table(
    "listings",
    METADATA,
    number("listing"),
    app_column(),
    sa.Column("report", KEY, nullable=False),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("rows_given", sa.BigInteger, nullable=False),  # how many row numbers were ever given out
    sa.UniqueConstraint("app", "report"),
)

report_rows = sa.Table(
    "report_rows",
    METADATA,
    # The listing times 2**32, and a number of the listing's own: rows of one listing lie together.
    sa.Column("row", NUMBER, primary_key=True, autoincrement=False),
    sa.Column("listing", NUMBER, nullable=False),
    sa.Column("started_at", sa.BigInteger, nullable=False),
    sa.Column("conversation_id", KEY, nullable=False),
    sa.Column("cell", sa.SmallInteger, nullable=False),
    sa.Column("facets", sa.Text, nullable=False),  # JSON array of facet numbers, sorted
    sa.Column("body", Packed, nullable=False),
    # The cell is there to be read from the index alone: a conversation has one row in a listing.
    sa.Index("ix_report_rows_order", "listing", "started_at", "conversation_id", "cell", unique=True),
)

# Numbers of rows that lists are sorted by, and bits for the facets that many lists are filtered by.
figure_rows = sa.Table(
    "figure_rows",
    METADATA,
    sa.Column("row", NUMBER, primary_key=True, autoincrement=False),
    sa.Column("listing", NUMBER, nullable=False),
    sa.Column("started_at", sa.BigInteger, nullable=False),
    sa.Column("conversation_id", KEY, nullable=False),
    sa.Column("cell", sa.SmallInteger, nullable=False),
    sa.Column("flags", sa.Integer, nullable=False),
    sa.Column("score", sa.Integer),
    sa.Column("duration", sa.BigInteger),  # ms
    sa.Column("sentiment", sa.Integer),  # tenths
    sa.Column("confidence", sa.Integer),  # parts of 10,000
    # Cell and flags are there to be read from the index alone.
    sa.Index("ix_figure_rows_order", "listing", "started_at", "conversation_id", "cell", "flags", unique=True),
    *(
        sa.Index(f"ix_figure_rows_{figure}", "listing", figure, "started_at", "conversation_id", "cell", "flags")
        for figure in ("score", "duration", "sentiment", "confidence")
    ),
)

facets = sa.Table(
    "facets",
    METADATA,
    number("facet"),
    sa.Column("listing", NUMBER, nullable=False),
    sa.Column("name", KEY, nullable=False),
    sa.Column("value", KEY, nullable=False),
    sa.UniqueConstraint("listing", "name", "value"),
)

facet_rows = sa.Table(
    "facet_rows",
    METADATA,
    sa.Column("facet", NUMBER, primary_key=True, autoincrement=False),
    sa.Column("started_at", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("conversation_id", KEY, primary_key=True),
    sa.Column("cell", sa.SmallInteger, primary_key=True, autoincrement=False),
    sa.Column("row", NUMBER, nullable=False),
    sqlite_with_rowid=False,
)

# Never deleted or changed: readers cache them, and they name no values.
facet_sets = sa.Table(
    "facet_sets",
    METADATA,
    number("facet_set"),
    sa.Column("listing", NUMBER, nullable=False),
    sa.Column("digest", sa.LargeBinary, nullable=False),  # of facets
    sa.Column("facets", sa.Text, nullable=False),  # JSON array of facet numbers, sorted
    sa.UniqueConstraint("listing", "digest"),
)

facet_codes = sa.Table(
    "facet_codes",
    METADATA,
    sa.Column("listing", NUMBER, primary_key=True, autoincrement=False),
    sa.Column("aspect", sa.SmallInteger, primary_key=True, autoincrement=False),
    sa.Column("block", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("codes", sa.LargeBinary, nullable=False),  # of each row of the block, in order
    sqlite_with_rowid=False,
)

tallies = sa.Table(
    "tallies",
    METADATA,
    sa.Column("listing", NUMBER, primary_key=True, autoincrement=False),
    sa.Column("facet", NUMBER, primary_key=True, autoincrement=False),  # 0: all rows
    sa.Column("level", sa.SmallInteger, primary_key=True, autoincrement=False),
    sa.Column("bucket", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("cell", sa.SmallInteger, primary_key=True, autoincrement=False),
    sa.Column("n", sa.BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# Conversations of our own list counted together, of whole hours, days and 32 days that have many.
insight_tallies = sa.Table(
    "insight_tallies",
    METADATA,
    sa.Column("listing", NUMBER, primary_key=True, autoincrement=False),
    sa.Column("level", sa.SmallInteger, primary_key=True, autoincrement=False),
    sa.Column("bucket", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("touched", sa.BigInteger, nullable=False),  # how often rows in it were written
    sa.Column("basis", KEY),  # version of what the two below were counted with; null: not counted since it was touched
    sa.Column("whole", sa.LargeBinary),  # of all together
    sa.Column("parts", sa.LargeBinary),  # of all together, and of each group
)
