"""``auscult verify``."""

from pathlib import Path
from typing import Annotated

import typer

from auscult.cli.terminal import options
from auscult.cli.terminal.progress import progress
from auscult.domain.errors import counted

Log = Annotated[bool, typer.Option("--log", help="Check the access log instead: rows, order, gaps, seals.")]
Heads = Annotated[
    Path | None,
    typer.Option(
        "--heads",
        metavar="FILE",
        exists=True,
        dir_okay=False,
        help="With --log: the seals' heads as the second place has them. Default: AUSCULT_SEALS_TO where it is no URL of a webhook.",
    ),
]


def verify(
    *,
    repair: Annotated[
        bool, typer.Option("--repair", help="Mend what does not agree: rows, tallies, statuses, work that was lost.")
    ] = False,
    log: Log = False,
    heads: Heads = None,
    database: options.Database = None,
) -> None:
    """Recount tallies, rows and jobs, and compare results; exit 0 only when all agree, or do after a repair.

    Each row of a report is rendered again. Each evaluation, audit and published form is compared with its seal, a
    digest that only the secret key makes: one that was changed in the database is named, with what differs. Where all
    of them differ, the secret key is another one than that of the database.

    A repair works from what is never thrown away, conversations and evaluations. What it puts back to work is done
    by the next server or worker. What differs from its seal is not repaired; it comes back with a backup.
    """
    from auscult import bootstrap
    from auscult.storage.upkeep.altered import SEALED

    if log:
        _verify_log(database, heads)
        return
    with bootstrap.open(options.settings_of_existing(database)) as application:
        differences = application.verify()
        if differences and repair:
            found = len(differences)
            with progress("rendered") as report:
                differences = application.repair(report)
            typer.echo(f"{found} differences found, {len(differences)} left", err=True)
    if differences:
        typer.echo("\n".join(differences))
        altered = sum(SEALED in each for each in differences)
        advice = ["`auscult verify --repair` mends them"] if altered < len(differences) else []
        advice += [f"{altered} results differ from their seals: restore them from a backup"] if altered else []
        typer.echo(f"error: {counted(len(differences), 'difference')}; {'; '.join(advice)}", err=True)
        raise typer.Exit(1)
    typer.echo("tallies, rows and jobs agree")


def _verify_log(database: str | None, heads: Path | None) -> None:
    """Check the access log; exit 0 only when it is whole."""
    from auscult import bootstrap

    with bootstrap.open(options.settings_of_existing(database)) as application:
        faults = bootstrap.privacy.verify_log(application.settings, application.store, heads)
    if faults:
        typer.echo("\n".join(faults))
        typer.echo(f"error: the access log is not whole: {len(faults)} faults", err=True)
        raise typer.Exit(1)
    typer.echo("the access log is whole")
