"""Conversations from files for the commands that need no database: what is refused is named on stderr."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import typer

from auscult.config import Settings
from auscult.domain.conversation import Conversation
from auscult.formats import Limits, Rejected
from auscult.pipeline.read import read_file


class Input:
    """What is read for one command, and how much of it was refused."""

    def __init__(self, settings: Settings) -> None:
        """Read within the limits of the settings."""
        self.limits = Limits(
            turn_bytes=settings.turn_bytes, turns=settings.turns, document_bytes=settings.document_bytes
        )
        self.refused = 0

    def conversations(self, files: Iterable[Path]) -> Iterator[Conversation]:
        """The conversations of files, in order; a refused document is told as ``file:line: field: reason``."""
        for file in files:
            for document in read_file(file, "", self.limits):
                if isinstance(document, Rejected):
                    self._tell(file, document)
                else:
                    yield document

    def end(self) -> None:
        """End the command with status 1 if anything was refused."""
        if self.refused:
            typer.echo(f"error: {self.refused} rejected", err=True)
            raise typer.Exit(1)

    def _tell(self, file: Path, rejected: Rejected) -> None:
        self.refused += 1
        error = rejected.error
        place = f"{file}:{error.line}" if error.line is not None else str(file)
        field = f"{error.field}: " if error.field else ""
        typer.echo(f"{place}: {field}{error.message}", err=True)
