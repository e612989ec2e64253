"""Report on its way into a file, with the place to continue from in a second file."""

import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

import msgspec
from msgspec import Struct

from auscult.client.exporting import Page, Place
from auscult.domain.errors import ConflictError


class ExportRequest(Struct, frozen=True, kw_only=True):
    """Request that a file answers."""

    url: str
    report: str
    account: str
    app: str
    since: datetime
    until: datetime


class Checkpoint(Struct, frozen=True, kw_only=True):
    """Checkpoint: this number of bytes of the file are the rows before ``place``."""

    asked: ExportRequest
    place: Place
    length: int


class Saved:
    """An NDJSON file that grows by whole pages. Killed at any moment, it goes on after the last page that was kept."""

    def __init__(self, stream: IO[bytes], checkpoint: Path, kept: Checkpoint | None) -> None:
        """Made by ``saving``."""
        self.place = kept.place if kept else None
        self._stream = stream
        self._checkpoint = checkpoint
        self._encode = msgspec.json.Encoder().encode_lines

    def keep(self, page: Page, asked: ExportRequest) -> None:
        """Write a page, then where the next one begins: in this order, so that nothing is missed."""
        self._stream.write(self._encode(page.rows))
        self._stream.flush()
        os.fsync(self._stream.fileno())
        kept = Checkpoint(asked=asked, place=page.place, length=self._stream.tell())
        new = self._checkpoint.with_name(self._checkpoint.name + ".new")
        new.write_bytes(msgspec.json.encode(kept))
        new.replace(self._checkpoint)

    def save(self, pages: Iterator[Page], asked: ExportRequest) -> Iterator[int]:
        """Write all pages; after each, how many rows it had. At the end the checkpoint goes."""
        for page in pages:
            self.keep(page, asked)
            yield len(page.rows)
        self._checkpoint.unlink(missing_ok=True)


@contextmanager
def saving(path: Path, asked: ExportRequest) -> Generator[Saved, None, None]:
    """Open the file where it was interrupted, if there is a checkpoint, else from the beginning.

    Raises ``ConflictError`` where the checkpoint is that of another request, or cannot be read.
    """
    checkpoint = path.with_name(path.name + ".pull")
    kept = _read(checkpoint, asked) if checkpoint.exists() and path.exists() else None
    with path.open("r+b" if kept else "wb") as stream:
        if kept:
            stream.truncate(kept.length)
            stream.seek(kept.length)
        yield Saved(stream, checkpoint, kept)


def _read(checkpoint: Path, asked: ExportRequest) -> Checkpoint:
    try:
        kept = msgspec.json.decode(checkpoint.read_bytes(), type=Checkpoint)
    except msgspec.DecodeError as error:
        raise ConflictError(
            f"{checkpoint} cannot be read ({error}): remove it to begin anew", code="checkpoint.unreadable"
        ) from error
    if kept.asked != asked:
        other = kept.asked
        raise ConflictError(
            f"{checkpoint} belongs to another pull ({other.report} of {other.app} from {other.url}, "
            f"{other.since:%Y-%m-%d} to {other.until:%Y-%m-%d}): remove it to begin anew",
            code="checkpoint.other",
        )
    return kept
