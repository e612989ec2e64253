"""The process in which strangers' files are read: requests with open files on a socket, frames of what is found back.

It is confined (``guard``), and writes to no file that it was given. What it needs beyond its memory or its processor time
for one conversation ends it, and nothing else.
"""

import os
import resource
import signal
import socket
import struct
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, BinaryIO, Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.assist.knowledge import Piece
from auscult.domain.assist.validity import Opening
from auscult.domain.connectors.contract import FoundAudit, Item, Refused
from auscult.domain.conversation import Conversation
from auscult.domain.errors import DocumentError, FormatError
from auscult.domain.operations.records import made_from
from auscult.formats import Given, Limits, Rejected, Source, Table
from auscult.formats.tables.workbook import Workbook
from auscult.formats.vendors import FORMATS
from auscult.sandbox.guard import guard
from auscult.sandbox.reading import Conditions, Found, Noted, read_source

LENGTH = struct.Struct(">Q")
"""Before each message: how many bytes it has."""
_PIECE = 1 << 20


class Request(Struct, frozen=True, kw_only=True):
    """A file to be read, which comes with it, and the processor time in seconds that each piece of it may take.

    ``first`` is the first of an archive's files that is wanted. With ``mapper`` it is an item of a connector, with
    ``document`` a document of this kind for people.
    """

    cpu_s: float
    app_id: str = ""
    limits: Limits = Limits()
    name: str = ""
    given: Given = Given()
    modified: datetime | None = None
    first: int = 0
    mapper: str = ""
    options: Mapping[str, Any] = {}
    etag: str | None = None
    document: str = ""


class Frame(Struct, frozen=True, omit_defaults=True):
    """One message of this process: one of these.

    ``began`` is the number and name of a file in an archive, ``format`` a file and its format. ``wanted`` is the path of
    another file, whose content is to be sent: a byte, 1 if there is one, then its bytes. ``ended`` is the last of a
    request; of "memory" and "crash", which has a ``trace`` for the log, this process ends.
    """

    conversation: Conversation | None = None
    rejected: Rejected | None = None
    refused: Refused | None = None
    audit: FoundAudit | None = None
    passages: tuple[list[Piece], Opening] | None = None
    began: tuple[int, str] | None = None
    format: tuple[str, str] | None = None
    table: Table | None = None
    wanted: str | None = None
    ended: Literal["whole", "memory", "crash"] | None = None
    trace: str = ""


def _plain(value: object) -> tuple[str, str, int | None, str | None]:
    if not isinstance(value, FormatError):
        raise NotImplementedError  # which msgspec raises as TypeError
    return value.message, value.reason, value.line, value.field


def _fault(_kind: type[FormatError], plain: Any) -> FormatError:  # noqa: ANN401  (a JSON value)
    message, code, line, field = msgspec.convert(plain, tuple[str, str, int | None, str | None])
    return FormatError(message, code=code, line=line, field=field)


FRAMES = msgspec.json.Decoder(Frame, dec_hook=_fault)
_ENCODER = msgspec.json.Encoder(enc_hook=_plain)


def received(connection: socket.socket, size: int) -> bytes:
    """Return as many bytes of a connection. Raises ``EOFError``."""
    data = bytearray()
    while len(data) < size:
        piece = connection.recv(min(_PIECE, size - len(data)))
        if not piece:
            raise EOFError
        data += piece
    return bytes(data)


def sent(connection: socket.socket, data: bytes) -> None:
    """Send a message with its length before it."""
    connection.sendall(LENGTH.pack(len(data)) + data)


