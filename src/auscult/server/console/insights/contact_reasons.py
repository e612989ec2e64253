"""Insights: reasons for contact, new developments, and the causes of the difference between two periods."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import NamedTuple

from litestar import Controller, Response, get
from markupsafe import Markup
from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.errors import RequestError
from auscult.domain.insights.changes import REST, Driver, Group, Kind, Move
from auscult.domain.insights.drivers import Bar
from auscult.domain.statistics.intervals import wilson_figure
from auscult.language import gettext as _
from auscult.server.console.ai_agents.handlers import HANDLERS, handlers_of, in_tabs
from auscult.server.console.conversations.listing import ai_agents_by_id, names_of
from auscult.server.console.definitions.in_force import metric_names
from auscult.server.console.frame.charts.drivers import Axis, IntervalRow, intervals
from auscult.server.console.frame.counts import CountView, Leads
from auscult.server.console.frame.counts import sentence as counted
from auscult.server.console.frame.filters import FilterView, Query, filter_view
from auscult.server.console.frame.kept import KEPT
from auscult.server.console.frame.posted import day as day_in
from auscult.server.console.frame.posted import sentence
from auscult.server.console.frame.reader import FEW, Reader
from auscult.server.console.frame.visit import BASE, TheVisit, Visit
from auscult.server.console.insights.agents import names_of_agents, people_of
from auscult.server.console.insights.failures import Answered, Failures, FailuresView, failures_view
from auscult.server.console.insights.home.home_view import NewsView, news_of
from auscult.services.conversations.latest import SURVEYS, Sought, count, newest
from auscult.services.insights.drivers import Compared, PassedChange, moved_of, passed_change
from auscult.services.insights.overview import Wanted, answers, drivers_of, mean_of
from auscult.services.insights.quality import WEEK, Passed, by_agent, by_name, by_period, passed, periods
from auscult.services.insights.sentences import KINDS, cause, forms_changed, moved, title_of
from auscult.services.scoring.listing import ListedConversation

_SHOWN = 12


class PartRow(Struct, frozen=True, kw_only=True):
    """One queue, reason or agent: its size, its passed shares in both periods, and the effect of the difference."""

    name: str
    kind: str
    now: CountView
    before: CountView
    share: Markup | str
    share_before: Markup | str
    effect: str
    is_worse: bool
    is_sure: bool


class InsightsPageView(Struct, frozen=True, kw_only=True):
    """The page. ``failed_href`` is empty where none failed."""

    filters: FilterView
    since: str
    last: str
    before: str
    headline: str | Markup
    detail: Markup
    failed_href: str
    chart: Markup
    parts: tuple[PartRow, ...]
    news: tuple[NewsView, ...]
    failures: FailuresView
    is_empty: bool


class Compare(NamedTuple):
    """The data of the page: the two periods with what moved the share, and what is new or changed."""

    passed: PassedChange
    changes: Sequence[Move]
    failures: Failures
    hidden: tuple[Kind, ...] = ()

    @property
    def parts(self) -> list[Driver]:
        """The groups that moved the share, those with the largest part first; one of all conversations says nothing more."""
        change = self.passed.change
        every = self.passed.now.scored, self.passed.before.scored
        return [
            each
            for each in (change.drivers if change else ())
            if each.group.id != REST
            and each.group.kind not in self.hidden
            and tuple(n.scored for n in self.passed.counts(each.group))[::-1] != every
        ]


_FILTERS = ("queue", "agent", "channel", "intent", *HANDLERS)
_PERIOD = timedelta(days=28)
_NEWEST, _NAMES, _NEWS = 500, 20, 8
_WEEKS, _MOST_READ = 12, 1_000


class InsightsPage(Controller):
    """The page of the customers' reasons for contact, and of the causes of changes in the results."""

    path = "/insights"

    @get(opt=KEPT, sync_to_thread=True)
    def show(self, visit: TheVisit) -> Response[str]:
        """Compare a period with the preceding one of the same length."""
        visit.require("insight.read")
        query = {name: found for name, found in visit.query.items() if name in _FILTERS}
        query, handlers = handlers_of(visit, query, f"{BASE}/insights")
        sought, (compared, problem) = visit.sought(query), asked_period(visit)
        rows = newest(visit.app, replace(sought, since=compared.since, until=compared.until), _NEWEST)
        named = named_in(visit, rows)
        # Before the whole period, whose rows are then those of its weeks.
        failures = _failures(visit, sought, compared, named)
        moves = moved_of(visit.app, sought, compared, metric_names(visit.app), named.reasons)
        found = Compare(visit.recent(passed_change, sought, compared), moves[:_NEWS], failures)
        filters = in_tabs(filter_view(query, f"{BASE}/insights", names_of(visit), visit.reader, _FILTERS), handlers)
        view = insights_page(found, filters, query, visit.reader, BASE)
        if problem:
            since, last = asked_days(visit)
            view = replace(view, since=since, last=last)
        is_new = view.is_empty and not count(visit.app, sought)
        more = {"problem": problem, "is_new": is_new, "handlers": handlers}
        return visit.page("insights/contact_reasons", "Insights", view, 400 if problem else 200, **more)


