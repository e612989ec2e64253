"""The one printer of answers: a list as a table, anything else as names and values, one a line."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

Row = Mapping[str, Any]


def lines_of(answer: Any, columns: Sequence[str] = ()) -> Iterator[str]:  # noqa: ANN401  (whatever an operation answers)
    """Yield the lines of an answer; ``columns`` are those to show of a list. A record that only has items, too, is none."""
    if not isinstance(answer, dict):
        yield _text(answer)
        return
    record = cast("Row", answer)
    if "items" in record and (columns or next(iter(record)) == "items"):
        yield from table_of(record["items"], columns)
    else:
        yield from _named(record)


def table_of(rows: Sequence[Row], columns: Sequence[str] = ()) -> Iterator[str]:
    """Yield a table with a line of names; without ``columns`` of the values that are simple and present in some row."""
    if not rows:
        return
    shown = list(columns) or [key for key in rows[0] if any(_is_shown(row.get(key)) for row in rows)]
    cells = [shown, *([_text(row.get(key)) for key in shown] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for line in cells:
        yield "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()


def _named(record: Row) -> Iterator[str]:
    """Yield the values of a record by name, then its lists as tables."""
    simple = {key: value for key, value in record.items() if _is_shown(value)}
    width = max(map(len, simple), default=0)
    for key, value in simple.items():
        yield f"{key.ljust(width)}  {_text(value)}"
    for key, value in record.items():
        if isinstance(value, list | tuple) and value and isinstance(value[0], dict):
            yield f"{key}:"
            yield from (f"  {line}" for line in table_of(cast("Sequence[Row]", value)))
        elif isinstance(value, dict):
            yield f"{key}:"
            yield from (f"  {line}" for line in _named(cast("Row", value)))


def _is_shown(value: object) -> bool:
    """Return whether a value is simple and there."""
    if isinstance(value, list | tuple):
        values = cast("Sequence[object]", value)
        return bool(values) and not isinstance(values[0], dict)
    return value is not None and not isinstance(value, dict) and value != ""


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, list | tuple):
        return ", ".join(map(_text, cast("Sequence[object]", value)))
    return " ".join(str(value).split())
