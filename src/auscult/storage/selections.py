"""Which rows a query is about, and the SQL that reads them: one text for each shape of query, compiled once."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import BigInteger, ColumnElement, Integer, SmallInteger, Text

from auscult.storage.database import AnySelect, Database
from auscult.storage.tables import NUMBER, facet_rows, listings, report_rows, tallies
from auscult.storage.tallies import HOUR, TOP


class Part(NamedTuple):
    """Rows of one listing: those that have at least one facet of every group."""

    listing: int
    groups: tuple[tuple[int, ...], ...] = ()


class Selection(NamedTuple):
    """Rows of some listings, in some cells (None: in any).

    ``is_tallied`` says that tallies count them: no groups, or one of one tallied facet.
    """

    parts: tuple[Part, ...]
    cells: tuple[int, ...] | None
    is_tallied: bool

    @property
    def is_empty(self) -> bool:
        """Whether it can be told already that nothing matches."""
        return not self.parts or self.cells == ()

    @property
    def values(self) -> dict[str, int]:
        """The values that the texts of this shape take."""
        values: dict[str, int] = {}
        for p, part in enumerate(self.parts):
            values[f"listing_{p}"] = part.listing
            for g, group in enumerate(part.groups):
                values.update({f"facet_{p}_{g}_{f}": facet for f, facet in enumerate(group)})
        return values


class Texts(NamedTuple):
    """Queries over a selection. These are the values that they take besides the selection's own.

    ``page`` (body, version, start, id, and over facets or several listings the row's number, in no order): ``at``,
    ``id``, the key that the first row stands after; ``until``; ``limit``, ``offset``; and ``all_0`` … the listings
    whose version is told. ``bodies``, where rows come in their order: the same without keys, in three quarters of the
    time, for a page whose last key is known.
    ``number`` (n): ``at``, ``id``, ``until``. Of tallied ones ``node`` (level, bucket, n, rows in all cells): ``level``,
    its first bucket and the one after the last, ``first``, ``last``. ``nodes``, the same of all levels from the hour up:
    ``first_0``, ``last_0`` …
    """

    page: str
    bodies: str | None
    number: str
    node: str
    nodes: str


class Phrasebook:
    """The texts of every shape that was asked for."""

    def __init__(self, database: Database) -> None:
        """Nothing is compiled yet."""
        self._database = database
        self._texts: dict[tuple[Any, ...], Texts] = {}
        self._versions: dict[int, str] = {}

    def texts(self, selection: Selection, listings_: int) -> Texts:
        """The texts for a selection, made from so many listings."""
        sizes = tuple(tuple(len(group) for group in part.groups) for part in selection.parts)
        shape = (sizes, selection.cells, listings_)
        if shape not in self._texts:
            text = self._database.text
            self._texts[shape] = Texts(
                text(_page(sizes, selection.cells, listings_)),
                text(_ordered(selection.cells, listings_, [])) if sizes == _ONE_WHOLE else None,
                text(_count(sizes, selection.cells)),
                text(_node(sizes, selection.cells, _LEVEL, "")),
                text(_nodes(sizes, selection.cells)),
            )
        return self._texts[shape]

    def version(self, count: int) -> str:
        """The text that asks for the version of the data of so many listings (``all_0`` …)."""
        if count not in self._versions:
            self._versions[count] = self._database.text(sa.select(_version(count)))
        return self._versions[count]


_Sizes = tuple[tuple[int, ...], ...]
_Cells = tuple[int, ...] | None

_ONE_WHOLE: _Sizes = ((),)
"""One listing, no facets."""

_AT = sa.bindparam("at", type_=BigInteger)
_ID = sa.bindparam("id", type_=Text)
_UNTIL = sa.bindparam("until", type_=BigInteger)
_LIMIT = sa.bindparam("limit", type_=BigInteger)
_OFFSET = sa.bindparam("offset", type_=BigInteger)
_LEVEL = sa.bindparam("level", type_=SmallInteger)


def _version(count: int) -> ColumnElement[int]:
    """The version of some listings' data: it grows whenever that of one does."""
    numbers = [sa.bindparam(f"all_{n}", type_=NUMBER) for n in range(count)]
    total = sa.select(sa.func.sum(listings.c.version)).where(_among(listings.c.listing, numbers))
    return sa.cast(total.scalar_subquery(), BigInteger)


def _page(sizes: _Sizes, cells: _Cells, listings_: int) -> AnySelect:
    if sizes == _ONE_WHOLE:
        return _ordered(cells, listings_, [report_rows.c.started_at, report_rows.c.conversation_id])
    keys = _keys(sizes, cells)
    order = [keys.c.started_at, keys.c.conversation_id]
    if len(sizes) > 1:
        order.append(keys.c.row)
    some = sa.select(keys).order_by(*order).limit(_LIMIT).offset(_OFFSET).subquery()
    # Without an order of its own: to sort a hundred numbers afterwards costs nothing, to sort their rows a third more.
    key = (some.c.started_at, some.c.conversation_id, some.c.row)
    return sa.select(report_rows.c.body, _version(listings_), *key).join(some, report_rows.c.row == some.c.row)


def _ordered(cells: _Cells, listings_: int, keys: Sequence[ColumnElement[Any]]) -> AnySelect:
    """Rows of one whole listing, which come in their order."""
    rows = sa.select(report_rows.c.body, _version(listings_), *keys)
    rows = rows.where(report_rows.c.listing == _listing(0), *_within(report_rows, cells))
    return rows.order_by(report_rows.c.started_at, report_rows.c.conversation_id).limit(_LIMIT).offset(_OFFSET)


def _count(sizes: _Sizes, cells: _Cells) -> AnySelect:
    return sa.select(sa.func.count()).select_from(_keys(sizes, cells))


def _node(sizes: _Sizes, cells: _Cells, level: ColumnElement[int], suffix: str) -> AnySelect:
    """Tallies of a span of one level. Parts never share a row, so that sums over them are right."""
    which = [
        (tallies.c.listing == _listing(p))
        & (tallies.c.facet == (_facet(p, 0, 0) if groups else sa.literal_column("0")))
        for p, groups in enumerate(sizes)
    ]
    wanted = _in_cells(tallies.c.cell, cells)
    n = sa.case((wanted[0], tallies.c.n), else_=sa.literal_column("0", Integer)) if wanted else tallies.c.n
    return (
        sa.select(
            tallies.c.level,
            tallies.c.bucket,
            sa.cast(sa.func.sum(n), BigInteger).label("n"),
            sa.cast(sa.func.sum(tallies.c.n), BigInteger).label("in_all"),
        )
        .where(
            sa.or_(*which),
            tallies.c.level == level,
            tallies.c.bucket >= sa.bindparam(f"first{suffix}", type_=BigInteger),
            tallies.c.bucket < sa.bindparam(f"last{suffix}", type_=BigInteger),
        )
        .group_by(tallies.c.level, tallies.c.bucket)
    )


def _nodes(sizes: _Sizes, cells: _Cells) -> AnySelect:
    """The same of every level that is always counted."""
    levels = [
        _node(sizes, cells, sa.literal_column(str(level), Integer), f"_{level}") for level in range(HOUR, TOP + 1)
    ]
    return sa.select(sa.union_all(*levels).subquery())


def _keys(sizes: _Sizes, cells: _Cells) -> sa.Subquery:
    """Start, id and number of the rows, each once, so put together that they can be read in their order."""
    parts = [keys for p, groups in enumerate(sizes) for keys in _part_keys(p, groups, cells)]
    return parts[0].subquery() if len(parts) == 1 else sa.union_all(*parts).subquery()


def _part_keys(p: int, groups: tuple[int, ...], cells: _Cells) -> list[AnySelect]:
    """Keys of one listing's rows: for each facet of the first group those that have it and none before it.

    They have a facet of every other group too.
    """
    if not groups:
        rows = sa.select(report_rows.c.started_at, report_rows.c.conversation_id, report_rows.c.row)
        return [rows.where(report_rows.c.listing == _listing(p), *_within(report_rows, cells))]
    first = [_facet(p, 0, f) for f in range(groups[0])]
    others = [_has([_facet(p, g, f) for f in range(size)]) for g, size in enumerate(groups[1:], start=1)]
    rows = sa.select(facet_rows.c.started_at, facet_rows.c.conversation_id, facet_rows.c.row)
    return [
        rows.where(
            facet_rows.c.facet == facet,
            *_within(facet_rows, cells),
            *([~_has(first[:f])] if f else []),
            *others,
        )
        for f, facet in enumerate(first)
    ]


def _has(facets: Sequence[ColumnElement[int]]) -> sa.Exists:
    """Whether a row has at least one of these facets."""
    other = facet_rows.alias()
    return sa.exists().where(
        _among(other.c.facet, facets),
        other.c.started_at == facet_rows.c.started_at,
        other.c.conversation_id == facet_rows.c.conversation_id,
    )


def _within(rows: sa.Table, cells: _Cells) -> list[ColumnElement[bool]]:
    """After one key, before an instant, in the cells."""
    after = sa.tuple_(rows.c.started_at, rows.c.conversation_id) > sa.tuple_(_AT, _ID)
    return [after, rows.c.started_at < _UNTIL, *_in_cells(rows.c.cell, cells)]


def _in_cells(cell: ColumnElement[int], cells: _Cells) -> list[ColumnElement[bool]]:
    """Cells stand in the text itself: they are few, and so the planner knows them."""
    return [] if cells is None else [cell.in_([sa.literal_column(str(each)) for each in cells])]


def _among(column: ColumnElement[int], values: Sequence[ColumnElement[int]]) -> ColumnElement[bool]:
    return column == values[0] if len(values) == 1 else column.in_(values)


def _listing(p: int) -> ColumnElement[int]:
    return sa.bindparam(f"listing_{p}", type_=NUMBER)


def _facet(p: int, g: int, f: int) -> ColumnElement[int]:
    return sa.bindparam(f"facet_{p}_{g}_{f}", type_=NUMBER)
