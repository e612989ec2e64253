"""``auscult clients``: who may read an app's reports."""

from typing import Annotated

import msgspec
import typer

from auscult.cli.terminal import options
from auscult.domain.people.permissions import SCOPES

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
    from auscult.cli.terminal.principal import principal
    from auscult.services.operations.clients import add_client, check_scopes

    check_scopes(frozenset(scopes))  # before a new database is made
    with bootstrap.open(options.settings_of(database)) as application:
        tenants = [options.tenant_of(application.store, account, org, app) for app in apps]
        client = add_client(application.store, tenants, frozenset(scopes), principal())
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
    from auscult.cli.terminal.principal import principal
    from auscult.services.operations.clients import revoke_client

    with bootstrap.open(options.settings_of_existing(database)) as application:
        revoke_client(application.store, client_id, principal())
    typer.echo(f"{client_id} is revoked")
