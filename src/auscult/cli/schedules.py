"""``auscult schedules``: reports that are written again and again, and alerts."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast, get_args

import msgspec
import typer
from msgspec.structs import replace

from auscult.cli.terminal import options
from auscult.domain.schedules.schedule import AlertKind, Every, FileFormat, ReportKind, Run, Schedule

if TYPE_CHECKING:
    from auscult.services.schedules.scheduling import Scheduling

ScheduleId = Annotated[str, typer.Argument(metavar="SCHEDULE", help="The schedule's id, as sc-....")]
By = Annotated[str, typer.Option("--by", metavar="EMAIL", help="Whose schedule it is; it reads what they may see.")]


def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The schedule's name.")],
    *,
    app: options.KnownApp,
    kind: Annotated[str, typer.Option("--kind", metavar="KIND", help="A report or an alert, as agent_performance.")],
    by: By,
    every: Annotated[
        str, typer.Option("--every", metavar="STEP", help="demand, hour, day, week, month, year.")
    ] = "week",
    file_format: Annotated[str, typer.Option("--format", metavar="FORMAT", help="csv or xlsx.")] = "csv",
    form: Annotated[str, typer.Option("--form", metavar="ID", help="Only this form.")] = "",
    metric: Annotated[str, typer.Option("--metric", metavar="ID", help="The metric of an alert on limits.")] = "",
    view: Annotated[
        str, typer.Option("--view", metavar="NAME", help="A saved view of the list, for the kind view.")
    ] = "",
    days: Annotated[int, typer.Option("--days", metavar="N", help="Days that a report covers.")] = 7,
    hours: Annotated[int, typer.Option("--hours", metavar="N", help="Hours before a dispute's time ends.")] = 24,
    email: Annotated[list[str] | None, typer.Option("--email", metavar="EMAIL", help="Also by e-mail to.")] = None,
    webhook: Annotated[str, typer.Option("--webhook", metavar="URL", help="Also to this https address.")] = "",
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Store a schedule."""
    from datetime import UTC, datetime

    kinds = (*get_args(ReportKind), *get_args(AlertKind))
    for given, known in ((kind, kinds), (every, get_args(Every)), (file_format, get_args(FileFormat))):
        if given not in known:
            raise typer.BadParameter(f"invalid value {given!r}; choose one of: {', '.join(known)}")
    wanted = Schedule(
        schedule_id="",
        name=name,
        kind=cast("ReportKind | AlertKind", kind),
        every=cast("Every", every),
        format=cast("FileFormat", file_format),
        form_id=form,
        metric_id=metric,
        days=days,
        hours=hours,
        emails=tuple(email or ()),
        webhook_url=webhook,
        created_by=by,
        created_at=datetime.now(UTC),
    )
    with _scheduling(database, app) as service:
        _show(service.create(replace(wanted, view_id=service.view_id(view, by)), by), as_json=as_json)


def listing(*, app: options.KnownApp, database: options.Database = None, as_json: options.AsJson = False) -> None:
    """List schedules in order of creation."""
    with _scheduling(database, app) as service:
        for each in service.listing():
            _show(each, as_json=as_json)


def run(
    schedule: ScheduleId,
    *,
    app: options.KnownApp,
    by: By,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", file_okay=False, help="Also write the file here.")
    ] = None,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Run a schedule now, and show its last runs."""
    from auscult import bootstrap
    from auscult.bootstrap.scheduling import scheduling

    with bootstrap.open(options.settings_of_existing(database)) as application:
        tenant = options.known_tenant(application.store, app)
        service = scheduling(application.store, tenant)
        runs = service.run(service.get(schedule, by))
        found = application.store.within(tenant).schedules.content(schedule, runs[0].number) if runs else None
    if out is not None and found is not None:
        out.mkdir(parents=True, exist_ok=True)
        (out / found[0]).write_bytes(found[1])
    for each in runs:
        _show_run(each, as_json=as_json)


def remove(schedule: ScheduleId, *, app: options.KnownApp, by: By, database: options.Database = None) -> None:
    """Remove a schedule with its runs."""
    with _scheduling(database, app) as service:
        service.remove(schedule, by)


@contextmanager
def _scheduling(database: str | None, app: str) -> "Generator[Scheduling]":
    from auscult import bootstrap
    from auscult.bootstrap.scheduling import scheduling

    with bootstrap.open(options.settings_of_existing(database)) as application:
        yield scheduling(application.store, options.known_tenant(application.store, app), application.settings)


def _show(one: Schedule, *, as_json: bool) -> None:
    if as_json:
        typer.echo(msgspec.json.encode(one))
        return
    then = f"  next {one.next_at:%Y-%m-%d %H:%M}" if one.next_at else ""
    typer.echo(f"{one.schedule_id}  {one.name}  {one.kind}  {one.every}  {one.created_by}{then}")


def _show_run(one: Run, *, as_json: bool) -> None:
    if as_json:
        typer.echo(msgspec.json.encode(one))
        return
    typer.echo(
        f"{one.number}  {one.at:%Y-%m-%d %H:%M}  {one.title}  {one.filename or one.detail}  {one.state}  {one.error}".rstrip()
    )
