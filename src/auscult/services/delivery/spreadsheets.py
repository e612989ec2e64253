"""Rows as files for a spreadsheet: CSV, and XLSX as a plain archive of XML."""

import codecs
import csv
import re
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import IO
from xml.sax.saxutils import escape, quoteattr

from auscult.domain.delivery.csv_cells import CsvCell, csv_lines, unguarded_cell
from auscult.domain.schedules.schedule import FileFormat

TYPES: Mapping[FileFormat, str] = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
MOST_ROWS = 1_048_576
"""Rows of a sheet, as Excel limits them."""
NUMBER = re.compile(r"[+-]?(?:0|[1-9]\d{0,14})(?:\.\d+)?")
"""A number that a spreadsheet keeps: longer ones, and those that begin with 0, are ids."""
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_IN_MEMORY = 8_000_000
_LONGEST_NAME = 31
_AT_ONCE = 65_536
_DAY_ZERO, _DAY_S = datetime(1899, 12, 30), 86_400  # noqa: DTZ001  (a cell has no time zone)

Rows = Iterable[Sequence[CsvCell]]


class Percentage(float):
    """A share that a spreadsheet shows in percent."""


def type_of(name: str) -> str:
    """Return the media type of a file by its name."""
    return TYPES["xlsx" if name.endswith(".xlsx") else "csv"]


def write_rows(rows: Rows, kind: FileFormat) -> bytes:
    """Return rows as a file. A text that a spreadsheet would read as a formula is marked as text."""
    return b"".join(xlsx([("Report", rows)])) if kind == "xlsx" else csv_lines(rows).encode("utf-8-sig")


def csv_parts(groups: Iterable[Rows]) -> Iterator[bytes]:
    """Yield the parts of a CSV file of rows in groups, each read as it is written."""
    yield codecs.BOM_UTF8
    for rows in groups:
        yield csv_lines(rows).encode()


def xlsx(sheets: Sequence[tuple[str, Rows]]) -> Iterator[bytes]:
    """Yield the parts of an XLSX file of sheets by name, whose rows are read one at a time."""
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in _parts([name for name, _ in sheets]).items():
                archive.writestr(name, _HEAD + text)
            for number, (_, rows) in enumerate(sheets, 1):
                with archive.open(f"xl/worksheets/sheet{number}.xml", "w") as sheet:
                    _write_sheet(sheet, rows)
        file.seek(0)
        while part := file.read(_AT_ONCE):
            yield part


def xlsx_of_csv(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the parts of an XLSX file with the rows of a CSV file of ours: cells that show a number are numbers."""
    lines = csv.reader(_lines(parts))
    rows = ([_read(cell) for cell in row] for row in lines)
    return xlsx([("Report", rows)])


def _lines(parts: Iterable[bytes]) -> Iterator[str]:
    decode = codecs.getincrementaldecoder("utf-8-sig")().decode
    rest = ""
    for part in parts:
        *whole, rest = (rest + decode(part)).split("\n")
        yield from (f"{line}\n" for line in whole)
    if rest:
        yield rest


def _read(cell: str) -> CsvCell:
    return float(cell) if NUMBER.fullmatch(cell) else unguarded_cell(cell)


def _write_sheet(sheet: IO[bytes], rows: Rows) -> None:
    sheet.write(f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
    for row in rows:
        sheet.write(f"<row>{''.join(map(_cell, row))}</row>".encode())
    sheet.write(b"</sheetData></worksheet>")


def _parts(names: Sequence[str]) -> Mapping[str, str]:
    """Return the parts of an archive other than its sheets. The formats of numbers: 1 percentage, 2 day, 3 instant."""
    numbers = range(1, len(names) + 1)
    kinds = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_SHEET}.worksheet+xml"/>' for n in numbers
    )
    listed = "".join(
        f'<sheet name={quoteattr(_named(n, name))} sheetId="{n}" r:id="rId{n}"/>'
        for n, name in zip(numbers, names, strict=True)
    )
    related = "".join(
        f'<Relationship Id="rId{n}" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers
    )
    last = len(names) + 1
    return {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType='
        f'"application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType='
        f'"application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{_SHEET}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_SHEET}.styles+xml"/>{kinds}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" Type="{_RELATIONS}'
        '/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{related}<Relationship '
        f'Id="rId{last}" Type="{_RELATIONS}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill><patternFill/></fill></fills>'
        '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="4"><xf/>'
        '<xf numFmtId="10" applyNumberFormat="1"/><xf numFmtId="14" applyNumberFormat="1"/>'
        '<xf numFmtId="22" applyNumberFormat="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" '
        'builtinId="0"/></cellStyles></styleSheet>',
    }


def _named(number: int, name: str) -> str:
    """Return a name that a sheet may have: distinct, short, and without the signs that formulas need."""
    plain = "".join(" " if char in "[]:*?/\\'" else char for char in name)
    return f"{number} {plain}"[:_LONGEST_NAME].strip() if number > 1 else plain[:_LONGEST_NAME].strip() or "1"


def _cell(cell: CsvCell) -> str:
    if cell is None:
        return "<c/>"
    if isinstance(cell, date):
        at = cell if isinstance(cell, datetime) else datetime.combine(cell, time())
        return f"<c s='{3 if at is cell else 2}'><v>{(at - _DAY_ZERO).total_seconds() / _DAY_S:.9f}</v></c>"
    if not isinstance(cell, str):
        return f"<c s='{int(isinstance(cell, Percentage))}'><v>{cell}</v></c>"
    text = "".join(char for char in cell if char >= " " or char in "\n\t")
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'
