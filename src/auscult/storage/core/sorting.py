"""Lists in the order of a number: read from the key of a row on; rows without the number are last in both directions."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection

from auscult.storage.core.database import AnyRow, AnySelect


class SortKey(NamedTuple):
    """Position in a list: the row's own number, and its value in the order, None where it has none."""

    number: int
    value: int | None = None


class Walked(NamedTuple):
    """Index of another table by which rows that have a value are read: its number of a row, and a condition of its own."""

    number: ColumnElement[int]
    where: ColumnElement[bool]


class SortedRow(NamedTuple):
    """A row of a list, and its position."""

    row: AnyRow
    key: SortKey


def read_sorted(  # noqa: PLR0913, PLR0917  (a query, its order, and a page of it)
    connection: Connection,
    query: AnySelect,
    column: ColumnElement[Any],
    number: ColumnElement[int],
    order: str,
    after: SortKey | None,
    limit: int,
    walked: Walked | None = None,
) -> list[SortedRow]:
    """Return the rows of a query behind a position, the least first; ``order`` with a minus has the greatest first.

    Rows of the same value follow each other by ``number``, in the same direction. Rows with a value and those without
    are read apart: each is a range of an index of (…, column, number). ``walked`` is needed where the column is in
    another table than the number.
    """
    is_descending = order.startswith("-")
    whole = query.add_columns(column.label("sort_value"), number.label("sort_number"))
    found: list[AnyRow] = []
    if after is None or after.value is not None:
        some, known = whole.where(column.is_not(None)), number
        if walked is not None:
            some, known = some.where(walked.where), walked.number
        if after is not None:
            here, there = sa.tuple_(column, known), sa.tuple_(sa.literal(after.value), sa.literal(after.number))
            some = some.where(here < there if is_descending else here > there)
        keys = (column.desc(), known.desc()) if is_descending else (column, known)
        found += connection.execute(some.order_by(*keys).limit(limit)).all()
    if len(found) < limit:
        rest = whole.where(column.is_(None))
        if after is not None and after.value is None:
            rest = rest.where(number < after.number if is_descending else number > after.number)
        rest = rest.order_by(number.desc() if is_descending else number).limit(limit - len(found))
        found += connection.execute(rest).all()
    return [SortedRow(row, SortKey(row.sort_number, row.sort_value)) for row in found]


def column_of(order: str, columns: Mapping[str, ColumnElement[Any]]) -> ColumnElement[Any]:
    """Return the column of an order, which may begin with a minus."""
    return columns[order.removeprefix("-")]
