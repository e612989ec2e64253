"""The process in which a workbook is opened: its rows go to a file, and why it has none to standard output.

A workbook that takes more than its memory or processor time ends the process, and nothing else.
"""

import resource
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import msgspec
import python_calamine

MEMORY_BYTES = 2 << 30
CPU_S = 120
_LEAST_NAMES, _LOOKED_AT = 2, 20


def main() -> None:
    """Write the rows of a workbook (the first argument) to a file (the second)."""
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    given, out = sys.argv[1:]
    try:
        library: Any = python_calamine  # its types are partly unknown
        book: python_calamine.CalamineWorkbook = library.load_workbook(given)
        sheet = next((found for name in book.sheet_names if _header(found := book.get_sheet_by_name(name))), None)
        if sheet is None:
            sys.stdout.write("no sheet has a row with the names of columns")
            return
        with Path(out).open("wb") as file:
            file.writelines(msgspec.json.encode(row) + b"\n" for row in _rows(sheet))
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        sys.stdout.write(f"it cannot be read ({error}); save it again, or as CSV")


def _header(sheet: python_calamine.CalamineSheet) -> tuple[int, list[str]] | None:
    """Return the number of the row with the names of columns, and these; None where the first rows have none."""
    for number, cells in enumerate(sheet.iter_rows(), 1):
        names = [str(cell).strip() for cell in cells]
        if all(isinstance(cell, str) for cell in cells) and sum(map(bool, names)) >= _LEAST_NAMES:
            return number, names
        if number >= _LOOKED_AT:
            break
    return None


def _rows(sheet: python_calamine.CalamineSheet) -> Iterator[list[Any]]:
    header = _header(sheet)
    if header is None:
        return
    at, names = header
    yield [at, *names]
    for number, cells in enumerate(sheet.iter_rows(), 1):
        if number > at:
            yield [number, *map(_text, cells)]


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


if __name__ == "__main__":
    main()
