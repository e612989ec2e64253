"""Searches in what was said. The words are stored with the rows that lists show, and change in the same transaction."""

from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection
from sqlalchemy.dialects import postgresql

from auscult.domain.ai_agents.calls import searched
from auscult.domain.errors import RequestError, coded
from auscult.domain.record import RecordPage, RecordQuery, RowKey
from auscult.domain.said.search import SaidQuery, Term
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
LONGEST_MS = 5_000
"""Time that a statement of a search takes at most."""

_COLUMNS = ("conversation", "app", "conversation_id", "started_at", "agent", "customer")
_CHANGED = (
    "ON CONFLICT (conversation) DO UPDATE SET started_at = excluded.started_at, agent = excluded.agent, "
    "customer = excluded.customer"
)
_LONGEST_WORD = 500
"""Characters of a word that a search compares at most, of up to four bytes: PostgreSQL's index has words of 2,046 bytes."""
# The function of their index in PostgreSQL (``storage/core/baseline.py``).
_WORDS = sa.func.words_said(said.c.agent, said.c.customer)


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
            *searched(each.conversation),
        )
        for stored, each in recorded
    ]
    dialect.insert_many(connection, said, _COLUMNS, rows, _CHANGED)


def search(connection: Connection, dialect: Dialect, app: int, asked: RecordQuery, words: SaidQuery) -> RecordPage:
    """Return one page of the rows of a report whose conversations match the search.

    ``total`` is at most ``MOST_COUNTED`` and one. ``skip`` of the query is ignored. Of few matches all are gathered and
    sorted; of many each is read along the order until the page is full. Raises ``RequestError``
    ``search.invalid`` where it takes longer than ``LONGEST_MS``.
    """
    with dialect.limited(connection, LONGEST_MS, _too_long):
        report = sa.select(listings.c.listing).where(listings.c.app == app, listings.c.report == asked.report)
        listing = sa.literal(connection.scalar(report) or 0)
        found = _found(dialect, app, listing, asked)
        matching = _matches_one if _is_common(connection, dialect, app, asked, words) else _matches
        counted = found.where(matching(dialect, words)).limit(MOST_COUNTED + 1).offset(0).subquery()
        total = connection.scalar(sa.select(sa.func.count()).select_from(counted)) or 0
        if not (total and asked.limit):
            return RecordPage(rows=(), total=total, last=None, more=False)
        is_walk = total > MOST_COUNTED and FIGURES[asked.order] is None
        matches = _matches_one(dialect, words) if is_walk else matching(dialect, words)
        page = _page(found.where(matches), listing, asked, is_walk=is_walk)
        rows = connection.execute(page).all()
    shown = rows[: asked.limit]
    last = RowKey(shown[-1].started_at, shown[-1].conversation_id, figure=shown[-1].figure) if shown else None
    return RecordPage(rows=tuple(row.body for row in shown), total=total, last=last, more=len(rows) > asked.limit)


def _page(found: AnySelect, listing: ColumnElement[int], asked: RecordQuery, *, is_walk: bool) -> AnySelect:
    """Return the query of the rows behind the key that is asked for, and of one more, in order."""
    by = FIGURES[asked.order]
    if is_walk:
        figure: ColumnElement[Any] | None = None
        ordered = _in_order(
            found.add_columns(sa.null().label("figure")), asked, (said.c.started_at, said.c.conversation_id)
        )
    else:
        some = found.offset(0).subquery()  # gathered before they are sorted: no index has their order
        key = (some.c.started_at, some.c.conversation_id)
        value = sa.null() if by is None else _of_row(listing, *key, figure_rows.c[by])
        valued = sa.select(*key, value.label("figure")).subquery().c
        figure = None if by is None else valued.figure
        ordered = _in_order(sa.select(*valued), asked, (valued.started_at, valued.conversation_id), figure)
    page = ordered.limit(asked.limit + 1).subquery().c
    its = (report_rows.c.started_at == page.started_at, report_rows.c.conversation_id == page.conversation_id)
    body = sa.select(report_rows.c.body).where(report_rows.c.listing == listing, *its).scalar_subquery()
    shown = sa.select(body.label("body"), page.started_at, page.conversation_id, page.figure)
    return _ordered(shown, asked, (page.started_at, page.conversation_id), None if by is None else page.figure)


