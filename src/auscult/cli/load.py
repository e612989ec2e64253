"""``auscult load``."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
import typer

from auscult.cli import _hints, _options
from auscult.cli._progress import progress


def load(
    files: _options.Files,
    *,
    app: _options.App,
    account: _options.Account = None,
    org: _options.Org = None,
    database: _options.Database = None,
    no_wait: Annotated[
        bool, typer.Option("--no-wait", help="End when all is accepted; a server or worker scores it.")
    ] = False,
    as_json: _options.AsJson = False,
) -> None:
    """Load conversations and wait until their scores are readable.

    Formats are told by content: native JSON and NDJSON (plain, .gz, .zst), vCon.
    What was loaded before adds nothing; a line that cannot be read goes, with its reason, to a rejects file,
    and the exit status is then 1. So it is when conversations wait for a judge that cannot answer: they stay accepted.
    """
    from auscult import bootstrap

    with bootstrap.open(_options.settings_of(database)) as application, progress("readable") as tell:
        tenant = _options.tenant_of(application.store, account, org, app)
        counts = application.load(tenant, files, wait=not no_wait, progress=tell)
        application.store.settle()
        _tell(counts, as_json=as_json)
        _hints.after_loading(application.store.within(tenant), counts["not_evaluated"])
    if counts["rejected"] or counts["failed"] or counts["waiting"]:
        raise typer.Exit(1)


def _tell(counts: dict[str, Any], *, as_json: bool) -> None:
    used = counts["judge"]
    if as_json:
        typer.echo(msgspec.json.encode(counts | {"judge": used and used.told()}))
    else:
        typer.echo(sentence(counts))
        if used:
            typer.echo(f"the judge took {used}")
    if counts["rejected"]:
        typer.echo(f"error: {counts['rejected']} rejected, with reasons, in {counts['rejects']}", err=True)
    if counts["failed"]:
        typer.echo(f"error: {counts['failed']} could not be scored; `auscult doctor` says why", err=True)
    if counts["waiting"]:
        told = "wait for the judge; `auscult doctor` says why, and a server or worker tries them again"
        typer.echo(f"error: {counts['waiting']} {told}", err=True)


def sentence(counts: Mapping[str, Any]) -> str:
    """``76 loaded, 74 scored, 2 below threshold, 0 rejected``; what is seldom is named only where it happened."""
    seldom = ("unchanged", "duration_unavailable", "not_evaluated", "failed", "waiting")
    names = ("scored", "below_threshold", *seldom, "rejected")
    told = [f"{counts[name]} {name.replace('_', ' ')}" for name in names if name not in seldom or counts[name]]
    return ", ".join([f"{counts['accepted']} loaded", *told])
