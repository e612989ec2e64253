"""A table that values are looked up in: CSV with a line of column names, or a JSON array of objects."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from auscult.domain.errors import FormatError, RequestError, coded

MAX_BYTES = 16 << 20
_DELIMITERS = ",;\t|"


class Cell(NamedTuple):
    """Cell of a table, as text; None where it is empty, and then ``reason`` explains why."""

    text: str | None
    reason: str = ""


class LookupTable:
    """A table, read. Looking something up in a column makes an index of that column, once."""

    def __init__(self, rows: list[dict[str, str]], columns: tuple[str, ...]) -> None:
        """``rows`` have their values by column; one that has no value for a column lacks it."""
        self.columns = columns
        self.rows = rows
        self._indexes: dict[str, dict[str, list[int]]] = {}

    def find(self, key_column: str, key: str, column: str) -> Cell:
        """Return the cell in ``column`` of the one row whose ``key_column`` holds the key, in any letter case.

        Raises ``KeyError`` with the column that the table does not have.
        """
        for wanted in (key_column, column):
            if wanted not in self.columns:
                raise KeyError(wanted)
        rows = self._index(key_column).get(_folded(key), [])
        if len(rows) != 1:
            code = "{n} rows have {value!r} as {column}" if rows else "no row has {value!r} as {column}"
            return Cell(None, coded(code, n=len(rows), value=key, column=key_column))
        text = self.rows[rows[0]].get(column)
        return Cell(text, coded("the row of {value!r} has no {column}", value=key, column=column))

    def _index(self, column: str) -> Mapping[str, list[int]]:
        found = self._indexes.get(column)
        if found is None:
            found = self._indexes[column] = {}
            for index, row in enumerate(self.rows):
                if column in row:
                    found.setdefault(_folded(row[column]), []).append(index)
        return found


def read_table(document: bytes) -> LookupTable:
    """Read a table. Raises ``FormatError`` with the line and what would be right."""
    if len(document) > MAX_BYTES:
        raise FormatError(f"the table has {len(document)} bytes; at most {MAX_BYTES} are read", code="table.too_large")
    try:
        text = document.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = document.count(b"\n", 0, error.start) + 1
        raise FormatError("the table is not UTF-8 text; save it as UTF-8", code="table.invalid", line=line) from error
    return _read_json(text) if text.lstrip().startswith(("[", "{")) else _read_csv(text)


def _read_json(text: str) -> LookupTable:
    try:
        found: list[dict[str, Any]] = msgspec.json.decode(text, type=list[dict[str, Any]])
    except (msgspec.DecodeError, RecursionError) as error:
        raise FormatError(f"the table must be a JSON array of objects: {error}", code="table.invalid") from error
    rows = [{key: _text(value) for key, value in row.items() if value is not None} for row in found]
    return LookupTable(rows, tuple(dict.fromkeys(key for row in found for key in row)))


def _read_csv(text: str) -> LookupTable:
    head = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=head.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        names = [name.strip() for name in next(lines, None) or ()]
        if not names or not all(names) or len(set(names)) != len(names):
            raise FormatError(
                "the first line must name every column, each once, like plan,fee", code="table.invalid", line=1
            )
        rows = list(_rows(lines, names))
    except csv.Error as error:
        raise FormatError(f"the table is no CSV: {error}", code="table.invalid", line=lines.line_num) from error
    return LookupTable(rows, tuple(names))


def _rows(lines: Any, names: list[str]) -> Iterator[dict[str, str]]:  # noqa: ANN401  (the reader's type has no name)
    for fields in lines:
        if len(fields) > len(names):
            raise FormatError(
                f"{len(fields)} values, and {len(names)} columns are named", code="table.invalid", line=lines.line_num
            )
        row = {name: value.strip() for name, value in zip(names, fields, strict=False) if value.strip()}
        if row:
            yield row


def _text(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


_NAME = re.compile(r"\w[\w.-]{0,99}")


def checked(name: str, document: bytes) -> bytes:
    """A table's document, once it was read. Raises ``RequestError`` ``table.misnamed``; ``FormatError``."""
    if not _NAME.fullmatch(name):
        raise RequestError(
            "{value!r} cannot be the name of a table: give letters, digits, dots and dashes, up to 100, like plans",
            code="table.misnamed",
            field="name",
            value=name,
        )
    read_table(document)
    return document