def _of_row(
    listing: ColumnElement[int], at: ColumnElement[int], id_: ColumnElement[str], column: ColumnElement[Any]
) -> ColumnElement[Any]:
    """Return a figure of the row of a key."""
    its = (report_rows.c.listing == listing, report_rows.c.started_at == at, report_rows.c.conversation_id == id_)
    both = report_rows.join(figure_rows, figure_rows.c.row == report_rows.c.row)
    return sa.select(column).select_from(both).where(*its).scalar_subquery()


_Key = tuple[ColumnElement[int], ColumnElement[str]]


def _in_order(found: AnySelect, asked: RecordQuery, key: _Key, column: ColumnElement[Any] | None = None) -> AnySelect:
    """Return the query in the order that is asked for, behind its key; rows without the figure follow the others."""
    after = asked.after

    def beyond(columns: Sequence[ColumnElement[Any]], values: Sequence[int | str | None]) -> ColumnElement[bool]:
        here, there = sa.tuple_(*columns), sa.tuple_(*map(sa.literal, values))
        return here < there if asked.is_descending else here > there

    if after is not None and column is None:
        found = found.where(beyond(key, after[:2]))
    elif after is not None and column is not None and after.figure is None:
        found = found.where(column.is_(None), beyond(key, after[:2]))
    elif after is not None and column is not None:
        found = found.where(beyond((column, *key), (after.figure, *after[:2])) | column.is_(None))
    return _ordered(found, asked, key, column)


def _ordered(found: AnySelect, asked: RecordQuery, key: _Key, column: ColumnElement[Any] | None) -> AnySelect:
    order: list[ColumnElement[Any]] = [each.desc() if asked.is_descending else each for each in key]
    if column is None:
        return found.order_by(*order)
    return found.order_by(column.is_(None), column.desc() if asked.is_descending else column, *order)


def _found(dialect: Dialect, app: int, listing: ColumnElement[int], asked: RecordQuery) -> AnySelect:
    """Return the query of the keys that the filters leave, in no order.

    Each row is looked up in the others, with an offset, for which PostgreSQL makes no join: it would read whole tables.
    """
    its = (
        report_rows.c.listing == listing,
        report_rows.c.started_at == said.c.started_at,
        report_rows.c.conversation_id == said.c.conversation_id,
    )
    cells, bounds = cells_of(asked), asked.fields.bounds
    conditions: list[ColumnElement[bool]] = []
    if cells is not None:
        conditions.append(_is_there(sa.select(report_rows.c.row).where(*its, report_rows.c.cell.in_(cells))))
    if bounds:
        both = report_rows.join(figure_rows, figure_rows.c.row == report_rows.c.row)
        least = [figure_rows.c[each.figure] >= each.least for each in bounds if each.least is not None]
        most = [figure_rows.c[each.figure] <= each.most for each in bounds if each.most is not None]
        conditions.append(_is_there(sa.select(report_rows.c.row).select_from(both).where(*its, *least, *most)))
    return sa.select(said.c.started_at, said.c.conversation_id).where(
        said.c.app == app,
        said.c.started_at >= asked.since_ms,
        said.c.started_at < asked.until_ms,
        *conditions,
        *(_has(listing, group) for group in wanted_by(asked)),
        *visible(asked.visibility, app, said.c.conversation_id),
        *_among(dialect, asked),
    )


def _is_there(rows: AnySelect) -> ColumnElement[bool]:
    return rows.limit(1).offset(0).correlate(said).exists()


def _among(dialect: Dialect, asked: RecordQuery) -> list[ColumnElement[bool]]:
    left: list[ColumnElement[bool]] = [said.c.conversation_id.not_in(asked.without)] if asked.without else []
    if asked.ids is None:
        return left
    ids = among_ids(dialect.is_embedded).params(among=msgspec.json.encode(asked.ids).decode())
    return [said.c.conversation_id.in_(ids), *left]


def _has(listing: ColumnElement[int], group: Sequence[Facet]) -> ColumnElement[bool]:
    """Return whether a row has at least one facet of a group."""
    numbers = sa.select(facets.c.facet).where(
        facets.c.listing == listing,
        sa.or_(*(sa.and_(facets.c.name == name, facets.c.value == value) for name, value in group)),
    )
    return _is_there(
        sa.select(facet_rows.c.facet).where(
            facet_rows.c.facet.in_(numbers),
            facet_rows.c.started_at == said.c.started_at,
            facet_rows.c.conversation_id == said.c.conversation_id,
        )
    )


