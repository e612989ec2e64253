"""``auscult export``."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from auscult.cli import _options
from auscult.cli._progress import progress
from auscult.domain.errors import RequestError


def export(
    report: Annotated[
        str,
        typer.Argument(
            metavar="REPORT", help="scorereporting, rawdata, account_rawdata, calldetails or aaconversation."
        ),
    ],
    *,
    app: _options.KnownApp,
    since: Annotated[
        datetime, typer.Option("--since", metavar="TIME", parser=_options.instant, help="From this time or day on.")
    ],
    until: Annotated[
        datetime, typer.Option("--until", metavar="TIME", parser=_options.instant, help="Up to this time or day.")
    ],
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Where REPORT/date=YYYY-MM-DD/ is made.")],
    form: Annotated[str, typer.Option("--format", metavar="KIND", help="parquet, ndjson or csv.")] = "parquet",
    anew: Annotated[bool, typer.Option("--anew", help="Write days again that were exported before.")] = False,
    database: _options.Database = None,
    as_json: _options.AsJson = False,
) -> None:
    """Export a whole report from the database into files, one for each day.

    Memory does not grow with the range. The same command again goes on where it was cut off, and writes days again
    whose number of rows has changed.
    """
    from auscult import bootstrap
    from auscult.pipeline.export import Export
    from auscult.reports import REPORTS
    from auscult.tables import TABLES

    if report not in REPORTS:
        raise RequestError(
            f"there is no {report}; there is: {', '.join(REPORTS)}", code="report.unknown", field="REPORT"
        )
    if form not in TABLES:
        raise RequestError(
            f"there is no {form}; there is: {', '.join(TABLES)}", code="tables.unknown", field="--format"
        )
    if until <= since:
        raise RequestError("--until is not after --since", code="range.reversed", field="--until", value=str(until))
    rows = files = kept = 0
    settings = _options.settings_of_existing(database)
    with bootstrap.open(settings, with_secrets=False) as application, progress("exported") as tell:
        tenant = _options.known_tenant(application.store, app)
        exporting = Export(application.store.within(tenant), REPORTS[report], TABLES[form], out)
        for day in exporting.days(since, until, is_anew=anew):
            rows += day.rows
            files += day.is_new
            kept += not day.is_new
            tell(rows, None)
            if as_json:
                typer.echo(msgspec.json.encode(day))
    if not as_json:
        typer.echo(f"{rows} rows in {out / report}: {files} files written, {kept} as they were")
