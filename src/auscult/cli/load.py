"""``auscult load``."""

from collections.abc import Mapping
from typing import Annotated

import msgspec
import typer

from auscult.cli import _options
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
    and the exit status is then 1.
    """
    from auscult import bootstrap

    with bootstrap.open(_options.settings_of(database)) as application, progress("readable") as tell:
        tenant = _options.tenant_of(application.store, account, org, app)
        counts = application.load(tenant, files, wait=not no_wait, progress=tell)
    typer.echo(msgspec.json.encode(counts) if as_json else sentence(counts))
    if counts["rejected"]:
        typer.echo(f"error: {counts['rejected']} rejected, with reasons, in {counts['rejects']}", err=True)
    if counts["failed"]:
        typer.echo(f"error: {counts['failed']} could not be scored; `auscult doctor` says why", err=True)
    if counts["rejected"] or counts["failed"]:
        raise typer.Exit(1)


def sentence(counts: Mapping[str, int]) -> str:
    """``76 loaded, 74 scored, 2 below threshold, 0 rejected``; what is seldom is named only where it happened."""
    seldom = ("unchanged", "duration_unavailable", "not_evaluated", "failed")
    names = ("scored", "below_threshold", *seldom, "rejected")
    told = [f"{counts[name]} {name.replace('_', ' ')}" for name in names if name not in seldom or counts[name]]
    return ", ".join([f"{counts['accepted']} loaded", *told])
