"""``auscult score``."""

import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from auscult.cli import _options
from auscult.cli._progress import progress


def score(
    files: _options.Files,
    *,
    form: _options.Form = Path("starter"),
    tables: Annotated[
        Path | None,
        typer.Option(
            "--tables",
            metavar="FOLDER",
            exists=True,
            file_okay=False,
            help="Tables that metrics look values up in: plans.csv is the table plans.",
        ),
    ] = None,
    taxonomy: Annotated[
        list[Path] | None,
        typer.Option(
            "--taxonomy",
            metavar="FILE",
            help="Sort conversations by this taxonomy; the word starter takes the one that comes along. May be said again.",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", dir_okay=False, help="Write there and not to stdout.")
    ] = None,
) -> None:
    """Score conversations without a database: a line of NDJSON for each, with verdicts and evidence.

    A conversation that the form is not for (its channel, queue or direction) is listed without a score.
    What cannot be read goes, with its reason, to a rejects file, and the exit status is then 1. So it is where a judge
    cannot answer; such a conversation is listed as waiting, with the reason.
    """
    from auscult import bootstrap
    from auscult.cli._input import reading
    from auscult.cli.forms import forms_of
    from auscult.cli.taxonomy import taxonomies_of
    from auscult.pipeline.memory import Memory

    settings = _options.settings_of(None, tables_dir=None if tables is None else str(tables))
    forms, taxonomies = forms_of(form), taxonomies_of(taxonomy or [])
    kept = Memory()
    with reading(settings, files) as given, _opened(out) as sink, progress("scored") as tell:
        done = 0
        for lines in bootstrap.score(settings, given.conversations(files), forms, kept, taxonomies):
            sink.write(lines)
            done += lines.count(b"\n")
            tell(done, None)
    if kept.used.calls:
        typer.echo(f"the judge took {kept.used}", err=True)
    if kept.waiting:
        typer.echo(
            f"error: {kept.waiting} not scored: what they ask could not be answered; their lines say why", err=True
        )
        raise typer.Exit(1)


def _opened(out: Path | None) -> AbstractContextManager[BinaryIO]:
    return nullcontext(sys.stdout.buffer) if out is None else out.open("wb")
