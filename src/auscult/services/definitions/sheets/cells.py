"""Cells of a spreadsheet, whichever file they come from: their values, their names (``C7``), and what is wrong there."""

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

MOST_ROWS = 5_000
MOST_COLUMNS = 200

CellValue = str | Decimal | bool
UNREAD: CellValue = ""
"""The value of a cell that is a fault already, such as a formula."""

Position = tuple[int, int]
"""Row and column of a cell, from 0."""


class CellFault(NamedTuple):
    """Fault of a cell, with what would be right. ``cell`` is empty where it is about the whole sheet."""

    cell: str
    reason: str

    @property
    def row(self) -> int:
        """The row of the cell, from 1; 0 where it is about the whole sheet."""
        found = re.search(r"\d+", self.cell)
        return int(found[0]) if found else 0

    def describe(self, file: str) -> str:
        """Return one line to print: ``sheet.xlsx:C7: must be …``."""
        return f"{file}:{self.cell}: {self.reason}" if self.cell else f"{file}: {self.reason}"


class Cells(NamedTuple):
    """Content of a sheet: values by position, faults that its file shows already, and notes on what is left out."""

    name: str
    values: dict[Position, CellValue]
    faults: list[CellFault]
    notes: list[CellFault]

    def row(self, row: int) -> dict[int, CellValue]:
        """Return the values of a row, by column."""
        return {column: value for (at, column), value in self.values.items() if at == row}

    def rows(self) -> Iterator[tuple[int, dict[int, CellValue]]]:
        """Yield every row, with an empty one between those that the sheet has apart."""
        by_row: dict[int, dict[int, CellValue]] = {}
        for (row, column), value in sorted(self.values.items()):
            by_row.setdefault(row, {})[column] = value
        for row in range(max(by_row, default=-1) + 1):
            yield row, by_row.get(row, {})


def cell_name(position: Position) -> str:
    """Write a position as spreadsheets do: ``A1`` for the first."""
    row, column = position
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row + 1}"


def text_of(value: CellValue | None) -> str:
    """Return a value as the text of its cell, without spaces around it."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Decimal():
            return f"{value.normalize():f}"
        case _:
            return value.strip()


def number_of(value: CellValue | None) -> Decimal | None:
    """Return the number in a cell, ``25`` for ``25 %``; None where there is none."""
    if isinstance(value, Decimal):
        return value
    try:
        number = Decimal(text_of(value).removesuffix("%").strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
