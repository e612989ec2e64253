"""Agents: the funnel of all, and one agent's page."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from math import floor
from typing import NamedTuple

from babel.lists import format_list
from litestar import Controller, Response, get
from litestar.params import FromPath
from markupsafe import Markup
from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.audits.audit import AuditState
from auscult.domain.conversation import Agent
from auscult.domain.directory import Aliases
from auscult.domain.statistics.agents import Count, funnel, shrunken_rates
from auscult.domain.statistics.compared_agents import ComparedAgent, Comparison
from auscult.domain.statistics.intervals import Figure, wilson_figure
from auscult.language import gettext as _
from auscult.language import ngettext
from auscult.server.console.conversations.listing import names_of
from auscult.server.console.conversations.listing_view import RowView, row_view
from auscult.server.console.definitions.in_force import metric_names
from auscult.server.console.frame.charts import funnel as drawing
from auscult.server.console.frame.charts.interval import Span, figure_line, small
from auscult.server.console.frame.counts import CountView, Leads, sentence
from auscult.server.console.frame.filters import FilterView, address, filter_view
from auscult.server.console.frame.kept import KEPT
from auscult.server.console.frame.naming import agent_name
from auscult.server.console.frame.reader import FEW, Reader
from auscult.server.console.frame.visit import BASE, TheVisit, Visit, missing
from auscult.services.audits.blind import kept_from_agents, shows_only_audited, without_blind
from auscult.services.conversations.latest import Sought, details, newest
from auscult.services.insights.agents import comparison_of
from auscult.services.insights.quality import METRICS, NOTHING, Adherence, Passed, by_agent, by_period
from auscult.services.scoring.listing import ListedConversation

_GOOD = 0.95
_MOST_SKILLS = 4


class Skills(NamedTuple):
    """The metrics that an agent meets, the best first, and the one to work on, by id."""

    good: tuple[str, ...]
    work_on: str | None


PERIOD = timedelta(days=90)
_NEWEST, _SHOWN = 1_000, 10
_NAMED = 3


class AgentRow(Struct, frozen=True, kw_only=True):
    """One agent, by name."""

    name: str
    href: str
    scored: CountView
    raw: Markup
    shrunk: str
    chart: Markup | None


class AgentsView(Struct, frozen=True, kw_only=True):
    """The page."""

    filters: FilterView
    chart: Markup
    said: str
    rows: tuple[AgentRow, ...]
    period: str
    axis: str


class AgentsFound(NamedTuple):
    """The data of the page, by agent id: passed counts, names, and the comparison on the same work."""

    counted: Mapping[str, Passed]
    names: Mapping[str, str]
    compared: Comparison


class AgentsPage(Controller):
    """All agents in comparison, and each alone."""

    path = "/agents"

    @get(opt=KEPT, sync_to_thread=True)
    def listing(self, visit: TheVisit) -> Response[str]:
        """Show every agent who took part recently."""
        visit.require("insight.read")
        query = {name: found for name, found in visit.query.items() if name in ("queue", "channel")}
        end = visit.reader.end_of_today
        sought = replace(visit.sought(query), since=end - PERIOD, until=end)
        names = _agents(visit, sought)
        counted = by_agent(visit.app, sought, list(names))
        leads = Leads(visit.reader, query, f"{BASE}/conversations")
        filters = filter_view(query, f"{BASE}/agents", names_of(visit), visit.reader, ("queue", "channel"))
        found = AgentsFound(counted, names, visit.recent(comparison_of, sought))
        view = agents_view(found, filters, leads, BASE)
        return visit.page("insights/agents", "Agents", view)

    @get("/{agent_id:str}", opt=KEPT, sync_to_thread=True)
    def show(self, agent_id: FromPath[str], visit: TheVisit) -> Response[str]:
        """Show one agent's results: what they are good at, one thing to work on, and conversations."""
        visit.require("conversation.read")
        if visit.principal.is_only_agent() and agent_id not in visit.principal.agent_ids:
            raise missing("agent", agent_id)
        end = visit.reader.end_of_today
        settings = kept_from_agents(visit.app, visit.principal.visibility("conversation.read"))
        audits: tuple[AuditState, ...] = ("audited",) if shows_only_audited(settings) else ()
        sought = Sought(since=end - PERIOD, until=end, agents=(agent_id,), audits=audits)
        items = newest(visit.app, Sought(agents=(agent_id,), audits=audits), _SHOWN)
        same = visit.reader.queues.aliases.ids("agent", agent_id)
        agent = next((each for row in items for each in row.agents if each.id in same), None)
        if agent is None:
            raise missing("agent", agent_id)
        agent = replace(agent, id=agent_id)
        items = without_blind(visit.app, visit.visitor.email, items, visit.principal.agent_ids)
        known = details(visit.app, items)
        rows = tuple(row_view(each, known.get(each.id), visit.reader, BASE) for each in items)
        (period,) = by_period(visit.app, sought, ((end - PERIOD, end),), ("outcome", *METRICS))
        metrics = {
            metric_id: (name, period.metrics.get(metric_id, NOTHING))
            for metric_id, name in metric_names(visit.app).items()
        }
        may = Allowed(sees_all=visit.may("insight.read"), coaches=visit.may("coaching.give"))
        query = {"agent": (agent_id,), "audit": audits} if audits else {"agent": (agent_id,)}
        leads = Leads(visit.reader, query, f"{BASE}/conversations")
        compared = visit.recent(comparison_of, Sought(since=end - PERIOD, until=end)) if may.sees_all else None
        view = agent_view(agent, Counted(period.passed, metrics, rows, leads, compared), may, BASE)
        return visit.page("insights/agent", "Agents", view)


