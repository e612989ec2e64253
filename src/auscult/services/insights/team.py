"""The band of a team: the middle half of its people's pass rates, and nothing of any one of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain, pairwise
from statistics import quantiles

from msgspec import Struct

from auscult.domain.people.directory import Membership, Team
from auscult.domain.statistics.agents import Count, shrunken_rates
from auscult.services.conversations.latest import Sought
from auscult.services.insights.quality import by_agent_and_period
from auscult.storage.people.directory import AppDirectory
from auscult.storage.store import AppStore

LEAST = 5
"""Fewer people than this have no band: it would show what single colleagues do."""

Spans = Sequence[tuple[datetime, datetime]]


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

    ``app`` sees everything. The team is that of the end; a conversation counts where its agent was in it when it began.
    """
    directory = app.people.directory
    team = team_of(directory, agent_ids, spans[-1][1])
    if team is None:
        return None
    machines = directory.ai_agents()
    members = [each for each in directory.memberships("team", team.team_id) if each.agent_id not in machines]
    counted = _counts_of_members(app, sought, members, spans)
    person = _persons(app, agent_ids)
    periods = tuple(_band(_by_person(each, person)) for each in counted)
    return TeamBands(team=team, periods=periods, lately=_band(_by_person(chain(*counted[-lately:]), person)))


def _counts_of_members(
    app: AppStore, sought: Sought, members: Sequence[Membership], spans: Spans
) -> list[list[tuple[str, Count]]]:
    """Return the counts of each period by agent id, split where memberships begin or end: between, each holds or not."""
    first, last = spans[0][0], spans[-1][1]
    changes = {at for each in members for at in (each.since, each.until) if at is not None and first < at < last}
    pieces = list(pairwise(sorted({first, *(until for _, until in spans), *changes})))
    counted = by_agent_and_period(app, sought, sorted({each.agent_id for each in members}), pieces)
    found: list[list[tuple[str, Count]]] = [[] for _ in spans]
    for n, (since, _) in enumerate(pieces):
        period = next(index for index, (_, until) in enumerate(spans) if since < until)
        for agent_id in sorted({each.agent_id for each in members if each.holds(since)}):
            one = counted[agent_id][n]
            found[period].append((agent_id, Count(one.passed, one.scored)))
    return found


def _persons(app: AppStore, agent_ids: frozenset[str]) -> Callable[[str], str]:
    """Return the lookup of the person that an agent is: some people have several ids."""
    users = {each.agent_id: each.user_id for each in app.people.directory.agents() if each.user_id}
    own, aliases = dict.fromkeys(agent_ids, "own"), app.aliases.in_force()
    return lambda agent_id: own.get(agent_id) or users.get(agent_id) or f"agent {aliases.head('agent', agent_id)}"


def _by_person(counted: Iterable[tuple[str, Count]], person: Callable[[str], str]) -> dict[str, Count]:
    """Add up counts by agent id to those of people; there are none of people without a score."""
    found: dict[str, Count] = {}
    for agent_id, count in counted:
        if count.n:
            before = found.get(person(agent_id), Count(0, 0))
            found[person(agent_id)] = Count(before.successes + count.successes, before.n + count.n)
    return found


def _band(counts: Mapping[str, Count]) -> Band | None:
    """Return the middle half of the rates, shrunken towards each other, so that few conversations do not widen it."""
    if len(counts) < LEAST:
        return None
    low, _, high = quantiles((each.rate.value for each in shrunken_rates(counts).values()), n=4, method="inclusive")
    return Band(low=low, high=high, people=len(counts))
