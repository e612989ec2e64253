"""``auscult keys``."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from auscult.cli.terminal import options
from auscult.cli.terminal.progress import progress

ToFile = Annotated[
    Path | None,
    typer.Option(
        "--to-file", metavar="FILE", help="File for the new key, made when new. Needed if AUSCULT_SECRET_KEY is set."
    ),
]


def rotate(*, to_file: ToFile = None, database: options.Database = None, as_json: options.AsJson = False) -> None:
    """Replace the key of the database: encrypt every secret with a new one.

    Stop servers and workers first. A rotation that was interrupted continues when the command is run again.
    """
    from auscult import bootstrap

    settings = options.settings_of_existing(database)
    with bootstrap.open(settings, with_secrets=False):
        pass  # migrated
    with progress("secrets encrypted") as report:
        done = bootstrap.rotate_key(settings, to_file, report)
    if as_json:
        typer.echo(msgspec.json.encode({"changed": done.changed, "key_file": str(done.key_file)}))
        return
    typer.echo(f"{done.changed} secrets encrypted with the new key in {done.key_file}")
    if to_file is not None:
        typer.echo(f"Set AUSCULT_SECRET_KEY_FILE={to_file} before servers and workers start.", err=True)
