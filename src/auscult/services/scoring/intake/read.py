"""Stage 1: any accepted file to conversations, by its content; refused documents are written to a file, to be corrected."""

import codecs
import io
import os
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path, PurePosixPath
from tempfile import SpooledTemporaryFile, TemporaryDirectory
from types import TracebackType
from typing import Any, BinaryIO, Self

import msgspec
from msgspec.structs import replace

from auscult.domain.conversation import Conversation
from auscult.domain.errors import FormatError
from auscult.domain.privacy.quotations import redact_quotations
from auscult.formats import (
    FORMATS,
    READERS,
    ByteStream,
    Given,
    Head,
    Limits,
    Peeked,
    Rejected,
    Source,
    Table,
    Transcoded,
    Western,
    claimed,
    encoding_of,
    nearest,
    recognised,
)
from auscult.formats.archives import tarred, zipped
from auscult.formats.archives._member import Member
from auscult.formats.tables.workbook import Workbook
from auscult.sandbox.workbooks import rows_into
from auscult.services.scoring.intake.decompression import decompressed
from auscult.services.scoring.intake.sided import each_sided
from auscult.storage.privacy.codes import document_without_codes

STDIN = "-"
MOST_NOTED = 100
"""Files whose format is noted by name."""
MOST_UNPACKED_BYTES = 1 << 30
"""Bytes that an archive in a request unpacks to at most."""
_SHOWN_BYTES = 4096
_IN_MEMORY_BYTES = 1 << 20
_SUFFIXES = (
    "jpg jpeg png gif webp heic svg bmp ico mp3 wav ogg opus m4a aac amr flac mp4 mov avi mkv webm 3gp pdf vcf docx pptx "
    "html css js db exe dll md yaml yml"
)
_NO_TEXT = frozenset(f".{suffix}" for suffix in _SUFFIXES.split())
"""Endings of files that hold no conversations, in folders and archives."""
_FOREIGN = {
    b"BZh": "bzip2; unpack it first, or compress it with gzip or zstd",
    b"\xfd7zXZ": "xz; unpack it first, or compress it with gzip or zstd",
    b"%PDF": "a PDF; export the conversations as text, CSV or JSON",
    b"RIFF": "a recording; load it with auscult recordings",
    b"ID3": "a recording; load it with auscult recordings",
    b"OggS": "a recording; load it with auscult recordings",
    b"\xd0\xcf\x11\xe0": "an old Excel or Word file; save it as XLSX or CSV",
}


class RejectedDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a rejects file. ``source`` is the document as it came, bytes that are no UTF-8 escaped."""

    file: str
    line: int | None
    field: str | None
    reason: str
    code: str
    source: str


class RejectsWriter:
    """Writes refused documents to a rejects file, which is made with the first of them and only then.

    Only its owner can read the file: it holds what people said.
    """

    def __init__(self, path: Path, redact: Callable[[str], str] = document_without_codes) -> None:
        """Write to ``path``, once there is something to write. Sources, and what reasons quote, pass ``redact`` first.

        Where there is no app, only security codes and the like are left out.
        """
        self._path = path
        self._redact = redact
        self._file: BinaryIO | None = None
        self.count = 0

    @property
    def path(self) -> Path | None:
        """Return the path of the refused documents, or None while there are none."""
        return self._path if self.count else None

    def add(self, rejected: Rejected, file: str = "") -> None:
        """Write one refused document of ``file`` down; an older rejects file of that name gives way to the first."""
        if self._file is None:
            self._file = os.fdopen(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")
        self.count += 1
        self._file.write(rejected_line(rejected, file, self._redact))

    def close(self) -> None:
        """End the file, if there is one."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the file, whatever happened."""
        self.close()


def rejected_line(rejected: Rejected, file: str, redact: Callable[[str], str]) -> bytes:
    """Return the line of a rejects file of a refused document. What it quotes passes ``redact``."""
    error = rejected.error
    document = RejectedDocument(
        file=file,
        line=error.line,
        field=error.field,
        reason=redact_quotations(error.message, redact),
        code=error.reason,
        source=redact(rejected.source.decode(errors="backslashreplace").rstrip("\r\n")),
    )
    return msgspec.json.encode(document) + b"\n"


