"""Rows of tables and records of the domain: what both call by the same name is said once.

A table has instants in milliseconds (``instants``) and truths as 0 and 1; a record has them as ``datetime`` and ``bool``.
"""

from datetime import datetime
from functools import cache
from typing import Any, TypeVar, get_args, get_type_hints

from msgspec import Struct
from sqlalchemy import Table

from auscult.storage.core.instants import instant_of, ms_of

Record = TypeVar("Record", bound=Struct)


def record_of(kind: type[Record], row: object, /, **others: Any) -> Record:  # noqa: ANN401  (of any field)
    """Return the record of a row, whose columns are named like its fields, apart from ``others``, which are given."""
    kinds = _kinds(kind)
    same = {name: _read(getattr(row, name), kinds[name]) for name in kind.__struct_fields__ if name not in others}
    return kind(**same | others)


def columns_of(table: Table, record: Struct, /, **others: Any) -> dict[str, Any]:  # noqa: ANN401  (of any column)
    """Return the row of a record: the fields that the table has columns for, and ``others``, which are given."""
    names = table.columns.keys()
    same = {name: getattr(record, name) for name in record.__struct_fields__ if name in names and name not in others}
    return {name: _written(value) for name, value in same.items()} | others


@cache
def _kinds(kind: type[Struct]) -> dict[str, tuple[Any, ...]]:
    return {name: (each, *get_args(each)) for name, each in get_type_hints(kind).items()}


def _read(value: Any, kinds: tuple[Any, ...]) -> Any:  # noqa: ANN401  (of any column)
    if value is None:
        return None
    if datetime in kinds:
        return instant_of(value)
    return bool(value) if bool in kinds else value


def _written(value: Any) -> Any:  # noqa: ANN401  (of any field)
    if isinstance(value, datetime):
        return ms_of(value)
    return int(value) if isinstance(value, bool) else value
