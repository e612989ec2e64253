"""Many rows of our own listing from few: copies for later days with facets and codes, and tallies that count them all."""

from datetime import timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec.structs import replace
from sqlalchemy import Connection

from auscult.services.scoring.listing import MS, ListedConversation
from auscult.storage.core.database import Database
from auscult.storage.core.packing import pack
from auscult.storage.core.tables.pages import facet_rows, facets, figure_rows, listings, report_rows, tallies
from auscult.storage.pages.facet_codes import sets_of, write_codes
from auscult.storage.pages.faceting import TALLIED, aspect_of
from auscult.storage.pages.rollups import CROWD, HOUR, TOP, WIDTHS

_NUMBERS = msgspec.json.Decoder(list[int]).decode
_READ = msgspec.json.Decoder(ListedConversation).decode
_AT_ONCE = 20_000


def multiply(database: Database, first: int, copies: int, days: int) -> None:
    """Add copies of the ``first`` rows, each ``days`` days after the one before it; only for one listing."""
    with database.reading() as connection:
        named = connection.execute(sa.select(facets.c.facet, facets.c.name, facets.c.value))
        aspects = {facet: aspect for facet, name, value in named if (aspect := aspect_of((name, value))) is not None}
    for k in range(1, copies):
        for begin in range(0, first, _AT_ONCE):
            some = _copy_rows(database, (begin, min(begin + _AT_ONCE, first)), k * first, k, timedelta(days=days))
            with database.writing() as connection:
                coded = {row: sets_of(_NUMBERS(numbers), aspects) for row, numbers in some.items()}
                write_codes(connection, database.dialect, coded)
    with database.writing() as connection:
        connection.execute(sa.update(listings).values(rows_given=first * copies, version=listings.c.version + 1))
        _count(connection)


def _copy_rows(database: Database, some: tuple[int, int], more: int, k: int, days: timedelta) -> dict[int, str]:
    """Copy some rows, by their index among the first ones; the facets of the new ones by their numbers."""
    later, mark = k * days, f"c{k}"
    with database.writing() as connection:
        start = connection.scalar(sa.select(sa.func.min(report_rows.c.row))) or 0
        chosen = report_rows.c.row.between(start + some[0], start + some[1] - 1)
        values: list[tuple[object, ...]] = []
        coded: dict[int, str] = {}
        for row in connection.execute(sa.select(report_rows).where(chosen)):
            listed = _READ(row.body)
            ends = None if listed.ended_at is None else listed.ended_at + later
            shown = replace(listed, id=mark + listed.id[1:], started_at=listed.started_at + later, ended_at=ends)
            indexed = (row.row + more, row.listing, row.started_at + later // MS, shown.id, row.cell, row.facets)
            values.append((*indexed, pack(msgspec.json.encode(shown), "conversations")))
            coded[row.row + more] = row.facets
        database.dialect.insert_many(connection, report_rows, tuple(report_rows.columns.keys()), values)
        its = facet_rows.c
        query = sa.select(
            its.facet,
            its.started_at + later // MS,
            sa.literal_column(f"'{mark}'").concat(sa.func.substr(its.conversation_id, 2)),
            its.cell,
            its.row + more,
        ).where(its.row.between(start + some[0], start + some[1] - 1))
        connection.execute(sa.insert(facet_rows).from_select(facet_rows.columns.keys(), query))
        _copy_figures(connection, (start + some[0], start + some[1] - 1), more, mark, later // MS)
    return coded


def _copy_figures(connection: Connection, some: tuple[int, int], more: int, mark: str, later_ms: int) -> None:
    """Copy the figures of the rows from one number to another."""
    its = figure_rows.c
    changed: dict[str, sa.ColumnElement[Any]] = {
        "row": its.row + more,
        "started_at": its.started_at + later_ms,
        "conversation_id": sa.literal_column(f"'{mark}'").concat(sa.func.substr(its.conversation_id, 2)),
    }
    names = figure_rows.columns.keys()
    query = sa.select(*(changed.get(name, its[name]) for name in names)).where(its.row.between(*some))
    connection.execute(sa.insert(figure_rows).from_select(names, query))


def _count(connection: Connection) -> None:
    """Recount all tallies from rows and facets. Raises ``SystemExit`` if one hour has too many rows for one tally."""
    connection.execute(sa.delete(tallies))
    names = tallies.columns.keys()
    hour, rows = report_rows.c.started_at // sa.literal_column(str(WIDTHS[HOUR]), sa.BigInteger), sa.func.count()
    of_all = sa.select(
        report_rows.c.listing, sa.literal_column("0"), sa.literal_column(str(HOUR)), hour, report_rows.c.cell, rows
    ).group_by(report_rows.c.listing, hour, report_rows.c.cell)
    hour = facet_rows.c.started_at // sa.literal_column(str(WIDTHS[HOUR]), sa.BigInteger)
    by_facet = (
        sa.select(facets.c.listing, facets.c.facet, sa.literal_column(str(HOUR)), hour, facet_rows.c.cell, rows)
        .join_from(facet_rows, facets, facets.c.facet == facet_rows.c.facet)
        .where(facets.c.name.in_(sorted(TALLIED)))
        .group_by(facets.c.listing, facets.c.facet, hour, facet_rows.c.cell)
    )
    for query in (of_all, by_facet):
        connection.execute(sa.insert(tallies).from_select(names, query))
    if (connection.scalar(sa.select(sa.func.max(tallies.c.n))) or 0) > CROWD:
        raise SystemExit("an hour has too many rows to be copied; fill without copies")
    for level in range(HOUR + 1, TOP + 1):
        wider = tallies.c.bucket // sa.literal_column(str(WIDTHS[level] // WIDTHS[level - 1]), sa.BigInteger)
        key = (tallies.c.listing, tallies.c.facet, sa.literal_column(str(level)), wider, tallies.c.cell)
        query = sa.select(*key, sa.func.sum(tallies.c.n)).where(tallies.c.level == level - 1)
        query = query.group_by(tallies.c.listing, tallies.c.facet, wider, tallies.c.cell)
        connection.execute(sa.insert(tallies).from_select(names, query))
