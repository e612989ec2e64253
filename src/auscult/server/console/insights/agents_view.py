"""Agents: a funnel and shrunken shares. No league table: differences that chance explains are not shown as such."""

from collections.abc import Mapping
from math import floor

from babel.lists import format_list
from markupsafe import Markup
from msgspec import Struct

from auscult.domain.statistics.agents import Count, funnel, shrunken_rates
from auscult.domain.statistics.intervals import Figure
from auscult.language import gettext as _
from auscult.language import ngettext
from auscult.server.console.frame.charts import funnel as drawing
from auscult.server.console.frame.charts.interval import small
from auscult.server.console.frame.counts import CountView, Leads, sentence
from auscult.server.console.frame.filters import FilterView
from auscult.server.console.frame.reader import FEW, Reader
from auscult.services.insights.quality import Passed

_OUTSIDE = 0.998
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
    counts = {agent: Count(found.passed, found.scored) for agent, found in counted.items()}
    rates = shrunken_rates(counts) if counts else {}
    found = funnel(counts) if counts else None
    outside = (
        {agent for agent, point in found.points.items() if point.beyond is not None and point.beyond >= _OUTSIDE}
        if found
        else set[str]()
    )
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
        dispersion=found.dispersion if found else 1.0,
        shown=_("all {share}").format(share=reader.number(centre * 100, 1)),
        label=_("Share that passes by agent, around {share}; {n} outside the limits of chance").format(
            share=reader.share(centre, 1), n=len(outside)
        ),
    )
    return AgentsView(
        filters=filters,
        chart=drawing.funnel(dots, around),
        said=_said(len(counts), [names[agent] for agent in sorted(outside)], reader),
        rows=tuple(
            _row((agent, names[agent]), counted[agent], (rates[agent].rate, starts[agent]), leads, base)
            for agent in sorted(counts, key=lambda agent: names[agent].casefold())
        ),
        period=_("last 90 days"),
        axis=_("{low} to {high}").format(low=reader.number(first * 100), high=reader.share(1)),
    )


def _said(agents: int, outside: list[str], reader: Reader) -> str:
    if not agents:
        return _("Nobody had a scored conversation.")
    if not outside:
        return _("{n} agents, and chance explains how they differ.").format(n=reader.number(agents))
    names = format_list(outside, locale=reader.locale)
    if len(outside) > _NAMED:
        names = _("{first} and {n} more").format(first=", ".join(outside[:_NAMED]), n=len(outside) - _NAMED)
    said = ngettext(
        "Of {n} agents, {names} differs by more than chance: look at the conversations first.",
        "Of {n} agents, {names} differ by more than chance: look at the conversations first.",
        len(outside),
    )
    return said.format(n=reader.number(agents), names=names)


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
