"""Stage 1: any accepted file to conversations, by its content; refused documents are written to a file, to be corrected."""

import codecs
import os
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import msgspec

from auscult.domain.conversation import Conversation
from auscult.domain.errors import FormatError
from auscult.domain.privacy.quotations import redact_quotations
from auscult.formats import ByteStream, Limits, Peeked, Rejected, detect
from auscult.services.scoring.intake.decompression import decompressed
from auscult.services.scoring.intake.sided import sided
from auscult.storage.privacy.codes import document_without_codes

STDIN = "-"
_SHOWN_BYTES = 4096
_FOREIGN = {
    b"PK\x03\x04": "a ZIP archive; unpack it first",
    b"BZh": "bzip2; unpack it first, or compress it with gzip or zstd",
    b"\xfd7zXZ": "xz; unpack it first, or compress it with gzip or zstd",
    b"\xff\xfe": "UTF-16; save it as UTF-8",
    b"\xfe\xff": "UTF-16; save it as UTF-8",
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
        error = rejected.error
        self._file.write(
            msgspec.json.encode(
                RejectedDocument(
                    file=file,
                    line=error.line,
                    field=error.field,
                    reason=redact_quotations(error.message, self._redact),
                    code=error.reason,
                    source=self._redact(rejected.source.decode(errors="backslashreplace").rstrip("\r\n")),
                )
            )
            + b"\n"
        )

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


def rejects_path(file: str | Path, folder: Path | None = None) -> Path:
    """Name the rejects file of an input: ``<its name>.rejects.ndjson``, by default in the current folder."""
    name = "stdin" if str(file) == STDIN else Path(file).name
    return (folder or Path()) / f"{name}.rejects.ndjson"


def read_file(file: str | Path, app_id: str, limits: Limits) -> Iterator[Conversation | Rejected]:
    """Read a file, or standard input for ``-``: conversations and refusals in order.

    Constant memory, however large the file. Raises ``FormatError`` when it cannot be opened.
    """
    with _opened(file) as stream:
        yield from read_stream(stream, app_id, limits)


def read_stream(
    stream: ByteStream, app_id: str, limits: Limits, *, is_bounded: bool = False
) -> Iterator[Conversation | Rejected]:
    """Read a stream of bytes, compressed or not, in any accepted format; ``is_bounded`` is of ``decompressed``."""
    peeked = Peeked(decompressed(stream, is_bounded=is_bounded))
    shape = detect(peeked.head)
    if shape is not None:
        for document in shape.read(peeked, app_id, limits):
            yield sided(document) if isinstance(document, Conversation) else document
    elif peeked.head.removeprefix(codecs.BOM_UTF8).strip():
        yield _unrecognised(peeked.head)
    else:
        yield from _nothing(peeked)


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
    message += "; accepted are NDJSON and JSON of conversations, and vCon, plain, gzip or zstd, in UTF-8"
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
