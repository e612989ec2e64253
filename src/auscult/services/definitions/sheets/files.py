"""Files of spreadsheets: CSV with the standard library, XLSX with openpyxl (``auscult[tables]``)."""

import csv
import io
from collections.abc import Sequence
from datetime import date, time
from decimal import Decimal
from importlib import import_module
from pathlib import PurePath
from typing import Any
from zipfile import BadZipFile, ZipFile

from auscult.domain.delivery.csv_cells import CsvCell, csv_lines, unguarded_cell
from auscult.domain.errors import EngineError, FormError
from auscult.services.definitions.sheets.cells import (
    MOST_COLUMNS,
    MOST_ROWS,
    UNREAD,
    CellFault,
    Cells,
    CellValue,
    Position,
    cell_name,
)

MAX_BYTES = 10 * 1024 * 1024
_MAX_UNPACKED = 100 * 1024 * 1024
_DELIMITERS = ",;\t"


def read_cells(document: bytes, file: str) -> Cells:
    """Read a spreadsheet, by its content. Raises ``FormError`` for a file that is none."""
    if len(document) > MAX_BYTES:
        raise _refused(file, f"is {len(document)} bytes long; a sheet has at most {MAX_BYTES}")
    cells = _xlsx(document, file) if document.startswith(b"PK") else _csv(document, file)
    last = max(cells.values, default=(0, 0))
    if last[0] >= MOST_ROWS or max((column for _, column in cells.values), default=0) >= MOST_COLUMNS:
        raise _refused(file, f"has more than {MOST_ROWS} rows or {MOST_COLUMNS} columns")
    return cells


def to_csv(rows: Sequence[Sequence[CellValue | None]]) -> bytes:
    """Write rows as CSV; a text that a spreadsheet would read as a formula gets an apostrophe before it."""
    return csv_lines([_plain(value) for value in row] for row in rows).encode()


def to_xlsx(rows: Sequence[Sequence[CellValue | None]], title: str) -> bytes:
    """Write rows as the first sheet of a workbook. Raises ``EngineError`` without ``auscult[tables]``."""
    openpyxl = _openpyxl()
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "".join(letter for letter in title if letter not in r"[]:*?/\'")[:31] or "Form"
    for at, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            if value is None:
                continue
            cell = sheet.cell(row=at, column=column, value=value)
            if isinstance(value, str):
                cell.data_type = "s"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _plain(value: CellValue | None) -> CsvCell:
    match value:
        case None | str():
            return value
        case bool():
            return "true" if value else "false"
        case _:
            return value.normalize()


def _csv(document: bytes, file: str) -> Cells:
    try:
        text = document.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = document.count(b"\n", 0, error.start) + 1
        raise _refused(file, f"line {line} is not UTF-8; save the sheet as CSV UTF-8 or as .xlsx") from None
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    cells = Cells(PurePath(file).stem, {}, [], [])
    try:
        for row, line in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)):
            if row >= MOST_ROWS:
                raise _refused(file, f"has more than {MOST_ROWS} rows")
            for column, value in enumerate(line):
                if value.startswith("="):
                    _note_formula(cells, (row, column), value)
                elif value.strip():
                    cells.values[row, column] = unguarded_cell(value)
    except csv.Error as error:
        raise _refused(file, f"is no CSV: {error}") from None
    return cells


def _xlsx(document: bytes, file: str) -> Cells:
    openpyxl = _openpyxl()
    try:
        with ZipFile(io.BytesIO(document)) as packed:
            unpacked = sum(one.file_size for one in packed.infolist())
        if unpacked > _MAX_UNPACKED:
            raise _refused(file, f"unpacks to {unpacked} bytes; a workbook has at most {_MAX_UNPACKED}")
        book = openpyxl.load_workbook(io.BytesIO(document))
    except (BadZipFile, KeyError, ValueError, OSError, SyntaxError) as error:
        raise _refused(file, f"is no workbook that can be read: {error}") from None
    sheet: Any = book.worksheets[0]
    if sheet.max_row > MOST_ROWS or sheet.max_column > MOST_COLUMNS:
        raise _refused(file, f"has more than {MOST_ROWS} rows or {MOST_COLUMNS} columns")
    cells = Cells(str(sheet.title), {}, [], [])
    for other in book.sheetnames[1:]:
        cells.notes.append(CellFault("", f"sheet '{other}' is not carried; only the first sheet is read"))
    for merged in sheet.merged_cells.ranges:
        cells.faults.append(CellFault(str(merged), "is merged; unmerge it, and write the value into each cell"))
    for line in sheet.iter_rows():
        for cell in line:
            _add(cells, cell)
    return cells


def _add(cells: Cells, cell: Any) -> None:  # noqa: ANN401  (openpyxl has no types)
    position: Position = (cell.row - 1, cell.column - 1)
    if cell.comment is not None:
        cells.notes.append(CellFault(cell_name(position), "its comment is not carried"))
    value: Any = cell.value
    if value is None or (isinstance(value, str) and not value.strip()):
        return
    if cell.data_type == "f":
        _note_formula(cells, position, str(getattr(value, "text", value)))
    elif cell.data_type == "e":
        cells.faults.append(CellFault(cell_name(position), f"is an error of the sheet, {value}; write the value"))
        cells.values[position] = UNREAD
    elif isinstance(value, bool):
        cells.values[position] = value
    elif isinstance(value, date | time):
        cells.values[position] = value.isoformat()[:10]
    elif isinstance(value, int | float):
        number = Decimal(repr(value))
        cells.values[position] = number * 100 if "%" in (cell.number_format or "") else number
    else:
        cells.values[position] = str(value)


def _note_formula(cells: Cells, position: Position, formula: str) -> None:
    shown = formula if len(formula) <= 40 else f"{formula[:39]}…"  # noqa: PLR2004  (of a line)
    cells.faults.append(CellFault(cell_name(position), f"is a formula, {shown}; paste its value"))
    cells.values[position] = UNREAD


def _openpyxl() -> Any:  # noqa: ANN401  (openpyxl has no types)
    try:
        return import_module("openpyxl")  # an extra
    except ModuleNotFoundError as error:
        raise EngineError(
            "workbooks are read and written with openpyxl, which is not installed; "
            "run: pip install 'auscult[tables]', or use CSV",
            code="tables.missing",
            field="FILE",
        ) from error


def _refused(file: str, reason: str) -> FormError:
    line = f"{file}: {reason}"
    return FormError(f"the sheet cannot be read\n{line}", problems=(line,))
