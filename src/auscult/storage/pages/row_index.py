"""Puts rendered rows where the reports look for them, with facets and tallies exactly in step.

A row is filed in the listing of its report. Facets find the rows of a queue or a custom field; tallies count rows.
All of it is worked out from the rows that were there and the rows that shall be there, inside one transaction.
"""

import itertools
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.domain.record import OWN_LIST, Filter
from auscult.domain.scoring.stored import RenderedRows
from auscult.storage.core.database import AnyRow, write_many
from auscult.storage.core.dialect import Dialect
from auscult.storage.core.instants import ms_of
from auscult.storage.core.packing import pack
from auscult.storage.core.tables.conversations import conversations
from auscult.storage.core.tables.pages import facet_rows, facets, listings, report_rows
from auscult.storage.pages.dimension_keys import EXCLUDED, cell_of
from auscult.storage.pages.facet_codes import ROWS_OF_A_LISTING, Sets, sets_of, write_codes
from auscult.storage.pages.faceting import TALLIED, Facet, aspect_of, facets_of, filter_of
from auscult.storage.pages.figures import Figures, figures_of, flags_of, write_figures
from auscult.storage.pages.insight_tallies import touch
from auscult.storage.pages.rollup_updates import Entry, change_tallies

_VALUES_AT_ONCE = 1_000


class RowIndexEntry(NamedTuple):
    """Index entry of one conversation. ``filed_at`` is the start under which its rows are filed now, if any are.

    ``filters`` selects the facets by which the rows of a report are filed; those of a report that is not named, by all.
    ``is_excluded``: figures leave it out; its rows in the reports stay where they are.
    """

    conversation_id: str
    started_at: int
    cell: int
    facets: tuple[Facet, ...]
    rows: Mapping[str, bytes]
    filed_at: int | None
    filters: Mapping[str, frozenset[Filter]] = MappingProxyType({})
    figures: Figures = Figures()
    is_excluded: bool = False

    def cell_in(self, report: str) -> int:
        """Return the cell of its row in a report."""
        return self.cell + EXCLUDED if self.is_excluded and report == OWN_LIST else self.cell

    def facets_in(self, report: str) -> Sequence[Facet]:
        """The facets by which its row in a report is found."""
        wanted = self.filters.get(report)
        if wanted is None:
            return self.facets
        return [each for each in self.facets if filter_of(each) in wanted]

    def has_figures_in(self, report: str) -> bool:
        """Return whether its row in a report is sorted by figures."""
        wanted = self.filters.get(report)
        return wanted is None or "figures" in wanted


class IndexedRow(NamedTuple):
    """Row of the index: its number, and the properties by which it is filtered."""

    row: int
    listing: int
    started_at: int
    conversation_id: str
    cell: int
    facets: tuple[int, ...]


# What every batch asks for is said once: to put a statement together takes longer than to answer it.
_LISTINGS = sa.select(listings.c.report, listings.c.listing).where(listings.c.app == sa.bindparam("an_app"))
_TURN = sa.update(listings).where(listings.c.app == sa.bindparam("an_app")).values(version=listings.c.version + 1)
_GIVE = (
    sa.update(listings)
    .where(listings.c.listing == sa.bindparam("to_listing"))
    .values(rows_given=listings.c.rows_given + sa.bindparam("more"))
    .returning(listings.c.rows_given)
)
_LOOK_UP = sa.select(facets.c.listing, facets.c.value, facets.c.facet).where(
    facets.c.listing.in_(sa.bindparam("some_listings", expanding=True)),
    facets.c.name == sa.bindparam("a_name"),
    facets.c.value.in_(sa.bindparam("some_values", expanding=True)),
)

INDEXED = (
    report_rows.c.row,
    report_rows.c.listing,
    report_rows.c.started_at,
    report_rows.c.conversation_id,
    report_rows.c.cell,
    report_rows.c.facets,
)
"""The columns of a row that ``indexed_row_of`` reads."""
_OF_CONVERSATIONS = (
    sa.select(*INDEXED)
    .join(conversations, conversations.c.conversation_id == report_rows.c.conversation_id)
    .join(listings, (listings.c.listing == report_rows.c.listing) & (listings.c.app == conversations.c.app))
    .where(
        conversations.c.conversation.in_(sa.bindparam("some_numbers", expanding=True)),
        report_rows.c.started_at == conversations.c.filed_at,
    )
)

