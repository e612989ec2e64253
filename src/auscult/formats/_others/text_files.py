"""Readers of files of text: one conversation a file, or a chat that is parted at its pauses."""

from collections.abc import Iterator
from typing import ClassVar

from auscult.domain.conversation import Conversation
from auscult.domain.errors import FormatError
from auscult.formats._contract import ByteStream, Rejected, Source
from auscult.formats._faults import not_utf8, refuse_bytes
from auscult.formats._others.heads import Head
from auscult.formats._others.json_records import misfit, whole
from auscult.formats._others.talk import Talk, finished
from auscult.formats._records import MissingError

_SHOWN_BYTES = 4096


class TextReader:
    """Base of readers of text, which is held in memory as a whole."""

    name: ClassVar[str]
    title: ClassVar[str]
    makers: ClassVar[tuple[str, ...]] = ()
    keys: ClassVar[frozenset[str]] = frozenset()

    def fits(self, head: Head) -> bool:
        """Return whether the beginning of a file is of this format."""
        raise NotImplementedError

    def talks(self, text: str, source: Source) -> Iterator[Talk]:
        """Yield the conversations of a file. Raises ``MissingError``."""
        raise NotImplementedError

    def read(self, stream: ByteStream, source: Source) -> Iterator[Conversation | Rejected]:
        """Yield conversations and refusals, in order."""
        data = b""
        try:
            data = whole(stream, source.limits.document_bytes)
            text = data.decode("utf-8-sig")
            refuse_bytes(data)
            for talk in self.talks(text, source):
                yield finished(talk, source)
        except FormatError as fault:
            yield Rejected(error=fault, source=data[:_SHOWN_BYTES])
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            fault = FormatError(not_utf8("the file", error), line=line, code="document.encoding")
            yield Rejected(error=fault, source=data[:_SHOWN_BYTES])
        except MissingError as missing:
            where = missing.refused.where
            line = int(where.removeprefix("line ")) if where.startswith("line ") else 1
            yield Rejected(error=misfit(self.title, missing, line), source=data[:_SHOWN_BYTES])
