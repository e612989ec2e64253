"""Conversations of our own list counted together, by the hour, the day and 32 days: what services/insights makes of them.

A span of time that has many is counted in the background. Every transaction that writes rows of the list removes what
was counted of their spans, and says that it touched them: what was counted meanwhile, without these rows, is not stored.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import sqlalchemy as sa
from sqlalchemy import BigInteger, Connection, Text

from auscult.domain.record import OWN_LIST
from auscult.storage.core.database import AnySelect, Row
from auscult.storage.core.dialect import Dialect
from auscult.storage.core.repository import OfApp
from auscult.storage.core.tables.base import NUMBER
from auscult.storage.core.tables.pages import insight_tallies, listings, tallies
from auscult.storage.pages.rollups import HOUR, WIDTHS, bucket_of

LEVELS = (HOUR, HOUR + 1, HOUR + 2)
UNCOUNTED: Mapping[str, Any] = {
    "touched": insight_tallies.c.touched + 1,
    "basis": sa.null(),
    "whole": sa.null(),
    "parts": sa.null(),
}
"""Values of a span whose rows changed."""

Column = Literal["whole", "parts"]

_KEY = ("listing", "level", "bucket")
_TOUCH = (
    "ON CONFLICT (listing, level, bucket) DO UPDATE SET touched = insight_tallies.touched + 1, "
    "basis = NULL, whole = NULL, parts = NULL"
)
_STORE = (
    "ON CONFLICT (listing, level, bucket) DO UPDATE SET basis = excluded.basis, whole = excluded.whole, "
    "parts = excluded.parts WHERE insight_tallies.touched = excluded.touched"
)
_OWN = sa.select(listings.c.listing, listings.c.version).where(
    listings.c.app == sa.bindparam("app", type_=NUMBER), listings.c.report == sa.bindparam("report", type_=Text)
)
_COUNTED = {
    name: sa.select(insight_tallies.c.bucket, insight_tallies.c[name]).where(
        insight_tallies.c.listing == sa.bindparam("listing", type_=NUMBER),
        insight_tallies.c.basis == sa.bindparam("basis", type_=Text),
        insight_tallies.c.level == sa.bindparam("level", type_=NUMBER),
        insight_tallies.c.bucket >= sa.bindparam("first", type_=BigInteger),
        insight_tallies.c.bucket < sa.bindparam("last", type_=BigInteger),
        insight_tallies.c[name].is_not(None),
    )
    for name in ("whole", "parts")
}
_BUCKETS = {
    name: query.with_only_columns(insight_tallies.c.bucket).order_by(insight_tallies.c.bucket)
    for name, query in _COUNTED.items()
}
_SPAN = tallies.c.level, tallies.c.bucket
_DUE = (
    sa.select(*_SPAN, sa.func.coalesce(insight_tallies.c.touched, sa.literal_column("0")), sa.func.sum(tallies.c.n))
    .select_from(
        tallies.outerjoin(insight_tallies, sa.and_(*(insight_tallies.c[name] == tallies.c[name] for name in _KEY)))
    )
    .where(
        tallies.c.listing == sa.bindparam("listing", type_=NUMBER),
        tallies.c.facet == sa.literal_column("0"),
        tallies.c.level.in_([sa.literal_column(str(level)) for level in LEVELS]),
        insight_tallies.c.basis.is_distinct_from(sa.bindparam("basis", type_=Text)),
    )
    .group_by(*_SPAN, insight_tallies.c.touched)
    .having(sa.func.sum(tallies.c.n) >= sa.bindparam("least", type_=BigInteger))
    .order_by(*_SPAN)
)


class Span(NamedTuple):
    """A bucket of a level, how often it was touched, and how many rows it has."""

    level: int
    bucket: int
    touched: int
    rows: int

    @property
    def since_ms(self) -> int:
        """Its first instant."""
        return self.bucket * WIDTHS[self.level]

    @property
    def until_ms(self) -> int:
        """The first instant after it."""
        return (self.bucket + 1) * WIDTHS[self.level]


class AppInsightTallies(OfApp):
    """Counts of the spans of an app's list. ``basis`` is the version of what counts; counts of other versions are ignored."""

    def version(self) -> int:
        """Return a number that changes with every write of rows."""
        return self._own()[1]

    def counted(self, column: Column, basis: str, since_ms: int, until_ms: int) -> dict[int, list[int]]:
        """Return the buckets by level that lie in a range and are counted, in order."""
        found: dict[int, list[int]] = {}
        for level in LEVELS:
            within = {"first": -bucket_of(level, -since_ms), "last": bucket_of(level, until_ms)}
            found[level] = [bucket for (bucket,) in self._read(_BUCKETS[column], basis, level, within)]
        return found

    def bodies(self, column: Column, basis: str, buckets: Iterable[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
        """Return what was counted, by level and bucket; nothing of a bucket that was touched since it was found."""
        wanted: defaultdict[int, list[int]] = defaultdict(list)
        for level, bucket in buckets:
            wanted[level].append(bucket)
        found: dict[tuple[int, int], bytes] = {}
        for level, some in wanted.items():
            its, within = set(some), {"first": min(some), "last": max(some) + 1}
            rows = self._read(_COUNTED[column], basis, level, within)
            found |= {(level, bucket): bytes(body) for bucket, body in rows if bucket in its}
        return found

    def due(self, basis: str, least: int) -> Sequence[Span]:
        """Return the spans with at least ``least`` rows that are not counted, the narrow ones first."""
        rows = self._database.fetch(_DUE, listing=self._own()[0], basis=basis, least=least)
        return [Span(*row) for row in rows]

    def store(self, basis: str, span: Span, whole: bytes, parts: bytes | None) -> None:
        """Store what was counted of a span, unless it was touched since it was found to be due."""
        row = (self._own()[0], span.level, span.bucket, span.touched, basis, whole, parts)
        with self._database.writing(is_shown=False) as connection:
            self._database.dialect.insert_many(
                connection, insight_tallies, insight_tallies.columns.keys(), [row], _STORE
            )

    def _own(self) -> tuple[int, int]:
        """Return the list's number and version; zeros before the app has any row."""
        rows = self._database.fetch(_OWN, app=self._app, report=OWN_LIST)
        return (rows[0][0], rows[0][1]) if rows else (0, 0)

    def _read(self, query: AnySelect, basis: str, level: int, within: Mapping[str, int]) -> list[Row]:
        return self._database.fetch(query, listing=self._own()[0], basis=basis, level=level, **within)


def touch(connection: Connection, dialect: Dialect, listing: int | None, starts: Iterable[int]) -> None:
    """Let nothing be counted of the spans that these instants lie in, until they are counted again."""
    if listing is None:
        return
    spans = sorted({(listing, level, bucket_of(level, at), 1) for at in starts for level in LEVELS})
    dialect.insert_many(connection, insight_tallies, (*_KEY, "touched"), spans, _TOUCH)
