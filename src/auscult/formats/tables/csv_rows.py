"""CSV of any dialect: comma, semicolon, tab or bar; one row a turn, or one a conversation."""

import csv
import io
import re
from collections.abc import Iterator
from itertools import islice
from typing import ClassVar

from auscult.domain.conversation import Conversation
from auscult.formats._contract import Rejected, Source
from auscult.formats._others.heads import Head
from auscult.formats._others.whole_files import WholeReader
from auscult.formats.tables._described import row_of
from auscult.formats.tables._own import conversations_of
from auscult.formats.tables._rows import delimiter_of, rows_of

_LEAST_COLUMNS, _LOOKED_AT, _LONGEST_NAME, _MOST_WORDS = 2, 6, 60, 6


class CsvRows(WholeReader):
    """A table as text. Its columns are found by their names, in five languages, and by their values."""

    name: ClassVar[str] = "csv"
    title: ClassVar[str] = "a CSV"
    makers: ClassVar[tuple[str, ...]] = (
        "https://www.rfc-editor.org/rfc/rfc4180",
        "https://support.zendesk.com/hc/en-us/articles/4408886165402",
    )
    documents: ClassVar[int] = 8

    def fits(self, head: Head) -> bool:
        """Return whether the first line has several cells that are names."""
        if head.is_json or not head.lines or "\0" in head.text:
            return False
        first = head.lines[0]
        cells = [cell.strip(' "\t') for cell in first.split(delimiter_of(first))]
        names = [cell for cell in cells if cell and len(cell) <= _LONGEST_NAME]
        is_header = len(names) >= max(_LEAST_COLUMNS, len(cells) - 1) and len(set(names)) == len(names)
        is_header = is_header and first.replace("\t", "").strip().isprintable() and all(map(_is_name, names))
        return is_header and _is_regular(head.text, delimiter_of(first), len(cells))

    def found(self, data: bytes, source: Source) -> Iterator[Conversation | Rejected]:
        """Yield conversations and refusals, in order. Raises ``MissingError``."""
        next(rows_of(data), None)
        yield from conversations_of(
            lambda: (row_of(row, f"line {line}") for line, row in rows_of(data)), source, self.name, self.title
        )


def _is_name(cell: str) -> bool:
    return re.fullmatch(r"[\d.,:/ -]+|.*:\s.*|.*[.!?]", cell) is None and len(cell.split()) <= _MOST_WORDS


def _is_regular(text: str, delimiter: str, columns: int) -> bool:
    """Return whether the row behind the header has as many cells; so it is where there is none."""
    try:
        rows = [row for row in islice(csv.reader(io.StringIO(text), delimiter=delimiter), _LOOKED_AT) if row]
    except csv.Error:
        return True
    return len(rows) == 1 or any(len(row) == columns for row in rows[1:])
