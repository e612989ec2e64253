"""Agents: a funnel and shrunken shares. Not a league table: what chance explains is not told apart."""

from collections.abc import Mapping
from math import floor

from markupsafe import Markup
from msgspec import Struct

from auscult.domain.statistics.agents import Count, Shrunk, funnel, shrink
from auscult.server.console.charts import funnel as drawing
from auscult.server.console.charts.interval import small
from auscult.server.console.reader import Reader
from auscult.server.console.views.filters import FilterView
from auscult.services.insights.quality import Passed

_OUTSIDE = 0.998


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
    """Show agents by what they passed. ``counted`` and ``names`` are by agent id."""
    counts = {agent: Count(found.passed, found.scored) for agent, found in counted.items()}
    rates = shrink(counts) if counts else {}
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
    lowest = min((rate.rate.low for rate in rates.values() if rate.enough), default=0.5)
    first = floor(lowest * 10) / 10
    centre = found.centre if found else 0.0
    around = drawing.Centre(
        value=centre,
        dispersion=found.dispersion if found else 1.0,
        shown=f"all {reader.number(centre * 100, 1)}",
        label=f"Share that passes by agent, around {reader.share(centre, 1)}; {len(outside)} outside the limits of chance",
    )
    return AgentsView(
        filters=filters,
        chart=drawing.funnel(dots, around),
        said=_said(len(counts), [names[agent] for agent in sorted(outside)], reader),
        rows=tuple(
            _row(names[agent], f"{base}/agents/{agent}", (counts[agent], rates[agent]), first, reader)
            for agent in sorted(counts, key=lambda agent: names[agent].casefold())
        ),
        period="last 90 days",
        axis=f"{reader.number(first * 100)} to 100%",
    )


def _said(agents: int, outside: list[str], reader: Reader) -> str:
    if not agents:
        return "Nobody had a scored conversation."
    if not outside:
        return f"{reader.number(agents)} agents, and chance explains how they differ."
    names = ", ".join(outside[:3]) + (f" and {len(outside) - 3} more" if len(outside) > 3 else "")  # noqa: PLR2004
    verb = "differs" if len(outside) == 1 else "differ"
    return f"Of {reader.number(agents)} agents, {names} {verb} by more than chance: look at the conversations first."


def _row(name: str, href: str, found: tuple[Count, Shrunk], first: float, reader: Reader) -> AgentRow:
    count, rate = found
    half = (rate.rate.high - rate.rate.low) / 2
    return AgentRow(
        name=name,
        href=href,
        scored=reader.number(count.n),
        raw=f"{count.successes} of {count.n}",
        shrunk=f"{reader.share(rate.rate.value)} {reader.give(half * 100, 0)}" if rate.enough else "too few",
        chart=small(rate.rate.value, rate.rate.low, rate.rate.high, first) if rate.enough else None,
    )
