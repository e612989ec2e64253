"""Selection of rows by a query, and the SQL that reads them: one text for each shape of query, compiled once."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

import sqlalchemy as sa
from sqlalchemy import BigInteger, ColumnElement, Integer, SmallInteger, Text

from auscult.domain.people.visibility import EVERYTHING, Visibility
from auscult.domain.scoring.list_fields import Bound, Figure
from auscult.storage.core.database import AnySelect, Database
from auscult.storage.core.tables.base import NUMBER
from auscult.storage.core.tables.conversations import conversations
from auscult.storage.core.tables.pages import facet_rows, figure_rows, listings, report_rows, tallies
from auscult.storage.pages.rollups import DAY, TOP
from auscult.storage.people.visibility import Shape, named_predicate, shape_of, values_of


class Part(NamedTuple):
    """Rows of one listing: those that have at least one facet of every group."""

    listing: int
    groups: tuple[tuple[int, ...], ...] = ()


class Selection(NamedTuple):
    """Rows of some listings, in some cells (None: in any).

    ``has_tallies`` says that tallies count all rows of each facet: at most one group, of tallied facets, and all rows
    visible. Of others only those of ``app`` that ``visibility`` shows, and, where ``among`` is not None, of the
    conversations whose ids are in it, a JSON array. ``bounds`` are of figures.
    """

    parts: tuple[Part, ...]
    cells: tuple[int, ...] | None
    has_tallies: bool
    visibility: Visibility = EVERYTHING
    app: int = 0
    among: str | None = None
    bounds: tuple[Bound, ...] = ()

    @property
    def is_tallied(self) -> bool:
        """Return whether tallies count the rows: those of no more than one facet in each listing."""
        return self.has_tallies and all(len(group) == 1 for part in self.parts for group in part.groups)

    @property
    def facet_by_facet(self) -> "Selection | None":
        """Return the rows of each facet, where tallies count them, a row of both facets twice; None unless there are two."""
        if (
            self.is_tallied
            or not self.has_tallies
            or any(len(group) > _PAIR for part in self.parts for group in part.groups)
        ):
            return None
        parts = [Part(part.listing, ((facet,),)) for part in self.parts for group in part.groups for facet in group]
        return self._replace(parts=tuple(parts))

    @property
    def is_empty(self) -> bool:
        """Return whether it is certain already that nothing matches."""
        return not self.parts or self.cells == () or self.visibility.is_nothing

    @property
    def values(self) -> dict[str, int | str]:
        """The values that the texts of this shape take."""
        values: dict[str, int | str] = {}
        if not self.visibility.is_everything:
            values.update(values_of(self.visibility), see_app=self.app)
        if self.among is not None:
            values.update(among=self.among, see_app=self.app)
        for figure, *ends in self.bounds:
            values |= {f"{end}_{figure}": n for end, n in zip(("least", "most"), ends, strict=True) if n is not None}
        for p, part in enumerate(self.parts):
            values[f"listing_{p}"] = part.listing
            for g, group in enumerate(part.groups):
                values.update({f"facet_{p}_{g}_{f}": facet for f, facet in enumerate(group)})
        return values


class Statements(NamedTuple):
    """Queries over a selection. These are their values in addition to the selection's own.

    ``page`` (body, version, start, id, and over facets or several listings the row's number, in no order): ``at``,
    ``id``, the key before the first row; ``until``; ``limit``, ``offset``; and ``all_0`` … the listings whose version
    is returned. ``newest``: the same from the last row before ``until``, ``until_id`` on. ``again``: the same from the rows of this key on; of one listing there is one such row, so that
    ``offset`` is 0 and no row is skipped; and, where rows arrive in their order, without keys, in three quarters of the
    time. ``number`` (cell, n; of any cell): ``at``, ``id``, ``until``. Of tallied ones ``node`` (level, bucket, n, rows in all cells):
    ``level``, its first bucket and the one after the last, ``first``, ``last``. ``nodes``, the same of all levels from
    the day up: ``first_1``, ``last_1`` … ``twice``, where listings have one group of at most two facets: as ``number``, the
    rows that have both. ``rows``: the numbers of all rows, in one text (joined by commas; null without
    rows), once for each facet of the first group; values as of ``number``.
    """

    page: str
    newest: str
    again: str
    number: str
    node: str
    nodes: str
    twice: str
    rows: str


class StatementCache:
    """The texts of every shape that was asked for."""

    def __init__(self, database: Database) -> None:
        """Nothing is compiled yet."""
        self._database = database
        self._texts: dict[tuple[Any, ...], Statements] = {}
        self._versions: dict[int, str] = {}

    def texts(self, selection: Selection, listings_: int) -> Statements:
        """Return the texts for a selection over this number of listings."""
        sizes = tuple(tuple(len(group) for group in part.groups) for part in selection.parts)
        among = None if selection.among is None else among_ids(self._database.dialect.is_embedded)
        bounds = bounds_of(selection.bounds)
        narrow = _Narrow(selection.cells, shape_of(selection.visibility), among, bounds)
        shape = (sizes, narrow.cells, narrow.seeing, selection.among is not None, bounds, listings_)
        if shape not in self._texts:
            text = self._database.text
            is_apart = not self._database.dialect.is_embedded and all(each[0] <= _APART for each in sizes if each)
            self._texts[shape] = Statements(
                text(self._page(sizes, narrow, listings_, "page")),
                text(self._page(sizes, narrow, listings_, "newest")),
                text(self._page(sizes, narrow, listings_, "again")),
                text(_count(sizes, narrow, "apart" if is_apart else "count")),
                text(_node(sizes, narrow, _LEVEL, "")),
                text(_nodes(sizes, narrow)),
                text(_twice(sizes, narrow, is_embedded=self._database.dialect.is_embedded)) if _pairs(sizes) else "",
                text(_joined(sizes, narrow)),
            )
        return self._texts[shape]

    def version(self, count: int) -> str:
        """Return the query of the version of the data of ``count`` listings (``all_0`` …)."""
        if count not in self._versions:
            self._versions[count] = self._database.text(sa.select(_version(count)))
        return self._versions[count]

    def _page(self, sizes: "_Sizes", narrow: "_Narrow", listings_: int, use: "_Use") -> AnySelect:
        if sizes == _ONE_WHOLE:
            return _ordered(narrow, listings_, use)
        parts = _parts(sizes, narrow, use)
        # SQLite reads ordered parts in the order of all; PostgreSQL would sort all of them for each page.
        if len(parts) > 1 and not self._database.dialect.is_embedded:
            parts = [_first(part, use) for part in parts]
        keys = _together(parts)
        order = [keys.c.started_at, keys.c.conversation_id]
        if len(sizes) > 1:
            order.append(keys.c.row)
        some = sa.select(keys).order_by(*_in_order(order, use)).limit(_LIMIT).offset(_OFFSET).subquery()
        # No join: PostgreSQL may read the whole table for one, where its statistics are old.
        body = sa.select(report_rows.c.body).where(report_rows.c.row == some.c.row).scalar_subquery()
        # Without an order of its own: it costs nothing to sort a hundred keys afterwards, and a third more to sort rows.
        return sa.select(body, _version(listings_), some.c.started_at, some.c.conversation_id, some.c.row)


_Sizes = tuple[tuple[int, ...], ...]


BoundShape = tuple[Figure, bool, bool]
"""A bound of a figure: whether it has a least and a greatest value."""


class _Narrow(NamedTuple):
    """Conditions of every kind of rows: cells, the shape of the visibility, the query of ids; None: without any."""

    cells: tuple[int, ...] | None
    seeing: Shape | None
    among: AnySelect | None = None
    bounds: tuple[BoundShape, ...] = ()


_Use = Literal["page", "newest", "again", "count", "apart", "number"]
"""Purpose of reading rows: a page in order or with the newest first, one read before, a count (in two ways), or numbers."""

_APART = 2
"""Facets that PostgreSQL counts apart, by an anti-join of index entries: in half the time for two, in twice for ten."""

_PAIR = 2
"""Facets of a group that are counted by their tallies, less the rows that have both: a quarter of counting all rows."""

_OF_PAGES = ("page", "newest", "again")

_ONE_WHOLE: _Sizes = ((),)
"""One listing, no facets."""

_AT = sa.bindparam("at", type_=BigInteger)
_ID = sa.bindparam("id", type_=Text)
_APP = sa.bindparam("see_app", type_=NUMBER)
_UNTIL = sa.bindparam("until", type_=BigInteger)
_UNTIL_ID = sa.bindparam("until_id", type_=Text)
_LIMIT = sa.bindparam("limit", type_=BigInteger)
_OFFSET = sa.bindparam("offset", type_=BigInteger)
_LEVEL = sa.bindparam("level", type_=SmallInteger)
_ZERO, _ONE = (sa.literal_column(number, Integer) for number in "01")


def _version(count: int) -> ColumnElement[int]:
    """The version of some listings' data: it grows whenever that of one does."""
    numbers = [sa.bindparam(f"all_{n}", type_=NUMBER) for n in range(count)]
    total = sa.select(sa.func.sum(listings.c.version)).where(_among(listings.c.listing, numbers))
    return sa.cast(total.scalar_subquery(), BigInteger)


def _ordered(narrow: _Narrow, listings_: int, use: _Use) -> AnySelect:
    """Rows of one whole listing, which come in their order."""
    if narrow.among is not None:
        return _ordered_among(narrow, narrow.among, listings_, use)
    keys = [] if use == "again" else [report_rows.c.started_at, report_rows.c.conversation_id]
    rows = sa.select(report_rows.c.body, _version(listings_), *keys)
    rows = rows.where(report_rows.c.listing == _listing(0), *_within(report_rows, narrow, use))
    order = _in_order([report_rows.c.started_at, report_rows.c.conversation_id], use)
    return rows.order_by(*order).limit(_LIMIT).offset(_OFFSET)


def _ordered_among(narrow: _Narrow, among: AnySelect, listings_: int, use: _Use) -> AnySelect:
    """The same of some conversations: their keys are sorted, of which an index has all, and few bodies are read."""
    keys = [report_rows.c.started_at, report_rows.c.conversation_id]
    some = sa.select(*keys).where(report_rows.c.listing == _listing(0), *_within_some(narrow, among, use))
    # With zero added no index has the order: PostgreSQL would walk the whole listing, and compare each row with all ids.
    order = [report_rows.c.started_at + _ZERO, report_rows.c.conversation_id]
    page = some.order_by(*_in_order(order, use)).limit(_LIMIT).offset(_OFFSET).subquery()
    at, id_ = page.c.started_at, page.c.conversation_id
    its = (report_rows.c.started_at == at, report_rows.c.conversation_id == id_)
    body = sa.select(report_rows.c.body).where(report_rows.c.listing == _listing(0), *its).scalar_subquery()
    shown = sa.select(body, _version(listings_), *([] if use == "again" else [at, id_])).select_from(page)
    return shown.order_by(*_in_order([at, id_], use))


def _in_order(columns: Sequence[ColumnElement[Any]], use: _Use) -> list[ColumnElement[Any]]:
    """Return the columns as rows are ordered by them."""
    return [each.desc() for each in columns] if use == "newest" else list(columns)


def _count(sizes: _Sizes, narrow: _Narrow, use: _Use) -> AnySelect:
    """Rows by cell: a page shows how many there are, and how many of some cells."""
    some = _together(_parts(sizes, narrow._replace(cells=None), use))
    return sa.select(some.c.cell, sa.func.count()).group_by(some.c.cell)


def _twice(sizes: _Sizes, narrow: _Narrow, *, is_embedded: bool) -> AnySelect:
    """Rows by cell that have both facets of a group."""
    narrow = narrow._replace(cells=None)
    some = _together([_both(p, narrow) if is_embedded else _second(p, narrow) for p in _pairs(sizes)])
    return sa.select(some.c.cell, sa.func.count()).group_by(some.c.cell)


def _second(p: int, narrow: _Narrow) -> AnySelect:
    """Cells of rows that have both facets: PostgreSQL joins two facets in the order of their index."""
    rows = sa.select(facet_rows.c.cell).where(facet_rows.c.facet == _facet(p, 0, 1))
    return rows.where(*_within(facet_rows, narrow, "apart"), _has([_facet(p, 0, 0)], "apart"))


def _both(p: int, narrow: _Narrow) -> AnySelect:
    """Cells of the same rows: SQLite walks along both facets at once, in half the time of looking each row up."""
    key = (facet_rows.c.started_at, facet_rows.c.conversation_id, facet_rows.c.cell)
    within = _within(facet_rows, narrow, "apart")
    rows = [sa.select(*key).where(facet_rows.c.facet == _facet(p, 0, f), *within) for f in range(_PAIR)]
    return sa.select(sa.intersect(*rows).order_by(*(each.name for each in key)).subquery().c.cell)


def _pairs(sizes: _Sizes) -> list[int]:
    """Return which listings have one group, of two facets."""
    return [p for p, groups in enumerate(sizes) if groups == (_PAIR,)]


def _joined(sizes: _Sizes, narrow: _Narrow) -> AnySelect:
    """One text of all rows: to hand rows out one by one takes as long as to find them."""
    some = _together(_parts(sizes, narrow, "number"))
    comma: Any = sa.literal_column("','", Text)  # texts have no values of their own
    return sa.select(sa.func.aggregate_strings(sa.cast(some.c.row, Text), comma)).select_from(some)


def _node(sizes: _Sizes, narrow: _Narrow, level: ColumnElement[int], suffix: str) -> AnySelect:
    """Tallies of a span of one level, summed up over the parts."""
    wanted = _in_cells(tallies.c.cell, narrow)
    n = sa.case((wanted[0], tallies.c.n), else_=sa.literal_column("0", Integer)) if wanted else tallies.c.n
    within = (
        tallies.c.level == level,
        tallies.c.bucket >= sa.bindparam(f"first{suffix}", type_=BigInteger),
        tallies.c.bucket < sa.bindparam(f"last{suffix}", type_=BigInteger),
    )
    # Each part is read by the index; for conditions joined by OR PostgreSQL would read the whole table.
    each = _together(
        [
            sa.select(tallies.c.level, tallies.c.bucket, n.label("n"), tallies.c.n.label("in_all")).where(
                tallies.c.listing == _listing(p),
                tallies.c.facet == (_facet(p, 0, 0) if groups else sa.literal_column("0")),
                *within,
            )
            for p, groups in enumerate(sizes)
        ]
    )
    n, in_all = (sa.cast(sa.func.sum(column), BigInteger) for column in (each.c.n, each.c.in_all))
    return sa.select(each.c.level, each.c.bucket, n.label("n"), in_all.label("in_all")).group_by(
        each.c.level, each.c.bucket
    )


def _nodes(sizes: _Sizes, narrow: _Narrow) -> AnySelect:
    """The same of every level that is always counted."""
    levels = [
        _node(sizes, narrow, sa.literal_column(str(level), Integer), f"_{level}") for level in range(DAY, TOP + 1)
    ]
    return sa.select(sa.union_all(*levels).subquery())


def _first(part: AnySelect, use: _Use) -> AnySelect:
    """As many of a part as a page can need."""
    columns = part.selected_columns
    ordered = part.order_by(*_in_order([columns.started_at, columns.conversation_id], use))
    return sa.select(ordered.limit(_LIMIT + _OFFSET).offset(_ZERO).subquery())


def _together(parts: Sequence[AnySelect]) -> sa.Subquery:
    """All rows of the parts."""
    return parts[0].subquery() if len(parts) == 1 else sa.union_all(*parts).subquery()


def _parts(sizes: _Sizes, narrow: _Narrow, use: _Use) -> list[AnySelect]:
    """Start, id and number of the rows, each once; to be counted, number and cell; or the number alone."""
    return [keys for p, groups in enumerate(sizes) for keys in _part_keys(p, groups, narrow, use)]


def _part_keys(p: int, groups: tuple[int, ...], narrow: _Narrow, use: _Use) -> list[AnySelect]:
    """Keys of one listing's rows: for each facet of the first group those that have it and none before it.

    They have a facet of every other group too. To be counted, rows of many facets are only made distinct: looking up
    for each whether it has another facet takes ten times as long.
    """
    if not groups:
        rows = sa.select(*_keys(report_rows, use))
        within = _within(report_rows, narrow, use) if narrow.among is None else _within_some(narrow, narrow.among, use)
        return [rows.where(report_rows.c.listing == _listing(p), *within)]
    first = [_facet(p, 0, f) for f in range(groups[0])]
    others = [_has([_facet(p, g, f) for f in range(size)], use) for g, size in enumerate(groups[1:], start=1)]
    rows = sa.select(*_keys(facet_rows, use))
    if use in ("count", "number") and len(first) > 1:
        rows = rows.where(facet_rows.c.facet.in_(first), *_within(facet_rows, narrow, use), *others)
        return [rows.distinct() if use == "count" else rows]
    return [
        rows.where(
            facet_rows.c.facet == facet,
            *_within(facet_rows, narrow, use),
            *([~_has(first[:f], use)] if f else []),
            *others,
        )
        for f, facet in enumerate(first)
    ]


def _keys(rows: sa.Table, use: _Use) -> list[ColumnElement[Any]]:
    """Return the columns that are read."""
    if use in _OF_PAGES:
        return [rows.c.started_at, rows.c.conversation_id, rows.c.row]
    return [rows.c.cell] if use == "apart" else [rows.c.row, rows.c.cell] if use == "count" else [rows.c.row]


def _has(facets: Sequence[ColumnElement[int]], use: _Use) -> sa.Exists:
    """Return whether a row has at least one of these facets."""
    other = facet_rows.alias()
    found = sa.select(other.c.facet).where(
        _among(other.c.facet, facets),
        other.c.started_at == facet_rows.c.started_at,
        other.c.conversation_id == facet_rows.c.conversation_id,
    )
    # A page asks row by row: for an offset PostgreSQL makes no join, which would read all rows before the first.
    return (found.limit(_ONE).offset(_ZERO) if use in _OF_PAGES else found).correlate(facet_rows).exists()


def _within(rows: sa.Table, narrow: _Narrow, use: _Use) -> list[ColumnElement[bool]]:
    """After one key (of a page asked again: from it on), before an instant, in the cells, and visible."""
    key, start = sa.tuple_(rows.c.started_at, rows.c.conversation_id), sa.tuple_(_AT, _ID)
    before = rows.c.started_at < _UNTIL if use != "newest" else key < sa.tuple_(_UNTIL, _UNTIL_ID)
    bounds = [key >= start if use == "again" else key > start, before]
    if narrow.among is not None:
        filed = sa.select(conversations.c.filed_at, conversations.c.conversation_id)
        some = conversations.c.conversation_id.in_(narrow.among)
        bounds.append(key.in_(filed.where(conversations.c.app == _APP, some)))
    return [*bounds, *_narrowed(rows, narrow, use)]


def _narrowed(rows: sa.Table, narrow: _Narrow, use: _Use) -> list[ColumnElement[bool]]:
    """In the cells, within bounds of figures, and visible."""
    bounds: list[ColumnElement[bool]] = []
    if narrow.seeing is not None:
        bounds.append(named_predicate(narrow.seeing, _APP, rows.c.conversation_id, row_by_row=use in _OF_PAGES))
    if narrow.bounds:
        columns = {figure: figure_rows.c[figure] for figure, *_ends in narrow.bounds}
        figures = sa.select(_ONE).where(figure_rows.c.row == rows.c.row, *within_bounds(columns, narrow.bounds))
        bounds.append(figures.correlate(rows).exists())
    return [*bounds, *_in_cells(rows.c.cell, narrow)]


def _within_some(narrow: _Narrow, among: AnySelect, use: _Use) -> list[ColumnElement[bool]]:
    """The same of rows of some conversations, which are read first; the row of each is looked up."""
    filed = (conversations.c.filed_at, conversations.c.conversation_id)
    key = sa.tuple_(*filed)
    before = conversations.c.filed_at < _UNTIL if use != "newest" else key < sa.tuple_(_UNTIL, _UNTIL_ID)
    found = [key >= sa.tuple_(_AT, _ID) if use == "again" else key > sa.tuple_(_AT, _ID), before]
    found += [conversations.c.app == _APP, conversations.c.conversation_id.in_(among)]
    # As values of an expression they are looked up among the rows, and never the other way about, row by row.
    at, id_ = sa.func.coalesce(filed[0], _ZERO), sa.func.coalesce(filed[1], sa.literal_column("''", Text))
    found += [report_rows.c.started_at == at, report_rows.c.conversation_id == id_]
    return [*found, *_narrowed(report_rows, narrow, use)]


def bounds_of(bounds: Sequence[Bound]) -> tuple[BoundShape, ...]:
    """Return the shape of bounds."""
    return tuple((each.figure, each.least is not None, each.most is not None) for each in bounds)


def within_bounds(columns: Mapping[str, ColumnElement[Any]], bounds: Sequence[BoundShape]) -> list[ColumnElement[bool]]:
    """Return the conditions of rows with figures within bounds, whose values are ``least_<figure>``, ``most_<figure>``."""
    found: list[ColumnElement[bool]] = []
    for figure, has_least, has_most in bounds:
        found += [columns[figure] >= sa.bindparam(f"least_{figure}", type_=BigInteger)] if has_least else []
        found += [columns[figure] <= sa.bindparam(f"most_{figure}", type_=BigInteger)] if has_most else []
    return found


def among_ids(is_embedded: bool, name: str = "among") -> AnySelect:  # noqa: FBT001  (as the dialect says it)
    """Return the query of the texts of a JSON array, which is the value of this name."""
    given = sa.bindparam(name, type_=Text)
    if is_embedded:
        return sa.select(sa.func.json_each(given).table_valued("value").c.value)
    return sa.select(sa.func.json_array_elements_text(sa.cast(given, sa.JSON)).column_valued("value"))


def _in_cells(cell: ColumnElement[int], narrow: _Narrow) -> list[ColumnElement[bool]]:
    """Return the condition on cells. They are literals: they are few, and so the planner knows them."""
    return [] if narrow.cells is None else [cell.in_([sa.literal_column(str(each)) for each in narrow.cells])]


def _among(column: ColumnElement[int], values: Sequence[ColumnElement[int]]) -> ColumnElement[bool]:
    return column == values[0] if len(values) == 1 else column.in_(values)


def _listing(p: int) -> ColumnElement[int]:
    return sa.bindparam(f"listing_{p}", type_=NUMBER)


def _facet(p: int, g: int, f: int) -> ColumnElement[int]:
    return sa.bindparam(f"facet_{p}_{g}_{f}", type_=NUMBER)
