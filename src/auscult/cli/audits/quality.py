"""``auscult audits raters|agents|chart|fairness``: figures of auditors, agents, time and groups."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, cast, get_args

import msgspec
import typer

from auscult.cli.terminal import options
from auscult.domain.statistics.intervals import Figure

if TYPE_CHECKING:
    from auscult.services.audits.quality import QualityQuery
    from auscult.storage.store import AppStore

_FIRST, _LAST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)

FormId = Annotated[str, typer.Option("--form", metavar="ID", help="The form, as ef-....")]
MetricId = Annotated[
    str | None,
    typer.Option("--metric", metavar="ID", help="The metric, whose YES counts; without one, passed conversations."),
]


def raters(
    *,
    app: options.KnownApp,
    form: Annotated[str | None, typer.Option("--form", metavar="ID", help="Only audits with this form.")] = None,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Show figures of auditors: pace, severity, agreement with the machine, and the effect of seeing it."""
    from auscult.services.audits.raters import RaterQuery, rater_report

    with open_app(database, app) as store:
        found = rater_report(store, RaterQuery(form))
    if as_json:
        typer.echo(msgspec.json.encode(found))
        return
    for one in found.raters:
        severity = f"{one.severity.figure.value:+.1f} points" if one.severity else "-"
        pace = f"{one.pace.median.value:.0f} s" if one.pace else "-"
        typer.echo(
            f"{one.auditor}  {one.audits} audits  severity {severity}  pace {pace}  machine {_percent(one.machine)}"
        )
    for each in found.double:
        typer.echo(f"{each.metric_id}  {each.pairs.n} second opinions agree in {_percent(each.pairs.raw)}")
    if found.anchoring.difference is not None:
        typer.echo(f"seeing the machine changes agreement with it by {_percent(found.anchoring.difference)}")


def agents(
    *,
    app: options.KnownApp,
    form: FormId,
    metric: MetricId = None,
    since: options.Since = None,
    until: options.Until = None,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Show agents' rates, shrunk towards the group, with the ranks that each may hold."""
    from auscult.services.audits.quality import Quality

    with open_app(database, app) as store:
        found = Quality(store).agents(_query(form, metric, since, until))
    if as_json:
        typer.echo(msgspec.json.encode(found))
        return
    for agent, one in sorted(found.agents.items()):
        beyond = found.funnel.points[agent].beyond
        mark = "" if beyond is None else f"  beyond {100 * beyond:g} % of chance"
        shown = _percent(one.rate) if one.enough else "too few conversations"
        typer.echo(f"{agent}  n {one.n}  {shown}  rank {one.best_rank} to {one.worst_rank}{mark}")


def chart(
    *,
    app: options.KnownApp,
    form: FormId,
    metric: MetricId = None,
    step: Annotated[str, typer.Option("--step", metavar="STEP", help="day, week or month.")] = "week",
    since: options.Since = None,
    until: options.Until = None,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Show a control chart by period: Laney's p' chart, with markers where a newer form version began."""
    from auscult.services.audits.quality import Quality, Step

    _choice("step", step, get_args(Step))
    with open_app(database, app) as store:
        found = Quality(store).chart(_query(form, metric, since, until), cast("Step", step))
    if as_json:
        typer.echo(msgspec.json.encode(found))
        return
    for point in found.chart.points:
        notes = ", ".join((*point.signals, *((point.marker,) if point.marker else ())))
        limits = f"{100 * point.low:.1f} to {100 * point.high:.1f}"
        typer.echo(f"{point.name}  n {point.n}  {100 * point.value:.1f} %  limits {limits}  {notes}".rstrip())
    typer.echo(found.advice)


def fairness(
    *,
    app: options.KnownApp,
    form: FormId,
    metric: Annotated[str, typer.Option("--metric", metavar="ID", help="The metric.")],
    by: Annotated[
        str, typer.Option("--by", metavar="GROUP", help="language, queue, channel, direction, agent or tenure.")
    ],
    since: options.Since = None,
    until: options.Until = None,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Show the machine's error by group, against the audits of plans; positive is harsher than people."""
    from auscult.services.audits.quality import Group, Quality

    _choice("by", by, get_args(Group))
    with open_app(database, app) as store:
        found = Quality(store).fairness(_query(form, metric, since, until), cast("Group", by))
    if as_json:
        typer.echo(msgspec.json.encode(found))
        return
    for group, one in sorted(found.groups.items()):
        mark = "  differs from the others" if group in found.findings else ""
        typer.echo(f"{group or '-'}  n {one.n}  {_percent(one.bias)} more NO than people{mark}")


@contextmanager
def open_app(database: str | None, app: str) -> "Generator[AppStore]":
    """Open an app's data."""
    from auscult import bootstrap

    with bootstrap.open(options.settings_of_existing(database)) as application:
        yield application.store.within(options.known_tenant(application.store, app))


def _query(form: str, metric: str | None, since: datetime | None, until: datetime | None) -> "QualityQuery":
    from auscult.services.audits.quality import QualityQuery

    return QualityQuery(form, since or _FIRST, until or _LAST, metric)


def _choice(name: str, given: str, known: tuple[str, ...]) -> None:
    if given not in known:
        raise typer.BadParameter(f"invalid {name} {given!r}; choose one of: {', '.join(known)}")


def _percent(figure: Figure | None) -> str:
    if figure is None:
        return "-"
    return f"{100 * figure.value:.1f} % ({100 * figure.low:.1f} to {100 * figure.high:.1f})"
