"""Excel workbooks (XLSX): the rows of a sheet, however it is opened."""

from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar

from auscult.domain.conversation import Conversation
from auscult.formats._contract import Rejected, Source
from auscult.formats._records import Fields
from auscult.formats.tables._own import conversations_of

Row = tuple[int, Sequence[str]]
"""Number of a row, from 1, and its cells."""


class Workbook:
    """Reader of the rows of a sheet, the first of which has the names of columns."""

    name: ClassVar[str] = "xlsx"
    title: ClassVar[str] = "an Excel workbook"
    makers: ClassVar[tuple[str, ...]] = (
        "https://ecma-international.org/publications-and-standards/standards/ecma-376/",
        "https://support.microsoft.com/office/file-formats-that-are-supported-in-excel",
    )

    def read_rows(self, rows: Callable[[], Iterator[Row]], source: Source) -> Iterator[Conversation | Rejected]:
        """Yield conversations and refusals, in order, holding some thousand rows in memory."""
        yield from conversations_of(lambda: _fields(rows()), source, self.name, self.title)


def _fields(rows: Iterator[Row]) -> Iterator[Fields]:
    _number, names = next(rows)
    for number, cells in rows:
        row = {name: cell for name, cell in zip(names, cells, strict=False) if name}
        if any(row.values()):
            yield Fields(row, f"line {number}")