_ROW = ("row", "listing", "started_at", "conversation_id", "cell", "facets", "body")
_ENTRY = ("facet", "started_at", "conversation_id", "cell", "row")


class _Found(NamedTuple):
    """A row that shall be in a listing."""

    listing: int
    filing: RowIndexEntry
    facets: Sequence[Facet]
    body: bytes
    has_figures: bool
    cell: int


_Id = tuple[int, str]
"""A listing and the conversation that has a row in it."""


def indexed_row_of(row: AnyRow) -> IndexedRow:
    """Return an indexed row, from its columns in their order."""
    *values, tags = row
    return IndexedRow(*values, facets=msgspec.json.decode(tags, type=tuple[int, ...]))


def filing_of(rendered: RenderedRows, filed_at: int | None, *, is_excluded: bool = False) -> RowIndexEntry:
    """Return the index entry of a rendered conversation."""
    conversation = rendered.conversation
    return RowIndexEntry(
        conversation_id=conversation.id,
        started_at=ms_of(conversation.started_at),
        cell=cell_of(conversation, rendered.evaluation.status),
        facets=tuple(sorted(facets_of(rendered))),
        rows=rendered.rows,
        filed_at=filed_at,
        filters=rendered.filters,
        figures=figures_of(rendered),
        is_excluded=is_excluded,
    )


def file_rows(connection: Connection, dialect: Dialect, app: int, filings: Sequence[RowIndexEntry]) -> None:
    """Let the listings of the app show these rows, and of these conversations no others."""
    filings = sorted(filings, key=lambda filing: (filing.started_at, filing.conversation_id))  # as they will be read
    known = _turn_listings(connection, dialect, app, {report for filing in filings for report in filing.rows})
    old = _filed(connection, known.values(), filings)
    found = [
        _Found(
            known[report],
            filing,
            filing.facets_in(report),
            pack(body, report),
            filing.has_figures_in(report),
            filing.cell_in(report),
        )
        for filing in filings
        for report, body in filing.rows.items()
    ]
    tags: dict[int, set[Facet]] = defaultdict(set)
    for listing, _, its, *_ in found:
        tags[listing].update(its)
    numbers = _number_facets(connection, dialect, tags)
    new = _indexed(connection, old, found, numbers)
    _write_rows(connection, dialect, old, new)
    figures = [
        _figured(new[each.listing, each.filing.conversation_id][0], each.filing) for each in found if each.has_figures
    ]
    write_figures(connection, dialect, [one.row for key, one in old.items() if key not in new], figures)
    starts = [*(each.filed_at for each in filings if each.filed_at is not None), *(each.started_at for each in filings)]
    touch(connection, dialect, known.get(OWN_LIST), starts)
    _write_facets(connection, dialect, list(old.values()), [one for one, _ in new.values()], numbers)


def remove_rows(connection: Connection, dialect: Dialect, app: int, numbers: Collection[int]) -> set[int]:
    """Let the listings of the app show nothing of these conversations, by their numbers; return the facets of what went."""
    raise_versions(connection, app)
    went = [indexed_row_of(row) for row in connection.execute(_OF_CONVERSATIONS, {"some_numbers": list(numbers)})]
    _write_rows(connection, dialect, {(one.listing, one.conversation_id): one for one in went}, {})
    write_figures(connection, dialect, [one.row for one in went], [])
    touch(connection, dialect, _listings(connection, app).get(OWN_LIST), [one.started_at for one in went])
    _write_facets(connection, dialect, went, [], {})
    return {facet for one in went for facet in one.facets}


def rewrite_rows(
    connection: Connection, dialect: Dialect, app: int, rows: Sequence[tuple[int, str, Mapping[str, bytes]]]
) -> None:
    """Let rows that are filed say something else, and stay where they are.

    Each is given by the start under which its conversation is filed, the conversation's id, and bodies by report.
    One that is not there stays so: ``auscult rebuild`` makes rows.
    """
    if not rows:
        return
    raise_versions(connection, app)
    known = _listings(connection, app)
    statement = sa.update(report_rows).where(
        report_rows.c.listing == sa.bindparam("in_listing"),
        report_rows.c.started_at == sa.bindparam("at_start"),
        report_rows.c.conversation_id == sa.bindparam("of_conversation"),
    )
    changed = [
        {
            "in_listing": known[report],
            "at_start": filed_at,
            "of_conversation": conversation_id,
            "body": pack(body, report),
        }
        for filed_at, conversation_id, bodies in rows
        for report, body in bodies.items()
        if report in known
    ]
    changed.sort(key=lambda row: (row["in_listing"], row["at_start"], row["of_conversation"]))
    write_many(connection, statement, changed)
    touch(connection, dialect, known.get(OWN_LIST), [filed_at for filed_at, *_ in rows])


