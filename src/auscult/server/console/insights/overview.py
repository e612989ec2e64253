"""The quality overview."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from litestar import Controller, Response, get
from markupsafe import Markup
from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.insights.changes import Group, moves_of, share
from auscult.domain.statistics.charts import Chart, Mean, laney_chart, mean_chart
from auscult.domain.statistics.charts import Period as Share
from auscult.domain.statistics.intervals import wilson_figure
from auscult.language import gettext as _
from auscult.server.console.ai_agents.handlers import HANDLERS, HandlerTab, handlers_of, in_tabs
from auscult.server.console.conversations.listing import names_of
from auscult.server.console.conversations.listing_view import RowView, row_view
from auscult.server.console.definitions.in_force import forms_in_force
from auscult.server.console.explanations import box_of_overview
from auscult.server.console.frame.charts.control import Centre, control
from auscult.server.console.frame.charts.drivers import Axis, IntervalRow, intervals
from auscult.server.console.frame.charts.trend import series
from auscult.server.console.frame.counts import SCORED, WITH_SCORE, CountView, Leads, sentence, undecided_sentence
from auscult.server.console.frame.filters import FilterView, Query, address, filter_view
from auscult.server.console.frame.kept import KEPT
from auscult.server.console.frame.reader import FEW
from auscult.server.console.frame.verdicts import kind_of
from auscult.server.console.frame.visit import BASE, TheVisit, Visit
from auscult.server.console.insights.contact_reasons import filter_of, is_followed, reasons_in
from auscult.server.console.insights.weeks import WeekLead, week_points
from auscult.services.audits.blind import without_blind
from auscult.services.conversations.latest import Sought, details, newest
from auscult.services.insights.drivers import PassedChange, lately, passed_change
from auscult.services.insights.intent_names import intent_name
from auscult.services.insights.quality import NOTHING, WEEK, Adherence, Passed, Period, by_name, by_period, periods
from auscult.services.insights.sentences import against_weeks_before, limits

_PATH = f"{BASE}/overview"
_WEEKS, _HEAT_WEEKS = 26, 11
_REASONS, _FATAL, _NEWEST = 6, 3, 500
_FILTERS = ("queue", "agent", "channel", "direction", "intent", *HANDLERS)
_TINTS, _FULL_TINT = 15, 0.3
_LEAST_WEEKS = 4
_COMPARED = ("queue", "agent", "channel", "intent")
"""Filters that two periods are compared by."""
_WHOLE = 100


class ScoreRow(Struct, frozen=True, kw_only=True):
    """One line of the table next to the chart."""

    name: str
    scored: CountView
    mean: str
    limits: str


class ScoreTrend(Struct, frozen=True, kw_only=True):
    """The card. ``series`` are the figures of ``chart`` for the script that zooms; ``said`` is its meaning in words."""

    chart: Markup
    series: str
    rows: tuple[ScoreRow, ...]
    mean: str
    said: str


class WeekRow(Struct, frozen=True, kw_only=True):
    """One line of the table next to the chart."""

    name: str
    scored: CountView
    passed: CountView
    share: str
    limits: str


class CellView(Struct, frozen=True, kw_only=True):
    """One cell of the heat map. ``tint`` is from 0 to 15, by the share missed; None with too few conversations."""

    shown: str
    label: str
    href: str
    tint: int | None


class HeatRow(Struct, frozen=True, kw_only=True):
    """One metric and its cells."""

    name: str
    href: str
    cells: tuple[CellView, ...]


class Reason(NamedTuple):
    """A reason for contact, and its recent passed counts."""

    name: str
    counted: Passed


class Counts(NamedTuple):
    """The data of the page. ``last`` compares the last week with the four before it."""

    weeks: Sequence[Period]
    metrics: Mapping[str, str]
    heat: Mapping[str, Sequence[Adherence]]
    heat_weeks: Sequence[Passed]
    reasons: Sequence[Reason]
    last: PassedChange
    fatal: Sequence[tuple[RowView, str]]
    fatal_span: tuple[datetime, datetime]


class OverviewPage(Controller):
    """The page of quality over time."""

    path = "/overview"

    @get(opt=KEPT, sync_to_thread=True)
    def show(self, visit: TheVisit) -> Response[str]:
        """Show the last 26 weeks."""
        visit.require("insight.read")
        query = {name: found for name, found in visit.query.items() if name in _FILTERS}
        query, handlers = handlers_of(visit, query, _PATH)
        sought = visit.sought(query)
        end = visit.reader.end_of_today
        known = {metric.id: metric.name for form in forms_in_force(visit.app) for metric in form.metrics}
        spans = periods(end, _WEEKS)
        weeks = by_period(visit.app, sought, spans)
        heat_weeks = weeks[-_HEAT_WEEKS:]
        asked = {each for week in heat_weeks for each in week.metrics} if handlers else set(known)
        metrics = {each: name for each, name in known.items() if each in asked}
        counts = Counts(
            weeks=_from_first(weeks),
            metrics=metrics,
            heat={each: [week.metrics.get(each, NOTHING) for week in heat_weeks] for each in metrics},
            heat_weeks=[week.passed for week in heat_weeks],
            reasons=_reasons(visit, sought, end),
            last=visit.recent(passed_change, sought, lately(end)),
            fatal=_fatal(visit, sought, end),
            fatal_span=(end - WEEK, end),
        )
        filters = in_tabs(filter_view(query, _PATH, names_of(visit), visit.reader, _FILTERS), handlers)
        return _page(visit, counts, query, filters, handlers)


def _from_first(weeks: Sequence[Period]) -> Sequence[Period]:
    """Skip the weeks before the first one with a score."""
    first = next((n for n, week in enumerate(weeks) if week.passed.scored), len(weeks))
    return weeks[first:]


def _reasons(visit: Visit, sought: Sought, end: datetime) -> list[Reason]:
    """Count the most frequent reasons for contact of the last four weeks."""
    since = end - 4 * WEEK
    names = reasons_in(newest(visit.app, replace(sought, since=since, until=end), _NEWEST))[:_REASONS]
    counted = by_name(visit.app, sought, "intent", names, ((since, end),))
    return [Reason(name, passed) for name, (passed,) in counted.items() if passed.scored]


def _fatal(visit: Visit, sought: Sought, end: datetime) -> list[tuple[RowView, str]]:
    within = replace(sought, since=end - WEEK, until=end, outcomes=("fatal",))
    items = newest(visit.app, within, _FATAL)
    items = without_blind(visit.app, visit.visitor.email, items, visit.principal.agent_ids)
    known = details(visit.app, items)
    found: list[tuple[RowView, str]] = []
    for each in items:
        results = known[each.id].evaluation.results if each.id in known else ()
        missed = [result.metric.name for result in results if result.is_fatal_error and kind_of(result) == "no"]
        found.append((row_view(each, known.get(each.id), visit.reader, BASE), ", ".join(missed)))
    return found


def _week(leads: Leads, week: Passed) -> str:
    """Return the name of a week."""
    return _("Week to {day}").format(day=leads.reader.last_day(week.until))


def _page(
    visit: Visit, counts: Counts, query: Query, filters: FilterView, handlers: tuple[HandlerTab, ...]
) -> Response[str]:
    """Show the overview. ``query`` holds the filters that the links to conversations keep."""
    reader, leads = visit.reader, Leads(visit.reader, query, f"{BASE}/conversations")
    weeks = [each.passed for each in counts.weeks]
    chart = laney_chart([Share(_week(leads, each), each.passed, each.scored) for each in weeks])
    scored = sum(each.scored for each in weeks)
    by_name = {_week(leads, each): WeekLead(span=each, href=leads.to(each, outcome=WITH_SCORE)) for each in weeks}
    points = week_points(chart, by_name, lambda share: reader.share(share, 1), reader) if chart else ()
    around = _centre(chart, leads) if chart else Centre(value=0, shown="", label="")
    sentence, detail, read = _said(chart, counts, leads)
    return visit.page(
        "insights/overview",
        "Overview",
        ask=box_of_overview(visit, query),
        filters=filters,
        handlers=handlers,
        scored=_scored(weeks, leads),
        chart=control(points, around),
        series=series(points, around),
        weeks=_weeks(chart, weeks, leads) if chart else (),
        scores=score_trend(
            [each.mean(_week(leads, each.passed)) for each in counts.weeks],
            by_name,
            leads,
        ),
        sentence=sentence,
        detail=detail,
        read=read,
        difference_href=address(f"{BASE}/insights", {name: query[name] for name in _COMPARED if name in query}),
        columns=tuple(reader.short_day(each.since) for each in counts.heat_weeks),
        heat=tuple(_heat(counts, leads)),
        never=tuple(_never(counts, leads)),
        reasons=_reason_bars(counts.reasons, leads),
        reason_rows=tuple(
            (
                intent_name(each.name),
                leads.scored(each.counted, intent=each.name),
                leads.pass_rate(each.counted, intent=each.name),
            )
            for each in counts.reasons
        ),
        fatal=tuple(counts.fatal),
        fatal_href=leads.to(counts.fatal_span, outcome="fatal"),
        is_empty=not scored,
    )


def _scored(weeks: Sequence[Passed], leads: Leads) -> Markup:
    """Return how many were scored in all weeks, and how many are undecided."""
    if not weeks:
        return Markup("")
    scored, undecided = sum(each.scored for each in weeks), sum(each.undecided for each in weeks)
    span = (weeks[0].since, weeks[-1].until)
    more = undecided_sentence(leads.number(undecided, span, outcome="undecided"), undecided)
    said = _("{n} scored.") if undecided else _("{n} scored")
    return Markup(" ").join(filter(None, (sentence(said, n=leads.number(scored, span, outcome=SCORED)), more)))


def _centre(chart: Chart, leads: Leads) -> Centre:
    reader = leads.reader
    label = _("Share of conversations that pass, by week, around {share}. {said}").format(
        share=reader.share(chart.centre, 1), said=limits(chart)
    )
    shown = _("mean {share}").format(share=reader.number(chart.centre * 100, 1))
    return Centre(value=chart.centre, shown=shown, label=label)


def _weeks(chart: Chart, weeks: Sequence[Passed], leads: Leads) -> tuple[WeekRow, ...]:
    reader = leads.reader
    by_name = {_week(leads, each): each for each in weeks}
    return tuple(
        WeekRow(
            name=point.name,
            scored=leads.scored(by_name[point.name]),
            passed=leads.passed(by_name[point.name]),
            share=reader.share(point.value, 1),
            limits=reader.ends(point.low, point.high, 1, with_sign=True),
        )
        for point in reversed(chart.points)
    )


def _said(chart: Chart | None, counts: Counts, leads: Leads) -> tuple[str, str, tuple[str, str]]:
    """Return which weeks of the chart are unusual, how the last one moved, and the link to the conversations to read."""
    last = counts.weeks[-1].passed if counts.weeks else None
    if chart is None or last is None or len(chart.points) < _LEAST_WEEKS or not last.scored:
        few = _("Too few weeks to say what is usual.")
        return few, "", (leads.path, _("All conversations"))
    said = against_weeks_before(counts.last, leads.reader.queues.label)
    more, count = {"outcome": "failed"}, last.scored - last.passed
    if (change := counts.last.change) and change.leading and is_followed(first := change.leading[0].group):
        more, count = {**more, **filter_of(first)}, int(first.now.n - first.now.total)
    action = _("Read the {n} that failed").format(n=leads.reader.number(count)) if count else _("All of last week")
    href = leads.to(last, **more) if count else leads.to(last, outcome=SCORED)
    return limits(chart), said, (href, action)


def _cell(found: Adherence, week: Passed, metric: tuple[str, str], leads: Leads) -> CellView:
    metric_id, name = metric
    where = f"{name}, {_week(leads, week)}"
    if not found.n:
        return CellView(shown="\u2013", label=_("{where}: does not apply").format(where=where), href="", tint=None)
    href = leads.to(week, missed=metric_id) if found.missed else leads.to(week, met=metric_id)
    said = _("{n} of {whole}").format(n=found.met, whole=found.n)
    opens = _("opens the {n} that missed it").format(n=found.missed) if found.missed else _("opens them")
    if found.n < FEW:
        return CellView(shown=said, label=f"{where}: {said}, {opens}", href=href, tint=None)
    share = found.met / found.n
    tint = min(round((1 - share) / _FULL_TINT * _TINTS), _TINTS)
    label = f"{where}: {leads.reader.share(share)}, {said}, {opens}"
    return CellView(shown=leads.reader.number(share * 100), label=label, href=href, tint=tint)


def _heat(counts: Counts, leads: Leads) -> Iterator[HeatRow]:
    """Yield each metric with its weeks."""
    for metric_id, name in counts.metrics.items():
        weeks = zip(counts.heat[metric_id], counts.heat_weeks, strict=True)
        cells = tuple(_cell(found, week, (metric_id, name), leads) for found, week in weeks)
        yield HeatRow(name=name, href=f"{BASE}/metrics/{metric_id}", cells=cells)


def _never(counts: Counts, leads: Leads) -> Iterator[Markup]:
    """Yield a sentence on each metric that no conversation of all these weeks met."""
    if not counts.heat_weeks:
        return
    span = counts.heat_weeks[0].since, counts.heat_weeks[-1].until
    for metric_id, name in counts.metrics.items():
        n = sum(each.n for each in counts.heat[metric_id])
        if n >= FEW and not any(each.met for each in counts.heat[metric_id]):
            said = _("{metric}: never met in {n}. Either the question is wrong, or all miss it; read five of them.")
            yield sentence(said, metric=name, n=leads.number(n, span, missed=metric_id))


def _worse(reasons: Sequence[Reason], passed: int, whole: int) -> set[str]:
    """Return the reasons of which fewer pass than of all others, by more than chance."""
    every = share(passed, whole)
    own = [(each.name, share(each.counted.passed, each.counted.scored)) for each in reasons]
    groups = [Group(kind="reason", id=name, name=name, before=every - one, now=one) for name, one in own]
    return {each.group.id for each in moves_of(groups) if each.value < 0}


def _reason_bars(reasons: Sequence[Reason], leads: Leads) -> Markup:
    """Draw the passed share by reason for contact, and how much each pulls the total share."""
    reader = leads.reader
    whole = sum(each.counted.scored for each in reasons)
    if not whole:
        return Markup("")
    passed = sum(each.counted.passed for each in reasons)
    mean, worse = passed / whole, _worse(reasons, passed, whole)
    rows: list[IntervalRow] = []
    for each in reasons:
        figure = wilson_figure(each.counted.passed, each.counted.scored)
        pull = (figure.value - mean) * each.counted.scored / whole * 100
        rows.append(
            IntervalRow(
                name=intent_name(each.name),
                value=figure.value * 100,
                low=figure.low * 100,
                high=figure.high * 100,
                end=reader.number(pull, 1, signed=True),
                href=leads.to(each.counted, intent=each.name, outcome=SCORED),
                kind="no" if each.name in worse else "",
            )
        )
    rows.sort(key=lambda row: row.value)
    shown = reader.number(mean * 100, 1)
    label = _("Share that passes by reason for contact, with intervals; all {share} percent").format(share=shown)
    whole_shown = _("all {share}").format(share=shown)
    axis = Axis(label=label, all_value=mean * 100, all_shown=whole_shown, heading=_("pulls"), unit="%")
    return intervals(rows, axis)


def score_trend(means: Sequence[Mean], weeks: dict[str, WeekLead], leads: Leads) -> ScoreTrend | None:
    """Show the mean scores of weeks, the oldest first, with the weeks by name; None without a score."""
    chart, reader = mean_chart(means), leads.reader
    if chart is None:
        return None

    def shown(share: float) -> str:
        return reader.number(share * _WHOLE, 1)

    around = Centre(
        value=chart.centre,
        shown=_("mean {share}").format(share=shown(chart.centre)),
        label=_("Mean score by week, around {score}. {said}").format(score=shown(chart.centre), said=limits(chart)),
        unit="",
    )
    points = week_points(chart, weeks, shown, reader)
    return ScoreTrend(
        chart=control(points, around),
        series=series(points, around),
        rows=tuple(
            ScoreRow(
                name=point.name,
                scored=leads.number(point.n, weeks[point.name].span, outcome=WITH_SCORE),
                mean=shown(point.value),
                limits=_("{low} to {high}").format(low=shown(point.low), high=shown(point.high)),
            )
            for point in reversed(chart.points)
        ),
        mean=around.shown,
        said=limits(chart),
    )
