"""``auscult users``: the people who sign in, and what they may do."""

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from auscult.cli.terminal import options
from auscult.domain.errors import RequestError, unknown
from auscult.domain.people.roles import ADMINISTRATOR, BUILT_IN

if TYPE_CHECKING:
    from auscult.domain.people.users import User
    from auscult.domain.tenancy import Tenant
    from auscult.services.people.users import Access, Users
    from auscult.services.people.views import GrantView
    from auscult.storage import Store

Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The user's e-mail address, or user id.")]
Name = Annotated[str, typer.Option("--name", metavar="NAME", help="The user's name.")]
Role = Annotated[
    str | None, typer.Option("--role", metavar="ROLE", help=f"One of: {', '.join(BUILT_IN)}; or a role of your own.")
]
Permission = Annotated[
    str | None, typer.Option("--permission", metavar="PERMISSION", help="A single permission instead of a role.")
]
Queues = Annotated[
    list[str] | None,
    typer.Option("--queue", metavar="NAME", help="Only conversations of this queue, by name or id; repeatable."),
]
Teams = Annotated[
    list[str] | None, typer.Option("--team", metavar="ID", help="Only conversations of this team; repeatable.")
]
Agents = Annotated[
    list[str] | None,
    typer.Option(
        "--agent",
        metavar="ID",
        help="Only conversations of this agent; repeatable. With the role agent: the agents that the user is.",
    ),
]
Assigned = Annotated[bool, typer.Option("--assigned", help="Only conversations whose audit is assigned to the user.")]
From = Annotated[
    datetime | None,
    typer.Option("--from", metavar="TIME", parser=options.instant, help="In force from this time on. Default: now."),
]
Until = Annotated[
    datetime | None, typer.Option("--until", metavar="TIME", parser=options.instant, help="In force until before it.")
]
MaybeApp = Annotated[str | None, typer.Option("--app", metavar="ID", help="The app, as st-...")]
PasswordStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from the first line of stdin.")
]


