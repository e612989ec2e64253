"""``auscult tables``: values that by_value metrics hold what was said against."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from auscult.cli.terminal import options
from auscult.cli.terminal.options import must_be_files
from auscult.domain.errors import NotFoundError, counted

if TYPE_CHECKING:
    from auscult.domain.definitions.definition import Definition
    from auscult.storage import AppStore

Tables = Annotated[
    list[Path],
    typer.Argument(
        metavar="FILE",
        callback=must_be_files,
        help="CSV with a line of column names, or a JSON array of objects; plans.csv becomes the table plans.",
    ),
]
Name = Annotated[str, typer.Argument(metavar="NAME", help="A table, as list shows it.")]


def apply(
    files: Tables,
    *,
    app: options.App,
    account: options.Account = None,
    org: options.Org = None,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Publish tables for an app; an existing one gets a new version, for conversations that come later.

    All of them are checked first: when one cannot be read, none is published.
    """
    from auscult.domain.definitions.lookup_table import checked

    documents = {file.stem: checked(file.stem, file.read_bytes()) for file in files}
    with options.named_app(database, account, org, app) as its:
        definitions = its.definitions
        for name, document in documents.items():
            _print_table(definitions.publish("table", name, document), as_json=as_json)


def listing(*, app: options.KnownApp, database: options.Database = None, as_json: options.AsJson = False) -> None:
    """List the tables of an app, by name."""
    with options.known_app(database, app) as its:
        for one in its.definitions.in_force("table"):
            _print_table(one, as_json=as_json)


def show(name: Name, *, app: options.KnownApp, database: options.Database = None) -> None:
    """Print a table as it was given."""
    with options.known_app(database, app) as its:
        typer.echo(_found(its, name).document, nl=False)


def remove(name: Name, *, app: options.KnownApp, database: options.Database = None) -> None:
    """Remove a table. Metrics that look something up in it are not evaluated from then on, with that reason."""
    with options.known_app(database, app) as its:
        _found(its, name)
        its.definitions.remove("table", name)
        typer.echo(f"{name}: removed")


def _found(app: "AppStore", name: str) -> "Definition":
    """Return a table in force. Raises ``NotFoundError``."""
    found = app.definitions.get("table", name)
    if found is None or found.removed_at is not None:
        raise NotFoundError(f"there is no table {name} in this app", code="table.unknown", field="name", value=name)
    return found


def _print_table(table: "Definition", *, as_json: bool) -> None:
    from auscult.domain.definitions.lookup_table import read_table

    read = read_table(table.document)
    if as_json:
        row = {"name": table.name, "version": table.version, "columns": read.columns, "rows": len(read.rows)}
        typer.echo(msgspec.json.encode(row))
    else:
        rows = counted(len(read.rows), "row")
        typer.echo(f"{table.name}: version {table.version}, {rows} of {', '.join(read.columns)}")
