"""The one printer of answers: a list as a table, anything else as names and values, one a line."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeGuard, cast

Row = Mapping[str, Any]
_OF_LISTS = ("items", "next_cursor")


def lines_of(answer: Any, columns: Sequence[str] = ()) -> Iterator[str]:  # noqa: ANN401  (whatever an operation answers)
    """Yield the lines of an answer; ``columns`` are those to show of a list or a record.

    A record that only has items, too, is a list; several answers are a table.
    """
    if isinstance(answer, list):
        yield from table_of(cast("Sequence[Row]", answer), columns)
        return
    if not isinstance(answer, dict):
        yield _text(answer)
        return
    record = cast("Row", answer)
    if "items" in record and (columns or next(iter(record)) == "items"):
        yield from table_of(record["items"], columns)
        yield from _named({key: value for key, value in record.items() if key not in _OF_LISTS and _is_shown(value)})
    else:
        yield from _named({key: record.get(key) for key in columns or record})


def table_of(rows: Sequence[Row], columns: Sequence[str] = ()) -> Iterator[str]:
    """Yield a table with a line of names; without ``columns`` of the values that are simple and present in some row."""
    if not rows:
        return
    known = dict.fromkeys(key for row in rows for key in row)
    shown: list[str] = list(columns) or [key for key in known if any(_is_shown(row.get(key)) for row in rows)]
    cells = [shown, *([_text(_value(row, key)) for key in shown] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for line in cells:
        yield "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()


def _value(row: Row, key: str) -> object:
    """Return a value of a row, of a record in it by ``last.state``."""
    value: object = row
    for part in key.split("."):
        value = cast("Row", value).get(part) if isinstance(value, dict) else None
    return value


def _named(record: Row) -> Iterator[str]:
    """Yield the values of a record by name, then its lists and records under their names, unless there is nothing in them."""
    simple = {key: value for key, value in record.items() if _is_shown(value)}
    width = max(map(len, simple), default=0)
    for key, value in simple.items():
        yield f"{key.ljust(width)}  {_text(value)}"
    for key, value in record.items():
        if lines := [] if key in simple else list(_nested(value)):
            yield f"{key}:"
            yield from (f"  {line}" for line in lines)


def _nested(value: object) -> Iterator[str]:
    """Yield the lines of a value in a record: of records a table, whether they are a list or by name."""
    if isinstance(value, list | tuple) and value:
        yield from table_of(cast("Sequence[Row]", value))
    elif isinstance(value, dict):
        named = cast("Mapping[str, object]", value)
        if all(isinstance(each, dict) for each in named.values()) and not any(map(_is_figure, named.values())):
            yield from table_of([{"": key, **cast("Row", each)} for key, each in named.items()])
        else:
            yield from _named(named)


def _is_shown(value: object) -> bool:
    """Return whether a value is simple and there."""
    if isinstance(value, list | tuple):
        values = cast("Sequence[object]", value)
        return bool(values) and not isinstance(values[0], dict)
    return value is not None and value != "" and (_is_figure(value) or not isinstance(value, dict))


def _is_figure(value: object) -> TypeGuard[Row]:
    """Return whether a value is a figure with its interval."""
    return isinstance(value, dict) and set(cast("Row", value)) == {"value", "low", "high"}


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, list | tuple):
        return ", ".join(map(_text, cast("Sequence[object]", value)))
    if _is_figure(value):
        return "{value:.4g} ({low:.4g} to {high:.4g})".format_map(value)
    return "" if value is None or isinstance(value, dict) else " ".join(str(value).split())