def rejects_path(file: str | Path, folder: Path | None = None) -> Path:
    """Name the rejects file of an input: ``<its name>.rejects.ndjson``, by default in the current folder."""
    name = "stdin" if str(file) == STDIN else Path(file).name
    return (folder or Path()) / f"{name}.rejects.ndjson"


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


def read_file(
    file: str | Path, app_id: str, limits: Limits, given: Given | None = None, noted: Noted | None = None
) -> Iterator[Conversation | Rejected]:
    """Read a file, a folder, or standard input for ``-``: conversations and refusals in order.

    Constant memory, however large the file. ``given`` is for what files do not say; ``noted`` receives their formats.
    Raises ``FormatError`` when it cannot be opened.
    """
    source = Source(app_id=app_id, limits=limits, given=given or Given())
    path = Path(file)
    if str(file) != STDIN and path.is_dir():
        yield from _read_folder(path, source, noted or Noted())
        return
    with _opened(file) as stream:
        if str(file) != STDIN:
            source = replace(
                source, name=path.name, modified=_modified(path), siblings=partial(sibling_in, path.parent)
            )
        yield from read_source(stream, source, noted)


def _modified(path: Path) -> datetime:
    return datetime.fromtimestamp(int(path.stat().st_mtime), UTC)


def _read_folder(folder: Path, source: Source, noted: Noted) -> Iterator[Conversation | Rejected]:
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        name = path.relative_to(folder).as_posix()
        if is_skipped(name, noted):
            continue
        own = replace(source, name=name, modified=_modified(path), siblings=partial(sibling_in, folder))
        try:
            with _opened(path) as stream:
                yield from (_named(one, name) for one in read_source(stream, own, noted))
        except FormatError as fault:
            yield Rejected(error=fault, source=b"", file=name)


def sibling_in(folder: Path, key: str) -> bytes | None:
    """Return a file below the folder; None where there is none, or where the key leads out of it."""
    path = (folder / key).resolve()
    return path.read_bytes() if path.is_relative_to(folder.resolve()) and path.is_file() else None


def read_stream(
    stream: ByteStream, app_id: str, limits: Limits, *, is_bounded: bool = False
) -> Iterator[Conversation | Rejected]:
    """Read a stream of bytes, compressed or not, in any accepted format; ``is_bounded`` is of ``decompressed``."""
    return read_source(stream, Source(app_id=app_id, limits=limits), is_bounded=is_bounded)


def read_source(
    stream: ByteStream, source: Source, noted: Noted | None = None, *, is_bounded: bool = False, depth: int = 0
) -> Iterator[Conversation | Rejected]:
    """Read a stream of bytes by its content: of one format, or an archive of such. ``noted`` receives the formats."""
    noted = noted or Noted()
    source = replace(source, tabled=noted.tabled)
    try:
        peeked = Peeked(decompressed(stream, is_bounded=is_bounded))
        if peeked.head.startswith(zipped.MAGIC):
            yield from _read_zip(peeked, stream, source, noted, (is_bounded, depth))
        elif tarred.is_tar(peeked.head):
            yield from _read_members(tarred.members(peeked), source, noted, (is_bounded, depth))
        else:
            yield from _read_one(peeked, source, noted)
    except FormatError as fault:
        yield Rejected(error=fault, source=b"")


def in_utf8(stream: ByteStream, name: str = "") -> Peeked:
    """Return a stream of text in UTF-8: of UTF-16 and UTF-32, and of Windows-1252 where it is no JSON."""
    given = stream if isinstance(stream, Peeked) else Peeked(stream)
    if (encoding := encoding_of(given.head)) is not None:
        given = Peeked(Transcoded(given, encoding))
    is_text = not Head(given.head, name).is_json and not given.head.isascii()
    return Peeked(Western(given)) if is_text else given


