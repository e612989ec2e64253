"""``auscult pull``."""

import sys
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from auscult.cli.delivery import moving
from auscult.cli.terminal import options, remote
from auscult.cli.terminal.progress import progress
from auscult.domain.errors import RequestError, counted

if TYPE_CHECKING:
    from auscult.client import Access, Client, ExportRequest

CONVERSATIONS = "conversations"
ALL = "all five reports"


def pull(
    report: Annotated[
        str | None,
        typer.Argument(
            metavar="WHAT",
            help="scorereporting, rawdata, account_rawdata, calldetails or aaconversation, "
            "or conversations: native documents from our own API, as `auscult load` takes them.",
        ),
    ] = None,
    *,
    url: Annotated[
        str, typer.Option("--url", "--host", metavar="URL", help="The server, as https://host: ours or the vendor's.")
    ],
    client_id: remote.ClientId,
    client_secret: remote.ClientSecret = None,
    account: remote.Account,
    app: remote.App,
    org: remote.Org = "",
    since: Annotated[
        datetime, typer.Option("--since", metavar="TIME", parser=options.instant, help="From this time or day on.")
    ],
    until: Annotated[
        datetime, typer.Option("--until", metavar="TIME", parser=options.instant, help="Up to this time or day.")
    ],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write NDJSON to FILE, not to stdout; resumable.")
    ] = None,
    from_vendor: moving.FromVendor = False,
    channel: moving.Channels = None,
    without: moving.Without = None,
) -> None:
    """Pull a whole report over any range of time, as NDJSON; or, with --from-vendor, conversations to load here.

    Handles pages, ranges longer than a week, rate limits and lost connections. With --out, the progress is kept next
    to the file: after an interruption the same command goes on, and writes no row twice.
    """
    from auscult.client import ExportRequest

    if (report is None) is not from_vendor:
        raise RequestError("name one thing to pull, or give --from-vendor", code="report.unknown", field="WHAT")
    if until <= since:
        raise RequestError("--until is not after --since", code="range.reversed", field="--until", value=str(until))
    access = remote.access(client_id, client_secret, account, app, org)
    url = url if "://" in url else f"https://{url}"
    asked = ExportRequest(url=url, report=report or ALL, account=account, app=app, since=since, until=until)
    with progress("pulled") as advance:
        rows = 0
        moved = moving.move(access, asked, out, channel or (), without or (), _note)
        for count in moved if from_vendor else _pulled(access, asked, out):
            rows += count
            advance(rows, None)
    _note(f"{counted(rows, 'row')} of {asked.report}")


def _pulled(access: "Access", asked: "ExportRequest", out: Path | None) -> Iterator[int]:
    """Pull to where it shall go; now and then, how many rows more are there."""
    from auscult.client import Client

    with Client(asked.url, access, notify=_note) as client:
        yield from _written(client, asked, out)


def _written(client: "Client", asked: "ExportRequest", out: Path | None) -> Iterator[int]:
    from auscult.client import saving
    from auscult.client.wire import report_named

    if asked.report == CONVERSATIONS:
        with nullcontext(sys.stdout.buffer) if out is None else out.open("wb") as stream:
            for document in client.conversations(asked.since, asked.until):
                stream.write(msgspec.json.encode(document) + b"\n")
                yield 1
    elif out is None:
        for page in client.pages(asked.report, asked.since, asked.until):
            sys.stdout.buffer.write(msgspec.json.Encoder().encode_lines(page.rows))
            yield len(page.rows)
    else:
        report_named(asked.report).range(asked.since, asked.until)  # before there is a file
        with saving(out, asked) as saved:
            yield from saved.save(client.pages(asked.report, asked.since, asked.until, saved.place), asked)


def _note(line: str) -> None:
    typer.echo(line, err=True)
