"""``auscult clients``: who may read an app's reports."""

from datetime import UTC, datetime
from typing import Annotated

import msgspec
import typer

from auscult.cli.terminal import options
from auscult.domain.errors import RequestError
from auscult.domain.people.permissions import SCOPES
from auscult.domain.tenancy import Client, new_client_id, new_client_secret

Scopes = Annotated[
    list[str],
    typer.Option("--scope", metavar="SCOPE", help="What it may do; say it once for each: " + ", ".join(SCOPES)),
]
Apps = Annotated[
    list[str], typer.Option("--app", metavar="ID", help="App it may read, made when new; say it once for each.")
]


def add(
    *,
    apps: Apps,
    scopes: Scopes,
    account: options.Account = None,
    org: options.Org = None,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Add a client, and print its id and secret, which are shown once."""
    from auscult import bootstrap

    for scope in scopes:
        if scope not in SCOPES:
            raise RequestError(
                f"no API asks for the scope {scope!r}; there is: {', '.join(SCOPES)}",
                code="scope.unknown",
                field="--scope",
                value=scope,
            )
    with bootstrap.open(options.settings_of(database)) as application:
        tenants = [options.tenant_of(application.store, account, org, app) for app in apps]
        accounts = {tenant.account_id for tenant in tenants}
        if len(accounts) > 1:
            raise RequestError(
                f"a client belongs to one account; these apps belong to {', '.join(sorted(accounts))}",
                code="client.accounts",
                field="--app",
            )
        client = Client(
            client_id=new_client_id(),
            secret=new_client_secret(),
            account_id=tenants[0].account_id,
            app_ids=frozenset(apps),
            scopes=frozenset(scopes),
            created_at=datetime.now(UTC),
        )
        application.store.clients.add(client)
    shown = {"client_id": client.client_id, "client_secret": client.secret}
    if as_json:
        typer.echo(msgspec.json.encode(shown))
        return
    typer.echo(f"client_id      {client.client_id}\nclient_secret  {client.secret}")
    typer.echo("Keep the secret: it is not shown again.", err=True)


def listing(*, database: options.Database = None, as_json: options.AsJson = False) -> None:
    """List the clients, revoked ones too; never a secret."""
    from auscult import bootstrap

    with bootstrap.open(options.settings_of_existing(database)) as application:
        clients = application.store.clients.listing()
    for client in clients:
        if as_json:
            shown = msgspec.to_builtins(client)
            del shown["secret"]
            typer.echo(
                msgspec.json.encode(shown | {"app_ids": sorted(client.app_ids), "scopes": sorted(client.scopes)})
            )
            continue
        state = f"revoked {client.revoked_at:%Y-%m-%d}" if client.revoked_at else f"since {client.created_at:%Y-%m-%d}"
        wire = "" if client.wire == "off" else f"  wire {client.wire}"
        typer.echo(f"{client.client_id}  {state}  {client.account_id}: {', '.join(sorted(client.app_ids))}{wire}")
        typer.echo(f"    {', '.join(sorted(client.scopes))}")


def revoke(
    client_id: Annotated[str, typer.Argument(metavar="CLIENT_ID", help="The client's id, as cs-...")],
    *,
    database: options.Database = None,
) -> None:
    """Revoke a client: its tokens are refused from now on."""
    from auscult import bootstrap

    with bootstrap.open(options.settings_of_existing(database)) as application:
        application.store.clients.revoke(client_id)
    typer.echo(f"{client_id} is revoked")
