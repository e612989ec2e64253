"""Recount of derived data, as a proof: rows, facets, their codes, tallies, batches, backfills."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import islice
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy import Connection

from auscult.domain.record import OWN_LIST
from auscult.storage.access.apps import lock_app
from auscult.storage.conversations.evaluated import newest_evaluation
from auscult.storage.core.database import AnyRow, AnySelect
from auscult.storage.core.packing.readable import Kind, readable_of
from auscult.storage.core.repository import OfDatabase
from auscult.storage.core.tables.conversations import IS_CHUNK, batches, conversations, evaluations, insights
from auscult.storage.core.tables.history import backfills
from auscult.storage.core.tables.pages import (
    facet_codes,
    facet_rows,
    facet_sets,
    facets,
    figure_rows,
    insight_tallies,
    listings,
    report_rows,
    tallies,
)
from auscult.storage.pages.facet_codes import coded_rows, sets_of, write_codes
from auscult.storage.pages.faceting import TALLIED, aspect_of
from auscult.storage.pages.figures import COLUMNS, FLAGS, Figures, flags_of, in_parts
from auscult.storage.pages.insight_tallies import UNCOUNTED
from auscult.storage.pages.rollup_updates import Entry, add_tallies, by_span, counted, parts_of
from auscult.storage.pages.rollups import Key, is_crowded, raised
from auscult.storage.pages.row_index import INDEXED, indexed_row_of, raise_versions, write_facet_rows
from auscult.storage.work.batches import UNRECORDED

_ROWS_AT_ONCE = 10_000
_HAS_ROW = sa.exists().where(report_rows.c.row == figure_rows.c.row)
_MOST_SHOWN = 100


class _Sentiment(Struct):
    score: float


class _Insights(Struct):
    sentiment: _Sentiment | None


class _Shown(Struct):
    """Figures of a row, as it shows them."""

    score: int | None
    duration_ms: int | None
    confidence: float | None
    insights: _Insights | None


class Difference(Struct, frozen=True):
    """Something that does not agree: what, what it should be, and what it is."""

    what: str
    expected: str
    found: str

    def __str__(self) -> str:
        """One line."""
        return f"{self.what}: expected {self.expected}, found {self.found}"


class Verifier(OfDatabase):
    """Counts everything again."""

    def differences(self, app: int) -> list[Difference]:
        """Everything of an app that does not agree, at most 100 of each kind, read in one state of the data."""
        of_rows = (_tallies_differ, _facets_differ, _codes_differ, _rows_differ, _figures_differ)
        checks = (*of_rows, _statuses_differ, _readable_differ, _batches_differ, _backfills_differ)
        with self._database.comparing() as connection:
            return [each for check in checks for each in islice(check(connection, app), _MOST_SHOWN)]

    def rebuild_tallies(self, app: int) -> None:
        """Compute tallies, the index of facets and their codes again from the rows of an app, in one transaction."""
        mine = sa.select(listings.c.listing).where(listings.c.app == app)
        tagged = sa.select(facets.c.facet).where(facets.c.listing.in_(mine))
        with self._database.writing() as connection:
            lock_app(connection, app)
            connection.execute(sa.delete(facet_rows).where(facet_rows.c.facet.in_(tagged)))
            connection.execute(sa.delete(figure_rows).where(figure_rows.c.listing.in_(mine), ~_HAS_ROW))
            connection.execute(sa.delete(facet_codes).where(facet_codes.c.listing.in_(mine)))
            aspects = _aspects(connection, app)
            for rows in _rows(connection, app).partitions(_ROWS_AT_ONCE):
                found_rows = [indexed_row_of(row) for row in rows]
                write_facet_rows(connection, self._database.dialect, (), found_rows)
                coded = {one.row: sets for one in found_rows if (sets := sets_of(one.facets, aspects))}
                write_codes(connection, self._database.dialect, coded)
            connection.execute(sa.delete(tallies).where(tallies.c.listing.in_(mine)))
            add_tallies(connection, self._database.dialect, _count(connection, app))
            connection.execute(sa.update(insight_tallies).where(insight_tallies.c.listing.in_(mine)).values(UNCOUNTED))
            raise_versions(connection, app)


def _count(connection: Connection, app: int) -> Counter[Key]:
    """Tallies as the rows have it; those of parts of days as the indexes of the rows have it."""
    tallied = set(
        connection.scalars(
            sa.select(facets.c.facet)
            .join(listings, listings.c.listing == facets.c.listing)
            .where(listings.c.app == app, facets.c.name.in_(sorted(TALLIED)))
        )
    )
    rows = _rows(connection, app)
    daily = counted(Entry(row.listing, row.started_at, row.cell, tallied & _tags(row)) for row in rows)
    counts = raised(daily)
    for span, n in by_span(daily).items():
        if is_crowded(span.level, n):
            counts.update(parts_of(connection, span))
    return counts


def _rows(connection: Connection, app: int) -> sa.CursorResult[*tuple[Any, ...]]:
    query = (
        sa.select(*INDEXED)
        .join(listings, listings.c.listing == report_rows.c.listing)
        .where(listings.c.app == app)
        .execution_options(yield_per=_ROWS_AT_ONCE)
    )
    return connection.execute(query)


def _tags(row: AnyRow) -> set[int]:
    return msgspec.json.decode(row.facets, type=set[int])


def _tallies_differ(connection: Connection, app: int) -> Iterator[Difference]:
    """Tallies of every level against the rows."""
    expected = _count(connection, app)
    query = sa.select(tallies).join(listings, listings.c.listing == tallies.c.listing).where(listings.c.app == app)
    found = {Key(*row[:-1]): row.n for row in connection.execute(query) if row.n}
    for key in sorted(expected.keys() | found.keys()):
        if expected[key] != found.get(key, 0):
            yield Difference(f"tally {key._asdict()}", str(expected[key]), str(found.get(key, 0)))


def _facets_differ(connection: Connection, app: int) -> Iterator[Difference]:
    """The index of facets against the facets that the rows name: for each facet how many, and a sum over which."""
    expected: dict[int, _Sum] = defaultdict(_Sum)
    for row in _rows(connection, app):
        for facet in _tags(row):
            expected[facet].add((row.started_at, row.conversation_id, row.cell, row.row))
    query = (
        sa.select(facet_rows)
        .join(facets, facets.c.facet == facet_rows.c.facet)
        .join(listings, listings.c.listing == facets.c.listing)
        .where(listings.c.app == app)
        .execution_options(yield_per=_ROWS_AT_ONCE)
    )
    found: dict[int, _Sum] = defaultdict(_Sum)
    for facet, *entry in connection.execute(query):
        found[facet].add(tuple(entry))
    for facet in sorted(expected.keys() | found.keys()):
        if expected[facet] != found[facet]:
            yield Difference(f"rows of facet {facet}", str(expected[facet]), str(found[facet]))


def _codes_differ(connection: Connection, app: int) -> Iterator[Difference]:
    """The codes of facets against the facets that the rows name: by listing how many rows, and a sum over their sets."""
    expected: defaultdict[int, _Sum] = defaultdict(_Sum)
    aspects = _aspects(connection, app)
    for row in _rows(connection, app):
        for aspect, text in enumerate(sets_of(msgspec.json.decode(row.facets, type=list[int]), aspects) or ()):
            expected[row.listing].add((row.row, aspect, text))
    mine = sa.select(listings.c.listing).where(listings.c.app == app)
    sets = sa.select(facet_sets.c.facet_set, facet_sets.c.facets).where(facet_sets.c.listing.in_(mine))
    texts = {row.facet_set: row.facets for row in connection.execute(sets)}
    found: defaultdict[int, _Sum] = defaultdict(_Sum)
    blocks = sa.select(facet_codes).where(facet_codes.c.listing.in_(mine))
    for listing, aspect, block, codes in connection.execute(blocks.execution_options(yield_per=_ROWS_AT_ONCE)):
        for row, code in coded_rows(listing, block, codes):
            found[listing].add((row, aspect, texts.get(code)))
    for listing in sorted(expected.keys() | found.keys()):
        if expected[listing] != found[listing]:
            yield Difference(f"codes of listing {listing}", str(expected[listing]), str(found[listing]))


def _aspects(connection: Connection, app: int) -> dict[int, int]:
    """Aspects of an app's facets that are coded, by their numbers."""
    query = (
        sa.select(facets.c.facet, facets.c.name, facets.c.value)
        .join(listings, listings.c.listing == facets.c.listing)
        .where(listings.c.app == app)
    )
    rows = connection.execute(query)
    return {facet: aspect for facet, *named in rows if (aspect := aspect_of((named[0], named[1]))) is not None}


