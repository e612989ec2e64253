"""Any accepted file to conversations, by its content: of one format, or an archive of such."""

import codecs
import io
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import PurePosixPath
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, NamedTuple

from msgspec.structs import replace

from auscult.domain.conversation import Conversation
from auscult.domain.errors import FormatError
from auscult.formats import (
    FORMATS,
    READERS,
    ByteStream,
    Head,
    Peeked,
    Rejected,
    Source,
    Table,
    Transcoded,
    Western,
    claimed,
    encoding_of,
    is_native,
    nearest,
    recognised,
)
from auscult.formats.archives import tarred, zipped
from auscult.formats.archives._member import Member
from auscult.sandbox.decompression import decompressed

MOST_NOTED = 100
"""Files whose format is noted by name."""
MOST_UNPACKED_BYTES = 1 << 30
"""Bytes that an archive in a request unpacks to at most."""
_SHOWN_BYTES = 4096
_IN_MEMORY_BYTES = 1 << 20
_SUFFIXES = (
    "jpg jpeg png gif webp heic svg bmp ico mp3 wav ogg opus m4a aac amr flac mp4 mov avi mkv webm 3gp pdf vcf docx pptx "
    "html css js db key exe dll md yaml yml"
)
_NO_TEXT = frozenset(f".{suffix}" for suffix in _SUFFIXES.split())
"""Endings of files that hold no conversations, in folders and archives."""
_BESIDE = frozenset(
    ("users.json", "channels.json", "groups.json", "dms.json", "mpims.json", "integration_logs.json", "canvases.json")
)
"""Files of a Slack export next to its channels, from which the names of people are taken."""
REJECTS = ".rejects.ndjson"
"""Ending of files of what was refused before."""
_FOREIGN = {
    b"BZh": "bzip2; unpack it first, or compress it with gzip or zstd",
    b"\xfd7zXZ": "xz; unpack it first, or compress it with gzip or zstd",
    b"%PDF": "a PDF; export the conversations as text, CSV or JSON",
    b"RIFF": "a recording; load it with auscult recordings",
    b"ID3": "a recording; load it with auscult recordings",
    b"OggS": "a recording; load it with auscult recordings",
    b"\xd0\xcf\x11\xe0": "an old Excel or Word file; save it as XLSX or CSV",
}
Found = Iterator[Conversation | Rejected]


class Noted:
    """The format of each file that was read: the first ``MOST_NOTED`` by name, and a count of all by format."""

    def __init__(self) -> None:
        """Begin with none."""
        self.formats: dict[str, str] = {}
        self.counts: Counter[str] = Counter()
        self.table: Table | None = None

    def tabled(self, table: Table) -> None:
        """Note the columns of a table, of several those of the first."""
        self.table = self.table or table

    def add(self, file: str, name: str) -> None:
        """Note the format of a file."""
        self.counts[name] += 1
        if len(self.formats) < MOST_NOTED:
            self.formats[file] = name


class Conditions(NamedTuple):
    """Conditions of reading. ``workbook`` reads an Excel file, and notes its format.

    ``is_bounded`` limits what data unpacks to. ``is_wanted`` receives the number and name of each file of an archive.
    ``in_memory`` is what is held of an archive that cannot be searched before it goes to disk; 0 for all of it.
    ``is_inside`` is of the files of an archive.
    """

    workbook: Callable[[BinaryIO, Source, Noted], Found]
    is_bounded: bool = False
    is_wanted: Callable[[int, str], bool] = lambda _number, _name: True
    in_memory: int = _IN_MEMORY_BYTES
    is_inside: bool = False


def read_source(stream: ByteStream, source: Source, noted: Noted, conditions: Conditions) -> Found:
    """Read a stream of bytes by its content: of one format, or an archive of such. ``noted`` receives the formats."""
    source = replace(source, tabled=noted.tabled)
    try:
        peeked = Peeked(decompressed(stream, is_bounded=conditions.is_bounded))
        if peeked.head.startswith(zipped.MAGIC):
            yield from _read_zip(peeked, stream, source, noted, conditions)
        elif tarred.is_tar(peeked.head):
            yield from _read_members(tarred.members(peeked), source, noted, conditions)
        else:
            yield from _read_one(peeked, source, noted)
    except FormatError as fault:
        yield Rejected(error=fault, source=b"")


def is_own(file: BinaryIO, source: Source) -> bool:
    """Return whether a file is in a format of our own by its first bytes; it is rewound."""
    head = Peeked(decompressed(file, is_bounded=True)).head
    file.seek(0)
    if source.given.format:
        return source.given.format in FORMATS
    return claimed(head) is not None or is_native(Head(head))


def in_utf8(stream: ByteStream, name: str = "") -> Peeked:
    """Return a stream of text in UTF-8: of UTF-16 and UTF-32, and of Windows-1252 where it is no JSON."""
    given = stream if isinstance(stream, Peeked) else Peeked(stream)
    if (encoding := encoding_of(given.head)) is not None:
        given = Peeked(Transcoded(given, encoding))
    is_text = not Head(given.head, name).is_json and not given.head.isascii()
    return Peeked(Western(given)) if is_text else given


