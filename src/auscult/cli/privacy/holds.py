"""``auscult holds``: legal holds, which win over retention and erasure."""

from typing import Annotated

import msgspec
import typer

from auscult.cli.privacy.listing import print_done
from auscult.cli.terminal import options
from auscult.cli.terminal.principal import principal
from auscult.domain.errors import RequestError
from auscult.domain.privacy.retention import HOLD_KINDS

Kind = Annotated[str, typer.Option("--kind", metavar="|".join(HOLD_KINDS), help="What the hold is on.")]
Value = Annotated[
    str, typer.Option("--value", metavar="ID", help="Its id; of a period 2026-01-01/2026-03-31 (days, UTC).")
]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why.")]
Number = Annotated[int, typer.Argument(metavar="NUMBER", help="The hold's number.")]
All = Annotated[bool, typer.Option("--all", help="Lifted ones too.")]


def place(
    *,
    app: options.KnownApp,
    kind: Kind,
    value: Value,
    reason: Reason,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Place a hold: what it names is not erased until it is lifted."""
    from auscult import bootstrap
    from auscult.services.privacy.holds import place_hold

    if kind not in HOLD_KINDS:
        available = ", ".join(HOLD_KINDS)
        raise RequestError(
            f"unknown kind {kind!r}; available: {available}", code="hold.kind", field="--kind", value=kind
        )
    with bootstrap.open(options.settings_of_existing(database)) as application:
        store = application.store.within(options.known_tenant(application.store, app))
        hold = place_hold(store, principal(), kind, value, reason)
    typer.echo(msgspec.json.encode({"hold": hold}) if as_json else f"hold {hold} placed on {kind} {value}")


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


def listing(
    *, app: options.KnownApp, is_all: All = False, database: options.Database = None, as_json: options.AsJson = False
) -> None:
    """List holds."""
    from auscult import bootstrap

    with bootstrap.open(options.settings_of_existing(database)) as application:
        found = application.store.within(options.known_tenant(application.store, app)).retention.holds(is_all=is_all)
    for hold in found:
        lifted = f", lifted by {hold.lifted_by}" if hold.lifted_by else ""
        plain = f"{hold.number}  {hold.kind} {hold.value}  {hold.reason}  placed by {hold.placed_by}{lifted}"
        typer.echo(msgspec.json.encode(hold).decode() if as_json else plain)
