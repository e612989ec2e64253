"""Conversations from files for the commands that need no database; what is refused is named, and kept in a file."""

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from auscult.config import Settings

if TYPE_CHECKING:
    from auscult.domain.conversation import Conversation
    from auscult.formats import Given, Limits, Rejected
    from auscult.services.scoring.intake.read import RejectsWriter

NAMED = 10
"""Refused documents that are named on stderr; all of them stand in the rejects file."""


class Input:
    """Input of one command: what is read, and how much of it was refused."""

    def __init__(self, settings: Settings, rejects: "RejectsWriter") -> None:
        """Read within the limits of the settings."""
        self.limits = limits_of(settings)
        self._rejects = rejects

    def conversations(self, files: Iterable[Path], given: "Given | None" = None) -> Iterator["Conversation"]:
        """Yield the conversations of files, in order; report a refused document as ``file:line: field: reason``."""
        from auscult.formats import Rejected
        from auscult.services.scoring.intake.read import read_file
        from auscult.storage.privacy.codes import without_codes

        for file in files:
            for document in read_file(file, "", self.limits, given):
                if isinstance(document, Rejected):
                    self._refuse(file, document)
                else:
                    yield without_codes(document).conversation

    def _refuse(self, file: Path, rejected: "Rejected") -> None:
        from auscult.domain.privacy.quotations import redact_quotations
        from auscult.storage.privacy.codes import document_without_codes

        file = file / rejected.file if rejected.file else file
        self._rejects.add(rejected, str(file))
        if self._rejects.count <= NAMED:
            error = rejected.error
            location = f"{file}:{error.line}" if error.line is not None else str(file)
            field = f"{error.field}: " if error.field else ""
            typer.echo(f"{location}: {field}{redact_quotations(error.message, document_without_codes)}", err=True)


@contextmanager
def reading(settings: Settings, files: Sequence[Path]) -> Generator[Input]:
    """Read files for a command; it ends with status 1 if anything was refused."""
    from auscult.services.scoring.intake.read import RejectsWriter, rejects_path

    with RejectsWriter(rejects_path(files[0] if files else "")) as rejects:
        yield Input(settings, rejects)
    if rejects.count:
        typer.echo(f"error: {rejects.count} rejected, with reasons, in {rejects.path}", err=True)
        raise typer.Exit(1)


def limits_of(settings: Settings) -> "Limits":
    """Return the size limits of input."""
    from auscult.formats import Limits

    return Limits(turn_bytes=settings.turn_bytes, turns=settings.turns, document_bytes=settings.document_bytes)
