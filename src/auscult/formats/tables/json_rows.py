"""Rows as JSON: one object a line, or an array of objects, each a turn or a conversation."""

from collections.abc import Iterator
from typing import ClassVar

from auscult.domain.conversation import Conversation
from auscult.formats._contract import Rejected, Source
from auscult.formats._others.heads import Head
from auscult.formats._others.whole_files import WholeReader
from auscult.formats._records import Fields, records_in
from auscult.formats.tables._described import guess, row_of
from auscult.formats.tables._own import conversations_of


class JsonRows(WholeReader):
    """Objects of plain values, whose keys are found by their names, in five languages, and by their values."""

    name: ClassVar[str] = "json-rows"
    title: ClassVar[str] = "rows as JSON"
    makers: ClassVar[tuple[str, ...]] = (
        "https://github.com/ndjson/ndjson-spec",
        "https://huggingface.co/docs/datasets/loading#json",
    )
    documents: ClassVar[int] = 8

    def fits(self, head: Head) -> bool:
        """Return whether its first objects have plain values, of which some hold an id, a speaker and words."""
        first = head.records[:20]
        if not first or any(isinstance(value, dict | list) for value in first[0].values()):
            return False
        return {"id", "speaker", "text"} <= guess([Fields(one) for one in first]).keys()

    def found(self, data: bytes, source: Source) -> Iterator[Conversation | Rejected]:
        """Yield conversations and refusals, in order. Raises ``MissingError``."""
        next(records_in(data, None), None)
        yield from conversations_of(
            lambda: (row_of(value, where) for where, value in records_in(data, None)), source, self.name, self.title
        )
