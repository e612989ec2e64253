"""Files that a person gives in a browser: read as a request to load is; tables of turns also by their columns."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from msgspec import Struct

from auscult.domain.connectors import Item, Refused, Setup
from auscult.domain.conversation import Conversation
from auscult.domain.errors import FormatError
from auscult.formats import ByteStream, Limits, Peeked, Rejected, detect
from auscult.formats.tables._described import NAMES, Described, columns_of, delimiter_of
from auscult.services.scoring.intake.decompression import decompressed
from auscult.services.scoring.intake.mapped import line_of
from auscult.services.scoring.intake.read import read_stream

NEEDED = ("id", "started_at", "speaker", "text")
"""Columns that a table must have; the start is optional if each turn has a time."""

_LEAST_COLUMNS = 2


class Table(Struct, frozen=True, kw_only=True):
    """A table of turns: the names of its columns, which holds what (``id``, ``text``, and so on), and what none holds."""

    names: tuple[str, ...]
    columns: Mapping[str, str]
    missing: tuple[str, ...] = ()


class Dropped(Struct, frozen=True, kw_only=True):
    """The content of a file, to be read once. ``table`` is set where it is a table."""

    documents: Iterator[Conversation | Rejected]
    table: Table | None = None


def read_dropped(
    stream: ByteStream,
    app_id: str,
    limits: Limits,
    columns: Mapping[str, str],
    writing: Mapping[str, str] = MappingProxyType({}),
) -> Dropped:
    """Read a file by its content: conversations as native JSON or vCon, or a CSV with a row for each turn.

    What it unpacks to is bounded; a table is held in memory, and has at most the bytes of one document. ``columns`` say
    which column of a table holds what, where its name does not; ``writing`` how its dates and numbers are written.
    """
    peeked = Peeked(decompressed(stream, is_bounded=True))
    if detect(peeked.head) is not None or not _is_table(peeked.head):
        return Dropped(documents=read_stream(peeked, app_id, limits, is_bounded=True))
    try:
        data = _whole(peeked, limits.document_bytes)
    except FormatError as fault:
        return Dropped(documents=iter([Rejected(error=fault, source=b"")]))
    names, guessed = columns_of(data)
    chosen = {what: column for what, column in columns.items() if what in NAMES and (not column or column in names)}
    found = {what: column for what, column in (guessed | chosen).items() if column}
    missing = tuple(what for what in NEEDED if what not in found and (what, "at" in found) != ("started_at", True))
    table = Table(names=names, columns=found, missing=missing) if names else None
    if table and missing:
        return Dropped(documents=iter(()), table=table)
    setup = Setup(
        app_id=app_id, options={"columns": chosen, **writing}, turns=limits.turns, document_bytes=limits.document_bytes
    )
    return Dropped(documents=_mapped(data, setup), table=table)


def _mapped(data: bytes, setup: Setup) -> Iterator[Conversation | Rejected]:
    for one in Described(setup).map(Item("table.csv", None, len(data), data, lambda _key: None)):
        match one:
            case Conversation():
                yield one
            case Refused(reason, where):
                field = where.partition(".")[2] or None
                fault = FormatError(reason, line=line_of(where), code="format.refused", field=field)
                yield Rejected(error=fault, source=b"")
            case _:
                continue


def _is_table(head: bytes) -> bool:
    """Return whether the first line is text with several cells."""
    try:
        first = head.partition(b"\n")[0].decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return first.replace("\t", "").strip().isprintable() and len(first.split(delimiter_of(first))) >= _LEAST_COLUMNS


def _whole(stream: ByteStream, limit: int) -> bytes:
    """Return all bytes. Raises ``FormatError`` for more than ``limit``, and where the stream breaks."""
    pieces: list[bytes] = []
    size = 0
    while piece := stream.read(1 << 20):
        pieces.append(piece)
        size += len(piece)
        if size > limit:
            message = f"the table has more than {limit:,} bytes; load it in parts, or as NDJSON"
            raise FormatError(message, line=1, code="document.too_large")
    return b"".join(pieces)
