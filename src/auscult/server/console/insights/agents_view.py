"""Agents: a funnel and shrunken shares. No league table: differences that chance explains are not shown as such."""

from collections.abc import Mapping, Sequence
from math import floor
from typing import NamedTuple

from babel.lists import format_list
from markupsafe import Markup
from msgspec import Struct

from auscult.domain.statistics.agents import Count, funnel, shrunken_rates
from auscult.domain.statistics.compared_agents import ComparedAgent, Comparison
from auscult.domain.statistics.intervals import Figure
from auscult.language import gettext as _
from auscult.language import ngettext
from auscult.server.console.frame.charts import funnel as drawing
from auscult.server.console.frame.charts.interval import small
from auscult.server.console.frame.counts import CountView, Leads, sentence
from auscult.server.console.frame.filters import FilterView
from auscult.server.console.frame.reader import FEW, Reader
from auscult.services.insights.quality import Passed

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
        "{names} cannot be compared: nobody else works on the same form, language and queue.",
        "{names} cannot be compared: nobody else works on the same form, language and queue.",
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
