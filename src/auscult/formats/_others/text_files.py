"""Readers of files of text: one conversation a file, or a chat that is parted at its pauses."""

from collections.abc import Iterator

from auscult.domain.conversation import Conversation
from auscult.domain.errors import FormatError
from auscult.formats._contract import Rejected, Source
from auscult.formats._faults import not_utf8
from auscult.formats._others.talk import Talk, finished
from auscult.formats._others.whole_files import NOTHING_SAID, WholeReader
from auscult.formats._records import MissingError


class TextReader(WholeReader):
    """Base of readers of text."""

    def talks(self, text: str, source: Source) -> Iterator[Talk]:
        """Yield the conversations of a file. Raises ``MissingError``."""
        raise NotImplementedError

    def found(self, data: bytes, source: Source) -> Iterator[Conversation | Rejected]:
        """Yield conversations and refusals, in order."""
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise FormatError(not_utf8("the file", error), line=line, code="document.encoding") from error
        if "\0" in text:
            raise FormatError("the file holds a NUL character; leave it out", code="document.nul")
        is_empty = True
        for talk in self.talks(text, source):
            is_empty = False
            yield finished(talk, source)
        if is_empty:
            raise MissingError("", NOTHING_SAID)