def raise_versions(connection: Connection, app: int) -> None:
    """Invalidate caches of the app's listings."""
    connection.execute(_TURN, {"an_app": app})


def _turn_listings(connection: Connection, dialect: Dialect, app: int, reports: set[str]) -> dict[str, int]:
    """Raise the version of every listing of the app, new ones made; all of them by report."""
    known = _listings(connection, app)
    if missing := sorted(reports - known.keys()):
        rows = [(app, report, 0, 0) for report in missing]
        dialect.insert_many(connection, listings, ("app", "report", "version", "rows_given"), rows)
        known = _listings(connection, app)
    raise_versions(connection, app)
    return known


def _listings(connection: Connection, app: int) -> dict[str, int]:
    """The listings of an app, by report."""
    return {row.report: row.listing for row in connection.execute(_LISTINGS, {"an_app": app})}


def _filed(connection: Connection, known: Iterable[int], filings: Sequence[RowIndexEntry]) -> dict[_Id, IndexedRow]:
    """Find the rows that these conversations have now."""
    query = sa.select(*INDEXED).where(
        report_rows.c.listing == sa.bindparam("listing"),
        report_rows.c.started_at == sa.bindparam("started_at"),
        report_rows.c.conversation_id == sa.bindparam("conversation_id"),
    )
    wanted = [
        {"listing": listing, "started_at": filing.filed_at, "conversation_id": filing.conversation_id}
        for listing in known
        for filing in filings
        if filing.filed_at is not None
    ]
    found_rows = [indexed_row_of(row) for values in wanted for row in connection.execute(query, values)]
    return {(one.listing, one.conversation_id): one for one in found_rows}


def _indexed(
    connection: Connection,
    old: Mapping[_Id, IndexedRow],
    found: Sequence[_Found],
    numbers: Mapping[int, Mapping[Facet, int]],
) -> dict[_Id, tuple[IndexedRow, bytes]]:
    """Return the indexed rows, with their bytes: an existing one keeps its number."""
    fresh = _fresh_numbers(
        connection, Counter(listing for listing, filing, *_ in found if (listing, filing.conversation_id) not in old)
    )
    indexed_rows: dict[_Id, tuple[IndexedRow, bytes]] = {}
    for listing, filing, its, body, _, cell in found:
        key = (listing, filing.conversation_id)
        row = old[key].row if key in old else next(fresh[listing])
        number_of = numbers[listing]
        facets_ = tuple(sorted([number_of[each] for each in its]))
        indexed_rows[key] = (
            IndexedRow(row, listing, filing.started_at, filing.conversation_id, cell, facets_),
            body,
        )
    return indexed_rows


def _fresh_numbers(connection: Connection, wanted: Mapping[int, int]) -> dict[int, Iterator[int]]:
    """Yield new row numbers of each listing, in order."""
    fresh: dict[int, Iterator[int]] = {}
    for listing, n in wanted.items():
        given = connection.execute(_GIVE, {"to_listing": listing, "more": n}).scalar_one()
        fresh[listing] = itertools.count(listing * ROWS_OF_A_LISTING + given - n + 1)
    return fresh


def _number_facets(
    connection: Connection, dialect: Dialect, wanted: Mapping[int, set[Facet]]
) -> dict[int, dict[Facet, int]]:
    """Numbers of facets, by listing; made where they are new."""
    found = _numbers_of(connection, wanted)
    missing = {listing: its - found[listing].keys() for listing, its in wanted.items()}
    if rows := sorted((listing, *facet) for listing, its in missing.items() for facet in its):
        dialect.insert_many(connection, facets, ("listing", "name", "value"), rows)
        for listing, made in _numbers_of(connection, missing).items():
            found[listing] |= made
    return found


def _numbers_of(connection: Connection, wanted: Mapping[int, set[Facet]]) -> dict[int, dict[Facet, int]]:
    """Numbers of the facets that are there, by listing."""
    values: dict[str, set[str]] = defaultdict(set)
    for its in wanted.values():
        for name, value in its:
            values[name].add(value)
    found: dict[int, dict[Facet, int]] = {listing: {} for listing in wanted}
    for name in sorted(values):
        ordered = sorted(values[name])
        for start in range(0, len(ordered), _VALUES_AT_ONCE):
            chunk = {"a_name": name, "some_values": ordered[start : start + _VALUES_AT_ONCE]}
            for listing, value, facet in connection.execute(_LOOK_UP, {"some_listings": sorted(wanted), **chunk}):
                found[listing][name, value] = facet
    return found


