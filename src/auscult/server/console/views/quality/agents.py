"""Agents: a funnel and shrunken shares. No league table: differences that chance explains are not shown as such."""

from collections.abc import Mapping
from math import floor

from babel.lists import format_list
from markupsafe import Markup
from msgspec import Struct

from auscult.domain.statistics.agents import Count, Rate, funnel, shrunken_rates
from auscult.server.console.charts import funnel as drawing
from auscult.server.console.charts.interval import small
from auscult.server.console.language import gettext as _
from auscult.server.console.language import ngettext
from auscult.server.console.reader import FEW, Reader
from auscult.server.console.views.filters import FilterView
from auscult.services.insights.quality import Passed

_OUTSIDE = 0.998
_NAMED = 3


class AgentRow(Struct, frozen=True, kw_only=True):
    """One agent, by name."""

    name: str
    href: str
    scored: str
    raw: str
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
    counted: Mapping[str, Passed], names: Mapping[str, str], filters: FilterView, reader: Reader, base: str
) -> AgentsView:
    """Show agents with their passed shares. ``counted`` and ``names`` are by agent id."""
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
            _row(names[agent], f"{base}/agents/{agent}", (counts[agent], rates[agent]), starts[agent], reader)
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


def _row(name: str, href: str, found: tuple[Count, Rate], first: float | None, reader: Reader) -> AgentRow:
    """Show one agent, on an axis that begins at ``first``; None: too few conversations for a figure."""
    count, rate = found
    half = (rate.rate.high - rate.rate.low) / 2
    return AgentRow(
        name=name,
        href=href,
        scored=reader.number(count.n),
        raw=_("{n} of {whole}").format(n=count.successes, whole=count.n),
        shrunk=f"{reader.share(rate.rate.value)} {reader.give(half * 100, 0)}" if first is not None else _("too few"),
        chart=small(rate.rate.value, rate.rate.low, rate.rate.high, first) if first is not None else None,
    )
