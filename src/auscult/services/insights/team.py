"""The band of a team: the middle half of its people's pass rates, and nothing of any one of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from statistics import quantiles

from msgspec import Struct

from auscult.domain.people.directory import Membership, Team
from auscult.domain.statistics.agents import Count, shrunken_rates
from auscult.services.conversations.latest import Sought
from auscult.services.insights.quality import Passed, by_agent_and_period
from auscult.storage.people.directory import AppDirectory
from auscult.storage.store import AppStore

LEAST = 5
"""Fewer people than this have no band: it would show what single colleagues do."""

Spans = Sequence[tuple[datetime, datetime]]
_Weeks = Mapping[str, tuple[Passed, ...]]


class Band(Struct, frozen=True, kw_only=True):
    """The first and third quartile of the rates of some people, as shares."""

    low: float
    high: float
    people: int


class TeamBands(Struct, frozen=True, kw_only=True):
    """The bands of a team by period, and of the last ``lately`` periods together; None of fewer than five people."""

    team: Team
    periods: tuple[Band | None, ...]
    lately: Band | None


def team_of(directory: AppDirectory, agent_ids: frozenset[str], at: datetime) -> Team | None:
    """Return the team that an agent is in at an instant, of several the first by name."""
    theirs = {each.group_id for each in directory.memberships("team") if each.agent_id in agent_ids and each.holds(at)}
    found = [each for each in directory.teams() if each.team_id in theirs]
    return min(found, key=lambda each: (each.name.casefold(), each.team_id), default=None)


def team_bands(
    app: AppStore, sought: Sought, agent_ids: frozenset[str], spans: Spans, *, lately: int
) -> TeamBands | None:
    """Return the bands of an agent's team in periods that follow each other; None without a team.

    ``app`` sees everything. A period counts the people who are in the team when it ends.
    """
    directory = app.people.directory
    now = spans[-1][1]
    team = team_of(directory, agent_ids, now)
    if team is None:
        return None
    members = directory.memberships("team", team.team_id)
    person = _persons(app, agent_ids)
    counted = by_agent_and_period(app, sought, sorted({each.agent_id for each in members}), spans)
    bands = [_band(_counts(counted, members, person, spans[n : n + 1], [n])) for n in range(len(spans))]
    last = range(len(spans) - lately, len(spans))
    return TeamBands(
        team=team, periods=tuple(bands), lately=_band(_counts(counted, members, person, spans[-lately:], last))
    )


def _persons(app: AppStore, agent_ids: frozenset[str]) -> Callable[[str], str]:
    """Return the lookup of the person that an agent is: some people have several ids."""
    users = {each.agent_id: each.user_id for each in app.people.directory.agents() if each.user_id}
    own = dict.fromkeys(agent_ids, "own")
    return lambda agent_id: own.get(agent_id) or users.get(agent_id) or f"agent {agent_id}"


def _counts(
    counted: _Weeks,
    members: Iterable[Membership],
    person: Callable[[str], str],
    spans: Spans,
    numbers: Sequence[int],
) -> dict[str, Count]:
    """Add up the counts of the people who are in the team when a period ends, over some periods."""
    held = {
        (each.agent_id, n) for each in members for (_, end), n in zip(spans, numbers, strict=True) if each.holds(end)
    }
    found: dict[str, Count] = {}
    for agent_id, n in held:
        one = counted[agent_id][n]
        if one.scored:
            before = found.get(person(agent_id), Count(0, 0))
            found[person(agent_id)] = Count(before.successes + one.passed, before.n + one.scored)
    return found


def _band(counts: Mapping[str, Count]) -> Band | None:
    """Return the middle half of the rates, shrunken towards each other, so that few conversations do not widen it."""
    if len(counts) < LEAST:
        return None
    low, _, high = quantiles((each.rate.value for each in shrunken_rates(counts).values()), n=4, method="inclusive")
    return Band(low=low, high=high, people=len(counts))
