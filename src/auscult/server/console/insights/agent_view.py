"""One agent: their result with its interval, their strengths, one point to work on, their conversations."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from markupsafe import Markup
from msgspec import Struct

from auscult.domain.conversation import Agent
from auscult.domain.statistics.compared_agents import Comparison
from auscult.domain.statistics.intervals import wilson_figure
from auscult.language import gettext as _
from auscult.server.console.conversations.listing_view import RowView
from auscult.server.console.frame.charts.interval import Span, figure_line
from auscult.server.console.frame.counts import Leads, sentence
from auscult.server.console.frame.filters import address
from auscult.server.console.frame.naming import agent_name
from auscult.server.console.frame.reader import FEW, Reader
from auscult.server.console.insights.agents_view import unusual
from auscult.services.insights.quality import Adherence, Passed

_GOOD = 0.95
_SHOWN = 4


class Skills(NamedTuple):
    """The metrics that an agent meets, the best first, and the one to work on, by id."""

    good: tuple[str, ...]
    work_on: str | None


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
        good=tuple(map(shown, skills.good[:_SHOWN])),
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
