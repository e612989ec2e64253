"""``auscult export``."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from auscult.cli.terminal import options
from auscult.cli.terminal.principal import principal
from auscult.cli.terminal.progress import progress
from auscult.domain.errors import RequestError, counted

if TYPE_CHECKING:
    from auscult.services.delivery.day_files import Day
    from auscult.storage.delivery.export_folders import ExportFolder
    from auscult.storage.store import AppStore

ReportOrTable = Annotated[
    str,
    typer.Argument(
        metavar="WHAT",
        help="A table: conversations, verdicts, evidence, insights, calls, audits, comments, notices, examples, corrections, "
        "pins or collections. "
        "Or a report: scorereporting, rawdata, account_rawdata, calldetails or aaconversation.",
    ),
]


def export(
    what: ReportOrTable,
    *,
    app: options.KnownApp,
    since: Annotated[
        datetime | None,
        typer.Option(
            "--since", metavar="TIME", parser=options.instant, help="From this time or day on. A report needs it."
        ),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option(
            "--until", metavar="TIME", parser=options.instant, help="Up to this time or day. A report needs it."
        ),
    ] = None,
    out: Annotated[
        str,
        typer.Option(
            "--out",
            metavar="PLACE",
            help="Where WHAT/date=YYYY-MM-DD/ is made: a folder, or s3://bucket/prefix, gs://..., az://...",
        ),
    ],
    form: Annotated[str, typer.Option("--format", metavar="KIND", help="parquet, ndjson or csv.")] = "parquet",
    again: Annotated[bool, typer.Option("--anew", help="Write every day again, changed or not.")] = False,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Export a table or a whole report from the database into files, one per day (UTC, or of the app's time zone for tables).

    Memory does not grow with the range. The same command again continues where it was interrupted, and rewrites days
    that have changed: of a table any, of a report those whose number of rows has changed.
    """
    from auscult.storage.delivery.export_folders import open_folder

    _check(what, form, since, until)
    rows = files = 0
    folder = open_folder(out)
    with options.known_app(database, app, with_secrets=False) as store, progress("exported") as report:
        for day in _days(store, what, form, folder, (since, until), is_forced=again):
            rows += day.rows
            files += day.is_new
            report(rows, None)
            if as_json:
                typer.echo(msgspec.json.encode(day))
    if not as_json:
        written = f"{counted(rows, 'row')} in {folder.shown(what)}; {counted(files, 'file')} written"
        typer.echo(f"{written}, the others are unchanged")


def _days(
    app: "AppStore",
    what: str,
    form: str,
    folder: "ExportFolder",
    between: tuple[datetime | None, datetime | None],
    *,
    is_forced: bool,
) -> "Iterator[Day]":
    from auscult.reports import REPORTS
    from auscult.services.delivery.export import Export, TableExport
    from auscult.services.privacy.log import record_export
    from auscult.tables import TABLES

    since, until = between
    record_export(app, principal(), f"table:{what}", format=form)
    if what in REPORTS and since and until:
        return Export(app, REPORTS[what], TABLES[form], folder).days(since, until, is_forced=is_forced)
    return TableExport(app, what, TABLES[form], folder).days(since, until, is_forced=is_forced)


def _check(what: str, form: str, since: datetime | None, until: datetime | None) -> None:
    """Raise ``RequestError`` for an unknown table, report, format or range, ``EngineError`` where a library is missing."""
    from auscult.reports import REPORTS
    from auscult.services.delivery.tables import KINDS
    from auscult.tables import TABLES

    if what not in REPORTS and what not in KINDS:
        known = ", ".join((*KINDS, *REPORTS))
        raise RequestError(f"unknown table or report {what!r}; available: {known}", code="report.unknown", field="WHAT")
    if form not in TABLES:
        raise RequestError(
            f"unknown format {form!r}; available: {', '.join(TABLES)}", code="tables.unknown", field="--format"
        )
    TABLES[form].check()
    if what in REPORTS and (since is None or until is None):
        raise RequestError(f"the report {what} needs --since and --until", code="range.missing", field="--since")
    if since and until and until <= since:
        raise RequestError("--until is not after --since", code="range.reversed", field="--until", value=str(until))
