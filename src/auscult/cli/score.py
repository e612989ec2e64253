"""``auscult score``."""

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

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
    What cannot be read is named on stderr, and the exit status is then 1.
    """
    from auscult import bootstrap
    from auscult.cli._input import Input
    from auscult.cli.forms import forms_of

    settings = _options.settings_of(None)
    given = Input(settings)
    forms = forms_of(form)
    with nullcontext(sys.stdout.buffer) if out is None else out.open("wb") as sink, progress("scored") as tell:
        done = 0
        for lines in bootstrap.score(settings, given.conversations(files), forms):
            sink.write(lines)
            done += lines.count(b"\n")
            tell(done, None)
    given.end()
