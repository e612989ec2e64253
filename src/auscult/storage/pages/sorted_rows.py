"""Pages of rows by their figures: sorted by a number, or filtered by its bounds, of one listing.

Rows are read in one of two ways, by the number of rows that match. Few are gathered by the index of a filter, and sorted.
Of many the index of the figure is walked in its order, and each row is looked up in the other filters, until a page is full.
Rows without the figure follow those that have it.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple

import msgspec
import sqlalchemy as sa
from msgspec.structs import replace
from sqlalchemy import BigInteger, ColumnElement, Integer, Text

from auscult.domain.record import RecordPage, RecordQuery, RowKey
from auscult.domain.scoring.list_fields import FIGURES, Figure
from auscult.storage.core.database import AnySelect, Database, Reader, Row
from auscult.storage.core.packing import recent
from auscult.storage.core.tables.base import NUMBER
from auscult.storage.core.tables.pages import facet_rows, figure_rows, report_rows
from auscult.storage.pages.faceting import wanted_by
from auscult.storage.pages.figures import flags_of, has_flags
from auscult.storage.pages.row_filters import BoundShape, Selection, among_ids, bounds_of, within_bounds
from auscult.storage.people.visibility import Shape, named_predicate, shape_of

MOST_COUNTED = 10_000
"""Rows that are counted at most, and gathered at most."""

_ZERO, _ONE = (sa.literal_column(number, Integer) for number in "01")


class SortedShape(NamedTuple):
    """Everything that a query's text depends on; ``sizes`` are those of the groups of facets.

    ``figure`` is None for the start. ``is_known``: of rows that have it; ``is_after``: behind a key.
    """

    figure: Figure | None
    is_descending: bool
    is_known: bool
    is_after: bool
    is_gathered: bool
    sizes: tuple[int, ...]
    masks: int
    bounds: tuple[BoundShape, ...]
    cells: tuple[int, ...] | None
    seeing: Shape | None
    is_among: bool
    is_without: bool


class Asked(NamedTuple):
    """One page: the query, all its groups as facets (``whole``), and those of them that have no flags (``unflagged``)."""

    query: RecordQuery
    whole: Selection
    unflagged: Selection


def without_flags(query: RecordQuery) -> RecordQuery:
    """Return a query without the filters that flags decide."""
    fields = replace(query.fields, sentiment=(), escalation=None, churn_risk=None, resolved=())
    return replace(query, outcomes=(), fields=fields)


class SortedRows:
    """Reads pages by figures."""

    def __init__(self, database: Database) -> None:
        """Nothing is compiled yet."""
        self._database = database
        self._texts: dict[tuple[_Kind, SortedShape], str] = {}

    def count(self, reader: Reader, asked: Asked, matching: int) -> int:
        """Return the number of rows: of the ``matching`` that all but bounds leave, at most 10,000 and one with bounds."""
        query = asked.query
        if not query.fields.bounds:
            return matching - self._count_left_out(reader, asked)
        shape = self._shape(asked, is_gathered=matching <= MOST_COUNTED)
        return reader.fetch(self._text("count", shape), self._values(asked, shape))[0][0]

    def page(self, reader: Reader, asked: Asked, total: int) -> RecordPage:
        """Return the rows behind the query's key."""
        query, wanted = asked.query, asked.query.limit + 1
        shape = self._shape(asked, is_gathered=total <= MOST_COUNTED)
        after = query.after
        rows: list[Row] = []
        if after is None or after.figure is not None or shape.figure is None:
            rows = self._read(reader, asked, shape._replace(is_after=after is not None), wanted)
            after = None
        if shape.figure is not None and len(rows) < wanted:
            unknown = shape._replace(is_known=False, is_after=after is not None)
            rows += self._read(reader, asked, unknown, wanted - len(rows))
        shown = rows[: query.limit]
        listing = asked.whole.parts[0].listing
        last = None
        if shown:
            _, figure, started_ms, id_ = shown[-1]
            last = RowKey(started_ms, id_, listing, figure if shape.figure else None)
        return RecordPage(
            rows=tuple(recent(row[0]) for row in shown), total=total, last=last, more=len(rows) > query.limit
        )

    def _read(self, reader: Reader, asked: Asked, shape: SortedShape, limit: int) -> list[Row]:
        return reader.fetch(self._text("page", shape), {**self._values(asked, shape), "limit": limit})

    def _count_left_out(self, reader: Reader, asked: Asked) -> int:
        left_out = asked.query.without
        ids = left_out if asked.query.ids is None else tuple(sorted({*left_out} & {*asked.query.ids}))
        if not ids:
            return 0
        among = msgspec.json.encode(ids).decode()
        only = Asked(
            replace(asked.query, without=(), ids=ids),
            asked.whole._replace(among=among),
            asked.unflagged._replace(among=among),
        )
        shape = self._shape(only, is_gathered=False)
        return reader.fetch(self._text("all", shape), self._values(only, shape))[0][0]

    def _shape(self, asked: Asked, *, is_gathered: bool) -> SortedShape:
        query, selection = asked.query, asked.whole
        groups = (asked.whole if is_gathered else asked.unflagged).parts[0].groups
        return SortedShape(
            figure=FIGURES[query.order],
            is_descending=query.is_descending,
            is_known=True,
            is_after=False,
            is_gathered=is_gathered,
            sizes=tuple(map(len, groups)),
            masks=0 if is_gathered else len(_masks(query)),
            bounds=bounds_of(query.fields.bounds),
            cells=selection.cells,
            seeing=shape_of(selection.visibility),
            is_among=selection.among is not None,
            is_without=bool(query.without),
        )

    def _values(self, asked: Asked, shape: SortedShape) -> dict[str, Any]:
        query = asked.query
        values: dict[str, Any] = dict((asked.whole if shape.is_gathered else asked.unflagged).values)
        values |= {"since": query.since_ms, "until": query.until_ms}
        if not shape.is_gathered:
            values |= {f"mask_{n}": mask for n, mask in enumerate(_masks(query))}
        for each in query.fields.bounds:
            values |= {f"least_{each.figure}": each.least, f"most_{each.figure}": each.most}
        if query.without:
            values["without"] = msgspec.json.encode(query.without).decode()
        if shape.is_after and query.after is not None:
            values |= {"at": query.after.started_ms, "id": query.after.id, "figure": query.after.figure}
        return {name: value for name, value in values.items() if value is not None}

    def _text(self, kind: "_Kind", shape: SortedShape) -> str:
        if (kind, shape) not in self._texts:
            is_embedded = self._database.dialect.is_embedded
            self._texts[kind, shape] = self._database.text(_QUERIES[kind](shape, is_embedded))
        return self._texts[kind, shape]