def _read_one(peeked: Peeked, source: Source, noted: Noted) -> Found:
    given = in_utf8(peeked, source.name)
    head = Head(given.head, source.name)
    wanted = source.given.format
    shape = FORMATS.get(wanted) if wanted else claimed(given.head)
    reader = READERS.get(wanted) if wanted else None if shape else recognised(head)
    if not (wanted or shape or reader) and FORMATS["native"].recognises(given.head):
        shape, reader = FORMATS["native"], nearest(head)
    if reader is not None:
        noted.add(source.name, reader.name)
        yield from reader.read(given, source)
    elif shape is not None:
        noted.add(source.name, shape.name)
        yield from shape.read(given, source.app_id, source.limits)
    elif given.head.removeprefix(codecs.BOM_UTF8).strip():
        yield _unrecognised(peeked.head)
    else:
        yield from _nothing(given)


def _read_zip(peeked: Peeked, stream: ByteStream, source: Source, noted: Noted, conditions: Conditions) -> Found:
    with ExitStack() as stack:
        seekable: Any = stream
        if isinstance(stream, io.BufferedReader) and stream.seekable():
            seekable.seek(0)
        else:
            seekable = stack.enter_context(SpooledTemporaryFile[bytes](conditions.in_memory))
            while piece := peeked.read(1 << 20):
                seekable.write(piece)
            seekable.seek(0)
        archive = zipped.Zip(seekable)
        if archive.is_workbook:
            yield from conditions.workbook(seekable, source, noted)
            return
        own = replace(source, siblings=archive.sibling)
        yield from _read_members(archive.members(), own, noted, conditions)


def _read_members(members: Iterator[Member], source: Source, noted: Noted, conditions: Conditions) -> Found:
    """Read the files of an archive; together they have at most what one compressed stream may have, if bounded."""
    budget = _Budget(MOST_UNPACKED_BYTES if conditions.is_bounded else None)
    inside = conditions._replace(is_bounded=True, is_inside=True)
    for number, member in enumerate(members):
        if not (conditions.is_inside or conditions.is_wanted(number, member.name)):
            continue
        if member.fault is not None or member.stream is None:
            fault = member.fault or FormatError("this file cannot be read", code="file.unreadable")
            yield Rejected(error=fault, source=b"", file=member.name)
        elif conditions.is_inside:
            message = "an archive in an archive is not read; unpack it first"
            yield Rejected(error=FormatError(message, code="file.nested"), source=b"")
            return
        elif not is_skipped(member.name, noted):
            own = replace(source, name=member.name, modified=member.modified)
            found = read_source(budget.counted(member.stream), own, noted, inside)
            yield from (named(one, member.name) for one in found)
        if budget.is_spent:
            message = f"the archive unpacks to more than {MOST_UNPACKED_BYTES:,} bytes; load it in parts"
            yield Rejected(error=FormatError(message, code="file.too_large"), source=b"")
            return


class _Budget:
    """Bytes that an archive may unpack to, None for any number."""

    def __init__(self, limit: int | None) -> None:
        self._left = limit
        self.is_spent = False

    def counted(self, stream: ByteStream) -> ByteStream:
        """Return a stream whose bytes are counted. It raises ``FormatError`` where too many come."""
        return _Counted(stream, self)

    def take(self, size: int) -> None:
        """Count bytes. Raises ``FormatError``."""
        if self._left is not None:
            self._left -= size
            if self._left < 0:
                self.is_spent = True
                raise FormatError("the archive unpacks to too much; load it in parts", code="file.too_large")


class _Counted:
    def __init__(self, stream: ByteStream, budget: _Budget) -> None:
        self._stream = stream
        self._budget = budget

    def read(self, size: int, /) -> bytes:
        piece = self._stream.read(size)
        self._budget.take(len(piece))
        return piece


def named(one: Conversation | Rejected, name: str) -> Conversation | Rejected:
    """Return what was read of a file in a folder or archive; a refusal with the name of the file."""
    return one if isinstance(one, Conversation) else replace(one, file=one.file or name)


def is_skipped(name: str, noted: Noted) -> bool:
    """Return whether a file of a folder or archive holds no conversations: pictures, sound, what systems leave there."""
    path = PurePosixPath(name)
    ending = path.suffix.lower().partition("-")[0]  # a database has others beside it, as .db-wal
    is_hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
    is_skipped = is_hidden or ending in _NO_TEXT or path.name in _BESIDE or name.endswith(REJECTS)
    if is_skipped:
        noted.add(name, "skipped")
    return is_skipped


def _nothing(stream: Peeked) -> Iterator[Rejected]:
    """Blank to its end, or broken before its first byte."""
    try:
        blank = stream.read(_SHOWN_BYTES).removeprefix(codecs.BOM_UTF8)
        while not blank.strip() and (blank := stream.read(_SHOWN_BYTES)):
            pass
        if blank:
            yield _unrecognised(blank)
    except FormatError as fault:
        fault.line = 1
        yield Rejected(error=fault, source=b"")


def _unrecognised(head: bytes) -> Rejected:
    foreign = next((what for magic, what in _FOREIGN.items() if head.startswith(magic)), None)
    message = f"the file is {foreign}" if foreign else "the file is in no accepted format"
    message += "; accepted are conversations as JSON, NDJSON or vCon, transcripts, chats, tables, and archives of them"
    message += ": docs/how-to/load-what-you-have.md has how each tool exports them"
    return Rejected(error=FormatError(message, line=1, code="file.unknown_format"), source=head[:_SHOWN_BYTES])
