"""``auscult approvals``: steps that wait for a second person."""

from typing import Annotated

import typer

from auscult.cli.privacy.listing import print_done
from auscult.cli.terminal import options
from auscult.cli.terminal.principal import principal

Number = Annotated[int, typer.Argument(metavar="NUMBER", help="The approval's number.")]


def approve(
    number: Number, *, app: options.KnownApp, database: options.Database = None, as_json: options.AsJson = False
) -> None:
    """Approve a step that another person asked for, and run it."""
    from auscult import bootstrap

    with bootstrap.open(options.settings_of_existing(database)) as application:
        tenant = options.known_tenant(application.store, app)
        done = bootstrap.privacy.approvals(application.store, tenant, principal()).approve(number)
        bootstrap.privacy.keep_erased(application.settings, application.store)
    print_done(done, as_json=as_json)
