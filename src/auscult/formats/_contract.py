"""Contract of a format: bytes in, conversations out, one at a time, faults named and skipped."""

from collections.abc import Iterator
from typing import ClassVar, Protocol

from msgspec import Struct

from auscult.domain.conversation import Conversation
from auscult.domain.errors import FormatError

HEAD_BYTES = 64 * 1024
"""How many of the first bytes a format is recognised by."""


class Limits(Struct, frozen=True, kw_only=True):
    """Limits of input (settings). Sizes in bytes."""

    turn_bytes: int = 64 * 1024
    turns: int = 20_000
    document_bytes: int = 32 * 1024 * 1024
    custom_fields: int = 1_000

    def check_custom_fields(self, count: int) -> None:
        """Raise ``FormatError`` where a conversation has more custom fields: each is a row of its own in indexes."""
        if count > self.custom_fields:
            message = (
                f"there are {count:,} custom fields; at most {self.custom_fields:,} are read (setting custom_fields)"
            )
            raise FormatError(message, code="custom_fields.too_many", field="custom_fields", value=count)


class Rejected(Struct, frozen=True, kw_only=True):
    """A document that was refused: why (with line and field), and its bytes as they came.

    Of a document that is too large only the beginning is kept; where the stream itself breaks, nothing.
    """

    error: FormatError
    source: bytes


class ByteStream(Protocol):
    """Source of bytes: an open file, standard input, the inside of a compressed file."""

    def read(self, size: int, /) -> bytes:
        """The next bytes: at most ``size``, maybe fewer, none at the end.

        Raises ``FormatError`` where the bytes themselves are broken (compressed data that breaks off), and then
        only after all that came before was given.
        """
        ...


class Format(Protocol):
    """One way that conversations are written down."""

    name: ClassVar[str]

    def recognises(self, head: bytes) -> bool:
        """Return whether the first bytes (up to ``HEAD_BYTES``, already decompressed) look like this format."""
        ...

    def read(self, stream: ByteStream, app_id: str, limits: Limits) -> Iterator[Conversation | Rejected]:
        """Yield conversations and refusals, in order, holding one document in memory at a time.

        A ``FormatError`` that the stream raises ends the reading and is yielded as the last refusal.
        """
        ...
