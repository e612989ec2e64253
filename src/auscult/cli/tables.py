"""``auscult tables``: values that by_value metrics hold what was said against."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from auscult.cli import _options
from auscult.cli._options import must_be_files
from auscult.domain.errors import NotFoundError

if TYPE_CHECKING:
    from auscult.pipeline.definition_ports import Definition

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
    app: _options.App,
    account: _options.Account = None,
    org: _options.Org = None,
    database: _options.Database = None,
    as_json: _options.AsJson = False,
) -> None:
    """Give an app tables; one of the same name is followed by a new version, for conversations that come later.

    All of them are looked at first: when one cannot be read, none is taken.
    """
    from auscult import bootstrap
    from auscult.pipeline.lookup_tables import checked

    documents = {file.stem: checked(file.stem, file.read_bytes()) for file in files}
    with bootstrap.open(_options.settings_of(database)) as application:
        tenant = _options.tenant_of(application.store, account, org, app)
        definitions = application.store.within(tenant).definitions
        for name, document in documents.items():
            _tell(definitions.publish("table", name, document), as_json=as_json)


def listing(*, app: _options.KnownApp, database: _options.Database = None, as_json: _options.AsJson = False) -> None:
    """List the tables of an app, by name."""
    from auscult import bootstrap

    with bootstrap.open(_options.settings_of(database)) as application:
        tenant = _options.known_tenant(application.store, app)
        for one in application.store.within(tenant).definitions.in_force("table"):
            _tell(one, as_json=as_json)


def show(name: Name, *, app: _options.KnownApp, database: _options.Database = None) -> None:
    """Print a table as it was given."""
    from auscult import bootstrap

    with bootstrap.open(_options.settings_of(database)) as application:
        tenant = _options.known_tenant(application.store, app)
        found = application.store.within(tenant).definitions.get("table", name)
        if found is None or found.removed_at is not None:
            raise _unknown(name)
        typer.echo(found.document, nl=False)


def remove(name: Name, *, app: _options.KnownApp, database: _options.Database = None) -> None:
    """Take a table away. Metrics that look something up in it are then answered by nobody, and say so."""
    from auscult import bootstrap

    with bootstrap.open(_options.settings_of(database)) as application:
        tenant = _options.known_tenant(application.store, app)
        definitions = application.store.within(tenant).definitions
        found = definitions.get("table", name)
        if found is None or found.removed_at is not None:
            raise _unknown(name)
        definitions.remove("table", name)
        typer.echo(f"{name}: removed")


def _unknown(name: str) -> NotFoundError:
    return NotFoundError(f"there is no table {name} in this app", code="table.unknown", field="name", value=name)


def _tell(table: "Definition", *, as_json: bool) -> None:
    from auscult.domain.lookup_table import read_table

    read = read_table(table.document)
    if as_json:
        told = {"name": table.name, "version": table.version, "columns": read.columns, "rows": len(read.rows)}
        typer.echo(msgspec.json.encode(told))
    else:
        typer.echo(f"{table.name}: version {table.version}, {len(read.rows)} rows of {', '.join(read.columns)}")
