"""Rows that several reports share. They are made from records: what both call by one name is said once."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from msgspec import UNSET, Struct, UnsetType

T = TypeVar("T")
Row = TypeVar("Row", bound=Struct)


def known(value: T | None) -> T | UnsetType:
    """Return a value, or nothing at all where it is not known: rows do not show null."""
    return UNSET if value is None else value


def row_of(kind: type[Row], record: Struct, at: Callable[[datetime], Any], /, **given: Any) -> Row:  # noqa: ANN401
    """Return a row of what is ``given``, and for the rest of what a record has under the same name.

    ``at`` writes instants.
    """
    for name in kind.__struct_fields__:
        value = None if name in given else getattr(record, name, None)
        if value is not None:
            given[name] = at(value) if isinstance(value, datetime) else value
    return kind(**given)
