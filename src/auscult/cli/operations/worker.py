"""``auscult worker``."""

from typing import Annotated

import typer

from auscult.cli.terminal import options
from auscult.config import Settings
from auscult.domain.errors import SettingsError

Check = Annotated[
    bool,
    typer.Option(
        "--check", help="Run none: exit with 1 if no worker of this host has sent a heartbeat for 45 seconds."
    ),
]

Loads = Annotated[
    bool,
    typer.Option(
        "--loads",
        help="Process loads and backfills alone, at the lowest priority. "
        "While one of these runs, other workers process what is live.",
    ),
]


def worker(*, check: Check = False, loads: Loads = False, database: options.Database = None) -> None:
    """Run a worker on a database that servers use: any number, on PostgreSQL also on other hosts.

    Prints one line when it is ready. SIGTERM and Ctrl-C end it cleanly; another worker continues what it had begun.
    """
    from auscult import bootstrap
    from auscult.workers.heartbeat import BULK

    if check:
        _check(options.settings_of_existing(database))
        return
    settings = options.settings_of(database)
    bootstrap.work(settings, lambda name: typer.echo(f"auscult worker {name} is ready"), kind=BULK if loads else "")


def _check(settings: Settings) -> None:
    """Exit with 1 without a living worker here. A database that is away says nothing of one: it outlives that."""
    from auscult import bootstrap
    from auscult.workers.heartbeat import WorkerName

    host = WorkerName.mine().host
    try:
        with bootstrap.open(settings, with_secrets=False) as application:
            beats = application.store.workers.beats_lately(host)
    except SettingsError as error:
        if error.reason != "database.unreachable":
            raise
        typer.echo(f"{error.message}: whether a worker runs is not known")
        return
    if not beats:
        typer.echo(f"error: no worker of {host} has sent a heartbeat for 45 seconds", err=True)
        raise typer.Exit(1)
