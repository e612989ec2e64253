"""A form document written to a sheet: keys of the form, its sections, and a row a question."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Literal, cast

from auscult.services.definitions.forms.document import read_document
from auscult.services.definitions.sheets.cells import CellValue
from auscult.services.definitions.sheets.columns import COLUMNS, SETTINGS, Column, as_json, same
from auscult.services.definitions.sheets.files import to_csv, to_xlsx
from auscult.services.definitions.sheets.layout import (
    FORM_KEYS,
    HEADS,
    SECTION_HEADINGS,
    SECTION_KEYS,
    read_form_value,
    read_section_value,
    write_form_value,
)

_LONGEST_CELL = 32_000
Row = list[CellValue | None]


def export_form(document: bytes, kind: Literal["csv", "xlsx"]) -> bytes:
    """Write a form document that is right as a spreadsheet; ``import_form`` reads the same form from it.

    Comments of the document are lost. Raises ``EngineError`` where a workbook cannot be written here.
    """
    value: Any = read_document(document).value
    rows = [*_form_rows(value), [], *_section_rows(value), *_question_rows(value["metrics"])]
    return to_csv(rows) if kind == "csv" else to_xlsx(rows, str(value["name"]))


def _form_rows(form: dict[str, Any]) -> Iterator[Row]:
    rest: dict[str, Any] = {}
    for key, value in form.items():
        if key in ("metrics", "$schema") or (key == "sections" and _is_table(value)):
            continue
        cell = write_form_value(key, value) if key in FORM_KEYS and key != SETTINGS else None
        if cell is not None and is_writable(cell) and same(read_form_value(key, cell), {key: value}):
            yield [HEADS.get(key, key), cell]
        else:
            rest[key] = value
    for part in _parts(rest):
        yield [SETTINGS, part]


def _is_table(value: Any) -> bool:  # noqa: ANN401  (any part of a document)
    sections = cast("list[dict[str, Any]]", value) if isinstance(value, list) else []
    return bool(sections) and all(
        section.keys() <= set(SECTION_KEYS)
        and all(is_writable(_section_cell(one)) for one in section.values())
        and all(same(read_section_value(key, _section_cell(one)), one) for key, one in section.items())
        for section in sections
    )


def _section_rows(form: dict[str, Any]) -> Iterator[Row]:
    if not _is_table(form.get("sections")):
        return
    yield [*SECTION_HEADINGS]
    for section in form["sections"]:
        yield [_section_cell(section[key]) if key in section else None for key in SECTION_KEYS]
    yield []


def _section_cell(value: Any) -> CellValue:  # noqa: ANN401  (any part of a document)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return Decimal(value) if isinstance(value, int | Decimal) else str(value)


def _question_rows(metrics: list[dict[str, Any]]) -> Iterator[Row]:
    written = [_cells(metric) for metric in metrics]
    used = [column for column in COLUMNS if column.name == "name" or any(column.name in cells for cells, _ in written)]
    most = max((len(parts) for _, parts in written), default=0)
    yield [
        *(column.name for column in used),
        *(f"{SETTINGS} {at}" if at > 1 else SETTINGS for at in range(1, most + 1)),
    ]
    for cells, parts in written:
        yield [cells.get(column.name) for column in used] + [*parts]
    total = sum((Decimal(one.get("weight", 0)) for one in metrics if not one.get("bonus")), Decimal(0))
    if total:
        yield [{"name": "Total", "weight": total}.get(column.name) for column in used]


def _cells(metric: dict[str, Any]) -> tuple[dict[str, CellValue], list[str]]:
    """Return the cells of a metric by their column, and what none of these can hold, as JSON in pieces."""
    cells: dict[str, CellValue] = {}
    rest = dict(metric)
    for column in COLUMNS:
        cell = column.write(metric)
        if cell is not None and is_writable(cell) and _reads_back(column, cell, metric):
            cells[column.name] = cell
            rest = {key: value for key, value in rest.items() if key not in column.keys}
    return cells, _parts(rest)


def _reads_back(column: Column, cell: CellValue, metric: dict[str, Any]) -> bool:
    try:
        found = column.read(cell)
    except ValueError:
        return False
    return same(found, {key: metric[key] for key in column.keys if key in metric})


def is_writable(cell: CellValue) -> bool:
    """Return whether a sheet keeps a cell as it is: no control characters, no spaces around it, not too long."""
    if not isinstance(cell, str):
        return True
    is_plain = all(letter.isprintable() or letter == "\n" for letter in cell)
    return is_plain and cell == cell.strip() and 0 < len(cell) <= _LONGEST_CELL


def _parts(rest: dict[str, Any]) -> list[str]:
    """Return a mapping as JSON, in pieces that fit into cells; none where it is empty."""
    if not rest:
        return []
    text = as_json(rest)
    return [text[at : at + _LONGEST_CELL] for at in range(0, len(text), _LONGEST_CELL)]
