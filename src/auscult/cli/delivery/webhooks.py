"""``auscult webhooks``: the webhooks of an app, and the outcomes of their deliveries."""

from typing import Annotated

import msgspec
import typer

from auscult.cli.terminal import options


def listing(
    *,
    app: options.KnownApp,
    deliveries: Annotated[
        int, typer.Option(metavar="N", min=0, max=1_000, help="Print the last N attempts of each as well.")
    ] = 0,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """List the webhooks of an app: address, changes that they receive, position in the feed, and failures."""
    from auscult import bootstrap

    with bootstrap.open(options.settings_of_existing(database), with_secrets=False) as application:
        store = application.store.within(options.known_tenant(application.store, app))
        for each in store.webhooks.listing():
            tries = store.webhooks.deliveries(each.id, deliveries) if deliveries else []
            if as_json:
                row = {
                    "id": each.id,
                    "url": each.url,
                    "kinds": sorted(each.kinds),
                    "position": each.position,
                    "format": each.format,
                }
                row |= {"failures": each.failures, "is_disabled": each.is_disabled, "deliveries": tries}
                typer.echo(msgspec.json.encode(row))
                continue
            state = "disabled" if each.is_disabled else f"{each.failures} failures" if each.failures else "ok"
            typer.echo(f"{each.id}  {each.url}  {', '.join(sorted(each.kinds))}  at change {each.position}  {state}")
            for one in tries:
                result = one.error if one.status is None else str(one.status)
                typer.echo(f"    {one.at:%Y-%m-%d %H:%M:%S}  change {one.number}  {one.conversation_id}  {result}")
