"""``auscult verify``."""

from typing import Annotated

import typer

from auscult.cli import _options
from auscult.cli._progress import progress


def verify(
    *,
    repair: Annotated[
        bool, typer.Option("--repair", help="Mend what does not agree: rows, tallies, statuses, work that was lost.")
    ] = False,
    database: _options.Database = None,
) -> None:
    """Recount tallies, rows and jobs; exit 0 only when all agree, or do after a repair.

    A repair works from what is never thrown away, conversations and evaluations. What it puts back to work is done
    by the next server or worker.
    """
    from auscult import bootstrap

    with bootstrap.open(_options.settings_of_existing(database), with_secrets=False) as application:
        differences = application.verify()
        if differences and repair:
            found = len(differences)
            with progress("rendered") as tell:
                differences = application.repair(tell)
            typer.echo(f"{found} differences found, {len(differences)} left", err=True)
    if differences:
        typer.echo("\n".join(differences))
        typer.echo(f"error: {len(differences)} differences; `auscult verify --repair` mends them", err=True)
        raise typer.Exit(1)
    typer.echo("tallies, rows and jobs agree")