def _masks(query: RecordQuery) -> list[int]:
    """Return the flags of each group that flags decide, at least one of which is wanted."""
    return [flags_of(group) for group in wanted_by(query) if has_flags(group)]


def _page(shape: SortedShape, is_embedded: bool) -> AnySelect:  # noqa: FBT001  (as the dialect says it)
    rows = figure_rows.c
    figure: ColumnElement[Any] = rows.started_at if shape.figure is None else rows[shape.figure]
    keys = (figure, rows.started_at, rows.conversation_id)
    found = sa.select(rows.row, figure.label("figure"), rows.started_at, rows.conversation_id)
    found = found.where(*_conditions(shape, is_embedded, is_walk=not shape.is_gathered))
    if shape.figure is not None:
        found = found.where(figure.is_not(None) if shape.is_known else figure.is_(None))
    if shape.is_after:
        key = (
            sa.bindparam("figure", type_=BigInteger),
            sa.bindparam("at", type_=BigInteger),
            sa.bindparam("id", type_=Text),
        )
        first = 0 if shape.figure and shape.is_known else 1
        here, there = sa.tuple_(*keys[first:]), sa.tuple_(*key[first:])
        found = found.where(here < there if shape.is_descending else here > there)
    # With zero added no index has the order: few rows are sorted, and not met one by one along a long index.
    order = [figure + _ZERO, rows.started_at + _ZERO, rows.conversation_id] if shape.is_gathered else list(keys)
    if shape.figure is None:
        order = order[1:]
    limit = sa.bindparam("limit", type_=BigInteger)
    some = (
        found.order_by(*(each.desc() if shape.is_descending else each for each in order))
        .limit(limit)
        .offset(_ZERO)
        .subquery()
    )
    body = sa.select(report_rows.c.body).where(report_rows.c.row == some.c.row).scalar_subquery()
    last = [some.c.figure, some.c.started_at, some.c.conversation_id]
    in_order = [each.desc() if shape.is_descending else each for each in last]
    return sa.select(body, *last).order_by(*in_order)


