"""``auscult retention``: how long conversations are kept."""

from typing import Annotated

import typer

from auscult.cli.privacy.listing import print_receipt
from auscult.cli.terminal import options
from auscult.cli.terminal.principal import principal
from auscult.domain.errors import counted
from auscult.domain.privacy.retention import EVERY_QUEUE, KEPT

Queue = Annotated[
    str, typer.Option("--queue", metavar="ID", help="Only conversations of this queue. Default: all others.")
]
Days = Annotated[
    int,
    typer.Option(
        "--days", metavar="N", min=0, max=36_500, help="Days that they are kept after their start; 0 removes the rule."
    ),
]

Kind = Annotated[
    str,
    typer.Option(
        "--kind",
        metavar="|".join(KEPT),
        help="What is kept: the conversation with all made of it, or only its transcript, recording or result.",
    ),
]


def change(
    *,
    app: options.KnownApp,
    days: Days,
    queue: Queue = EVERY_QUEUE,
    kind: Kind = "conversation",
    database: options.Database = None,
) -> None:
    """Set how long conversations or parts of them are kept. Workers erase hourly what is due; preview it first."""
    from auscult.services.privacy.rules import change_rule

    with options.known_app(database, app) as store:
        change_rule(store, principal(), queue, kind, days or None)
    rule = f"kept {counted(days, 'day')}" if days else "no rule"
    typer.echo(f"{app}, queue {queue}, {kind}: {rule}")


def run(*, app: options.KnownApp, database: options.Database = None, as_json: options.AsJson = False) -> None:
    """Erase what is due, and print the receipt."""
    from auscult import bootstrap

    with bootstrap.open(options.settings_of_existing(database)) as application:
        erasing = bootstrap.privacy.erasing(application.store, options.known_tenant(application.store, app))
        receipt = erasing.run("retention", erasing.due(), principal())
        bootstrap.privacy.keep_erased(application.settings, application.store)
    print_receipt(receipt, as_json=as_json)


def resume(*, database: options.Database = None) -> None:
    """Let erasures go on after a restore, in every app. Compare the holds first: those placed since the backup may be missing."""
    from auscult import bootstrap

    with bootstrap.open(options.settings_of_existing(database)) as application:
        did_wait = bootstrap.privacy.resume_erasures(application.store, principal())
    typer.echo("erasures go on" if did_wait else "erasures do not wait")
