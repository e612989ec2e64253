"""Cells of CSV (RFC 4180): the one place that writes them, so that none begins a formula where a spreadsheet opens the file.

Excel splits a line where its language lists things: at commas, semicolons or tabs. Quotes do not prevent it, as they
count only at the beginning of a cell. So a formula gets an apostrophe wherever a cell may begin.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

CsvCell = str | int | float | Decimal | date | None

_SIGNS = "=+\\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b"
"""Signs that begin a formula, also in full width, which Excel reads alike, and small."""
_PADDING = r"""(?:[^\S\t\r\n]|[\x00-\x08\x0e-\x1f"'\ufeff\u200b-\u200f\u2060])*"""
"""Within a cell, so that no text is searched twice: what Excel may leave out before a formula."""
_BEGINS = f"(?={_PADDING}[{_SIGNS}])"
_GUARDED = re.compile(rf"(^|[;\t\r\n]){_BEGINS}|^(?='*[\t\r])")
_GUARD = re.compile(rf"(^|[;\t\r\n])'{_BEGINS}|^'(?='*[\t\r])")
_EMPTY = '""'
"""A line of one empty cell, which is no empty line."""
_QUOTED = re.compile('[",;\t\r\n]')


def guarded_cell(text: str) -> str:
    """Return a text in which nothing begins a formula.

    >>> guarded_cell("Anna;=1+1")
    "Anna;'=1+1"
    """
    return _GUARDED.sub(r"\1'", text)


def unguarded_cell(text: str) -> str:
    """Return the text that ``guarded_cell`` made this of."""
    return _GUARD.sub(r"\1", text)


def csv_lines(rows: Iterable[Sequence[CsvCell]]) -> str:
    """Return rows as lines of CSV. A text is guarded, and quoted where any separator is in it; None is an empty cell."""
    return "".join(f"{','.join(map(_cell, row)) or _EMPTY}\r\n" for row in rows)


def _cell(value: CsvCell) -> str:
    if not isinstance(value, str):
        return "" if value is None else f"{value:f}" if isinstance(value, Decimal) else str(value)
    text = guarded_cell(value)
    return f'"{text.replace(chr(34), chr(34) * 2)}"' if _QUOTED.search(text) else text