class Named(NamedTuple):
    """Groups to count: names of queues and reasons, and names of agents by their ids."""

    queues: Sequence[str]
    reasons: Sequence[str]
    agents: Mapping[str, str]


def named_in(visit: Visit, rows: Sequence[ListedConversation]) -> Named:
    """Return the queues, reasons and agents that most of these conversations have."""
    aliases = visit.reader.queues.aliases
    queues, agents = Counter[str](), Counter[str]()
    for (queue_id, name), n in Counter((queue.id, queue.name) for row in rows for queue in row.queues).items():
        queues[visit.reader.queues.key(queue_id, name)] += n
    for agent_id, n in Counter(agent.id for row in rows for agent in people_of(row)).items():
        agents[aliases.head("agent", agent_id)] += n
    names = names_of_agents(rows, aliases)
    return Named(
        queues=[name for name, _n in queues.most_common(_NAMES) if name],
        reasons=reasons_in(rows),
        agents={agent: names[agent] for agent, _n in agents.most_common(_NAMES)},
    )


def reasons_in(rows: Sequence[ListedConversation]) -> Sequence[str]:
    """Return the reasons that most of these conversations have."""
    reasons = Counter(each.name for row in rows if row.insights for each in row.insights.intents or ())
    return [name for name, _n in reasons.most_common(_NAMES)]


def _failures(visit: Visit, sought: Sought, compared: Compared, named: Named) -> Failures:
    """Count failures by week, queue and agent, and of AI agents where they are asked for."""
    within = replace(sought, since=compared.since, until=compared.until)
    ai_agents = ai_agents_by_id(visit) if "ai" in sought.fields.handled_by else {}
    led = {each: replace(sought.fields, handled_by=("ai",), ai_agent=(each,)) for each in [*ai_agents][:_NAMES]}
    spans = compared.spans  # as in the parts, so they are counted once
    queues = by_name(visit.app, sought, "queue", named.queues, spans)
    return Failures(
        weeks=_weeks(visit, sought, compared),
        queues={name: now for name, (_before, now) in queues.items()},
        agents=by_agent(visit.app, within, list(named.agents)),
        ai_agents={
            each: passed(visit.app, replace(sought, fields=fields), compared.since, compared.until)
            for each, fields in led.items()
        },
        names={**named.agents, **ai_agents},
        answered=_answered(visit, sought, compared),
    )