def _agents(visit: Visit, sought: Sought) -> dict[str, str]:
    """Return the names of the agents of the newest conversations, by id; a shared name has the end of the id added."""
    return names_of_agents(newest(visit.app, sought, _NEWEST), visit.reader.queues.aliases)


def people_of(row: ListedConversation) -> tuple[Agent, ...]:
    """Return the agents of a conversation who are no AI agents."""
    return tuple(each for each in row.agents if each.kind != "ai")


def names_of_agents(rows: Sequence[ListedConversation], aliases: Aliases) -> dict[str, str]:
    """Return the names of the agents of conversations, by id; a shared name has the end of the id added.

    Those who are merged are one, under the id that stays. AI agents are not among them.
    """
    agents = {each.id: each for row in rows for each in people_of(row)}
    found = {each.id: agent_name(each) for each in map(aliases.agent, agents.values())}
    shared = {name for name, number in Counter(found.values()).items() if number > 1}
    return {each: f"{name} \u2026{each[-4:]}" if name in shared else name for each, name in found.items()}


def agents_view(data: AgentsFound, filters: FilterView, leads: Leads, base: str) -> AgentsView:
    """Show agents with their passed shares."""
    counted, names, compared = data
    reader = leads.reader
    counts = {agent: Count(found.passed, found.scored) for agent, found in counted.items()}
    rates = shrunken_rates(counts) if counts else {}
    found = funnel(counts) if counts else None
    outside = [each for each in compared.outside if each in counts]
    centre = found.centre if found else 0.0
    dots = [
        drawing.FunnelDot(
            name=names[agent],
            n=one.count.n,
            share=min(max(centre + (one.count.successes - one.usual) / one.count.n, 0.0), 1.0),
            shown=unusual(one, reader),
            href=f"{base}/agents/{agent}",
            beyond=one.is_outside,
        )
        for agent, one in compared.agents.items()
        if agent in counts
    ]
    shown = {agent for agent, rate in rates.items() if rate.n >= FEW and (rate.enough or agent in outside)}
    lowest = min((rates[agent].rate.low for agent in shown), default=0.5)
    first = floor(lowest * 10) / 10
    starts = {agent: first if agent in shown else None for agent in counts}
    around = drawing.Centre(
        value=centre,
        shown=_("all {share}").format(share=reader.number(centre * 100, 1)),
        label=_(
            "Share that passes by agent, on the same form, language and queue, around {share}; {n} outside the limits of chance"
        ).format(share=reader.share(centre, 1), n=len(outside)),
    )
    return AgentsView(
        filters=filters,
        chart=drawing.funnel(dots, around),
        said=_said(found.differ, compared, names, reader) if found else _("Nobody had a scored conversation."),
        rows=tuple(
            _row((agent, names[agent]), counted[agent], (rates[agent].rate, starts[agent]), leads, base)
            for agent in sorted(counts, key=lambda agent: names[agent].casefold())
        ),
        period=_("last 90 days"),
        axis=_("{low} to {high}").format(low=reader.number(first * 100), high=reader.share(1)),
    )


