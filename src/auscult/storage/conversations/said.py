"""Searches in what was said. The words are stored with the rows that lists show, and change in the same transaction."""

from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection

from auscult.domain.record import RecordPage, RecordQuery, RowKey
from auscult.domain.said.search import SaidQuery, Side, Term, searchable
from auscult.domain.scoring.list_fields import FIGURES
from auscult.domain.scoring.stored import RenderedRows
from auscult.storage.conversations.evaluated import Stored
from auscult.storage.core.database import AnySelect
from auscult.storage.core.dialect import Dialect
from auscult.storage.core.instants import ms_of
from auscult.storage.core.tables.conversations import said
from auscult.storage.core.tables.pages import facet_rows, facets, figure_rows, listings, report_rows
from auscult.storage.pages.dimension_keys import cells_of
from auscult.storage.pages.faceting import Facet, wanted_by
from auscult.storage.pages.row_filters import among_ids
from auscult.storage.people.visibility import visible

MOST_COUNTED = 10_000
"""Conversations that are counted at most."""

_COLUMNS = ("conversation", "app", "conversation_id", "started_at", "agent", "customer")
_CHANGED = (
    "ON CONFLICT (conversation) DO UPDATE SET started_at = excluded.started_at, agent = excluded.agent, "
    "customer = excluded.customer"
)
_WEIGHTS: dict[Side, str] = {"agent": "A", "customer": "B"}


def write_said(
    connection: Connection, dialect: Dialect, app: int, recorded: Sequence[tuple[Stored, RenderedRows]]
) -> None:
    """Keep what was said in conversations whose rows are written, for searches."""
    rows = [
        (
            stored.number,
            app,
            each.conversation.id,
            ms_of(each.conversation.started_at),
            searchable(turn.text for turn in each.conversation.turns if turn.speaker in ("agent", "bot")),
            searchable(turn.text for turn in each.conversation.turns if turn.speaker == "customer"),
        )
        for stored, each in recorded
    ]
    dialect.insert_many(connection, said, _COLUMNS, rows, _CHANGED)


def search(connection: Connection, app: int, asked: RecordQuery, words: SaidQuery) -> RecordPage:
    """Return one page of the rows of a report whose conversations match the search.

    ``total`` is at most ``MOST_COUNTED`` and one. ``skip`` of the query is ignored.
    """
    found = _found(connection, app, asked, words)
    counted = sa.select(sa.func.count()).select_from(found.limit(MOST_COUNTED + 1).subquery())
    total = connection.scalar(counted) or 0
    rows = connection.execute(_in_order(found, asked).limit(asked.limit + 1)).all()
    shown = rows[: asked.limit]
    last = RowKey(shown[-1].started_at, shown[-1].conversation_id, figure=shown[-1].figure) if shown else None
    return RecordPage(rows=tuple(row.body for row in shown), total=total, last=last, more=len(rows) > asked.limit)


def _in_order(found: AnySelect, asked: RecordQuery) -> AnySelect:
    """Return the query in the order that is asked for, behind its key; rows without the figure follow the others."""
    figure, key = FIGURES[asked.order], (said.c.started_at, said.c.conversation_id)
    after = asked.after

    def beyond(columns: Sequence[ColumnElement[Any]], values: Sequence[int | str | None]) -> ColumnElement[bool]:
        here, there = sa.tuple_(*columns), sa.tuple_(*map(sa.literal, values))
        return here < there if asked.is_descending else here > there

    order: list[ColumnElement[Any]] = [each.desc() if asked.is_descending else each for each in key]
    if figure is None:
        return (found if after is None else found.where(beyond(key, after[:2]))).order_by(*order)
    column = figure_rows.c[figure]
    if after is not None and after.figure is None:
        found = found.where(column.is_(None), beyond(key, after[:2]))
    elif after is not None:
        found = found.where(beyond((column, *key), (after.figure, *after[:2])) | column.is_(None))
    return found.order_by(column.is_(None), column.desc() if asked.is_descending else column, *order)


