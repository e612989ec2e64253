"""Draws and dealing: exact quotas, honest probabilities, shares that are met."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.audits.draw import Candidate, candidates_of, deal, digest_of, draw
from auscult.domain.audits.judged import judged_agents
from auscult.domain.audits.plan import Absence, Frame, PlanAuditor, PlanDocument, Quota, Window, check_plan, windows_of
from auscult.domain.conversation import Agent, Conversation, Turn
from auscult.domain.errors import RequestError

START = datetime(2026, 3, 1, tzinfo=UTC)
TODAY = date(2026, 4, 1)

candidates = st.lists(
    st.tuples(st.integers(0, 99), st.sampled_from("ab"), st.booleans()), max_size=60, unique_by=lambda one: one[0]
).map(lambda made: [Candidate(conversation_id=f"c-{n}", stratum=stratum, is_risky=risky) for n, stratum, risky in made])


def plan(**changes: object) -> PlanDocument:
    """Return a plan for ten conversations."""
    made: dict[str, object] = {
        "name": "March",
        "form_id": "ef-1",
        "frame": Frame(since=START, until=START.replace(month=4)),
        "quota": Quota(count=10),
    }
    return PlanDocument(**made | changes)  # type: ignore[arg-type]


@given(candidates, st.integers(1, 20))
def test_a_count_is_met_in_each_stratum(frame: list[Candidate], count: int) -> None:
    """The n smallest numbers, or all there are; n / N for each."""
    items, strata = draw(plan(quota=Quota(count=count)), "s", frame)
    for one in strata:
        mine = [item for item in items if item.stratum == one.key]
        assert len(mine) == one.drawn == min(count, one.population)
        assert {item.probability for item in mine} <= {one.drawn / one.population}
    assert sum(one.population for one in strata) == len(frame)


@given(candidates, st.integers(1, 20), st.floats(0, 1))
def test_risk_moves_the_draw_and_not_its_size(frame: list[Candidate], count: int, floor: float) -> None:
    """With rules of risk as many are drawn; the probabilities of a stratum's two parts add up to the count."""
    items, strata = draw(plan(quota=Quota(count=count), risks=("failed",), floor=floor), "s", frame)
    plain, _ = draw(plan(quota=Quota(count=count)), "s", frame)
    assert len(items) == len(plain)
    assert sum(one.population * one.probability for one in strata) == pytest.approx(len(items))


ranked = st.lists(st.tuples(st.sampled_from("ab"), st.none() | st.integers(0, 5)), max_size=60).map(
    lambda made: [
        Candidate(conversation_id=f"c-{n}", stratum=stratum, rank=rank) for n, (stratum, rank) in enumerate(made)
    ]
)


@given(ranked, st.integers(1, 20), st.floats(0, 1))
def test_an_order_draws_the_first_and_some_by_chance(frame: list[Candidate], count: int, floor: float) -> None:
    """As many as without; all of the first part, before which none of the rest comes, and the probabilities are honest."""
    wanted = plan(quota=Quota(count=count), order="confidence", floor=floor)
    items, strata = draw(wanted, "s", frame)
    plain, _ = draw(plan(quota=Quota(count=count)), "s", frame)
    assert len(items) == len(plain)
    assert sum(one.population for one in strata) == len(frame)
    ranks = {each.conversation_id: each.rank for each in frame}
    for stratum in {each.stratum for each in frame}:
        members = [each for each in frame if each.stratum == stratum]
        first = [item.conversation_id for item in items if item.stratum == f"{stratum}/first"]
        known = sorted(each.rank for each in members if each.rank is not None)
        assert sorted(rank for each in first if (rank := ranks[each]) is not None) == known[: len(first)]
        size = min(count, len(members))
        assert len(first) == min(size - round(size * floor), len(known))
    for one in strata:
        mine = [item for item in items if item.stratum == one.key]
        assert one.drawn == len(mine)
        assert {item.probability for item in mine} <= {1.0 if one.key.endswith("first") else one.drawn / one.population}


def test_either_risks_or_an_order() -> None:
    """Both at once are refused, at the order."""
    with pytest.raises(RequestError) as refused:
        check_plan(plan(order="confidence", risks=("failed",)))
    assert refused.value.field == "order"


@given(candidates, st.floats(0.1, 100), st.floats(0, 1))
def test_a_percentage_is_expected(frame: list[Candidate], percent: float, floor: float) -> None:
    """Over both parts of a stratum the probabilities add up to the percentage, or to fewer where the risky are few."""
    _, strata = draw(plan(quota=Quota(percent=percent), risks=("failed",), floor=floor), "s", frame)
    assert sum(one.population * one.probability for one in strata) <= percent / 100 * len(frame) + 1e-6
    assert all(0 <= one.probability <= 1 for one in strata)


@given(candidates)
def test_the_order_of_the_frame_does_not_matter(frame: list[Candidate]) -> None:
    """The same draw and the same digest."""
    other = sorted(frame, key=lambda one: one.conversation_id, reverse=True)
    assert draw(plan(), "s", other) == draw(plan(), "s", frame)
    assert digest_of(other) == digest_of(frame)