def _weeks(visit: Visit, sought: Sought, compared: Compared) -> list[Passed]:
    """Count the whole weeks that end with the period, at most twelve; the period itself if it has no whole one."""
    number = min((compared.until - compared.since) // WEEK, _WEEKS)
    spans = periods(compared.until, number) if number else ((compared.since, compared.until),)
    return [each.passed for each in by_period(visit.app, sought, spans, ("outcome",))]


def _answered(visit: Visit, sought: Sought, compared: Compared) -> Answered:
    """Read the customers' answers to surveys; if the period has too many, only the ones at its end."""
    since, length = compared.since, compared.until - compared.since
    many = count(visit.app, replace(sought, since=since, until=compared.until, surveys=SURVEYS))
    if many > _MOST_READ:
        since = compared.until - length * _MOST_READ / many
    wanted = Wanted(
        since=since,
        until=compared.until,
        channels=sought.channels,
        queues=sought.queues,
        agents=sought.agents,
        intents=sought.intents,
        surveys=SURVEYS,
        handled_by=sought.fields.handled_by,
        ai_agents=sought.fields.ai_agent,
        ai_versions=sought.fields.ai_version,
    )
    bar = Bar()
    tally = answers(visit.app, wanted, bar.conversations)
    return Answered(mean_of(tally.total, "csat"), mean_of(tally.total, "nps"), drivers_of(tally, bar))


def asked_days(visit: Visit) -> tuple[str, str]:
    """Return the first and the last day in the address, empty where it has none."""
    since, last = (visit.asked(name) for name in ("from", "to"))
    return since, last


def asked_period(visit: Visit) -> tuple[Compared, str]:
    """Return the period of the days in the address; where they are none, the usual one, and why."""
    try:
        return period_of(visit, *asked_days(visit)), ""
    except RequestError as error:
        return period_of(visit, "", ""), sentence(error.coded)


def period_of(visit: Visit, since: str, last: str) -> Compared:
    """Return the period of these days, the last four weeks by default.

    Raises ``RequestError`` ``date.invalid``, ``range.reversed``.
    """
    until = _begin(visit, last, "to") + timedelta(days=1) if last else visit.reader.end_of_today
    start = _begin(visit, since, "from") if since else until - _PERIOD
    if start >= until:
        raise RequestError(_("the period ends before it begins"), code="range.reversed", field="to")
    return Compared(since=start, until=until, before=until - start)


def _begin(visit: Visit, day: str, name: str) -> datetime:
    found = day_in({name: day}, name, _("From") if name == "from" else _("to"))
    return datetime.combine(found, time(), visit.reader.timezone)  # to which whole days are added


def insights_page(found: Compare, filters: FilterView, query: Query, reader: Reader, base: str) -> InsightsPageView:
    """Show the page."""
    compared, now = found.passed.compared, found.passed.now
    carried: Mapping[str, Sequence[str]] = {
        name: values for name, values in query.items() if name in ("queue", "channel", "agent", "intent", *HANDLERS)
    }
    leads = Leads(reader, carried, f"{base}/conversations")
    if query.get("handled_by"):  # the tabs name it already
        found = found._replace(hidden=("handled_by",))
    headline, detail = _said(found, leads)
    return InsightsPageView(
        filters=filters,
        since=reader.local(compared.since).date().isoformat(),
        last=(reader.local(compared.until) - timedelta(milliseconds=1)).date().isoformat(),
        before=_("{first} to {last}").format(first=reader.day(compared.begins), last=reader.last_day(compared.since)),
        headline=headline,
        detail=Markup(" ").join(each for each in (detail, leads.undecided(now)) if each),
        failed_href=leads.failed(now).href,
        chart=_chart(found, leads),
        parts=tuple(_row(each, found.passed, leads) for each in found.parts[:_SHOWN]),
        news=news_of(found.changes, leads, (compared.since, compared.until)),
        failures=failures_view(found.failures, query, reader, base),
        is_empty=not now.scored,
    )


_PARAMETERS: Mapping[Kind, str] = {"queue": "queue", "reason": "intent", "agent": "agent", "channel": "channel"}
"""Filters of lists that find the conversations of a group."""


def _said(found: Compare, leads: Leads) -> tuple[str | Markup, str]:
    """Return two sentences: how the share that passes moved, and what moved it."""
    now, before, reader = found.passed.now, found.passed.before, leads.reader
    if found.passed.change is None or now.scored < FEW or before.scored < FEW:
        said = _("{n} of {whole} pass: too few to compare.")
        return counted(said, n=leads.passed(now), whole=leads.scored(now)), ""
    parts = (forms_changed(found.passed), cause(found.passed, reader.queues.label))
    return moved(found.passed), " ".join(each for each in parts if each)


def _chart(found: Compare, leads: Leads) -> Markup:
    reader = leads.reader
    rows: list[IntervalRow] = []
    for each in found.parts[:8]:
        _before, now = found.passed.counts(each.group)
        if now.scored < FEW:
            continue
        figure = wilson_figure(now.passed, now.scored)
        rows.append(
            IntervalRow(
                name=title_of(each.group, reader.queues.label),
                value=figure.value * 100,
                low=figure.low * 100,
                high=figure.high * 100,
                end=reader.number(now.scored),
                href=leads.scored(now, **filter_of(each.group)).href if is_followed(each.group) else "",
                kind="no" if each.is_beyond_chance and each.part.value < 0 else "",
            )
        )
    share = found.passed.now.share
    if not rows or share is None:
        return Markup("")
    shown = reader.number(share * 100, 1)
    axis = Axis(
        label=_("Share that passes by group, with intervals; all {share} percent").format(share=shown),
        all_value=share * 100,
        all_shown=_("all {share}").format(share=shown),
        heading=_("scored"),
        unit="%",
    )
    return intervals(rows, axis)


def filter_of(group: Group) -> dict[str, str]:
    """Return the filter of a group; of a pair both; none of one that lists are not filtered by."""
    if group.of:
        return {name: value for each in group.of for name, value in filter_of(each).items()}
    if group.kind == "metric":
        return {"missed": group.id}
    return {_PARAMETERS[group.kind]: group.id} if group.kind in _PARAMETERS else {}


def is_followed(group: Group) -> bool:
    """Return whether a list finds exactly the conversations of a group."""
    return len(filter_of(group)) == max(len(group.of), 1)


def _row(driver: Driver, passed: PassedChange, leads: Leads) -> PartRow:
    group, reader = driver.group, leads.reader
    before, now = passed.counts(group)
    effect = driver.part.value * 100
    shown: list[tuple[CountView, Markup | str]] = []
    for each in (now, before):
        if is_followed(group):
            named = filter_of(group)
            shown.append((leads.scored(each, **named), leads.pass_rate(each, **named)))
        else:
            shown.append((CountView(shown=reader.number(each.scored)), reader.rate(each.passed, each.scored)))
    (n, share), (n_before, share_before) = shown
    return PartRow(
        name=title_of(group, reader.queues.label),
        kind=_(KINDS[group.kind]),
        now=n,
        before=n_before,
        share=share,
        share_before=share_before,
        effect=reader.number(effect, 1, signed=True),
        is_worse=effect < 0,
        is_sure=driver.is_beyond_chance,
    )
