"""Puts rendered rows where the reports look for them, with facets and tallies exactly in step.

A row is filed in the listing of its report. Facets find the rows of a queue or a custom field; tallies count rows.
All of it is worked out from the rows that were there and the rows that shall be there, inside one transaction.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.domain.conversation import Conversation
from auscult.domain.record import Filter
from auscult.pipeline.ports import Rendered
from auscult.storage.cells import cell_of
from auscult.storage.counting import Entry, change_tallies
from auscult.storage.database import AnyRow, write_many
from auscult.storage.dialect import Dialect
from auscult.storage.instants import ms_of
from auscult.storage.tables import facet_rows, facets, listings, report_rows
from auscult.storage.texts import is_storable

QUEUE = "queue"
"""Facet of a queue's id and of its name, both compared without case."""
CHANNEL = "channel"
"""Facet of what the contact centre calls the channel, compared without case."""
FIELD = "cf"
"""Facet of a custom field: a colon and the field's name follow."""
TALLIED = frozenset({QUEUE, CHANNEL})
"""Facets that are counted by the hour. Others may have as many values as there are conversations."""

_FILTERS: Mapping[str, Filter] = {QUEUE: "queues", CHANNEL: "contact_channels", FIELD: "custom_fields"}

ROWS_OF_A_LISTING = 2**32
"""Row numbers that each listing has for itself."""

_VALUES_AT_ONCE = 1_000
_LONGEST_FACET = 200


class Filing(NamedTuple):
    """What is to be filed of one conversation. ``filed_at`` is the start under which its rows stand now, if any do.

    ``filters`` says by which facets the rows of a report are found; those of a report that is not named, by all.
    """

    conversation_id: str
    started_at: int
    cell: int
    facets: tuple[tuple[str, str], ...]
    rows: Mapping[str, bytes]
    filed_at: int | None
    filters: Mapping[str, frozenset[Filter]] = MappingProxyType({})

    def facets_in(self, report: str) -> list[tuple[str, str]]:
        """The facets by which its row in a report is found."""
        wanted = self.filters.get(report)
        return [each for each in self.facets if wanted is None or _FILTERS[each[0].partition(":")[0]] in wanted]


class Place(NamedTuple):
    """Where a row is filed: under which number, and by what it is found."""

    row: int
    listing: int
    started_at: int
    conversation_id: str
    cell: int
    facets: tuple[int, ...]


class _Listing(NamedTuple):
    listing: int
    rows_given: int


_Id = tuple[int, str]
"""A listing and the conversation that has a row in it."""


def place_of(row: AnyRow) -> Place:
    """Where a stored row is filed, from the columns of a place in their order."""
    *place, tags = row
    return Place(*place, facets=msgspec.json.decode(tags, type=tuple[int, ...]))


def filing_of(rendered: Rendered, filed_at: int | None) -> Filing:
    """Say what is to be filed of a rendered conversation."""
    conversation = rendered.conversation
    return Filing(
        conversation_id=conversation.id,
        started_at=ms_of(conversation.started_at),
        cell=cell_of(conversation, rendered.evaluation.status),
        facets=tuple(sorted(_facets_of(conversation))),
        rows=rendered.rows,
        filed_at=filed_at,
        filters=rendered.filters,
    )


def queue_facet(id_or_name: str) -> tuple[str, str]:
    """Facet of a queue, by its id or its name."""
    return QUEUE, _short(id_or_name.casefold())


def channel_facet(name: str) -> tuple[str, str]:
    """Facet of a channel, by one of its names."""
    return CHANNEL, _short(name.casefold())


def field_facet(name: str, value: str) -> tuple[str, str]:
    """Facet of a custom field."""
    return f"{FIELD}:{_short(name)}", _short(value)


def file_rows(connection: Connection, dialect: Dialect, app: int, filings: Sequence[Filing]) -> None:
    """Let the listings of the app show these rows, and of these conversations no others."""
    filings = sorted(filings, key=lambda filing: (filing.started_at, filing.conversation_id))  # as they will be read
    known = _turn_listings(connection, dialect, app, {report for filing in filings for report in filing.rows})
    old = _filed(connection, known.values(), filings)
    wanted = _wanted(connection, dialect, known, filings)
    numbers = _number_rows(connection, known.values(), [key for key in wanted if key not in old])
    new = {
        key: (place._replace(row=old[key].row if key in old else numbers[key]), body)
        for key, (place, body) in wanted.items()
    }
    _write_rows(connection, old, new)
    before = list(old.values())
    after = [place for place, _ in new.values()]
    write_facet_rows(connection, before, after)
    _write_tallies(connection, dialect, before, after)


