"""``auscult connectors``: runs and back-fills."""

from datetime import datetime
from typing import Annotated

import msgspec
import typer

from auscult.cli.connectors.connectors import Name, opened
from auscult.cli.terminal import options
from auscult.domain.connectors.run import Order, Run
from auscult.domain.errors import sent

DryRun = Annotated[bool, typer.Option("--dry-run", help="Read and map everything, store nothing, and count.")]
NoWait = Annotated[bool, typer.Option("--no-wait", help="End when all is accepted; a server or worker scores it.")]
Written = "2026-03-01 or 2026-03-01T08:00:00Z"
Since = Annotated[
    datetime | None,
    typer.Option(
        "--since", metavar="TIME", parser=options.instant, help=f"Items written at this time or later: {Written}."
    ),
]
Until = Annotated[
    datetime | None,
    typer.Option("--until", metavar="TIME", parser=options.instant, help="Items written before this time."),
]


def run(
    name: Name,
    *,
    app: options.KnownApp,
    dry_run: DryRun = False,
    no_wait: NoWait = False,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Run a connector now: read what is new, each item once. Exits with 1 where it failed, refused or postponed any."""
    _run(name, app, database, Order(kind="manual"), is_dry=dry_run, wait=not no_wait, as_json=as_json)


def backfill(
    name: Name,
    *,
    app: options.KnownApp,
    since: Since = None,
    until: Until = None,
    prefix: Annotated[str, typer.Option("--prefix", metavar="KEY", help="Only keys that begin so.")] = "",
    again: Annotated[
        bool, typer.Option("--again", help="Include what was read before, as after a new mapping.")
    ] = False,
    dry_run: DryRun = False,
    no_wait: NoWait = False,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Read a range of older items once, regardless of `since` in the document. Run it again to continue after an interruption."""
    order = Order(kind="backfill", since=since, until=until, prefix=prefix, is_repeated=again)
    _run(name, app, database, order, is_dry=dry_run, wait=not no_wait, as_json=as_json)


def _run(name: str, app: str, database: str | None, order: Order, *, is_dry: bool, wait: bool, as_json: bool) -> None:
    from auscult import bootstrap

    if is_dry:
        with opened(database, app) as service:
            found = service.check(name, order, is_whole=True)
        counts = msgspec.to_builtins(found.counts)
        if as_json:
            typer.echo(msgspec.json.encode(found, enc_hook=sent))
        else:
            typer.echo(", ".join(f"{count} {each}" for each, count in counts.items() if count) or "nothing to read")
        if found.access != "ok":
            typer.echo(f"error: {found.access}", err=True)
            raise typer.Exit(1)
        return
    with bootstrap.open(options.settings_of_existing(database)) as application:
        done = application.run_connector(options.known_tenant(application.store, app), name, order, wait=wait)
    _show(done, as_json=as_json)
    if done.error or done.counts.refused or done.counts.postponed:
        raise typer.Exit(1)


def _show(one: Run, *, as_json: bool) -> None:
    if as_json:
        typer.echo(msgspec.json.encode(one, enc_hook=sent))
        return
    counts = ", ".join(f"{count} {each}" for each, count in msgspec.to_builtins(one.counts).items() if count)
    typer.echo(
        f"run {one.number}  {one.started_at:%Y-%m-%d %H:%M:%S}  {one.order.kind}{' (dry)' if one.order.is_dry else ''}  {one.state}  {counts}".rstrip()
    )
    for note in one.notes:
        kind = "found" if one.order.is_dry else "" if note.startswith("replaced ") else "drift"
        typer.echo(f"  {kind}: {note}" if kind else f"  {note}")
    for each in one.postponed:
        typer.echo(f"  postponed: {each}")
    if one.error:
        typer.echo(f"  error: {one.error}", err=True)
