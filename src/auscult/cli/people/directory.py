"""``auscult agents``, ``auscult teams`` and ``auscult queues``: the directory of an app."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from auscult.cli.terminal import options
from auscult.domain.errors import RequestError

if TYPE_CHECKING:
    from auscult.services.people.directory_import import Noun
    from auscult.storage import Store

File = Annotated[
    Path, typer.Argument(metavar="FILE.csv", help="A CSV with a header, UTF-8: docs/how-to/manage-people.md.")
]
Id = Annotated[str, typer.Argument(metavar="ID", help="The id.")]


def list_agents(*, app: options.KnownApp, database: options.Database = None, as_json: options.AsJson = False) -> None:
    """List agents: those that conversations name, and those that were imported."""
    _print(database, app, _agents, as_json=as_json)


def show_agent(
    agent_id: Id, *, app: options.KnownApp, database: options.Database = None, as_json: options.AsJson = False
) -> None:
    """Show one agent with teams and queues, former ones too."""
    _print(database, app, _agents, agent_id, as_json=as_json)


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


def list_teams(*, app: options.KnownApp, database: options.Database = None, as_json: options.AsJson = False) -> None:
    """List teams with their members."""
    _print(database, app, _teams, as_json=as_json)


def show_team(
    team_id: Id, *, app: options.KnownApp, database: options.Database = None, as_json: options.AsJson = False
) -> None:
    """Show one team with its members, former ones too."""
    _print(database, app, _teams, team_id, as_json=as_json)


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


def list_queues(*, app: options.KnownApp, database: options.Database = None, as_json: options.AsJson = False) -> None:
    """List queues: those that conversations name, and those that were imported."""
    _print(database, app, _queues, as_json=as_json)


def show_queue(
    queue_id: Id, *, app: options.KnownApp, database: options.Database = None, as_json: options.AsJson = False
) -> None:
    """Show one queue with its members, former ones too."""
    _print(database, app, _queues, queue_id, as_json=as_json)


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


_Read = Callable[["Store", str, str | None], Sequence[tuple[str, Any]]]


def _print(database: str | None, app: str, read: _Read, wanted: str | None = None, *, as_json: bool) -> None:
    from auscult import bootstrap

    with bootstrap.open(options.settings_of_existing(database), with_secrets=False) as application:
        for line, view in read(application.store, app, wanted):
            typer.echo(msgspec.json.encode(view) if as_json else line)


def _agents(store: "Store", app: str, wanted: str | None) -> Sequence[tuple[str, Any]]:
    from auscult.services.people.views import agent_view

    tenant = options.known_tenant(store, app)
    directory = store.within(tenant).people.directory
    users = {agent: user.email for user in store.people.users.listing(tenant.account_id) for agent in user.agent_ids}
    memberships = directory.memberships()
    found = directory.agents() if wanted is None else [directory.agent(wanted)]
    views = [agent_view(each, memberships, users.get(each.agent_id)) for each in found]
    return [(f"{each.agent_id}  {each.name or '-'}  {_groups(each.memberships)}".rstrip(), each) for each in views]


def _teams(store: "Store", app: str, wanted: str | None) -> Sequence[tuple[str, Any]]:
    from auscult.services.people.views import team_view

    directory = store.within(options.known_tenant(store, app)).people.directory
    memberships = directory.memberships("team")
    found = directory.teams() if wanted is None else [directory.team(wanted)]
    views = [team_view(each, memberships) for each in found]
    return [(f"{each.team_id}  {each.name}  {each.lead or '-'}  {_members(each.members)}", each) for each in views]


def _queues(store: "Store", app: str, wanted: str | None) -> Sequence[tuple[str, Any]]:
    from auscult.services.people.views import queue_view

    directory = store.within(options.known_tenant(store, app)).people.directory
    memberships = directory.memberships("queue")
    found = directory.queues() if wanted is None else [directory.queue(wanted)]
    views = [queue_view(each, memberships) for each in found]
    gone = {True: "  removed", False: ""}
    return [
        (f"{each.queue_id}  {each.name or '-'}  {_members(each.members)}{gone[each.is_gone]}", each) for each in views
    ]


def _groups(stays: Sequence[Any]) -> str:
    return ", ".join(f"{each.kind} {each.id}{_times(each)}" for each in stays)


def _members(stays: Sequence[Any]) -> str:
    return ", ".join(f"{each.agent_id}{_times(each)}" for each in stays) or "no members"


def _times(stay: Any) -> str:  # noqa: ANN401  (of two kinds of views)
    since = f" from {stay.since:%Y-%m-%d}" if stay.since else ""
    until = f" until {stay.until:%Y-%m-%d}" if stay.until else ""
    return since + until


def _import(
    noun: "Noun",
    file: Path,
    named: tuple[str | None, str | None, str],
    database: str | None,
    *,
    as_json: bool,
) -> None:
    from datetime import UTC, datetime

    from auscult import bootstrap
    from auscult.domain.people.principal import operator
    from auscult.services.directory.naming import Naming
    from auscult.services.people.directory_import import import_directory

    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise RequestError(
            f"{file} is not UTF-8: byte {error.start}", code="import.invalid", field="FILE.csv", value=str(file)
        ) from error
    account, org, app = named
    with bootstrap.open(options.settings_of(database), with_secrets=False) as application:
        tenant = options.tenant_of(application.store, account, org, app)
        its = application.store.within(tenant)
        done = import_directory(its, Naming(its, lambda: datetime.now(UTC), operator()), noun, text)
    if as_json:
        typer.echo(msgspec.json.encode(done._asdict()))
        return
    typer.echo(f"{done.entries} {noun} and {done.memberships} memberships from {done.rows} rows")
