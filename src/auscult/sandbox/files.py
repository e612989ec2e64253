"""Strangers' files read outside this process: none can block its threads, exhaust its memory, or reach its secrets."""

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from io import BytesIO
from tempfile import TemporaryFile
from typing import BinaryIO

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.connectors.contract import Item, Mapped, Refused, Setup
from auscult.domain.errors import FormatError
from auscult.domain.operations.records import made_from
from auscult.formats import Rejected, Source
from auscult.formats._contract import limits_of
from auscult.sandbox.file_child import FRAMES, LENGTH, Frame, Request, sent
from auscult.sandbox.reading import Found, Noted

LOG = logging.getLogger(__name__)

MOST_ENDED = 3
"""Files of one archive that may end a child before the rest of it is refused."""
_MOST_IDLE = 2
_LARGEST_FRAME = 1 << 30
Siblings = Callable[[str], bytes | None]


class Allowance(Struct, frozen=True, kw_only=True):
    """Limits of a child: memory, and for each conversation processor time and time in all."""

    memory_bytes: int = 2 << 30
    cpu_s: float = 120.0
    wait_s: float = 600.0


class FileReader:
    """Reads files in child processes, which stay for the next one. Threads may share it."""

    def __init__(self, allowance: Allowance | None = None) -> None:
        """Start no child before a file comes."""
        self._allowance = allowance or Allowance()
        self._lock = threading.Lock()
        self._idle: list[_Child] = []

    def read(self, file: BinaryIO, source: Source, noted: Noted) -> Found:
        """Yield what a file holds, as ``read_source`` does with bounds, as it is read.

        Where a file ends its child it is refused, with the limit; the other files of an archive are read.
        """
        allowance = self._allowance
        asked = made_from(Request, source, cpu_s=allowance.cpu_s)
        for _ in range(MOST_ENDED):
            number, name, count = -1, "", 0
            try:
                for frame in self.frames(asked, file, source.siblings):
                    if frame.began is not None:
                        (number, name), count = frame.began, 0
                    elif frame.format is not None:
                        noted.add(*frame.format)
                    elif frame.table is not None:
                        noted.tabled(frame.table)
                    elif (found := frame.conversation or frame.rejected) is not None:
                        count += 1
                        yield found
            except ChildEndedError as ended:
                yield Rejected(error=ended.fault(name or source.name, count), source=b"", file=name)
                if number < 0:
                    return
                asked = replace(asked, first=number + 1)
            else:
                return
        message = f"{MOST_ENDED} files of this archive took more than they may; those after them are not read"
        yield Rejected(error=FormatError(f"{message}; load it in parts", code="file.too_large"), source=b"")

    def mapped(self, name: str, setup: Setup, item: Item) -> list[Mapped]:
        """Return what the mapper ``name`` of connectors makes of an item. What ends a child is refused."""
        asked = Request(
            app_id=setup.app_id,
            limits=limits_of(setup),
            cpu_s=self._allowance.cpu_s,
            name=item.key,
            mapper=name,
            options=setup.options,
            etag=item.etag,
        )
        found: list[Mapped] = []
        try:
            for frame in self.frames(asked, BytesIO(item.data), item.siblings):
                found += filter(None, (frame.conversation, frame.audit, frame.refused))
        except ChildEndedError as ended:
            found.append(Refused(ended.fault(item.key, len(found)).message, ""))
        return found

    def close(self) -> None:
        """End the children that wait."""
        with self._lock:
            idle, self._idle = self._idle, []
        for child in idle:
            child.end()

    def frames(self, asked: Request, file: BinaryIO, siblings: Siblings = lambda _key: None) -> Iterator[Frame]:
        """Yield what a child sends of a file. Raises ``ChildEndedError``, and what ``siblings`` raises."""
        with self._lock:
            child = self._idle.pop() if self._idle else None
        child, is_over = child or _Child(self._allowance), False
        try:
            with _opened(file) as descriptor:
                child.ask(asked, descriptor)
            while (frame := child.frame()).ended is None:
                if frame.wanted is not None:
                    child.answer(siblings(frame.wanted))
                else:
                    yield frame
            if frame.ended != "whole":
                raise child.ended(frame)
            is_over = True
        finally:
            with self._lock:
                is_kept = is_over and len(self._idle) < _MOST_IDLE
                self._idle += [child] if is_kept else []
            if not is_kept:
                child.end()