def add(
    email: Email,
    *,
    name: Name = "",
    role: Role = None,
    queues: Queues = None,
    teams: Teams = None,
    agents: Agents = None,
    assigned: Assigned = False,
    since: From = None,
    until: Until = None,
    password_stdin: PasswordStdin = False,
    account: options.Account = None,
    org: options.Org = None,
    app: MaybeApp = None,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Add a user with a role; an existing one gets the role in addition.

    Without --queue, --team, --agent or --assigned the role holds in the whole app.
    Without --app, the role administrator holds in every app of the account.
    """
    from auscult import bootstrap

    password = read_password() if password_stdin else None
    access = _access(role, None, queues, teams, agents, since, until, assigned=assigned)
    with bootstrap.open(options.settings_of(database), with_secrets=False) as application:
        store = application.store
        tenant = options.tenant_of(store, account, org, app) if app else None
        if tenant is None and (role not in (None, ADMINISTRATOR) or account is None):
            raise RequestError(
                "name the app with --app; only an administrator can be added to a whole account, by --account",
                code="app.required",
                field="--app",
            )
        users, account_id = operating(store), tenant.account_id if tenant else account or ""
        if role is not None:
            users.check(account_id, tenant, access)
        user = users.add(email, name, account_id, password)
        if role is not None:
            users.grant(user, tenant, access)
        _show(store, users.find(user.user_id), as_json=as_json)


def listing(*, app: MaybeApp = None, database: options.Database = None, as_json: options.AsJson = False) -> None:
    """List users with their grants in force; with --app, those who have or had grants in it."""
    with options.known_store(database) as store:
        tenant = options.known_tenant(store, app) if app else None
        for user in store.people.users.listing(tenant.account_id if tenant else None):
            grants = store.people.grants.of_user(user.user_id)
            if tenant is None or any(grant.covers(tenant.app_id) for grant in grants):
                _show(store, user, as_json=as_json)


def show(email: Email, *, database: options.Database = None, as_json: options.AsJson = False) -> None:
    """Show one user with all grants, ended ones too."""
    with options.known_store(database) as store:
        _show(store, operating(store).find(email), as_json=as_json, with_ended=True)


def grant(
    email: Email,
    *,
    app: MaybeApp = None,
    role: Role = None,
    permission: Permission = None,
    queues: Queues = None,
    teams: Teams = None,
    agents: Agents = None,
    assigned: Assigned = False,
    since: From = None,
    until: Until = None,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Grant a user a role or a permission in an app; without --app, in every app of the account."""
    access = _access(role, permission, queues, teams, agents, since, until, assigned=assigned)
    with options.known_store(database) as store:
        users = operating(store)
        user = users.find(email)
        users.grant(user, _tenant(store, user, app), access)
        _show(store, users.find(user.user_id), as_json=as_json)


def revoke(
    email: Email,
    *,
    app: MaybeApp = None,
    role: Role = None,
    grants: Annotated[
        list[str] | None, typer.Option("--grant", metavar="ID", help="Only this grant, as g-...; repeatable.")
    ] = None,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """End grants of a user: all, or those of a role, of an app, or by their ids. The history is kept."""
    with options.known_store(database) as store:
        users = operating(store)
        user = users.find(email)
        users.revoke(user, _tenant(store, user, app), role, grants or ())
        _show(store, user, as_json=as_json)


def disable(
    emails: Annotated[list[str], typer.Argument(metavar="EMAIL", help="E-mail addresses, or user ids.")],
    *,
    account: options.Account = None,
    org: options.Org = None,
    app: MaybeApp = None,
    database: options.Database = None,
) -> None:
    """Disable users: their next request is refused. --account, --org and --app must be theirs where given."""
    _set_states(emails, (account, org, app), database, is_active=False)


def enable(
    emails: Annotated[list[str], typer.Argument(metavar="EMAIL", help="E-mail addresses, or user ids.")],
    *,
    account: options.Account = None,
    org: options.Org = None,
    app: MaybeApp = None,
    database: options.Database = None,
) -> None:
    """Make disabled users active again."""
    _set_states(emails, (account, org, app), database, is_active=True)


def read_password() -> str:
    """Return the password in the first line of stdin."""
    return sys.stdin.readline().rstrip("\r\n")


def operating(store: "Store") -> "Users":
    """Return the service that adds and changes users on behalf of the operator."""
    from auscult.cli.terminal.principal import as_operator
    from auscult.services.people.users import Users

    return Users(store, as_operator())


def _access(  # noqa: PLR0917
    role: str | None,
    permission: str | None,
    queues: list[str] | None,
    teams: list[str] | None,
    agents: list[str] | None,
    since: datetime | None,
    until: datetime | None,
    *,
    assigned: bool,
) -> "Access":
    from auscult.domain.people.grants import Scope
    from auscult.services.people.users import Access

    return Access(
        role=role,
        permission=permission,
        queues=tuple(queues or ()),
        teams=tuple(teams or ()),
        agents=tuple(agents or ()),
        scope=Scope(kind="assigned") if assigned else None,
        since=since,
        until=until,
    )


def _tenant(store: "Store", user: "User", app: str | None) -> "Tenant | None":
    """Return the app of this id, which must be of the user's account; None where none is named."""
    if app is None:
        return None
    tenant = options.known_tenant(store, app)
    if tenant.account_id != user.account_id:
        raise unknown(
            "app",
            app,
            "the user's account {account_id} has no app {value!r}",
            field="--app",
            account_id=user.account_id,
        )
    return tenant


def _set_states(
    emails: list[str], named: tuple[str | None, str | None, str | None], database: str | None, *, is_active: bool
) -> None:
    account, org, app = named
    with options.known_store(database) as store:
        users = operating(store)
        tenant = options.known_tenant(store, app) if app else None
        found = [users.find(email) for email in emails]
        for user in found:
            accounts = {account or user.account_id, tenant.account_id if tenant else user.account_id, user.account_id}
            if len(accounts) > 1 or (tenant and org and tenant.org_id != org):
                raise unknown("user", user.email, "unknown user {value!r} in this account", field="user")
        for user in found:
            (users.enable if is_active else users.disable)(user)
            typer.echo(f"{user.email} is {'active' if is_active else 'disabled'}")


def _show(store: "Store", user: "User", *, as_json: bool, with_ended: bool = False) -> None:
    from auscult.services.people.views import user_view

    roles = store.people.roles.of(user.account_id)
    view = user_view(user, store.people.grants.of_user(user.user_id), datetime.now(UTC), roles)
    if as_json:
        typer.echo(msgspec.json.encode(view))
        return
    state = "" if user.state == "active" else f"  {user.state}"
    typer.echo(f"{user.email}  {user.name}  {user.account_id}{state}")
    for each in view.grants:
        if with_ended or each.state in ("in_force", "coming"):
            typer.echo(f"    {_line(each)}")


def _line(grant: "GrantView") -> str:
    scope = (
        "the whole app" if grant.scope.kind == "app" else f"{grant.scope.kind} {', '.join(grant.scope.names)}".strip()
    )
    times = f"from {grant.since:%Y-%m-%d}" + (f" until {grant.until:%Y-%m-%d}" if grant.until else "")
    if grant.revoked_at:
        times += f", revoked {grant.revoked_at:%Y-%m-%d} by {grant.revoked_by}"
    return f"{grant.grant_id}  {grant.role or grant.permission} in {grant.app_id or 'every app'}, {scope}, {times}"
