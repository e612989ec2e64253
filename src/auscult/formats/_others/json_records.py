"""Readers of JSON that another program writes: one conversation an object, an array of them, or one a line."""

from collections.abc import Iterator
from typing import Any, cast

import msgspec

from auscult.domain.connectors import Refused
from auscult.domain.conversation import Conversation
from auscult.domain.errors import FormatError
from auscult.formats import _faults
from auscult.formats._contract import ByteStream, Rejected, Source
from auscult.formats._documents import Document, documents
from auscult.formats._others.heads import Head
from auscult.formats._others.reader import Reader
from auscult.formats._others.talk import Talk, finished
from auscult.formats._others.whole_files import NOTHING_SAID, WholeReader, refusal
from auscult.formats._records import Fields, MissingError


class JsonReader(Reader):
    """Base of readers of JSON. A refusal names the format, the place and what would be right."""

    def fits(self, head: Head) -> bool:
        """Return whether its first record is of this format."""
        return bool(head.record) and self.is_mine(head.record)

    def is_mine(self, record: dict[str, Any]) -> bool:
        """Return whether a record, which may be cut off, is of this format."""
        raise NotImplementedError

    def talks(self, record: Fields, source: Source) -> Iterator[Talk]:
        """Yield the conversations of a record. Raises ``MissingError``."""
        raise NotImplementedError

    def read(self, stream: ByteStream, source: Source) -> Iterator[Conversation | Rejected]:
        """Yield conversations and refusals, in order, holding one record at a time."""
        for document in documents(stream, source.limits):
            if isinstance(document, Rejected):
                yield document
            else:
                yield from self._read(document, source)

    def _read(self, document: Document, source: Source) -> Iterator[Conversation | Rejected]:
        try:
            value = decoded(document.data)
        except FormatError as fault:
            fault.line = document.line
            yield Rejected(error=fault, source=document.data)
            return
        where = "" if document.item is None else f"[{document.item - 1}]"
        yield from self.of_value(value, where, document, source)

    def of_value(
        self, value: object, where: str, document: Document, source: Source
    ) -> Iterator[Conversation | Rejected]:
        """Yield the conversations of a decoded record at a place of the file."""
        try:
            record = Fields(value, where, notes=True)
            silent = Refused(NOTHING_SAID, where)
            is_empty = True
            for talk in self.talks(record, source):
                is_empty = False
                if not (talk.said or talk.calls or self.is_mine(dict(record.items()))):
                    yield refusal(silent, self.title, document.line, document.data)
                    continue
                talk.line = document.line
                talk.unknown = talk.unknown or tuple(sorted(set(record.names()) - (record.seen or set()) - self.keys))
                yield finished(talk, source)
            if is_empty:
                yield refusal(silent, self.title, document.line, document.data)
        except MissingError as missing:
            yield refusal(missing.refused, self.title, document.line, document.data)


class JsonListReader(WholeReader, JsonReader):
    """Base of readers of JSON whose file is one conversation, written as an array of its messages."""

    def found(self, data: bytes, source: Source) -> Iterator[Conversation | Rejected]:
        """Yield the conversations of the whole file."""
        value = decoded(data)
        given = cast("object", {"messages": value} if isinstance(value, list) else value)
        yield from self.of_value(given, "", Document(1, data), source)


def decoded(data: bytes) -> Any:  # noqa: ANN401  (any JSON value)
    """Return a JSON value. Raises ``FormatError``."""
    try:
        _faults.refuse_bytes(data)
        return msgspec.json.decode(data)
    except _faults.DECODE_ERRORS as error:
        raise _faults.fault_in(error, data, {}) from error
