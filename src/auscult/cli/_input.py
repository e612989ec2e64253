"""Conversations from files for the commands that need no database; what is refused is named, and kept in a file."""

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import typer

from auscult.config import Settings
from auscult.domain.conversation import Conversation
from auscult.formats import Limits, Rejected
from auscult.pipeline.read import RejectsWriter, read_file, rejects_path

NAMED = 10
"""Refused documents that are named on stderr; all of them stand in the rejects file."""


class Input:
    """What is read for one command, and how much of it was refused."""

    def __init__(self, settings: Settings, rejects: RejectsWriter) -> None:
        """Read within the limits of the settings."""
        self.limits = limits_of(settings)
        self._rejects = rejects

    def conversations(self, files: Iterable[Path]) -> Iterator[Conversation]:
        """The conversations of files, in order; a refused document is told as ``file:line: field: reason``."""
        for file in files:
            for document in read_file(file, "", self.limits):
                if isinstance(document, Rejected):
                    self._refuse(file, document)
                else:
                    yield document

    def _refuse(self, file: Path, rejected: Rejected) -> None:
        self._rejects.add(rejected, str(file))
        if self._rejects.count <= NAMED:
            error = rejected.error
            place = f"{file}:{error.line}" if error.line is not None else str(file)
            field = f"{error.field}: " if error.field else ""
            typer.echo(f"{place}: {field}{error.message}", err=True)


@contextmanager
def reading(settings: Settings, files: Sequence[Path]) -> Generator[Input]:
    """Read files for a command; it ends with status 1 if anything was refused."""
    with RejectsWriter(rejects_path(files[0] if files else "")) as rejects:
        yield Input(settings, rejects)
    if rejects.count:
        typer.echo(f"error: {rejects.count} rejected, with reasons, in {rejects.path}", err=True)
        raise typer.Exit(1)


def limits_of(settings: Settings) -> Limits:
    """How large input may be."""
    return Limits(turn_bytes=settings.turn_bytes, turns=settings.turns, document_bytes=settings.document_bytes)
