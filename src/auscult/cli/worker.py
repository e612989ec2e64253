"""``auscult worker``."""

import typer

from auscult.cli import _options


def worker(*, database: _options.Database = None) -> None:
    """Work beside the servers of a database: any number, on PostgreSQL also on other hosts.

    Prints one line when it is ready. SIGTERM and Ctrl-C end it cleanly; what it had begun is taken up by another.
    """
    from auscult import bootstrap

    settings = _options.settings_of(database)
    bootstrap.work(settings, lambda name: typer.echo(f"auscult worker {name} is ready"))
