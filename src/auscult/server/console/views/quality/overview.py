"""The quality overview: a chart and beside it the sentence, the heat map, what pulls, and what was fatal."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from markupsafe import Markup
from msgspec import Struct

from auscult.domain.statistics.charts import Chart, Period, laney_chart
from auscult.domain.statistics.intervals import wilson_figure
from auscult.server.console.charts.control import Centre, ControlPoint, control
from auscult.server.console.charts.drivers import Axis, IntervalRow, intervals
from auscult.server.console.reader import Reader
from auscult.server.console.views.conversations import RowView
from auscult.server.console.views.filters import FilterView, Query, address
from auscult.services.insights.quality import Adherence, Passed

FEW = 10
"""Below this, no rate is shown."""
_TINTS, _FULL_TINT = 15, 0.3
_LEAST_WEEKS = 4


class SaidView(Struct, frozen=True, kw_only=True):
    """What the chart says: a sentence, what it means in conversations, and where to read them."""

    sentence: str
    strong: str
    detail: str
    href: str
    action: str


class WeekRow(Struct, frozen=True, kw_only=True):
    """One line of the table beside the chart."""

    name: str
    scored: str
    passed: str
    share: str
    limits: str
    href: str


class CellView(Struct, frozen=True, kw_only=True):
    """One cell of the heat map. ``tint`` from 0 to 15: how much is missing; None where there are too few."""

    shown: str
    label: str
    href: str
    tint: int | None


class HeatRow(Struct, frozen=True, kw_only=True):
    """One metric and its cells."""

    name: str
    href: str
    cells: tuple[CellView, ...]


class OverviewView(Struct, frozen=True, kw_only=True):
    """The page."""

    filters: FilterView
    scored: str
    chart: Markup
    weeks: tuple[WeekRow, ...]
    said: SaidView
    columns: tuple[str, ...]
    heat: tuple[HeatRow, ...]
    reasons: Markup
    reason_rows: tuple[tuple[str, str, str], ...]
    fatal: tuple[tuple[RowView, str], ...]
    fatal_href: str
    is_empty: bool


class Leads(NamedTuple):
    """How a number leads to its conversations: for this reader, by these filters, at this path."""

    reader: Reader
    query: Query
    path: str

    def to(self, week: Passed | None = None, **more: str) -> str:
        """Return the address of the conversations of a week, or of any time."""
        if week is not None:
            more |= {"since": week.since.isoformat(), "until": week.until.isoformat()}
        return address(self.path, self.query, **more)

    def name(self, week: Passed) -> str:
        """Return what a week is called."""
        return f"Week to {self.reader.day(week.until)}"


class Reason(NamedTuple):
    """A reason for contact: how many passed of late, and how many failed last week against what would be usual."""

    name: str
    counted: Passed
    failed_last: int
    usual_last: float


class Counts(NamedTuple):
    """What the page is made of."""

    weeks: Sequence[Passed]
    metrics: Mapping[str, str]
    heat: Mapping[str, Sequence[Adherence]]
    heat_weeks: Sequence[Passed]
    reasons: Sequence[Reason]
    fatal: Sequence[tuple[RowView, str]]


def overview_view(counts: Counts, filters: FilterView, query: Query, reader: Reader, base: str) -> OverviewView:
    """Show the overview. ``query`` holds the filters that lead along to the conversations."""
    leads = Leads(reader, query, f"{base}/conversations")
    chart = laney_chart([Period(leads.name(each), each.passed, each.scored) for each in counts.weeks])
    scored = sum(each.scored for each in counts.weeks)
    return OverviewView(
        filters=filters,
        scored=f"{reader.number(scored)} scored",
        chart=_chart(chart, counts.weeks, leads) if chart else Markup(""),
        weeks=_weeks(chart, counts.weeks, leads) if chart else (),
        said=_said(chart, counts, leads),
        columns=tuple(reader.short_day(each.since) for each in counts.heat_weeks),
        heat=tuple(
            HeatRow(
                name=name,
                href=f"{base}/metrics/{metric_id}",
                cells=tuple(
                    _cell(found, week, (metric_id, name), leads)
                    for found, week in zip(counts.heat[metric_id], counts.heat_weeks, strict=True)
                ),
            )
            for metric_id, name in counts.metrics.items()
        ),
        reasons=_reasons(counts.reasons, leads),
        reason_rows=tuple(
            (each.name, reader.number(each.counted.scored), reader.share(each.counted.share or 0, 1))
            for each in counts.reasons
        ),
        fatal=tuple(counts.fatal),
        fatal_href=leads.to(outcome="fatal", days="7"),
        is_empty=not scored,
    )


def _chart(chart: Chart, weeks: Sequence[Passed], leads: Leads) -> Markup:
    reader = leads.reader
    by_name = {leads.name(each): each for each in weeks}
    points: list[ControlPoint] = []
    month = ""
    for point in chart.points:
        week = by_name[point.name]
        begins = reader.month(week.since)
        is_out = "beyond limits" in point.signals
        points.append(
            ControlPoint(
                name=point.name,
                value=point.value,
                shown=reader.share(point.value, 1),
                low=point.low,
                high=point.high,
                href=leads.to(week),
                month=begins if begins != month else "",
                signal=("last week" if week is weeks[-1] else reader.short_day(week.since)) if is_out else "",
            )
        )
        month = begins
    label = f"Share of conversations that pass, by week, around {reader.share(chart.centre, 1)}. {chart.advice}."
    return control(
        points, Centre(value=chart.centre, shown=f"mean {reader.number(chart.centre * 100, 1)}", label=label)
    )


def _weeks(chart: Chart, weeks: Sequence[Passed], leads: Leads) -> tuple[WeekRow, ...]:
    reader = leads.reader
    by_name = {leads.name(each): each for each in weeks}
    return tuple(
        WeekRow(
            name=point.name,
            scored=reader.number(point.n),
            passed=reader.number(by_name[point.name].passed),
            share=reader.share(point.value, 1),
            limits=f"{reader.share(point.low, 1)} to {reader.share(point.high, 1)}",
            href=leads.to(by_name[point.name]),
        )
        for point in reversed(chart.points)
    )


def _said(chart: Chart | None, counts: Counts, leads: Leads) -> SaidView:
    """Say in words what the chart shows, and where to look."""
    reader = leads.reader
    weeks = counts.weeks
    last = weeks[-1] if weeks else None
    if chart is None or last is None or len(chart.points) < _LEAST_WEEKS or not last.scored:
        few = "Too few weeks to say what is usual."
        return SaidView(sentence=few, strong="", detail="", href=leads.path, action="All conversations")
    failed, usual = last.scored - last.passed, last.scored * (1 - chart.centre)
    outside = [point for point in chart.points if "beyond limits" in point.signals]
    is_last = bool(outside) and outside[-1] is chart.points[-1]
    calm = len(chart.points) - len(outside)
    sentence = f"{calm} weeks moved within their limits: that is chance, leave it."
    strong = "Last week did not." if is_last else f"{outside[-1].name} did not." if outside else ""
    if not outside:
        sentence = f"All {calm} weeks moved within their limits: that is chance, leave it."
    detail = (
        f"Last week {reader.number(last.scored)} conversations, {reader.number(failed)} not passed; "
        f"about {reader.number(round(usual))} would be usual."
    )
    worst = max(counts.reasons, key=lambda each: each.failed_last - each.usual_last, default=None)
    more = {"outcome": "failed", "days": "7"}
    if worst and worst.failed_last - worst.usual_last >= 1:
        over = worst.failed_last - worst.usual_last
        name = worst.name[:1].lower() + worst.name[1:]
        detail += (
            f" {reader.number(worst.failed_last)} of them are about \u201c{name}\u201d, "
            f"{reader.number(round(over)) if round(over) else 'one'} more than usual."
        )
        more["intent"] = worst.name
        count = worst.failed_last
    else:
        count = failed
    action = f"Read the {reader.number(count)}" if count else "All of last week"
    if not count:
        more.pop("outcome")
    return SaidView(sentence=sentence, strong=strong, detail=detail, href=leads.to(None, **more), action=action)


def _cell(found: Adherence, week: Passed, metric: tuple[str, str], leads: Leads) -> CellView:
    metric_id, name = metric
    where = f"{name}, {leads.name(week)}"
    if not found.n:
        return CellView(shown="\u2013", label=f"{where}: does not apply", href="", tint=None)
    href = leads.to(week, missed=metric_id) if found.missed else leads.to(week, met=metric_id)
    if found.n < FEW:
        shown = f"{found.met} of {found.n}"
        return CellView(shown=shown, label=f"{where}: {shown}", href=href, tint=None)
    share = found.met / found.n
    tint = min(round((1 - share) / _FULL_TINT * _TINTS), _TINTS)
    return CellView(
        shown=leads.reader.number(share * 100), label=f"{where}: {leads.reader.share(share)}", href=href, tint=tint
    )


def _reasons(reasons: Sequence[Reason], leads: Leads) -> Markup:
    """Draw who passes by reason for contact, and how much each pulls the share of all."""
    reader = leads.reader
    whole = sum(each.counted.scored for each in reasons)
    if not whole:
        return Markup("")
    share = sum(each.counted.passed for each in reasons) / whole
    rows: list[IntervalRow] = []
    for each in reasons:
        figure = wilson_figure(each.counted.passed, each.counted.scored)
        pull = (figure.value - share) * each.counted.scored / whole * 100
        rows.append(
            IntervalRow(
                name=each.name,
                value=figure.value * 100,
                low=figure.low * 100,
                high=figure.high * 100,
                end=reader.number(pull, 1, signed=True),
                href=leads.to(intent=each.name, days="30"),
                kind="no" if figure.high < share else "",
            )
        )
    rows.sort(key=lambda row: row.value)
    shown = reader.number(share * 100, 1)
    label = f"Share that passes by reason for contact, with intervals; all {shown} percent"
    axis = Axis(label=label, all_value=share * 100, all_shown=f"all {shown}", heading="pulls", unit="%")
    return intervals(rows, axis)
