"""What a format must be: bytes in, conversations out, one at a time, faults named and passed over."""

from collections.abc import Iterator
from typing import BinaryIO, ClassVar, Protocol

from msgspec import Struct

from auscult.domain.conversation import Conversation
from auscult.domain.errors import FormatError


class Limits(Struct, frozen=True, kw_only=True):
    """How large input may be (settings). Sizes in bytes."""

    turn_bytes: int = 64 * 1024
    turns: int = 20_000
    document_bytes: int = 32 * 1024 * 1024


class Rejected(Struct, frozen=True, kw_only=True):
    """A document that was refused: why (with line and field), and its bytes as they came."""

    error: FormatError
    source: bytes


class Format(Protocol):
    """One way that conversations are written down."""

    name: ClassVar[str]

    def recognises(self, head: bytes) -> bool:
        """Whether the first bytes (up to 64 KiB, already decompressed) look like this format."""
        ...

    def read(self, stream: BinaryIO, app_id: str, limits: Limits) -> Iterator[Conversation | Rejected]:
        """Conversations and refusals, in the order they stand, holding one document in memory at a time."""
        ...
