"""Excel workbooks (XLSX): the first sheet that has a header, as its rows come out of the process that opens the file."""

from collections.abc import Iterator
from typing import Any, BinaryIO, ClassVar

import msgspec

from auscult.domain.connectors import Refused
from auscult.domain.conversation import Conversation
from auscult.formats._contract import Rejected, Source
from auscult.formats._records import Fields
from auscult.formats.tables._own import conversations_of

_ROW = msgspec.json.Decoder(list[Any])


class Workbook:
    """Reader of the rows of a workbook: one JSON array a line, its number and its cells; first the names of columns."""

    name: ClassVar[str] = "xlsx"
    title: ClassVar[str] = "an Excel workbook"
    makers: ClassVar[tuple[str, ...]] = (
        "https://ecma-international.org/publications-and-standards/standards/ecma-376/",
        "https://support.microsoft.com/office/file-formats-that-are-supported-in-excel",
    )

    def read_rows(self, rows: BinaryIO, source: Source) -> Iterator[Conversation | Rejected]:
        """Yield conversations and refusals, in order, holding some thousand rows in memory."""
        yield from conversations_of(lambda: _rows(rows), source, self.name, self.title)


def _rows(file: BinaryIO) -> Iterator[Fields | Refused]:
    file.seek(0)
    header = file.readline()
    names: list[str] = _ROW.decode(header)[1:] if header else []
    for line in file:
        number, *cells = _ROW.decode(line)
        row = {name: cell for name, cell in zip(names, cells, strict=False) if name}
        if any(row.values()):
            yield Fields(row, f"line {number}")