def _found(connection: Connection, app: int, asked: RecordQuery, query: SaidQuery) -> AnySelect:
    """Return the query of the rows that are found, in no order."""
    report = sa.select(listings.c.listing).where(listings.c.app == app, listings.c.report == asked.report)
    listing = report.scalar_subquery()
    cells, by = cells_of(asked), FIGURES[asked.order]
    figure: ColumnElement[Any] = sa.null() if by is None else figure_rows.c[by]
    return (
        sa.select(said.c.started_at, said.c.conversation_id, report_rows.c.body, figure.label("figure"))
        .select_from(said)
        .join(
            report_rows,
            (report_rows.c.listing == listing)
            & (report_rows.c.started_at == said.c.started_at)
            & (report_rows.c.conversation_id == said.c.conversation_id),
        )
        .outerjoin(figure_rows, figure_rows.c.row == report_rows.c.row)
        .where(
            said.c.app == app,
            said.c.started_at >= asked.since_ms,
            said.c.started_at < asked.until_ms,
            _matches(connection, query),
            *([report_rows.c.cell.in_(cells)] if cells is not None else []),
            *(_has(listing, group) for group in wanted_by(asked)),
            *visible(asked.visibility, app, said.c.conversation_id),
            *_among(connection, asked),
            *(figure_rows.c[each.figure] >= each.least for each in asked.fields.bounds if each.least is not None),
            *(figure_rows.c[each.figure] <= each.most for each in asked.fields.bounds if each.most is not None),
        )
    )


def _among(connection: Connection, asked: RecordQuery) -> list[ColumnElement[bool]]:
    left: list[ColumnElement[bool]] = [said.c.conversation_id.not_in(asked.without)] if asked.without else []
    if asked.ids is None:
        return left
    ids = among_ids(connection.dialect.name == "sqlite").params(among=msgspec.json.encode(asked.ids).decode())
    return [said.c.conversation_id.in_(ids), *left]


def _has(listing: ColumnElement[int], group: Sequence[Facet]) -> ColumnElement[bool]:
    """Return whether a row has at least one facet of a group."""
    numbers = sa.select(facets.c.facet).where(
        facets.c.listing == listing,
        sa.or_(*(sa.and_(facets.c.name == name, facets.c.value == value) for name, value in group)),
    )
    return (
        sa.exists()
        .where(
            facet_rows.c.facet.in_(numbers),
            facet_rows.c.started_at == said.c.started_at,
            facet_rows.c.conversation_id == said.c.conversation_id,
        )
        .correlate(said)
    )


def _matches(connection: Connection, query: SaidQuery) -> ColumnElement[bool]:
    if connection.dialect.name == "sqlite":
        words = sa.table("said_words", sa.column("rowid"), sa.column("said_words"))
        found = sa.select(words.c.rowid).where(words.c.said_words.op("MATCH")(as_fts5(query)))
        return said.c.conversation.in_(found)
    return sa.column("words").op("@@")(sa.func.to_tsquery("simple", as_tsquery(query)))


def as_fts5(query: SaidQuery) -> str:
    """Return a search in the language of SQLite's FTS5."""

    def term(each: Term) -> str:
        phrase = '"' + " ".join(each.words) + '"' + ("*" if each.is_prefix else "")
        return f"{{{each.side}}} : {phrase}" if each.side else phrase

    wanted = " AND ".join(f"({term(each)})" for each in query.wanted)
    return f"({wanted})" + "".join(f" NOT ({term(each)})" for each in query.unwanted)


def as_tsquery(query: SaidQuery) -> str:
    """Return a search in the language of PostgreSQL's text search."""

    def word(each: Term, n: int) -> str:
        mark = (_WEIGHTS[each.side] if each.side else "") + ("*" if each.is_prefix and n == len(each.words) - 1 else "")
        return f"'{each.words[n]}'" + (f":{mark}" if mark else "")

    def term(each: Term) -> str:
        return "(" + " <-> ".join(word(each, n) for n in range(len(each.words))) + ")"

    return " & ".join([*map(term, query.wanted), *(f"!{term(each)}" for each in query.unwanted)])
