"""Keeps tallies in step with the rows that are filed: adds what came, takes away what went."""

from collections import Counter
from collections.abc import Container, Iterable, Mapping
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.storage.core.dialect import Dialect
from auscult.storage.core.tables.pages import facet_rows, report_rows, tallies
from auscult.storage.pages.rollups import DAY, FINEST, WIDTHS, Key, bucket_of, is_crowded, raised

_BUCKETS_AT_ONCE = 1_000
_ADD = "ON CONFLICT (listing, facet, level, bucket, cell) DO UPDATE SET n = tallies.n + excluded.n"


class Entry(NamedTuple):
    """Countable part of a row. Its facets are those that are tallied."""

    listing: int
    started_at: int
    cell: int
    facets: Iterable[int]


class Span(NamedTuple):
    """The rows of a listing (with a facet, or all: 0) in one bucket, whichever their cells."""

    listing: int
    facet: int
    level: int
    bucket: int


def counted(entries: Iterable[Entry], level: int = DAY, only: Container[Span] | None = None) -> Counter[Key]:
    """Count rows by the buckets of a level; only those in some buckets of the level above, if these are given."""
    counts: Counter[Key] = Counter()
    for listing, started_at, cell, facets in entries:
        bucket = bucket_of(level, started_at)
        for facet in (0, *facets):
            if only is None or Span(listing, facet, level + 1, bucket_of(level + 1, started_at)) in only:
                counts[Key(listing, facet, level, bucket, cell)] += 1
    return counts


def change_tallies(connection: Connection, dialect: Dialect, went: Iterable[Entry], came: Iterable[Entry]) -> None:
    """Let tallies count what came, and no more what went. The rows themselves must have been written."""
    went, came = list(went), list(came)
    changes = counted(came)
    changes.subtract(counted(went))
    add_tallies(connection, dialect, raised(changes))
    spans = _in_busy_days(connection, changes)
    for level in range(DAY, FINEST, -1):
        if not spans:
            return
        rows = _rows_in(connection, level, spans)
        were_crowded = {span for span, more in spans.items() if is_crowded(level, rows[span] - more)}
        are_crowded = {span for span in spans if is_crowded(level, rows[span])}
        changes = counted(came, level - 1, were_crowded & are_crowded)
        changes.subtract(counted(went, level - 1, were_crowded & are_crowded))
        spans = by_span(changes)
        for span in are_crowded - were_crowded:
            changes.update(parts_of(connection, span))
        add_tallies(connection, dialect, changes)
        for span in were_crowded - are_crowded:
            _drop_parts(connection, span)


def add_tallies(connection: Connection, dialect: Dialect, changes: Mapping[Key, int]) -> None:
    """Add to tallies, in the order of their keys."""
    rows = [(*key, n) for key, n in sorted(changes.items()) if n]
    dialect.insert_many(connection, tallies, tallies.columns.keys(), rows, _ADD)


def by_span(changes: Mapping[Key, int]) -> Counter[Span]:
    """Sum up over cells. Sums of 0 stay, for rows moved there."""
    spans: Counter[Span] = Counter()
    for (listing, facet, level, bucket, _), n in changes.items():
        spans[Span(listing, facet, level, bucket)] += n
    return spans


def parts_of(connection: Connection, span: Span) -> Counter[Key]:
    """Count the rows of a crowded bucket by its parts, and those of crowded parts by theirs."""
    listing, facet, level, bucket = span
    if level == FINEST:
        return Counter()
    start, part = bucket * WIDTHS[level], WIDTHS[level - 1]
    rows = facet_rows if facet else report_rows
    numbers = (
        # Counted from the bucket's first, for databases round what is before the epoch towards it.
        sa.select(((rows.c.started_at - start) // part).label("number"), rows.c.cell)
        .where(facet_rows.c.facet == facet if facet else report_rows.c.listing == listing)
        .where(rows.c.started_at >= start, rows.c.started_at < start + WIDTHS[level])
        .subquery()
    )
    query = sa.select(numbers.c.number, numbers.c.cell, sa.func.count()).group_by(numbers.c.number, numbers.c.cell)
    counts = Counter(
        {
            Key(listing, facet, level - 1, start // part + number, cell): n
            for number, cell, n in connection.execute(query)
        }
    )
    for each, n in by_span(counts).items():
        if is_crowded(each.level, n):
            counts.update(parts_of(connection, each))
    return counts


def _in_busy_days(connection: Connection, changes: Mapping[Key, int]) -> Counter[Span]:
    """Of changes by the day those in days that are, or were, crowded in all: no facet has more rows than there are.

    Of a small app no day is, and then this is all that is asked.
    """
    in_all = by_span({key: n for key, n in changes.items() if not key.facet})
    rows = _rows_in(connection, DAY, in_all)
    busy = {
        (span.listing, span.bucket)
        for span, more in in_all.items()
        if is_crowded(DAY, max(rows[span], rows[span] - more))
    }
    return by_span({key: n for key, n in changes.items() if (key.listing, key.bucket) in busy} if busy else {})


def _rows_in(connection: Connection, level: int, spans: Iterable[Span]) -> Counter[Span]:
    """Return the number of rows in these buckets of one level, by the tallies; the result may have others too."""
    rows: Counter[Span] = Counter()
    buckets = sorted({span.bucket for span in spans})
    for start in range(0, len(buckets), _BUCKETS_AT_ONCE):
        query = (
            sa.select(tallies.c.listing, tallies.c.facet, tallies.c.level, tallies.c.bucket, sa.func.sum(tallies.c.n))
            .where(
                tallies.c.listing.in_(sorted({span.listing for span in spans})),
                tallies.c.facet.in_(sorted({span.facet for span in spans})),
                tallies.c.level == level,
                tallies.c.bucket.in_(buckets[start : start + _BUCKETS_AT_ONCE]),
            )
            .group_by(tallies.c.listing, tallies.c.facet, tallies.c.level, tallies.c.bucket)
        )
        rows.update({Span(*span): int(n) for *span, n in connection.execute(query)})
    return rows


def _drop_parts(connection: Connection, span: Span) -> None:
    """Count a bucket that is crowded no more as a whole only."""
    start = span.bucket * WIDTHS[span.level]
    of_it = [
        (tallies.c.level == level)
        & tallies.c.bucket.between(bucket_of(level, start), bucket_of(level, start + WIDTHS[span.level] - 1))
        for level in range(FINEST, span.level)
    ]
    mine = (tallies.c.listing == span.listing) & (tallies.c.facet == span.facet)
    connection.execute(sa.delete(tallies).where(mine, sa.or_(*of_it)))
