"""Stage 1: any accepted file to conversations, by its content; refused documents are written to a file, to be corrected.

Files of strangers are read by another process (``read_given``), those of this machine by this one.
"""

import os
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec.structs import replace

from auscult.domain.conversation import Conversation
from auscult.domain.errors import FormatError
from auscult.domain.privacy.quotations import redact_quotations
from auscult.formats import ByteStream, Given, Limits, Rejected, Source
from auscult.sandbox import reading
from auscult.sandbox.files import file_reader
from auscult.sandbox.reading import Conditions, Noted, is_own, is_skipped, named
from auscult.services.scoring.intake.sided import each_sided
from auscult.storage.privacy.codes import document_without_codes

STDIN = "-"


class RejectedDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a rejects file. ``source`` is the document as it came, bytes that are no UTF-8 escaped."""

    file: str
    line: int | None
    field: str | None
    reason: str
    code: str
    source: str


class RejectsWriter(AbstractContextManager["RejectsWriter"]):
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

    def __exit__(self, *_: object) -> None:
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
    name = "stdin" if str(file) == STDIN else Path(file).absolute().name
    return (folder or Path()) / f"{name}{reading.REJECTS}"


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
                yield from (named(one, name) for one in read_source(stream, own, noted))
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
    stream: ByteStream, source: Source, noted: Noted | None = None, *, is_bounded: bool = False
) -> Iterator[Conversation | Rejected]:
    """Read a stream of bytes by its content: of one format, or an archive of such. ``noted`` receives the formats."""
    conditions = Conditions(workbook=file_reader().read, is_bounded=is_bounded)
    return each_sided(reading.read_source(stream, source, noted or Noted(), conditions))


def read_given(file: BinaryIO, source: Source, noted: Noted) -> Iterator[Conversation | Rejected]:
    """Read a file of a stranger, as ``read_source`` does: by another process, what it unpacks to is bounded."""
    return each_sided(without_sides(file, source, noted))


def without_sides(file: BinaryIO, source: Source, noted: Noted) -> Iterator[Conversation | Rejected]:
    """Read a file of a stranger whose sides are still to be found.

    Documents of our own formats are read here: their decoder is fast, and checks sizes, depth and types itself.
    """
    if is_own(file, source):
        conditions = Conditions(workbook=file_reader().read, is_bounded=True)
        return reading.read_source(file, source, noted, conditions)
    return file_reader().read(file, source, noted)


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