def rewrite_rows(connection: Connection, app: int, rows: Sequence[tuple[int, str, Mapping[str, bytes]]]) -> None:
    """Let rows that are filed say something else, and stay where they are.

    Each is given by the start under which its conversation is filed, the conversation's id, and bodies by report.
    One that is not there stays so: ``auscult rebuild`` makes rows.
    """
    if not rows:
        return
    raise_versions(connection, app)
    query = sa.select(listings.c.report, listings.c.listing).where(listings.c.app == app)
    known = {row.report: row.listing for row in connection.execute(query)}
    statement = sa.update(report_rows).where(
        report_rows.c.listing == sa.bindparam("in_listing"),
        report_rows.c.started_at == sa.bindparam("at_start"),
        report_rows.c.conversation_id == sa.bindparam("of_conversation"),
    )
    changed = [
        {"in_listing": known[report], "at_start": filed_at, "of_conversation": conversation_id, "body": body}
        for filed_at, conversation_id, bodies in rows
        for report, body in bodies.items()
        if report in known
    ]
    changed.sort(key=lambda row: (row["in_listing"], row["at_start"], row["of_conversation"]))
    write_many(connection, statement, changed)


def _facets_of(conversation: Conversation) -> set[tuple[str, str]]:
    names = [name for queue in conversation.queues for name in (queue.id, queue.name) if name]
    entered = (conversation.contact and conversation.contact.destinations) or ()
    names += [name for queue in entered for name in (queue.queue_id, queue.queue_name) if name]
    found = {queue_facet(name) for name in names}
    found.update(channel_facet(name) for name in conversation.channel_names)
    found.update(field_facet(name, value) for name, value in conversation.custom_fields.items())
    return found


def _short(text: str) -> str:
    """Give a text that an index can hold: a long one, or one that cannot be stored, by its digest."""
    if len(text) <= _LONGEST_FACET and is_storable(text):
        return text
    return "blake2b:" + blake2b(text.encode(errors="surrogatepass"), digest_size=32).hexdigest()


def raise_versions(connection: Connection, app: int) -> None:
    """Tell whoever remembers something of the app's listings that it is over."""
    connection.execute(sa.update(listings).where(listings.c.app == app).values(version=listings.c.version + 1))


def _turn_listings(connection: Connection, dialect: Dialect, app: int, reports: set[str]) -> dict[str, _Listing]:
    """Raise the version of every listing of the app, new ones made; all of them by report."""
    rows = [{"app": app, "report": report, "version": 0, "rows_given": 0} for report in sorted(reports)]
    write_many(connection, dialect.insert(listings).on_conflict_do_nothing(), rows)
    raise_versions(connection, app)
    query = sa.select(listings.c.report, listings.c.listing, listings.c.rows_given).where(listings.c.app == app)
    return {row.report: _Listing(row.listing, row.rows_given) for row in connection.execute(query)}


def _filed(connection: Connection, known: Iterable[_Listing], filings: Sequence[Filing]) -> dict[_Id, Place]:
    """Find the rows that these conversations have now."""
    query = sa.select(
        report_rows.c.row,
        report_rows.c.listing,
        report_rows.c.started_at,
        report_rows.c.conversation_id,
        report_rows.c.cell,
        report_rows.c.facets,
    ).where(
        report_rows.c.listing == sa.bindparam("listing"),
        report_rows.c.started_at == sa.bindparam("started_at"),
        report_rows.c.conversation_id == sa.bindparam("conversation_id"),
    )
    wanted = [
        {"listing": listing, "started_at": filing.filed_at, "conversation_id": filing.conversation_id}
        for listing, _ in known
        for filing in filings
        if filing.filed_at is not None
    ]
    places = [place_of(row) for values in wanted for row in connection.execute(query, values)]
    return {(place.listing, place.conversation_id): place for place in places}


def _wanted(
    connection: Connection, dialect: Dialect, known: Mapping[str, _Listing], filings: Sequence[Filing]
) -> dict[_Id, tuple[Place, bytes]]:
    """Where the rows belong, with their bytes, but not under which number; facets never seen before are made."""
    tags: dict[tuple[int, str], set[str]] = defaultdict(set)
    for filing in filings:
        for report in filing.rows:
            for name, value in filing.facets_in(report):
                tags[known[report].listing, name].add(value)
    numbers: dict[tuple[int, str, str], int] = {}
    for (listing, name), values in sorted(tags.items()):
        numbers.update(_number_facets(connection, dialect, listing, name, sorted(values)))
    wanted: dict[_Id, tuple[Place, bytes]] = {}
    for filing in filings:
        for report, body in filing.rows.items():
            listing = known[report].listing
            facets_ = tuple(sorted({numbers[listing, name, value] for name, value in filing.facets_in(report)}))
            place = Place(0, listing, filing.started_at, filing.conversation_id, filing.cell, facets_)
            wanted[listing, filing.conversation_id] = (place, body)
    return wanted


