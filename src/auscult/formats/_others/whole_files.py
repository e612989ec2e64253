"""Files that are held in memory as a whole, and refusals of what looks like a format."""

from collections.abc import Iterator
from typing import ClassVar

from auscult.domain.connectors import Refused
from auscult.domain.conversation import Conversation
from auscult.domain.errors import FormatError
from auscult.formats._contract import ByteStream, Rejected, Source
from auscult.formats._others.reader import Reader
from auscult.formats._records import MissingError, line_of

SHOWN_BYTES = 4096
NOTHING_SAID = "nothing was said, where such a file has it"


class WholeReader(Reader):
    """Base of readers of files that are held in memory, of at most ``documents`` times the bytes of a document."""

    documents: ClassVar[int] = 1

    def found(self, data: bytes, source: Source) -> Iterator[Conversation | Rejected]:
        """Yield conversations and refusals, in order. Raises ``FormatError``, ``MissingError``."""
        raise NotImplementedError

    def read(self, stream: ByteStream, source: Source) -> Iterator[Conversation | Rejected]:
        """Yield conversations and refusals, in order."""
        data = b""
        try:
            data = whole(stream, self.documents * source.limits.document_bytes)
            yield from self.found(data, source)
        except FormatError as fault:
            fault.line = fault.line or 1
            yield Rejected(error=fault, source=data[:SHOWN_BYTES])
        except MissingError as missing:
            yield refusal(missing.refused, self.title, 1, data)


def refusal(refused: Refused, title: str = "", line: int | None = None, data: bytes = b"") -> Rejected:
    """Return a refusal with its place, and what would be right there; ``title`` is what the file looks like."""
    at = line_of(refused.where)
    field = refused.where if at is None else refused.where.partition(".")[2]
    looks = f"this looks like {title}, but " if title else ""
    place = f"{refused.where}: " if refused.where else ""
    fault = FormatError(f"{looks}{place}{refused.reason}", line=at or line, code="format.refused", field=field or None)
    return Rejected(error=fault, source=data[:SHOWN_BYTES])


def whole(stream: ByteStream, limit: int) -> bytes:
    """Return all bytes. Raises ``FormatError`` for more than ``limit``, and where the stream breaks."""
    pieces: list[bytes] = []
    size = 0
    while piece := stream.read(1 << 20):
        pieces.append(piece)
        size += len(piece)
        if size > limit:
            message = f"the file has more than {limit:,} bytes, and has to be read as a whole; load it in parts"
            raise FormatError(message, line=1, code="document.too_large")
    return b"".join(pieces)