def _write_rows(
    connection: Connection, dialect: Dialect, old: Mapping[_Id, IndexedRow], new: Mapping[_Id, tuple[IndexedRow, bytes]]
) -> None:
    """Write the rows themselves. One that stays is changed where it lies, so that rows read together lie together."""

    def values(one: IndexedRow, body: bytes) -> tuple[Any, ...]:
        return (*one[:-1], msgspec.json.encode(one.facets).decode(), body)

    same = report_rows.c.row == sa.bindparam("number")
    gone = [{"number": one.row} for key, one in old.items() if key not in new]
    write_many(connection, sa.delete(report_rows).where(same), gone)
    changed = [
        {"number": one.row, **dict(zip(_ROW, values(*new[key]), strict=True))} for key, one in old.items() if key in new
    ]
    write_many(connection, sa.update(report_rows).where(same), changed)
    dialect.insert_many(connection, report_rows, _ROW, [values(*new[key]) for key in new if key not in old])


def _write_facets(
    connection: Connection,
    dialect: Dialect,
    before: Sequence[IndexedRow],
    after: Sequence[IndexedRow],
    numbers: Mapping[int, Mapping[Facet, int]],
) -> None:
    """Write everything that finds and counts rows by facets. The rows themselves must have been written."""
    write_facet_rows(connection, dialect, before, after)
    write_codes(connection, dialect, _coded(before, after, numbers))
    tallied = {number for its in numbers.values() for (name, _), number in its.items() if name in TALLIED}
    tallied |= _tallied(connection, sorted({facet for one in before for facet in one.facets} - tallied))
    change_tallies(connection, dialect, _counted_by(before, tallied), _counted_by(after, tallied))


def write_facet_rows(
    connection: Connection, dialect: Dialect, before: Iterable[IndexedRow], after: Iterable[IndexedRow]
) -> None:
    """Write which rows have which facets."""
    old, new = set(_entries(before)), list(_entries(after))
    same = sa.and_(*(facet_rows.c[name] == sa.bindparam(f"old_{name}") for name in _ENTRY))
    gone = [dict(zip((f"old_{name}" for name in _ENTRY), entry, strict=True)) for entry in sorted(old.difference(new))]
    write_many(connection, sa.delete(facet_rows).where(same), gone)
    dialect.insert_many(connection, facet_rows, _ENTRY, sorted([entry for entry in new if entry not in old]))


def _coded(
    before: Iterable[IndexedRow], after: Iterable[IndexedRow], numbers: Mapping[int, Mapping[Facet, int]]
) -> dict[int, Sets | None]:
    """Return the facet sets of rows by number; None for rows that had some and have none."""
    facets_ = (each for its in numbers.values() for each in its.items())
    aspects = {number: aspect for facet, number in facets_ if (aspect := aspect_of(facet)) is not None}
    coded: dict[int, Sets | None] = {one.row: None for one in before}
    coded.update({one.row: sets for one in after if (sets := sets_of(one.facets, aspects))})
    return coded


def _figured(one: IndexedRow, filing: RowIndexEntry) -> tuple[Any, ...]:
    return (*one[:-1], flags_of(filing.facets), *filing.figures)


def _entries(rows: Iterable[IndexedRow]) -> Iterator[tuple[int, int, str, int, int]]:
    return ((facet, one.started_at, one.conversation_id, one.cell, one.row) for one in rows for facet in one.facets)


def _counted_by(rows: Iterable[IndexedRow], tallied: set[int]) -> Iterator[Entry]:
    return (Entry(at.listing, at.started_at, at.cell, tallied.intersection(at.facets)) for at in rows)


def _tallied(connection: Connection, numbers: Sequence[int]) -> set[int]:
    """Return those of these facets that are counted by the hour."""
    query = sa.select(facets.c.facet).where(facets.c.name.in_(sorted(TALLIED)))
    chunks = (numbers[start : start + _VALUES_AT_ONCE] for start in range(0, len(numbers), _VALUES_AT_ONCE))
    return {facet for chunk in chunks for facet in connection.scalars(query.where(facets.c.facet.in_(chunk)))}
