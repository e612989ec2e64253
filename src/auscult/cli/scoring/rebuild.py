"""``auscult rebuild``."""

from typing import Annotated

import typer

from auscult.cli.terminal import options
from auscult.cli.terminal.progress import progress


def rebuild(
    *,
    analyze: Annotated[
        bool, typer.Option("--analyze", help="Analyse what never was: conversations of before there was analysis.")
    ] = False,
    database: options.Database = None,
) -> None:
    """Render every row of every report again, and its tallies; evaluations stay as they are.

    Rows are disposable: this is for after an upgrade that shows more, or when `verify` finds a difference.
    """
    from auscult import bootstrap

    with bootstrap.open(options.settings_of_existing(database)) as application, progress("rendered") as report:
        count = application.rebuild(report, analyze=analyze)
    typer.echo(f"{count} rendered")
