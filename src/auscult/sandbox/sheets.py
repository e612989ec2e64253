"""Rows of an Excel workbook, opened by a library that holds a sheet in memory: only where memory is limited."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, BinaryIO

import python_calamine

from auscult.domain.errors import FormatError
from auscult.formats.tables.workbook import Row

_TITLE = "this looks like an Excel workbook, but"
_LEAST_NAMES, _LOOKED_AT = 2, 20


class Sheet:
    """The first sheet of a workbook that has a header."""

    def __init__(self, file: BinaryIO) -> None:
        """Open a workbook. Raises ``FormatError`` where it cannot be read, or has no such sheet."""
        library: Any = python_calamine  # its types are partly unknown
        file.seek(0)
        try:
            book: python_calamine.CalamineWorkbook = library.load_workbook(file)
            for name in book.sheet_names:
                self._sheet = book.get_sheet_by_name(name)
                if (header := _header(self._sheet)) is not None:
                    self._at, self._names = header
                    return
        except (python_calamine.CalamineError, OSError, ValueError) as error:
            message = f"{_TITLE} it cannot be read ({error}); save it again, or as CSV"
            raise FormatError(message, line=1, code="format.refused") from error
        message = f"{_TITLE} no sheet has a row with the names of columns"
        raise FormatError(message, line=1, code="format.refused")

    def rows(self) -> Iterator[Row]:
        """Yield the rows from the names of columns on: the number of each, and its cells as text."""
        yield self._at, self._names
        for number, cells in enumerate(self._sheet.iter_rows(), 1):
            if number > self._at:
                yield number, [*map(_text, cells)]


def _header(sheet: python_calamine.CalamineSheet) -> tuple[int, list[str]] | None:
    """Return the number of the row with the names of columns, and these; None where the first rows have none."""
    for number, cells in enumerate(sheet.iter_rows(), 1):
        names = [str(cell).strip() for cell in cells]
        if all(isinstance(cell, str) for cell in cells) and sum(map(bool, names)) >= _LEAST_NAMES:
            return number, names
        if number >= _LOOKED_AT:
            break
    return None


def _text(cell: object) -> str:
    """Return a cell as text: dates as ISO 8601, whole numbers without a point."""
    match cell:
        case datetime():
            return cell.isoformat(timespec="seconds")
        case date() | time():
            return cell.isoformat()
        case timedelta():
            return str(cell.total_seconds())
        case float() if cell.is_integer():
            return str(int(cell))
        case _:
            return str(cell)
