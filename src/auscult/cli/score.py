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
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", dir_okay=False, help="Write there and not to stdout.")
    ] = None,
) -> None:
    """Score conversations without a database: a line of NDJSON for each, with verdicts and evidence.

    A conversation that the form is not for (its channel, queue or direction) is listed without a score.
    What cannot be read goes, with its reason, to a rejects file, and the exit status is then 1.
    """
    from auscult import bootstrap
    from auscult.cli._input import reading
    from auscult.cli.forms import forms_of

    settings = _options.settings_of(None)
    forms = forms_of(form)
    with reading(settings, files) as given, _opened(out) as sink, progress("scored") as tell:
        done = 0
        for lines in bootstrap.score(settings, given.conversations(files), forms):
            sink.write(lines)
            done += lines.count(b"\n")
            tell(done, None)


def _opened(out: Path | None) -> AbstractContextManager[BinaryIO]:
    return nullcontext(sys.stdout.buffer) if out is None else out.open("wb")
