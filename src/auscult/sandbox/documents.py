"""Documents read outside this process, so that none can block its threads or exhaust its memory."""

import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from functools import cache

import msgspec

from auscult.domain.assist.knowledge import Piece
from auscult.domain.assist.validity import Opening
from auscult.domain.errors import BusyError, DocumentError
from auscult.sandbox.child import LENGTH, Reply, Request

CPU_S = 10.0
"""Processor time for one document."""

AT_ONCE = 2
"""Documents that this process has read at the same time, each of another app."""

PATIENCE_S = 0.5
"""How long a document waits for its turn, in a thread that others may need."""

_DECODER = msgspec.msgpack.Decoder(Reply)


class DocumentReader:
    """Reads documents in child processes, which stay for the next one. Threads may share it."""

    def __init__(self, cpu_s: float = CPU_S, patience_s: float = PATIENCE_S) -> None:
        """Start no child before a document comes."""
        self._cpu_s = cpu_s
        self._patience_s = patience_s
        self._turns = threading.Condition()
        self._apps: set[str] = set()
        self._idle: list[_Child] = []

    def read(self, app_id: str, kind: str, data: bytes) -> tuple[list[Piece], Opening]:
        """Return the passages of a document of an app, and its beginning, which may state how long it counts.

        Raises ``DocumentError`` where it cannot be read within its limits, ``BusyError`` while too many others are.
        """
        with self._turn(app_id):
            child = self._child()
            try:
                reply = child.send(Request(kind, data, self._cpu_s))
            except (OSError, EOFError) as error:
                child.end()
                message = (
                    f"the document takes more than {self._cpu_s:g} s of processor time or too much memory to read; "
                    "split it, or fix its markup"
                )
                raise DocumentError(message, code="document.unreadable") from error
            with self._turns:
                self._idle.append(child)
        if reply.code is not None:
            raise DocumentError(reply.message, code=reply.code)
        return list(reply.pieces), reply.opening

    def close(self) -> None:
        """End the children that wait."""
        with self._turns:
            idle, self._idle = self._idle, []
        for child in idle:
            child.end()

    @contextmanager
    def _turn(self, app_id: str) -> Generator[None]:
        with self._turns:
            is_free = self._turns.wait_for(
                lambda: app_id not in self._apps and len(self._apps) < AT_ONCE, timeout=self._patience_s
            )
            if not is_free:
                raise BusyError("other documents are being read; send this one again in a second", again_after_s=1)
            self._apps.add(app_id)
        try:
            yield
        finally:
            with self._turns:
                self._apps.discard(app_id)
                self._turns.notify_all()

    def _child(self) -> "_Child":
        with self._turns:
            if self._idle:
                return self._idle.pop()
        return _Child()


@cache
def document_reader() -> DocumentReader:
    """Return the reader of this process."""
    return DocumentReader()


class _Child:
    """A process that reads one document after the other. It ends with its parent."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "auscult.sandbox.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def send(self, request: Request) -> Reply:
        """Send a request, wait for its reply, and return it. Raises ``OSError`` or ``EOFError`` where the process ended."""
        sent, came = self._process.stdin, self._process.stdout
        if sent is None or came is None:
            raise EOFError
        data = msgspec.msgpack.encode(request)
        sent.write(LENGTH.pack(len(data)) + data)
        sent.flush()
        size = came.read(LENGTH.size)
        if len(size) < LENGTH.size:
            raise EOFError
        return _DECODER.decode(came.read(LENGTH.unpack(size)[0]))

    def end(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        with suppress(OSError):
            self._process.communicate()
