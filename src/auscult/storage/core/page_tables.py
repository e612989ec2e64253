"""Tables by which rows that a filter leaves are counted by property: ``storage/pages/facet_codes.py``."""

from sqlalchemy import BigInteger, Column, LargeBinary, SmallInteger, Table, Text, UniqueConstraint

from auscult.storage.core.tables import METADATA, NUMBER

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
