"""Failures by week, queue and agent, and the drivers of customer satisfaction with interval and conversations."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from markupsafe import Markup
from msgspec import Struct

from auscult.domain.insights.drivers import Driver, Drivers
from auscult.domain.insights.overview import Kind, Measure
from auscult.language import gettext as _
from auscult.language import later
from auscult.server.console.ai_agents.handlers import HANDLERS
from auscult.server.console.frame.counts import CountView, Leads
from auscult.server.console.frame.filters import Query
from auscult.server.console.frame.reader import Reader
from auscult.services.insights.overview import AllDrivers, Mean
from auscult.services.insights.quality import Passed

_NAMES: Mapping[Measure, str] = {"csat": later("CSAT"), "nps": later("NPS")}
_KINDS: Mapping[Kind, str] = {"wait": later("Wait"), "missed_metric": later("Missed"), "agent": later("Agent")}
"""Kinds of drivers whose names do not explain themselves."""
_SHOWN = 10
_DIGITS: Mapping[Measure, int] = {"csat": 2, "nps": 1}


class FailedRow(Struct, frozen=True, kw_only=True):
    """One week, queue or agent: how many failed of those scored, and their share."""

    name: str
    failed: CountView
    scored: CountView
    share: Markup


class DriverRow(Struct, frozen=True, kw_only=True):
    """One driver: impact in points of the mean with its interval, its mean, its conversations and their share."""

    name: str
    measure: str
    points: str
    interval: str
    mean: str
    conversations: str
    share: str
    examples: tuple[tuple[str, str], ...]
    is_down: bool


class Answered(NamedTuple):
    """The customers' answers in a period: the means, and their drivers."""

    csat: Mean
    nps: Mean
    drivers: AllDrivers


class Failures(NamedTuple):
    """Figures of a period: by week, the oldest first; by queue; by id of agents and AI agents, with their ``names``."""

    weeks: Sequence[Passed]
    queues: Mapping[str, Passed]
    agents: Mapping[str, Passed]
    ai_agents: Mapping[str, Passed]
    names: Mapping[str, str]
    answered: Answered


class FailuresView(Struct, frozen=True, kw_only=True):
    """Weeks, the oldest first; queues and agents, the most failures first; ``lead`` is empty without any answer."""

    weeks: tuple[FailedRow, ...]
    queues: tuple[FailedRow, ...]
    agents: tuple[FailedRow, ...]
    ai_agents: tuple[FailedRow, ...]
    lead: str
    drivers: tuple[DriverRow, ...]


def failures_view(found: Failures, query: Query, reader: Reader, base: str) -> FailuresView:
    """Show failures and satisfaction."""
    answered = found.answered
    means: dict[Measure, Mean] = {"csat": answered.csat, "nps": answered.nps}
    said = [
        _("{name} {mean} of {n} answers").format(
            name=_(_NAMES[name]), mean=reader.number(mean.mean, _DIGITS[name]), n=reader.number(mean.n)
        )
        for name, mean in means.items()
        if mean.mean is not None
    ]
    measured: tuple[tuple[Measure, Drivers], ...] = (("csat", answered.drivers.csat), ("nps", answered.drivers.nps))
    drivers = [_driver(each, name, reader, base) for name, both in measured for each in (*both.low, *both.high)]
    carried = {
        name: values for name, values in query.items() if name in ("queue", "channel", "agent", "intent", *HANDLERS)
    }

    leads = Leads(reader, carried, f"{base}/conversations")

    def row(name: str, each: Passed, **narrowed: str) -> FailedRow:
        return FailedRow(
            name=name,
            failed=leads.failed(each, **narrowed),
            scored=leads.scored(each, **narrowed),
            share=leads.fail_rate(each, **narrowed),
        )

    return FailuresView(
        weeks=tuple(row(_week(each, reader), each) for each in found.weeks),
        queues=tuple(row(reader.queues.labelled(name), each, queue=name) for name, each in _worst(found.queues)),
        agents=tuple(row(found.names.get(id_, id_), each, agent=id_) for id_, each in _worst(found.agents)),
        ai_agents=tuple(
            row(found.names.get(id_, id_), each, ai_agent=id_, handled_by="ai") for id_, each in _worst(found.ai_agents)
        ),
        lead=". ".join(said) + "." if said else "",
        drivers=tuple(drivers),
    )


def _worst(found: Mapping[str, Passed]) -> list[tuple[str, Passed]]:
    """Return the queues or agents with scores, the most failures first."""
    scored = [(name, each) for name, each in found.items() if each.scored]
    return sorted(scored, key=lambda one: (one[1].passed - one[1].scored, -one[1].scored, one[0]))[:_SHOWN]


def _week(each: Passed, reader: Reader) -> str:
    return f"{reader.short_day(each.since)} \u2013 {reader.short_day(each.until - timedelta.resolution)}"


def _driver(each: Driver, measure: Measure, reader: Reader, base: str) -> DriverRow:
    digits = _DIGITS[measure]
    known = each.points_low is not None and each.points_high is not None
    bounds = [reader.number(bound or 0, digits, signed=True) for bound in (each.points_low, each.points_high)]
    return DriverRow(
        name=f"{_(_KINDS[each.kind])}: {each.name}" if each.kind in _KINDS else each.name[:1].upper() + each.name[1:],
        measure=_(_NAMES[measure]),
        points=reader.number(each.points, digits, signed=True),
        interval=_("{low} to {high}").format(low=bounds[0], high=bounds[1]) if known else "\u2013",
        mean=reader.number(each.mean, digits),
        conversations=reader.number(each.conversations),
        share=reader.share(each.share / 100),
        examples=tuple((name, f"{base}/conversations/{name}") for name in each.examples),
        is_down=each.points < 0,
    )
