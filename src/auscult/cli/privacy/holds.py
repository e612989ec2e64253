"""``auscult holds``: legal holds, which win over retention and erasure."""

from typing import Annotated

import typer

from auscult.cli.privacy.listing import print_done
from auscult.cli.terminal import options
from auscult.cli.terminal.principal import principal

Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why.")]
Number = Annotated[int, typer.Argument(metavar="NUMBER", help="The hold's number.")]


def lift(number: Number, *, app: options.KnownApp, reason: Reason, database: options.Database = None) -> None:
    """Lift a hold. Where the app asks two people, it waits for `auscult approvals approve`."""
    from auscult import bootstrap

    with bootstrap.open(options.settings_of_existing(database)) as application:
        tenant = options.known_tenant(application.store, app)
        done = bootstrap.privacy.approvals(application.store, tenant, principal()).lift(number, reason)
    if done.approval is not None:
        print_done(done, as_json=False)
        return
    typer.echo(f"hold {number} lifted")
