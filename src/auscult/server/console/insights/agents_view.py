"""Agents: a funnel and shrunken shares. No league table: differences that chance explains are not shown as such."""

from collections.abc import Mapping
from math import floor

from babel.lists import format_list
from markupsafe import Markup
from msgspec import Struct

from auscult.domain.statistics.agents import Count, Funnel, funnel, shrunken_rates
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


def agents_view(
    counted: Mapping[str, Passed], names: Mapping[str, str], filters: FilterView, leads: Leads, base: str
) -> AgentsView:
    """Show agents with their passed shares. ``counted`` and ``names`` are by agent id."""
    reader = leads.reader
    counts = counts_of(counted)
    rates = shrunken_rates(counts) if counts else {}
    found = funnel(counts) if counts else None
    outside = found.outside if found else []
    dots = [
        drawing.FunnelDot(
            name=names[agent],
            n=count.n,
            share=count.successes / count.n,
            shown=reader.share(count.successes / count.n),
            href=f"{base}/agents/{agent}",
            beyond=agent in outside,
        )
        for agent, count in counts.items()
    ]
    shown = {agent for agent, rate in rates.items() if rate.n >= FEW and (rate.enough or agent in outside)}
    lowest = min((rates[agent].rate.low for agent in shown), default=0.5)
    first = floor(lowest * 10) / 10
    starts = {agent: first if agent in shown else None for agent in counts}
    centre = found.centre if found else 0.0
    around = drawing.Centre(
        value=centre,
        shown=_("all {share}").format(share=reader.number(centre * 100, 1)),
        label=_("Share that passes by agent, around {share}; {n} outside the limits of chance").format(
            share=reader.share(centre, 1), n=len(outside)
        ),
    )
    return AgentsView(
        filters=filters,
        chart=drawing.funnel(dots, around),
        said=_said(found, counts, names, reader),
        rows=tuple(
            _row((agent, names[agent]), counted[agent], (rates[agent].rate, starts[agent]), leads, base)
            for agent in sorted(counts, key=lambda agent: names[agent].casefold())
        ),
        period=_("last 90 days"),
        axis=_("{low} to {high}").format(low=reader.number(first * 100), high=reader.share(1)),
    )


def counts_of(counted: Mapping[str, Passed]) -> dict[str, Count]:
    """Return how many conversations of each agent passed."""
    return {agent: Count(found.passed, found.scored) for agent, found in counted.items()}


def unusual(count: Count, centre: float, reader: Reader) -> str:
    """Return how many passed, and how many would at the share of all: ``0 of 9, where 8 would be usual``."""
    usual = reader.number(round(centre * count.n))
    said = _("{n} of {whole}, where {usual} would be usual")
    return said.format(n=reader.number(count.successes), whole=reader.number(count.n), usual=usual)


def _said(found: Funnel | None, counts: Mapping[str, Count], names: Mapping[str, str], reader: Reader) -> str:
    if found is None:
        return _("Nobody had a scored conversation.")
    n, outside = reader.number(len(counts)), found.outside
    if not outside:
        said = (
            _("{n} agents differ by more than chance, but none lies outside the limits.")
            if found.differ
            else _("{n} agents, and chance explains how they differ.")
        )
        return said.format(n=n)
    named = [f"{names[agent]} ({unusual(counts[agent], found.centre, reader)})" for agent in outside]
    if len(named) > _NAMED:
        listed = _("{first} and {n} more").format(first=", ".join(named[:_NAMED]), n=len(named) - _NAMED)
    else:
        listed = format_list(named, locale=reader.locale)
    said = ngettext(
        "Of {n} agents, {names} differs by more than chance: look at the conversations first.",
        "Of {n} agents, {names} differ by more than chance: look at the conversations first.",
        len(outside),
    )
    return said.format(n=n, names=listed)


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