class _Sum:
    """Number of entries, and a checksum of them."""

    def __init__(self) -> None:
        self.state = (0, 0)

    def add(self, entry: tuple[Any, ...]) -> None:
        n, total = self.state
        self.state = (n + 1, (total + hash(entry)) % 2**64)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Sum) and self.state == other.state

    __hash__ = None  # pyright: ignore[reportAssignmentType]

    def __str__(self) -> str:
        return f"{self.state[0]} rows (sum {self.state[1]:x})"


def _rows_differ(connection: Connection, app: int) -> Iterator[Difference]:
    """Rows against the conversations that they are of: filed where the conversation says, some of each, one in a listing."""
    mine = report_rows.join(listings, (listings.c.listing == report_rows.c.listing) & (listings.c.app == app))
    of_them = (conversations.c.app == app) & (conversations.c.conversation_id == report_rows.c.conversation_id)
    strayed = (
        sa.select(report_rows.c.conversation_id, report_rows.c.started_at, conversations.c.filed_at)
        .select_from(mine.outerjoin(conversations, of_them))
        .where(conversations.c.filed_at.is_distinct_from(report_rows.c.started_at))
    )
    for conversation_id, started_at, filed_at in connection.execute(strayed):
        yield Difference(f"start of row {conversation_id}", str(filed_at), str(started_at))
    is_filed = sa.exists().where(
        report_rows.c.listing.in_(sa.select(listings.c.listing).where(listings.c.app == app)),
        report_rows.c.started_at == conversations.c.filed_at,
        report_rows.c.conversation_id == conversations.c.conversation_id,
    )
    missing = sa.select(conversations.c.conversation_id).where(
        conversations.c.app == app, conversations.c.filed_at.is_not(None), ~is_filed
    )
    for conversation_id in connection.scalars(missing):
        yield Difference(f"rows of {conversation_id}", "some", "0")
    repeated = (
        sa.select(report_rows.c.listing, report_rows.c.conversation_id, sa.func.count())
        .select_from(mine)
        .group_by(report_rows.c.listing, report_rows.c.conversation_id)
        .having(sa.func.count() > 1)
    )
    for listing, conversation_id, n in connection.execute(repeated):
        yield Difference(f"rows of {conversation_id} in listing {listing}", "1", str(n))


