"""What a format must be: bytes in, conversations out, one at a time, faults named and passed over."""

from collections.abc import Iterator
from typing import ClassVar, Protocol

from msgspec import Struct

from auscult.domain.conversation import Conversation
from auscult.domain.errors import FormatError

HEAD_BYTES = 64 * 1024
"""How many of the first bytes a format is recognised by."""


class Limits(Struct, frozen=True, kw_only=True):
    """How large input may be (settings). Sizes in bytes."""

    turn_bytes: int = 64 * 1024
    turns: int = 20_000
    document_bytes: int = 32 * 1024 * 1024


class Rejected(Struct, frozen=True, kw_only=True):
    """A document that was refused: why (with line and field), and its bytes as they came.

    Of a document that is too large only the beginning is kept; where the stream itself breaks, nothing.
    """

    error: FormatError
    source: bytes


class ByteStream(Protocol):
    """Where bytes come from: an open file, standard input, the inside of a compressed file."""

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
        """Whether the first bytes (up to ``HEAD_BYTES``, already decompressed) look like this format."""
        ...

    def read(self, stream: ByteStream, app_id: str, limits: Limits) -> Iterator[Conversation | Rejected]:
        """Conversations and refusals, in the order they stand, holding one document in memory at a time.

        A ``FormatError`` that the stream raises ends the reading and is given as the last refusal.
        """
        ...
