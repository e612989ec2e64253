"""The band of a team over both databases: the middle half of its people's rates, and none of fewer than five."""

from collections.abc import Sequence
from datetime import timedelta
from statistics import quantiles

import pytest
from msgspec.structs import replace

from auscult.domain.conversation import Agent
from auscult.domain.directory import NO_ALIASES
from auscult.domain.people.directory import DirectoryAgent, Membership, Team
from auscult.domain.scoring.stored import EvaluatedConversation, PendingConversation, RenderedRows
from auscult.domain.statistics.agents import Count, shrunken_rates
from auscult.services.conversations.latest import Sought
from auscult.services.insights.quality import WEEK, by_agent_and_period
from auscult.services.insights.team import LEAST, Band, TeamBands, team_bands, team_of
from auscult.services.scoring.render import render
from auscult.storage.store import AppStore
from tests.contract.storing import STARTED, TENANT, conversation, evaluation
from tests.waiting import existing

PEOPLE = tuple(f"a-{number}" for number in range(6))
ME = frozenset({"a-0"})
SPANS = tuple((STARTED + n * WEEK, STARTED + (n + 1) * WEEK) for n in range(2))
EACH = 8


def case(pending: PendingConversation) -> RenderedRows:
    """A scored conversation, which passes or not by its number and its agent's."""
    _week, agent, number = pending.conversation.id.removeprefix("c-").split("/")
    decided = evaluation(pending.conversation, pending.revision)
    decided = replace(decided, passed=int(number) >= int(agent.removeprefix("a-")), fatal_errors=0)
    return render(TENANT, EvaluatedConversation(conversation=pending.conversation, evaluation=decided), {}, NO_ALIASES)


def join(app: AppStore, agents: Sequence[str], team: str = "t-1", since: timedelta = -WEEK) -> None:
    """Put agents into a team from a time on."""
    made = (Membership(kind="team", group_id=team, agent_id=each, since=STARTED + since) for each in agents)
    app.people.directory.add_memberships(list(made))


@pytest.fixture
def app(app: AppStore) -> AppStore:
    """An app in which each of six agents has eight conversations a week; agent n fails n of them, the last none in week two."""
    made = [
        conversation(f"c-{week}/{agent}/{number}", week * WEEK + timedelta(hours=number + 1), agents=(Agent(agent),))
        for week in range(2)
        for agent in PEOPLE
        for number in range(EACH)
        if (week, agent) != (1, PEOPLE[-1])
    ]
    batch = app.conversations.accept(made).batch_id or ""
    app.conversations.record(batch, [case(each) for each in app.conversations.pending(batch)])
    app.people.directory.put_agents([DirectoryAgent(agent_id=each) for each in PEOPLE])
    app.people.directory.put_teams([Team(team_id="t-1", name="North"), Team(team_id="t-0", name="Aside")])
    return app


def bands(app: AppStore, lately: int = 1) -> TeamBands:
    """Return the bands of the first agent's team."""
    return existing(team_bands(app, Sought(), ME, SPANS, lately=lately))


def middle(*failed: int, weeks: int = 1) -> tuple[float, float]:
    """Return the middle half of the shrunken rates of people who failed this many of their conversations each week."""
    n = EACH * weeks
    rates = shrunken_rates({str(each): Count(n - each * weeks, n) for each in failed}).values()
    low, _, high = quantiles([each.rate.value for each in rates], n=4, method="inclusive")
    return low, high


def ends(band: Band | None) -> tuple[float, float]:
    """Return the ends of a band that is there."""
    assert band is not None
    return band.low, band.high


def test_counts_of_agents_by_period(app: AppStore) -> None:
    """Each agent has their own conversations of each period; one without any has zeros."""
    found = by_agent_and_period(app, Sought(), [*PEOPLE, "a-none"], SPANS)
    assert [each.passed for each in found["a-3"]] == [EACH - 3, EACH - 3]
    assert [each.scored for each in found["a-5"]] == [EACH, 0]
    assert [each.scored for each in found["a-none"]] == [0, 0]


def test_the_band_is_the_middle_half(app: AppStore) -> None:
    """Of all six in the first week, of the five with a score in the second, and of both weeks together."""
    join(app, PEOPLE)
    found = bands(app)
    assert found.team.name == "North"
    assert ends(found.periods[0]) == pytest.approx(middle(0, 1, 2, 3, 4, 5))
    assert ends(found.periods[1]) == pytest.approx(middle(0, 1, 2, 3, 4))
    assert found.lately == found.periods[1]
    both = existing(bands(app, lately=2).lately)
    assert both.people == len(PEOPLE)
    assert both.low < both.high


def test_four_people_have_no_band(app: AppStore) -> None:
    """With the fifth there is one; who has no score does not count."""
    join(app, PEOPLE[: LEAST - 1])
    assert bands(app).periods == (None, None)
    assert bands(app).lately is None
    join(app, PEOPLE[-1:])
    first, second = bands(app).periods
    assert first is not None
    assert first.people == LEAST
    assert second is None, "the fifth has no score in the second week"


def test_a_person_of_two_ids_counts_once(app: AppStore) -> None:
    """The reader's two ids are one person, so that five ids may be too few."""
    join(app, PEOPLE[:LEAST])
    found = existing(team_bands(app, Sought(), frozenset({"a-0", "a-1"}), SPANS, lately=1))
    assert found.periods == (None, None)


def test_a_conversation_counts_for_the_team_of_its_day(app: AppStore) -> None:
    """In the week in which two join and one leaves, what they did before, and did afterwards, is in no figure of the team.

    In each week the agents' conversations begin one an hour, from its first hour on.
    """
    join(app, PEOPLE[:3])
    join(app, PEOPLE[3:5], since=WEEK + timedelta(hours=4, minutes=30))
    directory = app.people.directory
    left = STARTED + WEEK + timedelta(hours=2, minutes=30)
    directory.add_memberships([Membership(kind="team", group_id="t-1", agent_id="a-5", since=STARTED, until=left)])
    first, second = bands(app).periods
    assert first is None, "four people"
    rates = shrunken_rates(
        {
            **{str(each): Count(EACH - each, EACH) for each in range(3)},
            **{str(each): Count(EACH - 4, EACH - 4) for each in (3, 4)},
        }
    ).values()
    low, _, high = quantiles([each.rate.value for each in rates], n=4, method="inclusive")
    assert ends(second) == pytest.approx((low, high))


def test_without_a_team_there_is_no_band(app: AppStore) -> None:
    """Of several teams it is the first by name; a team of the past is none."""
    assert team_bands(app, Sought(), ME, SPANS, lately=1) is None
    directory = app.people.directory
    directory.add_memberships(
        [Membership(kind="team", group_id="t-1", agent_id="a-0", since=STARTED - WEEK, until=STARTED)]
    )
    assert team_of(directory, ME, STARTED) is None
    join(app, ["a-0"], since=timedelta(0))
    join(app, ["a-0"], "t-0")
    assert existing(team_of(directory, ME, STARTED)).team_id == "t-0"
