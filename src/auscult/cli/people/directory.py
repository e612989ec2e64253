"""``auscult agents``, ``auscult teams`` and ``auscult queues``: the directory of an app."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from auscult.cli.terminal import options
from auscult.cli.terminal.principal import as_operator
from auscult.domain.errors import RequestError, counted

if TYPE_CHECKING:
    from auscult.services.people.directory_import import Noun

File = Annotated[
    Path, typer.Argument(metavar="FILE.csv", help="A CSV with a header, UTF-8: docs/how-to/manage-people.md.")
]
Id = Annotated[str, typer.Argument(metavar="ID", help="The id.")]


def import_agents(
    file: File,
    *,
    app: options.App,
    account: options.Account = None,
    org: options.Org = None,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Import agents: columns agent_id, name, emails, hired_on."""
    _import("agents", file, (account, org, app), database, as_json=as_json)


def import_teams(
    file: File,
    *,
    app: options.App,
    account: options.Account = None,
    org: options.Org = None,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Import teams and memberships: columns team_id, name, lead, agent_id, since, until.

    An agent is in one team at a time: a membership that starts ends the open one elsewhere.
    """
    _import("teams", file, (account, org, app), database, as_json=as_json)


def import_queues(
    file: File,
    *,
    app: options.App,
    account: options.Account = None,
    org: options.Org = None,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Import queues and memberships: columns queue_id, name, agent_id, since, until. A new name renames the queue."""
    _import("queues", file, (account, org, app), database, as_json=as_json)


def _import(
    noun: "Noun",
    file: Path,
    named: tuple[str | None, str | None, str],
    database: str | None,
    *,
    as_json: bool,
) -> None:
    from datetime import UTC, datetime

    from auscult.services.directory.naming import Naming
    from auscult.services.people.directory_import import import_directory

    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise RequestError(
            f"{file} is not UTF-8: byte {error.start}", code="import.invalid", field="FILE.csv", value=str(file)
        ) from error
    account, org, app = named
    with options.named_app(database, account, org, app, with_secrets=False) as its:
        done = import_directory(its, Naming(its, lambda: datetime.now(UTC), as_operator()), noun, text)
    if as_json:
        typer.echo(msgspec.json.encode(done._asdict()))
        return
    entries, rows = counted(done.entries, noun[:-1]), counted(done.rows, "row")
    typer.echo(f"{entries} and {counted(done.memberships, 'membership')} from {rows}")