def unusual(one: ComparedAgent, reader: Reader) -> str:
    """Return how many passed, and how many would at the rate of others: ``0 of 9, where 8 would be usual``."""
    said = _("{n} of {whole}, where {usual} would be usual")
    count = one.count
    return said.format(
        n=reader.number(count.successes), whole=reader.number(count.n), usual=reader.number(round(one.usual))
    )


def _said(differ: bool, compared: Comparison, names: Mapping[str, str], reader: Reader) -> str:  # noqa: FBT001  (a test)
    """Return the sentences on whether agents differ, within their work and in all, and who lies outside."""
    n, outside = reader.number(len(names)), [each for each in compared.outside if each in names]
    if outside:
        listed = _listed([f"{names[agent]} ({unusual(compared.agents[agent], reader)})" for agent in outside], reader)
        said = ngettext(
            "Of {n} agents, {names} differs by more than chance from others on the same form, language and queue: look at the conversations first.",
            "Of {n} agents, {names} differ by more than chance from others on the same form, language and queue: look at the conversations first.",
            len(outside),
        ).format(n=n, names=listed)
    elif compared.differ:
        said = _("{n} agents differ by more than chance, but none lies outside the limits.").format(n=n)
    elif differ:
        said = _(
            "{n} agents differ by more than chance, but not on the same form, language and queue: their work differs."
        ).format(n=n)
    else:
        said = _("{n} agents: how they differ could still be chance.").format(n=n)
    alone = [names[agent] for agent in compared.alone if agent in names]
    if not alone:
        return said
    cannot = ngettext(
        "{names} cannot be compared: no other agent has the same form, language and queue.",
        "{names} cannot be compared: no other agent has the same form, language and queue.",
        len(alone),
    )
    return f"{said} {cannot.format(names=_listed(alone, reader))}"


def _listed(names: Sequence[str], reader: Reader) -> str:
    if len(names) > _NAMED:
        return _("{first} and {n} more").format(first=", ".join(names[:_NAMED]), n=len(names) - _NAMED)
    return format_list(names, locale=reader.locale)


def _row(
    agent: tuple[str, str], found: Passed, estimate: tuple[Figure, float | None], leads: Leads, base: str
) -> AgentRow:
    """Show one agent, by id and name, with an estimate on an axis that begins there; None: too few for a figure."""
    (agent_id, name), (rate, first), reader = agent, estimate, leads.reader
    return AgentRow(
        name=name,
        href=f"{base}/agents/{agent_id}",
        scored=leads.scored(found, agent=agent_id),
        raw=sentence(_("{n} of {whole}"), n=leads.passed(found, agent=agent_id), whole=reader.number(found.scored)),
        shrunk=_("too few") if first is None else f"{reader.share(rate.value)} {reader.interval(rate, 0)}",
        chart=None if first is None else small(rate.value, rate.low, rate.high, first),
    )


def skills_of(metrics: Mapping[str, Adherence]) -> Skills:
    """Return strengths and the weakest metric, of those with enough conversations."""
    shares = {metric_id: each.met / each.n for metric_id, each in metrics.items() if each.n >= FEW}
    ordered = sorted(shares, key=lambda each: -shares[each])
    weakest = ordered[-1] if ordered and shares[ordered[-1]] < _GOOD else None
    return Skills(tuple(each for each in ordered if shares[each] >= _GOOD), weakest)