@cache
def file_reader() -> FileReader:
    """Return the reader of this process."""
    return FileReader()


class ChildEndedError(Exception):
    """A child that ended before its file did, and why."""

    def fault(self, name: str, count: int) -> FormatError:
        """Return the fault of the file, of which some conversations were read."""
        more = f"; {count:,} conversations before this place are read, those after it are not" if count else ""
        message = f"{name or 'the file'} cannot be read: {self}{more}; load it in parts, or in another format"
        return FormatError(message, code="file.unreadable")


class _Child:
    """A process that reads one file after the other. It ends with its parent."""

    def __init__(self, allowance: Allowance) -> None:
        self._allowance = allowance
        self._connection, theirs = socket.socketpair()
        self._connection.settimeout(allowance.wait_s)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603  (our own module)
                [sys.executable, "-P", "-m", "auscult.sandbox.file_child", str(allowance.memory_bytes)],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
        self._frames = self._connection.makefile("rb")

    def ask(self, request: Request, descriptor: int) -> None:
        """Send a request with its file. Raises ``ChildEndedError``."""
        data = msgspec.json.encode(request)
        with self._as_ended():
            socket.send_fds(self._connection, [LENGTH.pack(len(data))], [descriptor])
            self._connection.sendall(data)

    def answer(self, content: bytes | None) -> None:
        """Send the content of a file that was wanted. Raises ``ChildEndedError``."""
        with self._as_ended():
            sent(self._connection, b"0" if content is None else b"1" + content)

    def frame(self) -> Frame:
        """Return the next frame. Raises ``ChildEndedError``."""
        with self._as_ended():
            head = self._frames.read(LENGTH.size)
            size = LENGTH.unpack(head)[0] if len(head) == LENGTH.size else _LARGEST_FRAME
            data = self._frames.read(size) if size < _LARGEST_FRAME else b""
            if len(data) < size:
                raise EOFError
            return FRAMES.decode(data)

    def ended(self, last: Frame | None = None) -> ChildEndedError:
        """Return why it ended, by its last frame, or by its signal."""
        if last is not None and last.ended == "crash":
            LOG.error("a file ended its reader: %s", last.trace)
            return ChildEndedError("its reader failed, which is a fault of this program; its log says where")
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(1)
        code, allowed = self._process.returncode, self._allowance
        if code == -signal.SIGPROF:
            return ChildEndedError(f"it takes more than {allowed.cpu_s:g} s of processor time for one conversation")
        if code is None and last is None:
            return ChildEndedError(f"nothing of it was read for {allowed.wait_s:g} s")
        if last is not None:
            return ChildEndedError(f"it takes more than {allowed.memory_bytes >> 20:,} MB of memory")
        if code == -signal.SIGKILL:
            return ChildEndedError("its reader was killed, as a system does that lacks memory")
        LOG.error("a file ended its reader with status %s", code)
        return ChildEndedError(f"its reader ended (status {code})")

    def end(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        self._process.wait()
        self._frames.close()
        self._connection.close()

    @contextmanager
    def _as_ended(self) -> Generator[None]:
        try:
            yield
        except (OSError, EOFError, msgspec.DecodeError) as error:
            raise self.ended() from error


@contextmanager
def _opened(file: BinaryIO) -> Generator[int]:
    """Yield the descriptor of a file, or of a copy where it has none."""
    try:
        descriptor = file.fileno()
    except OSError:  # in memory
        file.seek(0)
        with TemporaryFile() as copy:
            while piece := file.read(1 << 20):
                copy.write(piece)
            copy.flush()
            yield copy.fileno()
    else:
        file.flush()
        yield descriptor