def _number_rows(connection: Connection, known: Iterable[_Listing], new: Sequence[_Id]) -> dict[_Id, int]:
    """Give numbers to new rows, each listing's in order."""
    numbers: dict[_Id, int] = {}
    for listing, given in known:
        mine = [key for key in new if key[0] == listing]
        numbers.update((key, listing * ROWS_OF_A_LISTING + given + n) for n, key in enumerate(mine, start=1))
        if mine:
            raised_ = sa.update(listings).where(listings.c.listing == listing)
            connection.execute(raised_.values(rows_given=given + len(mine)))
    return numbers


def _number_facets(
    connection: Connection, dialect: Dialect, listing: int, name: str, values: Sequence[str]
) -> dict[tuple[int, str, str], int]:
    """Numbers of the facets of one name, made where they are new."""
    query = sa.select(facets.c.value, facets.c.facet).where(facets.c.listing == listing, facets.c.name == name)

    def look(wanted: Sequence[str]) -> dict[tuple[int, str, str], int]:
        chunks = (wanted[start : start + _VALUES_AT_ONCE] for start in range(0, len(wanted), _VALUES_AT_ONCE))
        return {
            (listing, name, row.value): row.facet
            for chunk in chunks
            for row in connection.execute(query.where(facets.c.value.in_(chunk)))
        }

    found = look(values)
    if missing := [value for value in values if (listing, name, value) not in found]:
        rows = [{"listing": listing, "name": name, "value": value} for value in missing]
        connection.execute(dialect.insert(facets).on_conflict_do_nothing(), rows)
        found.update(look(missing))
    return found


def _write_rows(connection: Connection, old: Mapping[_Id, Place], new: Mapping[_Id, tuple[Place, bytes]]) -> None:
    """Write the rows themselves. One that stays is changed where it lies, so that rows read together lie together."""

    def columns(place: Place, body: bytes) -> dict[str, Any]:
        return {**place._asdict(), "facets": msgspec.json.encode(place.facets).decode(), "body": body}

    same = report_rows.c.row == sa.bindparam("number")
    gone = [{"number": place.row} for key, place in old.items() if key not in new]
    write_many(connection, sa.delete(report_rows).where(same), gone)
    changed = [{"number": place.row, **columns(*new[key])} for key, place in old.items() if key in new]
    write_many(connection, sa.update(report_rows).where(same), changed)
    write_many(connection, sa.insert(report_rows), [columns(*new[key]) for key in new if key not in old])


def write_facet_rows(connection: Connection, before: Iterable[Place], after: Iterable[Place]) -> None:
    """Write which rows have which facets."""
    old, new = _entries(before), _entries(after)
    names = ("facet", "started_at", "conversation_id", "cell", "row")
    same = sa.and_(*(facet_rows.c[name] == sa.bindparam(f"old_{name}") for name in names))
    gone = [dict(zip((f"old_{name}" for name in names), entry, strict=True)) for entry in sorted(old - new)]
    write_many(connection, sa.delete(facet_rows).where(same), gone)
    added: list[dict[str, Any]] = [dict(zip(names, entry, strict=True)) for entry in sorted(new - old)]
    write_many(connection, sa.insert(facet_rows), added)


def _entries(places: Iterable[Place]) -> set[tuple[int, int, str, int, int]]:
    return {
        (facet, place.started_at, place.conversation_id, place.cell, place.row)
        for place in places
        for facet in place.facets
    }


def _write_tallies(connection: Connection, dialect: Dialect, before: Sequence[Place], after: Sequence[Place]) -> None:
    """Add what came to the tallies, and take away what went."""
    tagged = {facet for place in (*before, *after) for facet in place.facets}
    tallied = _tallied(connection, sorted(tagged))

    def entries(places: Iterable[Place]) -> Iterable[Entry]:
        return (Entry(at.listing, at.started_at, at.cell, tallied.intersection(at.facets)) for at in places)

    change_tallies(connection, dialect, entries(before), entries(after))


def _tallied(connection: Connection, numbers: Sequence[int]) -> set[int]:
    """Which of these facets are counted by the hour."""
    query = sa.select(facets.c.facet).where(facets.c.name.in_(sorted(TALLIED)))
    chunks = (numbers[start : start + _VALUES_AT_ONCE] for start in range(0, len(numbers), _VALUES_AT_ONCE))
    return {facet for chunk in chunks for facet in connection.scalars(query.where(facets.c.facet.in_(chunk)))}
