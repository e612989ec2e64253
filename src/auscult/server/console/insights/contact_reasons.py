"""Insights: reasons for contact, new developments, and the causes of the difference between two periods."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from msgspec.structs import replace

from auscult.domain.errors import RequestError
from auscult.domain.insights.drivers import Bar
from auscult.language import gettext as _
from auscult.server.console.ai_agents.handlers import HANDLERS, handlers_of, in_tabs
from auscult.server.console.conversations.listing import ai_agents_by_id, names_of
from auscult.server.console.definitions.in_force import metric_names
from auscult.server.console.frame.filters import filter_view
from auscult.server.console.frame.kept import KEPT
from auscult.server.console.frame.posted import day as day_in
from auscult.server.console.frame.posted import sentence
from auscult.server.console.frame.visit import BASE, Visit
from auscult.server.console.insights.agents import names_of_agents, people_of
from auscult.server.console.insights.contact_reasons_view import Compare, insights_page
from auscult.server.console.insights.failures import Answered, Failures
from auscult.services.conversations.latest import SURVEYS, Sought, count, newest
from auscult.services.insights.drivers import Compared, moved_of, passed_change
from auscult.services.insights.overview import Wanted, answers, drivers_of, mean_of
from auscult.services.insights.quality import WEEK, Passed, by_agent, by_name, by_period, passed, periods
from auscult.services.scoring.listing import ListedConversation

_FILTERS = ("queue", "agent", "channel", "intent", *HANDLERS)
_PERIOD = timedelta(days=28)
_NEWEST, _NAMES, _NEWS = 500, 20, 8
_WEEKS, _MOST_READ = 12, 1_000


class InsightsPage(Controller):
    """The page of the customers' reasons for contact, and of the causes of changes in the results."""

    path = "/insights"

    @get(opt=KEPT, sync_to_thread=True)
    def show(self, visit: NamedDependency[SkipValidation[Visit]]) -> Response[str]:
        """Compare a period with the preceding one of the same length."""
        visit.require("insight.read")
        query = {name: found for name, found in visit.query.items() if name in _FILTERS}
        query, handlers = handlers_of(visit, query, f"{BASE}/insights")
        sought, problem = visit.sought(query), ""
        try:
            compared = period_of(visit, *asked_days(visit))
        except RequestError as error:
            compared, problem = period_of(visit, "", ""), sentence(error.coded)
        rows = newest(visit.app, replace(sought, since=compared.since, until=compared.until), _NEWEST)
        named = named_in(visit, rows)
        # Before the whole period, whose rows are then those of its weeks.
        failures = _failures(visit, sought, compared, named)
        moves = moved_of(visit.app, sought, compared, metric_names(visit.app), named.reasons)
        found = Compare(passed_change(visit.app, sought, compared), moves[:_NEWS], failures)
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
    queues = Counter(visit.reader.queues.key(queue.id, queue.name) for row in rows for queue in row.queues)
    reasons = Counter(each.name for row in rows if row.insights for each in row.insights.intents or ())
    agents = Counter(aliases.head("agent", agent.id) for row in rows for agent in people_of(row))
    names = names_of_agents(rows, aliases)
    return Named(
        queues=[name for name, _n in queues.most_common(_NAMES) if name],
        reasons=[name for name, _n in reasons.most_common(_NAMES)],
        agents={agent: names[agent] for agent, _n in agents.most_common(_NAMES)},
    )


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
    return datetime.combine(found, time(), visit.reader.timezone).astimezone(UTC)