def _figures_differ(connection: Connection, app: int) -> Iterator[Difference]:
    """Figures against the rows of our own list, which show the same numbers and facets."""
    mine = (listings.c.app == app) & (listings.c.report == OWN_LIST)
    facet: dict[int, tuple[str, str]] = {
        number: (name, value) for number, name, value in connection.execute(_flagged(app))
    }
    query = (
        sa.select(
            *INDEXED,
            report_rows.c.body,
            *(figure_rows.c[name].label(f"its_{name}") for name in COLUMNS),
        )
        .join(listings, listings.c.listing == report_rows.c.listing)
        .outerjoin(figure_rows, figure_rows.c.row == report_rows.c.row)
        .where(mine)
        .execution_options(yield_per=_ROWS_AT_ONCE)
    )
    for row in connection.execute(query):
        flags = flags_of(facet[each] for each in _tags(row) if each in facet)
        expected = (*row[:5], flags, *_shown_figures(row.body))
        found = tuple(row[-len(COLUMNS) :])
        if expected != found:
            yield Difference(f"figures of row {row.row}", str(expected), str(found))
    strayed = sa.select(figure_rows.c.row).join(listings, listings.c.listing == figure_rows.c.listing)
    for number in connection.scalars(strayed.where(listings.c.app == app, ~_HAS_ROW)):
        yield Difference(f"figures of row {number}", "none", "some")


