"""Rows as JSON: one object a line, or an array of objects, each a turn or a conversation."""

from collections.abc import Iterator
from typing import ClassVar

from auscult.domain.connectors import Refused
from auscult.domain.conversation import Conversation
from auscult.domain.errors import FormatError
from auscult.formats._contract import ByteStream, Rejected, Source
from auscult.formats._others.heads import Head
from auscult.formats._others.json_records import misfit, whole
from auscult.formats._records import Fields, MissingError, records_in
from auscult.formats.tables._described import guess
from auscult.formats.tables._own import conversations_of

_TIMES_A_DOCUMENT = 8


class JsonRows:
    """Objects of plain values, whose keys are found by their names, in five languages, and by their values."""

    name: ClassVar[str] = "json-rows"
    title: ClassVar[str] = "rows as JSON"
    makers: ClassVar[tuple[str, ...]] = (
        "https://github.com/ndjson/ndjson-spec",
        "https://huggingface.co/docs/datasets/loading#json",
    )
    keys: ClassVar[frozenset[str]] = frozenset()

    def fits(self, head: Head) -> bool:
        """Return whether its first objects have plain values, of which some hold an id, a speaker and words."""
        first = head.records[:20]
        if not first or any(isinstance(value, dict | list) for value in first[0].values()):
            return False
        return {"id", "speaker", "text"} <= guess([Fields(one) for one in first]).keys()

    def read(self, stream: ByteStream, source: Source) -> Iterator[Conversation | Rejected]:
        """Yield conversations and refusals, in order."""
        try:
            data = whole(stream, _TIMES_A_DOCUMENT * source.limits.document_bytes)
            next(records_in(data, None), None)
        except FormatError as fault:
            yield Rejected(error=fault, source=b"")
        except MissingError as missing:
            yield Rejected(error=misfit(self.title, missing, 1), source=b"")
        else:
            yield from conversations_of(lambda: _rows(data), source, self.name, self.title)


def _rows(data: bytes) -> Iterator[Fields | Refused]:
    for where, value in records_in(data, None):
        try:
            yield value if isinstance(value, Refused) else Fields(value, where)
        except MissingError as missing:
            yield missing.refused