def _read_one(peeked: Peeked, source: Source, noted: Noted) -> Iterator[Conversation | Rejected]:
    given = in_utf8(peeked, source.name)
    head = Head(given.head, source.name)
    wanted = source.given.format
    shape = FORMATS.get(wanted) if wanted else claimed(given.head)
    reader = READERS.get(wanted) if wanted else None if shape else recognised(head)
    if not (wanted or shape or reader) and FORMATS["native"].recognises(given.head):
        shape, reader = FORMATS["native"], nearest(head)
    if reader is not None:
        noted.add(source.name, reader.name)
        yield from each_sided(reader.read(given, source))
    elif shape is not None:
        noted.add(source.name, shape.name)
        yield from each_sided(shape.read(given, source.app_id, source.limits))
    elif given.head.removeprefix(codecs.BOM_UTF8).strip():
        yield _unrecognised(peeked.head)
    else:
        yield from _nothing(given)


def _read_zip(
    peeked: Peeked, stream: ByteStream, source: Source, noted: Noted, bounds: tuple[bool, int]
) -> Iterator[Conversation | Rejected]:
    with ExitStack() as stack:
        seekable: Any = stream
        if isinstance(stream, io.BufferedReader) and stream.seekable():
            seekable.seek(0)
        else:
            seekable = stack.enter_context(SpooledTemporaryFile[bytes](_IN_MEMORY_BYTES))
            while piece := peeked.read(1 << 20):
                seekable.write(piece)
            seekable.seek(0)
        archive = zipped.Zip(seekable)
        if archive.is_workbook:
            noted.add(source.name, Workbook.name)
            yield from _read_workbook(seekable, source)
            return
        own = replace(source, siblings=archive.sibling)
        yield from _read_members(archive.members(), own, noted, bounds)


def _read_workbook(file: BinaryIO, source: Source) -> Iterator[Conversation | Rejected]:
    """Read a workbook, which another process opens."""
    with TemporaryDirectory(prefix="auscult-") as folder:
        book, rows = Path(folder) / "book.xlsx", Path(folder) / "rows.ndjson"
        file.seek(0)
        with book.open("wb") as copy:
            shutil.copyfileobj(file, copy)
        rows_into(book, rows)
        with rows.open("rb") as given:
            yield from each_sided(Workbook().read_rows(given, source))


def _read_members(
    members: Iterator[Member], source: Source, noted: Noted, bounds: tuple[bool, int]
) -> Iterator[Conversation | Rejected]:
    """Read the files of an archive; together they have at most what one compressed stream may have, if bounded."""
    is_bounded, depth = bounds
    budget = _Budget(MOST_UNPACKED_BYTES if is_bounded else None)
    for member in members:
        if member.fault is not None or member.stream is None:
            fault = member.fault or FormatError("this file cannot be read", code="file.unreadable")
            yield Rejected(error=fault, source=b"", file=member.name)
        elif depth:
            message = "an archive in an archive is not read; unpack it first"
            yield Rejected(error=FormatError(message, code="file.nested"), source=b"")
            return
        elif not is_skipped(member.name, noted):
            own = replace(source, name=member.name, modified=member.modified)
            inner = budget.counted(member.stream)
            found = read_source(inner, own, noted, is_bounded=True, depth=depth + 1)
            yield from (_named(one, member.name) for one in found)
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


def _named(one: Conversation | Rejected, name: str) -> Conversation | Rejected:
    return one if isinstance(one, Conversation) else replace(one, file=one.file or name)


def is_skipped(name: str, noted: Noted) -> bool:
    """Return whether a file of a folder or archive holds no conversations: pictures, sound, what systems leave there."""
    path = PurePosixPath(name)
    is_skipped = any(part.startswith((".", "__MACOSX")) for part in path.parts) or path.suffix.lower() in _NO_TEXT
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


@contextmanager
def _opened(file: str | Path) -> Generator[BinaryIO]:
    if str(file) == STDIN:
        yield sys.stdin.buffer
        return
    try:
        stream = Path(file).open("rb")  # noqa: SIM115  (closed below; what is read inside raises errors of its own)
    except OSError as error:
        message = f"{file} cannot be read: {error.strerror}"
        raise FormatError(message, code="file.unreadable", value=str(file)) from error
    with stream:
        yield stream