def _flagged(app: int) -> sa.Select[int, str, str]:
    """Return the query of the facets of our own list that may have flags."""
    query = sa.select(facets.c.facet, facets.c.name, facets.c.value)
    query = query.join(listings, listings.c.listing == facets.c.listing)
    names = sorted({name for name, _ in FLAGS})
    return query.where(listings.c.app == app, listings.c.report == OWN_LIST, facets.c.name.in_(names))


def _shown_figures(body: bytes) -> Figures:
    """Return the figures that a row shows."""
    shown = msgspec.json.decode(body, type=_Shown)
    sentiment = shown.insights.sentiment if shown.insights else None
    return in_parts(shown.score, shown.duration_ms, sentiment.score if sentiment else None, shown.confidence)


def _statuses_differ(connection: Connection, app: int) -> Iterator[Difference]:
    """Yield conversations whose status differs from that of their current evaluation."""
    query = (
        sa.select(conversations.c.conversation_id, conversations.c.status, evaluations.c.status.label("decided"))
        .select_from(conversations)
        .outerjoin(evaluations, evaluations.c.evaluation == newest_evaluation())
        .where(
            conversations.c.app == app,
            conversations.c.recorded_revision.is_not(None),
            evaluations.c.status.is_distinct_from(conversations.c.status),
        )
    )
    for conversation_id, status, decided in connection.execute(query):
        yield Difference(f"status of {conversation_id}", str(decided), str(status))


def _readable_differ(connection: Connection, app: int) -> Iterator[Difference]:
    """Yield packed conversations and insights of which views read something else than the documents contain."""
    its = (conversations.c.app == app, conversations.c.conversation == insights.c.conversation)
    of_it = conversations.c.conversation_id
    queries: dict[Kind, AnySelect] = {
        "documents": sa.select(of_it, conversations.c.body, conversations.c.readable).where(its[0]),
        "insights": sa.select(of_it, insights.c.body, insights.c.readable).where(*its),
    }
    for kind, query in queries.items():
        for conversation_id, body, readable in connection.execute(query.execution_options(yield_per=_ROWS_AT_ONCE)):
            if readable is not None and readable != readable_of(body, kind):
                yield Difference(f"{kind} of {conversation_id}, as SQL reads them", "as they are packed", "others")


def _backfills_differ(connection: Connection, app: int) -> Iterator[Difference]:
    """Backfills that run, or do not, against the chunks that wait."""
    waiting = sa.func.coalesce(sa.func.sum(sa.case((batches.c.state == "accepted", 1), else_=0)), 0)
    query = (
        sa.select(backfills.c.backfill_id, backfills.c.state, waiting)
        .outerjoin(batches, sa.and_(sa.text(IS_CHUNK), batches.c.line == backfills.c.backfill))
        .where(backfills.c.app == app)
        .group_by(backfills.c.backfill_id, backfills.c.state)
    )
    for backfill_id, state, n in connection.execute(query):
        if (state == "running") != (n > 0) and state != "cancelled":
            yield Difference(f"chunks that wait of {backfill_id}, which is {state}", "some" if n == 0 else "0", str(n))


def _batches_differ(connection: Connection, app: int) -> Iterator[Difference]:
    """Batches that are done against the conversations that they should have recorded."""
    query = (
        sa.select(batches.c.batch_id, sa.func.count())
        .join(conversations, conversations.c.batch == batches.c.batch)
        .where(
            batches.c.app == app,
            batches.c.state == "done",
            UNRECORDED,
        )
        .group_by(batches.c.batch_id)
    )
    for batch_id, n in connection.execute(query):
        yield Difference(f"conversations not recorded in batch {batch_id}, which is done", "0", str(n))