def main() -> None:
    """Serve until the connection, which is standard input, ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent's to handle
    memory_bytes = int(sys.argv[1])
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # nothing is written to the files that it is given
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    connection = socket.socket(fileno=0)
    guard()
    with suppress(EOFError):
        while _Served(connection).is_over():
            pass


class _Served(Noted):
    """One request. Formats and columns are sent as they are found."""

    def __init__(self, connection: socket.socket) -> None:
        """Wait for it. Raises ``EOFError`` where none comes."""
        super().__init__()
        self._connection = connection
        size, files, _flags, _address = socket.recv_fds(connection, LENGTH.size, 1)
        if len(size) < LENGTH.size:
            raise EOFError
        self._asked = msgspec.json.decode(received(connection, LENGTH.unpack(size)[0]), type=Request)
        self._file = files[0]

    def is_over(self) -> bool:
        """Send all that the file holds; return whether this process can go on."""
        self._renew()
        ended = Frame(ended="whole")
        with os.fdopen(self._file, "rb") as file:
            try:
                file.seek(0)
                for frame in self._frames(file):
                    self._send(frame)
            except MemoryError:
                ended = Frame(ended="memory")
            except EOFError:
                raise
            except BaseException:  # noqa: BLE001  (libraries in Rust raise panics that are no Exception)
                ended = Frame(ended="crash", trace=traceback.format_exc())
        self._send(ended)
        signal.setitimer(signal.ITIMER_PROF, 0)
        return ended.ended == "whole"

    def tabled(self, table: Table) -> None:
        """Send the columns of a table."""
        self._send(Frame(table=table))

    def add(self, file: str, name: str) -> None:
        """Send the format of a file."""
        self._send(Frame(format=(file, name)))

    def _send(self, frame: Frame) -> None:
        """Send a frame; a conversation that no database could keep is sent as a refusal."""
        try:
            data = _ENCODER.encode(frame)
        except (UnicodeEncodeError, OverflowError, TypeError, ValueError) as error:
            fault = FormatError(f"the conversation cannot be stored: {error}")
            data = _ENCODER.encode(Frame(rejected=Rejected(error=fault, source=b"")))
        sent(self._connection, data)
        self._renew()

    def _renew(self) -> None:
        # By default this signal ends the process, wherever it is: also in the middle of a pattern.
        signal.setitimer(signal.ITIMER_PROF, self._asked.cpu_s)

    def _frames(self, file: BinaryIO) -> Iterator[Frame]:
        if self._asked.document:
            yield _document(self._asked.document, file.read())
        elif self._asked.mapper:
            yield from self._mapped(file.read())
        else:
            yield from self._read(file)

    def _read(self, file: BinaryIO) -> Iterator[Frame]:
        source = made_from(Source, self._asked, siblings=self._sibling)
        conditions = Conditions(workbook=_workbook, is_bounded=True, is_wanted=self._is_wanted, in_memory=0)
        for one in read_source(file, source, self, conditions):
            yield Frame(conversation=one) if isinstance(one, Conversation) else Frame(rejected=one)

    def _is_wanted(self, number: int, name: str) -> bool:
        is_wanted = number >= self._asked.first
        if is_wanted:
            self._send(Frame(began=(number, name)))
        return is_wanted

    def _mapped(self, data: bytes) -> Iterator[Frame]:
        asked = self._asked
        setup = replace(Source(app_id=asked.app_id, limits=asked.limits).setup, options=asked.options)
        item = Item(asked.name, asked.etag, len(data), data, self._sibling)
        for one in FORMATS[asked.mapper](setup).map(item):
            match one:
                case Conversation():
                    yield Frame(conversation=one)
                case FoundAudit():
                    yield Frame(audit=one)
                case Refused():
                    yield Frame(refused=one)

    def _sibling(self, key: str) -> bytes | None:
        self._send(Frame(wanted=key))
        answer = received(self._connection, LENGTH.unpack(received(self._connection, LENGTH.size))[0])
        return answer[1:] if answer[:1] == b"1" else None


def _workbook(file: BinaryIO, source: Source, noted: Noted) -> Found:
    from auscult.sandbox.sheets import Sheet  # noqa: PLC0415  (only where there is a workbook)

    noted.add(source.name, Workbook.name)
    yield from Workbook().read_rows(Sheet(file).rows, source)


def _document(name: str, data: bytes) -> Frame:
    """Return the passages of a document and its beginning, or why it cannot be read."""
    from auscult.documents import KINDS  # noqa: PLC0415  (only where there is a document)
    from auscult.documents._opening import opening_of  # noqa: PLC0415
    from auscult.documents._passages import passages  # noqa: PLC0415

    try:
        kind = KINDS[name]
        blocks = list(kind.read(data))
        return Frame(passages=([*passages(blocks)], opening_of(kind.front(data), blocks)))
    except DocumentError as error:
        fault = FormatError(error.message, code=error.reason)
    except (
        AssertionError,
        ArithmeticError,
        LookupError,
        TypeError,
        ValueError,
        AttributeError,
        RecursionError,
    ) as error:
        # The libraries that read what people write raise these on what nobody would write.
        message = f"the document cannot be read: its markup is broken ({type(error).__name__})"
        fault = FormatError(message, code="document.unreadable")
    return Frame(rejected=Rejected(error=fault, source=b""))


if __name__ == "__main__":
    main()
