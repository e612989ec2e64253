"""``auscult approvals``: steps that wait for a second person."""

from typing import Annotated

import typer

from auscult.cli.privacy.listing import print_approval, print_done
from auscult.cli.terminal import options
from auscult.cli.terminal.principal import principal

Number = Annotated[int, typer.Argument(metavar="NUMBER", help="The approval's number.")]


def listing(*, app: options.KnownApp, database: options.Database = None, as_json: options.AsJson = False) -> None:
    """List the steps that wait for a second person or did, the newest first."""
    from auscult import bootstrap

    with bootstrap.open(options.settings_of_existing(database)) as application:
        found = application.store.within(options.known_tenant(application.store, app)).approvals.listing()
    for each in found:
        print_approval(each, as_json=as_json)


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


def refuse(
    number: Number, *, app: options.KnownApp, database: options.Database = None, as_json: options.AsJson = False
) -> None:
    """Refuse a pending step."""
    from auscult import bootstrap

    with bootstrap.open(options.settings_of_existing(database)) as application:
        tenant = options.known_tenant(application.store, app)
        refused = bootstrap.privacy.approvals(application.store, tenant, principal()).refuse(number)
    print_approval(refused, as_json=as_json)
