"""The tables of report pages: rows, facets and rollups. `auscult rebuild` makes them again."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, SmallInteger, Table, Text, UniqueConstraint

from auscult.storage.core.packing import Packed
from auscult.storage.core.tables.base import KEY, METADATA, NUMBER, app_column, number

# From here on all is disposable: `auscult rebuild` makes it again. These tables are the widest of all and are
# written with every batch, so they have no foreign keys; `auscult verify` checks what these would hold.

listings = Table(
    "listings",
    METADATA,
    number("listing"),
    app_column(),
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
    Column("body", Packed, nullable=False),
    # The cell is there to be read from the index alone: a conversation has one row in a listing.
    Index("ix_report_rows_order", "listing", "started_at", "conversation_id", "cell", unique=True),
)

# Numbers of rows that lists are sorted by, and bits for the facets that many lists are filtered by.
figure_rows = Table(
    "figure_rows",
    METADATA,
    Column("row", NUMBER, primary_key=True, autoincrement=False),
    Column("listing", NUMBER, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("conversation_id", KEY, nullable=False),
    Column("cell", SmallInteger, nullable=False),
    Column("flags", Integer, nullable=False),
    Column("score", Integer),
    Column("duration", BigInteger),  # ms
    Column("sentiment", Integer),  # tenths
    Column("confidence", Integer),  # parts of 10,000
    # Cell and flags are there to be read from the index alone.
    Index("ix_figure_rows_order", "listing", "started_at", "conversation_id", "cell", "flags", unique=True),
    *(
        Index(f"ix_figure_rows_{figure}", "listing", figure, "started_at", "conversation_id", "cell", "flags")
        for figure in ("score", "duration", "sentiment", "confidence")
    ),
)

facets = Table(
    "facets",
    METADATA,
    number("facet"),
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

# Never deleted or changed: readers cache them, and they name no values.
facet_sets = Table(
    "facet_sets",
    METADATA,
    Column("facet_set", NUMBER, primary_key=True),
    Column("listing", NUMBER, nullable=False),
    Column("digest", LargeBinary, nullable=False),  # of facets
    Column("facets", Text, nullable=False),  # JSON array of facet numbers, sorted
    UniqueConstraint("listing", "digest"),
)

facet_codes = Table(
    "facet_codes",
    METADATA,
    Column("listing", NUMBER, primary_key=True, autoincrement=False),
    Column("aspect", SmallInteger, primary_key=True, autoincrement=False),
    Column("block", BigInteger, primary_key=True, autoincrement=False),
    Column("codes", LargeBinary, nullable=False),  # of each row of the block, in order
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

# Conversations of our own list counted together, of whole hours, days and 32 days that have many.
insight_tallies = Table(
    "insight_tallies",
    METADATA,
    Column("listing", NUMBER, primary_key=True, autoincrement=False),
    Column("level", SmallInteger, primary_key=True, autoincrement=False),
    Column("bucket", BigInteger, primary_key=True, autoincrement=False),
    Column("touched", BigInteger, nullable=False),  # how often rows in it were written
    Column("basis", KEY),  # version of what the two below were counted with; null: not counted since it was touched
    Column("whole", LargeBinary),  # of all together
    Column("parts", LargeBinary),  # of all together, and of each group
)
