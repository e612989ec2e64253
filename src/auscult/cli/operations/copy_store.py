"""``auscult copy`` and ``auscult migrate``."""

from typing import Annotated

import msgspec
import typer
from msgspec.structs import replace

from auscult.cli.terminal import options
from auscult.cli.terminal.progress import progress
from auscult.config import Settings
from auscult.domain.errors import RequestError


def copy(
    *,
    source: Annotated[str, typer.Option("--from", metavar="URL", help="The database to copy.")],
    target: Annotated[str, typer.Option("--to", metavar="URL", help="An empty database, or one that a copy began in.")],
    as_json: options.AsJson = False,
) -> None:
    """Copy a whole database into another, as from SQLite to PostgreSQL, and compare every row.

    Stop servers and workers first: rows written meanwhile are not copied, and are reported at the end. The same command
    continues an interrupted copy. Exit status 1 where a table differs.
    """
    from auscult import bootstrap

    with progress("rows copied and compared") as report:
        tables = bootstrap.copy(options.settings_of_existing(source, "--from"), options.settings_of(target), report)
    different = [each for each in tables if not each.is_equal]
    if as_json:
        typer.echo(msgspec.json.encode(tables))
    else:
        rows = sum(each.rows_there for each in tables)
        typer.echo(f"{rows} rows in {len(tables)} tables copied; {len(tables) - len(different)} tables are equal")
    for each in different:
        fault = f"error: {each.table} has {each.rows} rows here and {each.rows_there} there, and they differ"
        typer.echo(f"{fault}; was it written to? Copy into an empty database again", err=True)
    if different:
        raise typer.Exit(1)


Plan = Annotated[bool, typer.Option("--plan", help="List the migrations that would run, and change nothing.")]


Back = Annotated[bool, typer.Option("--back", help="Undo the last migration, for the version before this one.")]


def migrate(
    *, plan: Plan = False, back: Back = False, database: options.Database = None, as_json: options.AsJson = False
) -> None:
    """Make a database, or bring an older one's tables up to date; other commands do the same when they open it.

    With AUSCULT_MIGRATE=never only this command does. Before --back, stop servers and workers and make a backup:
    what the undone migration has added is lost.
    """
    from auscult import bootstrap

    if plan and back:
        raise RequestError("--plan and --back exclude each other; give one of them", field="--back")
    if back:
        existing = options.settings_of_existing(database)
        version = bootstrap.step_back(existing)
        kind = existing.database_url.partition(":")[0]
        shown = {"database": kind, "version": version}
        typer.echo(msgspec.json.encode(shown) if as_json else f"{kind}: tables of version {version}")
        return

    settings = options.settings_of(database)
    if plan:
        _show_plan(settings, as_json=as_json)
        return
    with bootstrap.open(replace(settings, migrate="auto"), with_secrets=False) as application:
        kind = application.settings.database_url.partition(":")[0]
    typer.echo(msgspec.json.encode({"database": kind, "state": "up to date"}) if as_json else f"{kind}: up to date")


def _show_plan(settings: Settings, *, as_json: bool) -> None:
    """Print what a migration would do; of a file that does not exist, without making it."""
    from auscult import bootstrap

    found = bootstrap.plan_migrations(settings)
    if as_json:
        pending = [each._asdict() for each in found.pending]
        typer.echo(msgspec.json.encode({"current": found.current, "newest": found.newest, "pending": pending}))
        return
    typer.echo(f"tables now: {found.current or 'none'}; this auscult: {found.newest}")
    for each in found.pending:
        typer.echo(f"{each.revision}  {each.summary}")
    if not found.pending:
        typer.echo("up to date: nothing to run")
