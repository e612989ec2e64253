"""``auscult copy`` and ``auscult migrate``."""

from typing import Annotated

import msgspec
import typer

from auscult.cli import _options
from auscult.cli._progress import progress


def copy(
    *,
    source: Annotated[str, typer.Option("--from", metavar="URL", help="The database to copy.")],
    target: Annotated[str, typer.Option("--to", metavar="URL", help="An empty database, or one that a copy began in.")],
    as_json: _options.AsJson = False,
) -> None:
    """Copy a whole database into another, as from SQLite to PostgreSQL, and compare every row.

    Stop servers and workers first: what is written meanwhile is not copied, and is told at the end. A copy that was cut
    off goes on when the same command is given again. Exit status 1 where a table differs.
    """
    from auscult import bootstrap

    with progress("rows copied and compared") as tell:
        tables = bootstrap.copy(_options.settings_of_existing(source, "--from"), _options.settings_of(target), tell)
    different = [each for each in tables if not each.is_equal]
    if as_json:
        typer.echo(msgspec.json.encode(tables))
    else:
        rows = sum(each.rows_there for each in tables)
        typer.echo(f"{rows} rows in {len(tables)} tables copied; {len(tables) - len(different)} tables are equal")
    for each in different:
        told = f"error: {each.table} has {each.rows} rows here and {each.rows_there} there, and they differ"
        typer.echo(f"{told}; was it written to? Copy into an empty database again", err=True)
    if different:
        raise typer.Exit(1)


def migrate(*, database: _options.Database = None) -> None:
    """Make a database, or bring an older one's tables up to date; other commands do the same when they open it."""
    from auscult import bootstrap

    with bootstrap.open(_options.settings_of(database), with_secrets=False) as application:
        typer.echo(f"{application.settings.database_url.partition(':')[0]}: up to date")
