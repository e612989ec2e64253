"""``auscult worker``."""

import typer

from auscult.cli.terminal import options


def worker(*, database: options.Database = None) -> None:
    """Run a worker on a database that servers use: any number, on PostgreSQL also on other hosts.

    Prints one line when it is ready. SIGTERM and Ctrl-C end it cleanly; another worker continues what it had begun.
    """
    from auscult import bootstrap

    settings = options.settings_of(database)
    bootstrap.work(settings, lambda name: typer.echo(f"auscult worker {name} is ready"))