def _is_common(connection: Connection, dialect: Dialect, app: int, asked: RecordQuery, words: SaidQuery) -> bool:
    """Return whether more conversations have the words than are counted, and the period has fewer.

    PostgreSQL plans without knowing the first, and would look all of them up for a week of them.
    """
    if dialect.is_embedded:
        return False

    def are_many(*conditions: ColumnElement[bool]) -> bool:
        some = sa.select(said.c.started_at).where(said.c.app == app, *conditions)
        return connection.execute(some.limit(1).offset(MOST_COUNTED)).first() is not None

    within = (said.c.started_at >= asked.since_ms, said.c.started_at < asked.until_ms)
    return are_many(_has_words(words)) and not are_many(*within)


def _has_words(query: SaidQuery) -> ColumnElement[bool]:
    """Return what PostgreSQL's index answers: it knows neither who said a word nor what came before it."""
    return _WORDS.op("@@")(sa.cast(sa.literal(as_tsquery(query)), postgresql.TSQUERY))


def _matches(dialect: Dialect, query: SaidQuery) -> ColumnElement[bool]:
    """Return the condition of rows that match, found by the index of words."""
    if dialect.is_embedded:
        words = sa.table("said_words", sa.column("rowid"), sa.column("said_words"))
        found = sa.select(words.c.rowid).where(words.c.said_words.op("MATCH")(as_fts5(query)))
        return said.c.conversation.in_(found)
    wanted = [_is_said(each) for each in query.wanted if not _is_plain(each)]
    return sa.and_(_has_words(query), *wanted, *(~_is_said(each) for each in query.unwanted if not _is_plain(each)))


def _matches_one(dialect: Dialect, query: SaidQuery) -> ColumnElement[bool]:
    """Return the same, decided for one row: what many rows match is met soon along the order."""
    if dialect.is_embedded:
        words = sa.table("said_words", sa.column("rowid"), sa.column("said_words"))
        here = words.c.rowid == said.c.conversation
        found = sa.select(words.c.rowid).where(words.c.said_words.op("MATCH")(as_fts5(query)), here)
        return found.correlate(said).exists()
    return sa.and_(*map(_is_said, query.wanted), *(~_is_said(each) for each in query.unwanted))


def _is_plain(term: Term) -> bool:
    """Return whether a term is one word of either side."""
    return term.side is None and len(term.words) == 1


def _is_said(term: Term) -> ColumnElement[bool]:
    """Return whether the words of a term follow one another in a text, which has one space between two words."""
    texts = said.c[term.side] if term.side else said.c.agent + " | " + said.c.customer
    words = f" {' '.join(term.words)}{'' if term.is_prefix else ' '}"
    return sa.func.strpos(sa.literal(" ") + texts + " ", words) > 0


def _too_long() -> RequestError:
    seconds = LONGEST_MS // 1_000
    message = coded(
        "this search takes longer than {seconds} s; add a word, or narrow it by days or other filters", seconds=seconds
    )
    return RequestError(message, code="search.invalid", field="q")


def as_fts5(query: SaidQuery) -> str:
    """Return a search in the language of SQLite's FTS5."""

    def term(each: Term) -> str:
        phrase = '"' + " ".join(each.words) + '"' + ("*" if each.is_prefix else "")
        return f"{{{each.side}}} : {phrase}" if each.side else phrase

    wanted = " AND ".join(f"({term(each)})" for each in query.wanted)
    return f"({wanted})" + "".join(f" NOT ({term(each)})" for each in query.unwanted)


def as_tsquery(query: SaidQuery) -> str:
    """Return the words of a search in the language of PostgreSQL's text search, wherever they are said."""

    def word(each: Term, n: int) -> str:
        return f"'{each.words[n][:_LONGEST_WORD]}'" + (":*" if each.is_prefix and n == len(each.words) - 1 else "")

    wanted = [word(each, n) for each in query.wanted for n in range(len(each.words))]
    return " & ".join([*wanted, *(f"!{word(each, 0)}" for each in query.unwanted if _is_plain(each))])