def _counted(shape: SortedShape, is_embedded: bool) -> AnySelect:  # noqa: FBT001
    most = sa.literal_column(str(MOST_COUNTED + 1), Integer)
    found = sa.select(figure_rows.c.row).where(*_conditions(shape, is_embedded)).limit(most).offset(_ZERO)
    return sa.select(sa.func.count()).select_from(found.subquery())


def _all_counted(shape: SortedShape, is_embedded: bool) -> AnySelect:  # noqa: FBT001
    return sa.select(sa.func.count()).select_from(figure_rows).where(*_conditions(shape, is_embedded))


_Kind = Literal["page", "count", "all"]
_QUERIES: dict[_Kind, Callable[[SortedShape, bool], AnySelect]] = {
    "page": _page,
    "count": _counted,
    "all": _all_counted,
}
"""Queries by purpose: a page, a count up to the limit, and a count without one."""


def _conditions(
    shape: SortedShape,
    is_embedded: bool,  # noqa: FBT001
    *,
    is_walk: bool = False,
) -> list[ColumnElement[bool]]:
    """Return the conditions of rows. Of a walk only that of the order may use an index: SQLite would take another one's."""
    rows = figure_rows.c

    def narrowed(figure: Figure | None) -> ColumnElement[Any]:
        column: ColumnElement[Any] = rows.started_at if figure is None else rows[figure]
        return column + _ZERO if is_walk and figure != shape.figure else column

    found: list[ColumnElement[bool]] = [
        rows.listing == sa.bindparam("listing_0", type_=NUMBER),
        narrowed(None) >= sa.bindparam("since", type_=BigInteger),
        narrowed(None) < sa.bindparam("until", type_=BigInteger),
    ]
    if shape.cells is not None:
        found.append(rows.cell.in_([sa.literal_column(str(each)) for each in shape.cells]))
    masks = [sa.bindparam(f"mask_{n}", type_=Integer) for n in range(shape.masks)]
    found += [rows.flags.bitwise_and(mask) != _ZERO for mask in masks]
    found += within_bounds({each[0]: narrowed(each[0]) for each in shape.bounds}, shape.bounds)
    if shape.seeing is not None:
        app = sa.bindparam("see_app", type_=NUMBER)
        found.append(named_predicate(shape.seeing, app, rows.conversation_id, row_by_row=True))
    if shape.is_among:
        found.append(rows.conversation_id.in_(among_ids(is_embedded)))
    if shape.is_without:
        found.append(rows.conversation_id.not_in(among_ids(is_embedded, "without")))
    for g, size in enumerate(shape.sizes):
        facets = [sa.bindparam(f"facet_0_{g}_{f}", type_=NUMBER) for f in range(size)]
        found.append(_gathered(facets) if shape.is_gathered and not g else _has(facets))
    return found


def _gathered(facets: Sequence[ColumnElement[int]]) -> ColumnElement[bool]:
    """Return the condition of rows with one of some facets, of which there are few."""
    return figure_rows.c.row.in_(sa.select(facet_rows.c.row).where(facet_rows.c.facet.in_(facets)))


def _has(facets: Sequence[ColumnElement[int]]) -> ColumnElement[bool]:
    """Return the condition of a row with one of some facets, looked up for this row: PostgreSQL makes no join."""
    found = sa.select(facet_rows.c.facet).where(
        facet_rows.c.facet.in_(facets),
        facet_rows.c.started_at == figure_rows.c.started_at,
        facet_rows.c.conversation_id == figure_rows.c.conversation_id,
    )
    return found.limit(_ONE).offset(_ZERO).correlate(figure_rows).exists()
