"""CSV (RFC 4180, UTF-8, a header line): one column a field; what is a list or an object in it, as JSON."""

from collections.abc import Sequence
from typing import Any, BinaryIO, ClassVar

import msgspec

from auscult.domain.delivery.csv_cells import CsvCell, csv_lines
from auscult.tables._contract import Columns


class Csv:
    """For spreadsheets, and for whatever loads nothing else."""

    name: ClassVar[str] = "csv"
    suffix: ClassVar[str] = ".csv"

    def check(self) -> None:
        """Do nothing: it needs no library."""

    def open(self, stream: BinaryIO, columns: Columns) -> "Cells":
        """Begin a file with its header line."""
        return Cells(stream, tuple(columns))


class Cells:
    """A file of cells."""

    def __init__(self, stream: BinaryIO, names: tuple[str, ...]) -> None:
        """Write the header."""
        self._stream = stream
        self._names = names
        self._write([names])

    def write(self, rows: Sequence[bytes]) -> None:
        """Add rows. What a row does not have, and null, are both an empty cell."""
        fields = [msgspec.json.decode(row, type=dict[str, Any]) for row in rows]
        self._write([[_cell(row.get(name)) for name in self._names] for row in fields])

    def close(self) -> None:
        """Nothing is kept back."""

    def _write(self, rows: Sequence[Sequence[CsvCell]]) -> None:
        self._stream.write(csv_lines(rows).encode())


def _cell(value: object) -> CsvCell:
    match value:
        case bool():
            return "true" if value else "false"
        case None | str() | int() | float():
            return value
        case _:
            return msgspec.json.encode(value).decode()
