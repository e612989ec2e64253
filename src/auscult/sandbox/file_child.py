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
from typing import Any, BinaryIO, Literal, TypeAlias

import msgspec
from msgspec import Struct

from auscult.domain.connectors.contract import FoundAudit, Item, Mapped, Refused
from auscult.domain.conversation import Conversation
from auscult.domain.errors import FormatError
from auscult.formats import Given, Limits, Rejected, Source, Table
from auscult.formats.tables.workbook import Workbook
from auscult.formats.vendors import FORMATS
from auscult.sandbox.guard import guard
from auscult.sandbox.reading import Conditions, Found, Noted, read_source

LENGTH = struct.Struct(">Q")
"""Before each message: how many bytes it has."""
_PIECE = 1 << 20


class Request(Struct, frozen=True, kw_only=True):
    """A file to be read, which comes with it, and the processor time in seconds that one conversation may take.

    ``first`` is the first of an archive's files that is wanted. With ``mapper`` it is an item of a connector.
    """

    app_id: str
    limits: Limits
    cpu_s: float
    name: str
    given: Given = Given()
    modified: datetime | None = None
    first: int = 0
    mapper: str = ""
    options: Mapping[str, Any] = {}
    etag: str | None = None


class Read(Struct, frozen=True, tag=True, array_like=True):
    """One result."""

    found: Conversation


class Audit(Struct, frozen=True, tag=True, array_like=True):
    """One evaluation by people."""

    found: FoundAudit


class NotMapped(Struct, frozen=True, tag=True, array_like=True):
    """One refusal of a mapper."""

    found: Refused


class NotRead(Struct, frozen=True, tag=True, array_like=True):
    """One refusal."""

    message: str
    code: str
    line: int | None
    field: str | None
    source: bytes
    file: str


class Began(Struct, frozen=True, tag=True, array_like=True):
    """A file of an archive is being read."""

    number: int
    name: str


class Recognised(Struct, frozen=True, tag=True, array_like=True):
    """Format of a file."""

    file: str
    format: str

    def note(self, noted: Noted) -> None:
        """Note it."""
        noted.add(self.file, self.format)


class Tabled(Struct, frozen=True, tag=True, array_like=True):
    """Columns of a table."""

    table: Table

    def note(self, noted: Noted) -> None:
        """Note them."""
        noted.tabled(self.table)


class Wanted(Struct, frozen=True, tag=True, array_like=True):
    """Path of another file, whose content is to be sent: a byte, 1 if there is one, then its bytes."""

    key: str


class Ended(Struct, frozen=True, tag=True, array_like=True):
    """The end of a request. With ``fault`` the process ends, too; ``trace`` is for the log."""

    fault: Literal["", "memory", "crash"] = ""
    trace: str = ""


Frame: TypeAlias = Read | Audit | NotMapped | NotRead | Began | Recognised | Tabled | Wanted | Ended


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


class _Noted(Noted):
    """Formats and tables, sent as they are found."""

    def __init__(self, served: "_Served") -> None:
        super().__init__()
        self._served = served

    def tabled(self, table: Table) -> None:
        """Send the columns of a table."""
        self._served.send(Tabled(table))

    def add(self, file: str, name: str) -> None:
        """Send the format of a file."""
        self._served.send(Recognised(file, name))


class _Served:
    """One request."""

    def __init__(self, connection: socket.socket) -> None:
        """Wait for it. Raises ``EOFError`` where none comes."""
        self._connection = connection
        size, files, _flags, _address = socket.recv_fds(connection, LENGTH.size, 1)
        if len(size) < LENGTH.size:
            raise EOFError
        self._request = msgspec.json.decode(received(connection, LENGTH.unpack(size)[0]), type=Request)
        self._file = files[0]

    def is_over(self) -> bool:
        """Send all that the file holds; return whether this process can go on. Each frame renews the processor time."""
        self._renew()
        ended = Ended()
        with os.fdopen(self._file, "rb") as file:
            try:
                file.seek(0)
                for frame in self._mapped(file) if self._request.mapper else self._read(file):
                    self.send(frame)
            except MemoryError:
                ended = Ended("memory")
            except EOFError:
                raise
            except BaseException:  # noqa: BLE001  (libraries in Rust raise panics that are no Exception)
                ended = Ended("crash", traceback.format_exc())
        self.send(ended)
        signal.setitimer(signal.ITIMER_PROF, 0)
        return not ended.fault

    def send(self, frame: Frame) -> None:
        """Send a frame; a conversation that no database could keep is sent as a refusal."""
        try:
            data = msgspec.json.encode(frame)
        except (UnicodeEncodeError, OverflowError, TypeError, ValueError) as error:
            message = f"the conversation cannot be stored: {error}"
            data = msgspec.json.encode(NotRead(message, "document.invalid", None, None, b"", ""))
        sent(self._connection, data)
        self._renew()

    def _renew(self) -> None:
        # By default this signal ends the process, wherever it is: also in the middle of a pattern.
        signal.setitimer(signal.ITIMER_PROF, self._request.cpu_s)

    def _read(self, file: BinaryIO) -> Iterator[Frame]:
        asked = self._request
        source = Source(
            app_id=asked.app_id,
            limits=asked.limits,
            given=asked.given,
            name=asked.name,
            modified=asked.modified,
            siblings=self._sibling,
        )
        conditions = Conditions(workbook=_workbook, is_bounded=True, is_wanted=self._is_wanted, in_memory=0)
        for one in read_source(file, source, _Noted(self), conditions):
            if isinstance(one, Conversation):
                yield Read(one)
            else:
                fault = one.error
                yield NotRead(fault.message, fault.reason, fault.line, fault.field, one.source, one.file)

    def _is_wanted(self, number: int, name: str) -> bool:
        if number < self._request.first:
            return False
        self.send(Began(number, name))
        return True

    def _mapped(self, file: BinaryIO) -> Iterator[Frame]:
        asked = self._request
        setup = Source(app_id=asked.app_id, limits=asked.limits).setup
        data = file.read()
        item = Item(asked.name, asked.etag, len(data), data, self._sibling)
        mapper = FORMATS[asked.mapper](msgspec.structs.replace(setup, options=asked.options))
        yield from (_frame_of(one) for one in mapper.map(item))

    def _sibling(self, key: str) -> bytes | None:
        self.send(Wanted(key))
        answer = received(self._connection, LENGTH.unpack(received(self._connection, LENGTH.size))[0])
        return answer[1:] if answer[:1] == b"1" else None


def _frame_of(one: Mapped) -> Frame:
    match one:
        case Conversation():
            return Read(one)
        case FoundAudit():
            return Audit(one)
        case Refused():
            return NotMapped(one)


def _workbook(file: BinaryIO, source: Source, noted: Noted) -> Found:
    from auscult.sandbox.sheets import Sheet  # noqa: PLC0415  (only where there is a workbook)

    noted.add(source.name, Workbook.name)
    sheet = Sheet(file)
    yield from Workbook().read_rows(sheet.rows, source)


def refusal_of(frame: NotRead) -> Rejected:
    """Return the refusal that a frame brought."""
    error = FormatError(frame.message, line=frame.line, code=frame.code, field=frame.field)
    return Rejected(error=error, source=frame.source, file=frame.file)


if __name__ == "__main__":
    main()
