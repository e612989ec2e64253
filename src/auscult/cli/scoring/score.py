"""``auscult score``."""

import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from auscult.cli.terminal import options
from auscult.cli.terminal.progress import progress
from auscult.config import Settings

if TYPE_CHECKING:
    from auscult.domain.definitions.taxonomy import Taxonomy
    from auscult.domain.form import Form
    from auscult.formats import Given
    from auscult.services.scoring.engine_calls.answer_cache import Memory


def _must_be_there(files: list[Path]) -> list[Path]:
    return [file for file in files if file.is_dir() or options.must_be_files([file])]


Files = Annotated[
    list[Path],
    typer.Argument(
        metavar="FILE",
        callback=_must_be_there,
        help="Files of conversations, recognised by content; - reads stdin. Or shards: a folder, or Parquet files.",
    ),
]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="Write there and not to stdout. For shards, a folder.")
]
Part = Annotated[
    str | None,
    typer.Option("--shard", metavar="I/N", help="Of the shards, only the I-th of every N: 1/4 to 4/4; 0/4 is 4/4."),
]

Dask = Annotated[
    str | None,
    typer.Option(
        "--dask",
        metavar="ADDRESS",
        help="Score shards on the cluster of this Dask scheduler, as tcp://host:8786; its machines share the folders.",
    ),
]


def score(
    files: Files,
    *,
    form: options.Forms = None,
    tables: options.Tables = None,
    taxonomy: options.Taxonomies = None,
    shape: Annotated[str | None, typer.Option("--format", metavar="NAME", help="The format; else by content.")] = None,
    agent: options.AgentOfFiles = None,
    queue: options.QueueOfFiles = None,
    channel: options.ChannelOfFiles = None,
    language: options.LanguageOfFiles = None,
    started_at: options.StartedAt = None,
    time_zone: options.ZoneOfFiles = None,
    date_order: options.DateOrder = None,
    decimal: options.Decimal = None,
    columns: options.Columns = None,
    sides: options.Sides = None,
    out: Out = None,
    shard: Part = None,
    dask: Dask = None,
) -> None:
    """Score conversations without a database: a line of NDJSON for each, with verdicts and evidence.

    Shards are the Parquet and NDJSON files of a folder. Each is scored into a file of the same name in the folder --out,
    written whole or not at all; the same command again skips finished shards.

    Of several forms each conversation is scored with the one that is for its queue, channel, direction and language;
    two forms for the same conversations are refused. One that no form is for is listed without a score.
    What cannot be read goes, with its reason, to a rejects file, and the exit status is then 1. So it is where a judge
    cannot answer; such a conversation is listed as waiting, with the reason.
    """
    from auscult.cli.definitions.forms import forms_of
    from auscult.cli.definitions.taxonomy import taxonomies_of
    from auscult.cli.scoring.shards import are_shards, digest_of, part_of, score_shards
    from auscult.services.scoring.engine_calls.answer_cache import Memory

    values = (agent, queue, channel, language, started_at, time_zone, date_order, decimal)
    asked = options.given_of(shape, values, columns, sides)
    settings = options.settings_of(None, tables_dir=None if tables is None else str(tables))
    given, kept = (forms_of(form), taxonomies_of(taxonomy or [])), Memory()
    if dask is not None or are_shards(files, out, shard):
        by = (*given, digest_of(form, taxonomy or [], tables))
        failed = score_shards(settings, (files, _folder(out), part_of(shard)), by, kept, dask)
    elif out is not None and out.is_dir():
        raise typer.BadParameter(f"{out} is a folder; name a file, or score shards", param_hint="--out")
    else:
        failed = _score_files(settings, (files, asked), given, (out, kept))
    if kept.used.calls:
        typer.echo(f"the judge took {kept.used}", err=True)
    if failed:
        raise typer.Exit(1)


def _score_files(
    settings: Settings,
    given_files: "tuple[list[Path], Given]",
    by: "tuple[tuple[Form, ...], tuple[Taxonomy, ...]]",
    to: "tuple[Path | None, Memory]",
) -> bool:
    """Return whether a judge left something unanswered."""
    from auscult.bootstrap.scoring import scoring
    from auscult.cli.terminal.input_files import reading

    (forms, taxonomies), (out, kept), (files, asked) = by, to, given_files
    with (
        reading(settings, files) as given,
        _opened(out) as sink,
        progress("scored") as report,
        scoring(settings, forms, kept, taxonomies) as scored,
    ):
        done = 0
        for lines in scored(given.conversations(files, asked)):
            sink.write(lines)
            done += lines.count(b"\n")
            report(done, None)
    if kept.waiting:
        typer.echo(
            f"error: {kept.waiting} not scored: what they ask could not be answered; their lines say why", err=True
        )
    return kept.waiting > 0


def _folder(out: Path | None) -> Path:
    if out is None or out.is_file():
        raise typer.BadParameter("results of shards are files; name a folder", param_hint="--out")
    return out


def _opened(out: Path | None) -> AbstractContextManager[BinaryIO]:
    return nullcontext(sys.stdout.buffer) if out is None else out.open("wb")
