"""Documents read outside this process, so that none can block its threads or exhaust its memory."""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from io import BytesIO

from auscult.domain.assist.knowledge import Piece
from auscult.domain.assist.validity import Opening
from auscult.domain.errors import BusyError, DocumentError, FormatError
from auscult.sandbox.file_child import Request
from auscult.sandbox.files import ChildEndedError, FileReader, file_reader

CPU_S = 10.0
"""Processor time for one document."""

AT_ONCE = 2
"""Documents that this process has read at the same time, each of another app."""

PATIENCE_S = 0.5
"""How long a document waits for its turn, in a thread that others may need."""


class DocumentReader:
    """Reads documents in the processes of a reader of files. Threads may share it."""

    def __init__(self, files: FileReader, cpu_s: float = CPU_S, patience_s: float = PATIENCE_S) -> None:
        """Start no process before a document comes."""
        self._files = files
        self._cpu_s = cpu_s
        self._patience_s = patience_s
        self._turns = threading.Condition()
        self._apps: set[str] = set()

    def read(self, app_id: str, kind: str, data: bytes) -> tuple[list[Piece], Opening]:
        """Return the passages of a document of an app, and its beginning, which may state how long it counts.

        Raises ``DocumentError`` where it cannot be read within its limits, ``BusyError`` while too many others are.
        """
        with self._turn(app_id):
            try:
                found, *_ = self._files.frames(Request(document=kind, cpu_s=self._cpu_s), BytesIO(data))
            except ChildEndedError as error:
                message = (
                    f"the document takes more than {self._cpu_s:g} s of processor time or too much memory to read; "
                    "split it, or fix its markup"
                )
                raise DocumentError(message, code="document.unreadable") from error
        if found.passages is None:
            fault = found.rejected.error if found.rejected else FormatError("the document cannot be read")
            raise DocumentError(fault.message, code=fault.reason)
        return found.passages

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


@cache
def document_reader() -> DocumentReader:
    """Return the reader of this process."""
    return DocumentReader(file_reader())
