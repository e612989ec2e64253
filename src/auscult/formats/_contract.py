"""Contract of a format: bytes in, conversations out, one at a time, faults named and skipped."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import ClassVar, Protocol

from msgspec import Struct

from auscult.domain.connectors.contract import Setup
from auscult.domain.conversation import Channel, Conversation, Speaker
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


def limits_of(setup: Setup) -> Limits:
    """Return the limits that a mapper of connectors keeps."""
    return Limits(turns=setup.turns, turn_bytes=setup.turn_bytes, document_bytes=setup.document_bytes)


class Rejected(Struct, frozen=True, kw_only=True):
    """A document that was refused: why (with line and field), and its bytes as they came.

    Of a document that is too large only the beginning is kept; where the stream itself breaks, nothing. ``file`` is
    the name inside an archive.
    """

    error: FormatError
    source: bytes
    file: str = ""


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


PAUSE_MS = 12 * 3600 * 1000
"""After so long a pause a message of an endless chat begins another conversation, in ms."""


class Given(Struct, frozen=True, kw_only=True):
    """Values for what files do not say themselves, as the user gives them.

    ``format`` is the name of the format, which is then not looked for. ``time_zone`` is that of times without one, UTC where it is empty; ``is_zone_of_app``: it was not given for this load.
    ``sides``: the side of each speaker, by label. ``columns``: what it holds, and the column of a table.
    ``pause_ms``: where a chat without an end is parted.
    """

    format: str | None = None
    agent: str | None = None
    queue: str | None = None
    channel: Channel | None = None
    language: str | None = None
    started_at: datetime | None = None
    time_zone: str = ""
    is_zone_of_app: bool = False
    date_order: str | None = None
    decimal: str | None = None
    columns: Mapping[str, str] = {}
    sides: Mapping[str, Speaker] = {}
    pause_ms: int = PAUSE_MS


class Table(Struct, frozen=True, kw_only=True):
    """A table of turns: the names of its columns, which holds what (``id``, ``text``, and so on), and what none holds."""

    names: tuple[str, ...]
    columns: Mapping[str, str]
    missing: tuple[str, ...] = ()


class Source(Struct, frozen=True, kw_only=True):
    """One file to be read: its name, empty where it has none, and the time of its last change.

    ``siblings`` returns the content of another file by its path from here, None where there is none. ``tabled`` receives
    the columns of a table.
    """

    app_id: str
    limits: Limits = Limits()
    given: Given = Given()
    name: str = ""
    modified: datetime | None = None
    siblings: Callable[[str], bytes | None] = lambda _key: None
    tabled: Callable[[Table], None] = lambda _table: None

    @property
    def setup(self) -> Setup:
        """Return what a mapper of connectors is made with."""
        turns, turn, document = self.limits.turns, self.limits.turn_bytes, self.limits.document_bytes
        return Setup(app_id=self.app_id, turns=turns, turn_bytes=turn, document_bytes=document)
