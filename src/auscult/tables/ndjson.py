"""NDJSON: the rows as the report has them, a line each."""

from collections.abc import Sequence
from typing import BinaryIO, ClassVar

from auscult.tables._contract import Columns


class Ndjson:
    """Nothing is lost and nothing is added."""

    name: ClassVar[str] = "ndjson"
    suffix: ClassVar[str] = ".ndjson"

    def check(self) -> None:
        """Do nothing: it needs no library."""

    def open(self, stream: BinaryIO, columns: Columns) -> "Lines":
        """Begin a file; columns do not matter to it."""
        del columns
        return Lines(stream)


class Lines:
    """A file of lines."""

    def __init__(self, stream: BinaryIO) -> None:
        """Write to ``stream``."""
        self._stream = stream

    def write(self, rows: Sequence[bytes]) -> None:
        """Add rows."""
        if rows:
            self._stream.write(b"\n".join(rows) + b"\n")

    def close(self) -> None:
        """Nothing is kept back."""