@given(st.integers(0, 80), st.lists(st.integers(0, 100), min_size=1, max_size=5), st.floats(0, 1))
def test_dealing_meets_the_shares(count: int, weights: list[int], second: float) -> None:
    """Everything is dealt, to within two items of each share, and no one has both opinions on a conversation."""
    frame = [Candidate(conversation_id=f"c-{n}") for n in range(count)]
    items, _ = draw(plan(quota=Quota(percent=100), second_share=second), "s", frame)
    auditors = [PlanAuditor(user=f"r-{n}@x", share=weight) for n, weight in enumerate(weights)]
    dealt = deal(items, auditors, {}, TODAY)
    assert all(item.rater is None or item.rater != item.second for item in dealt)
    if sum(weights) and not second:
        for each in auditors:
            got = sum(item.rater == each.user for item in dealt)
            assert abs(got - count * each.share / sum(weights)) < 2


def test_an_auditor_who_is_away_gets_nothing() -> None:
    """On both ends of the absence."""
    auditors = [
        PlanAuditor(user="a@x", share=50, away=(Absence(since=TODAY, until=TODAY),)),
        PlanAuditor(user="b@x", share=50),
    ]
    items, _ = draw(plan(), "s", [Candidate(conversation_id=f"c-{n}") for n in range(20)])
    assert {item.rater for item in deal(items, auditors, {}, TODAY)} == {"b@x"}


def test_the_machine_is_hidden_from_a_share() -> None:
    """About a third of the items, the same ones each time; what the plan hides is hidden from all."""
    frame = [Candidate(conversation_id=f"c-{n}") for n in range(600)]
    items, _ = draw(plan(quota=Quota(percent=100), hidden=("others",), hide_machine_share=0.33), "s", frame)
    hidden = sum("machine" in item.hidden for item in items)
    assert 150 < hidden < 250
    assert all("others" in item.hidden for item in items)


def test_the_agent_who_is_judged() -> None:
    """Handled most, first, last, or each; of nobody known, nobody."""
    turns = tuple(Turn(f"m{n}", "agent", "…", agent_id=agent) for n, agent in enumerate(("a", "b", "b", "c")))
    talk = Conversation(id="c-1", channel="chat", started_at=START, turns=turns)
    assert list(judged_agents(talk, "most")) == ["b"]
    assert list(judged_agents(talk, "first")) == ["a"]
    assert list(judged_agents(talk, "last")) == ["c"]
    assert list(judged_agents(talk, "each")) == ["a", "b", "c"]
    silent = Conversation(id="c-2", channel="chat", started_at=START, agents=(Agent("z"),))
    assert list(judged_agents(silent, "most")) == ["z"]
    assert not judged_agents(Conversation(id="c-3", channel="chat", started_at=START), "most")


def test_candidates_by_agent_and_queue() -> None:
    """Per agent once for each agent who is judged; per queue in its queue."""
    by_agent = candidates_of("c-1", ["a", "b"], "q", per="agent", is_risky=False)
    assert [one.stratum for one in by_agent] == ["a", "b"]
    assert candidates_of("c-1", [], "q", per="agent", is_risky=False) == []
    assert [one.stratum for one in candidates_of("c-1", ["a"], "q", per="queue", is_risky=True)] == ["q"]


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("name", {"name": " "}),
        ("frame.until", {"frame": Frame(since=START, until=START)}),
        ("quota", {"quota": Quota()}),
        ("quota", {"quota": Quota(count=1, percent=1)}),
        ("quota.count", {"quota": Quota(count=0)}),
        ("quota.percent", {"quota": Quota(percent=101)}),
        ("quota.minimum", {"quota": Quota(count=3, minimum=1)}),
        ("auditors.user", {"auditors": (PlanAuditor(user="Ann", share=100),)}),
        ("auditors.user", {"auditors": (PlanAuditor(user="a@x", share=50),) * 2}),
        ("auditors.share", {"auditors": (PlanAuditor(user="a@x", share=99),)}),
        ("auditors.per_day", {"auditors": (PlanAuditor(user="a@x", share=100, per_day=0),)}),
        ("second_share", {"auditors": (PlanAuditor(user="a@x", share=100),), "second_share": 0.5}),
        ("floor", {"floor": 2.0}),
        ("due_days", {"due_days": 0}),
    ],
)
def test_plans_that_cannot_be_drawn_are_refused(field: str, changes: dict[str, object]) -> None:
    """Each names the field."""
    with pytest.raises(RequestError) as refused:
        check_plan(plan(**changes))
    assert refused.value.field == field


def test_windows_of_a_schedule() -> None:
    """Weeks begin on Monday, months on the first; the ends of the frame cut them; what has not ended is not there."""
    frame = Frame(since=START, until=START + timedelta(days=20))
    after = START + timedelta(days=60)
    weeks = windows_of(plan(frame=frame, every="week"), after)
    assert [(one.since.day, one.until.day) for one in weeks] == [(1, 2), (2, 9), (9, 16), (16, 21)]
    assert windows_of(plan(frame=frame, every="week"), START + timedelta(days=8)) == weeks[:2]
    months = windows_of(plan(frame=Frame(since=START, until=after), every="month"), after)
    assert [(one.until.month, one.until.day) for one in months] == [(4, 1), (4, 30)]
    assert len(windows_of(plan(frame=frame, every="day"), after)) == 20
    assert windows_of(plan(frame=frame), START) == [Window(frame.since, frame.until)]