class SkillView(Struct, frozen=True, kw_only=True):
    """One metric: how often it was met, and where."""

    name: str
    share: str
    n: Markup
    href: str


class Counted(NamedTuple):
    """The data of an agent's page: passed counts, each metric's name and adherence by id, the newest rows.

    ``leads`` lead to the conversations that are counted. ``compared`` is the comparison of all agents, for those who
    may see it.
    """

    passed: Passed
    metrics: Mapping[str, tuple[str, Adherence]]
    rows: Sequence[RowView]
    leads: Leads
    compared: Comparison | None = None


class Allowed(NamedTuple):
    """The visitor's permissions: to see all agents, and to coach."""

    sees_all: bool
    coaches: bool


class AgentView(Struct, frozen=True, kw_only=True):
    """The page."""

    name: str
    id: str
    figure: str
    give: str
    chart: Markup | None
    sentence: Markup
    good: tuple[SkillView, ...]
    work_on: SkillView | None
    is_known: bool
    rows: tuple[RowView, ...]
    list_href: str
    coach_href: str


def agent_view(agent: Agent, found_of: Counted, may: Allowed, base: str) -> AgentView:
    """Show an agent's last 90 days."""
    counted, metrics, rows, leads, compared = found_of
    reader = leads.reader
    name = agent_name(agent)
    skills = skills_of({metric_id: found for metric_id, (_name, found) in metrics.items()})

    def shown(metric_id: str) -> SkillView:
        metric_name, found = metrics[metric_id]
        return skill_view(metric_name, found, (metric_id, counted), leads)

    goal = {"metric": skills.work_on} if skills.work_on else {}
    figure = wilson_figure(counted.passed, counted.scored) if counted.scored >= FEW else None
    first = max(round(figure.low * 10 - 0.5) / 10, 0.0) if figure else 0.0
    return AgentView(
        name=name,
        id=agent.id,
        figure=reader.rate(counted.passed, counted.scored),
        give=reader.interval(figure) if figure else "",
        chart=figure_line(
            Span(value=figure.value, low=figure.low, high=figure.high, first=first, last=1.0),
            reader.number(first * 100),
            reader.share(1),
        )
        if figure
        else None,
        sentence=Markup(" ").join(
            filter(
                None,
                (
                    sentence(
                        _("{n} scored in 90 days, {passed} passed."),
                        n=leads.scored(counted),
                        passed=leads.passed(counted),
                    ),
                    _unusual(agent.id, compared, reader),
                    leads.undecided(counted),
                ),
            )
        ),
        is_known=bool(skills.good or skills.work_on),
        good=tuple(map(shown, skills.good[:_MOST_SKILLS])),
        work_on=shown(skills.work_on) if skills.work_on else None,
        rows=tuple(rows),
        list_href=f"{base}/agents" if may.sees_all else "",
        coach_href=address(f"{base}/coaching/new", {}, agents=agent.id, **goal) if may.coaches else "",
    )


def _unusual(agent_id: str, compared: Comparison | None, reader: Reader) -> str:
    """Return the sentence on an agent who lies outside the limits of chance, or cannot be compared; else nothing."""
    if compared is None:
        return ""
    if agent_id in compared.alone:
        return _("Nobody else works on the same form, language and queue, so there is nothing to compare with.")
    found = compared.agents.get(agent_id)
    if found is None or not found.is_outside:
        return ""
    return _("More than chance, on the same form, language and queue: {counts}.").format(counts=unusual(found, reader))


def skill_view(name: str, found: Adherence, metric: tuple[str, Passed], leads: Leads) -> SkillView:
    """Show how often a metric was met in a period; the link leads to where it was missed, or else to where it was met."""
    metric_id, span = metric
    n = sentence(
        _("{n} of {whole}"),
        n=leads.number(found.met, span, met=metric_id),
        whole=leads.number(found.n, span, asked=metric_id),
    )
    which = {"missed": metric_id} if found.missed else {"met": metric_id}
    return SkillView(name=name, share=leads.reader.share(found.met / found.n), n=n, href=leads.to(span, **which))
