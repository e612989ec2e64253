"""Shrunken rates, ranks, funnel and mix of agents."""

import random
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.statistics.agents import (
    Count,
    fit_prior,
    funnel,
    funnel_limits,
    observed_less_expected,
    shrink,
    shrunken_rates,
)
from auscult.domain.statistics.compared_agents import compared_agents

counts_of = st.dictionaries(
    st.text(min_size=1, max_size=2),
    st.tuples(st.integers(0, 40), st.integers(1, 40)).map(lambda pair: Count(min(pair), pair[1])),
    min_size=2,
    max_size=8,
)


def agents(rates: list[float], n: int, seed: int = 5) -> dict[str, Count]:
    """Return agents with these true rates and n conversations each."""
    stream = random.Random(seed)
    return {f"a-{index}": Count(sum(stream.random() < rate for _ in range(n)), n) for index, rate in enumerate(rates)}


@pytest.mark.landing
@given(counts_of)
def test_a_shrunken_rate_lies_between_own_and_group(counts: dict[str, Count]) -> None:
    """(alpha + k) / (alpha + beta + n) lies between k / n and the prior's mean, and in its interval."""
    prior = fit_prior(list(counts.values()))
    mean = prior.alpha / (prior.alpha + prior.beta)
    for agent, one in shrink(counts).items():
        own = counts[agent].successes / counts[agent].n
        assert min(own, mean) - 1e-9 <= one.rate.value <= max(own, mean) + 1e-9
        assert one.rate.low <= one.rate.value <= one.rate.high
        assert 1 <= one.best_rank <= one.worst_rank <= len(counts)
        alone = shrunken_rates(counts)[agent]
        assert (alone.n, alone.rate, alone.enough) == (one.n, one.rate, one.enough)


def test_agents_alike_share_all_ranks() -> None:
    """Twenty agents of one rate differ by chance: the prior is strong and every rank is open to each."""
    found = shrink(agents([0.8] * 20, 30))
    assert all((one.best_rank, one.worst_rank) == (1, 20) for one in found.values())


def test_agents_who_differ_are_ranked() -> None:
    """Rates of 50 and 95 % over 200 conversations: no doubt about the order."""
    found = shrink(agents([0.95, 0.95, 0.5, 0.5], 200))
    assert {found[agent].worst_rank for agent in ("a-0", "a-1")} == {2}
    assert min(found[agent].best_rank for agent in ("a-2", "a-3")) == 3


def test_a_wide_interval_is_not_enough() -> None:
    """Three conversations are too few to be shown with a figure; two hundred are not."""
    found = shrink({"new": Count(3, 3), "old": Count(160, 200)})
    assert not found["new"].enough
    assert found["old"].enough


def test_the_fitted_prior_is_that_of_the_agents() -> None:
    """Rates drawn from Beta(16, 4) give a prior with mean 0.8 and about that strength."""
    stream = random.Random(2)
    prior = fit_prior(list(agents([stream.betavariate(16, 4) for _ in range(300)], 60).values()))
    assert prior.alpha / (prior.alpha + prior.beta) == pytest.approx(0.8, abs=0.02)
    assert 14 < prior.alpha + prior.beta < 28


def test_a_funnel_marks_who_lies_outside() -> None:
    """Nineteen agents of 80 % and one of 40 %: only that one lies beyond 99.8 %."""
    found = funnel(agents([0.8] * 19 + [0.4], 100))
    assert [agent for agent, point in found.points.items() if point.beyond == 0.998] == ["a-19"]
    assert found.dispersion >= 1


@given(counts_of)
def test_funnel_limits_are_nested(counts: dict[str, Count]) -> None:
    """The limits of 99.8 % hold those of 95 %, which hold the centre."""
    found = funnel(counts)
    for point in found.points.values():
        inner, outer = point.limits
        assert 0 <= outer.low <= inner.low <= found.centre <= inner.high <= outer.high <= 1


@given(st.integers(1, 60), st.floats(0.02, 0.98))
def test_chance_alone_rarely_leaves_an_agent_beyond(n: int, centre: float) -> None:
    """Of all samples of n, at most 5 and 0.2 % lie beyond: summed over every count, also of one conversation."""
    for limit in funnel_limits(n, centre):
        beyond = sum(
            comb(n, k) * centre**k * (1 - centre) ** (n - k)
            for k in range(n + 1)
            if not limit.low <= k / n <= limit.high
        )
        assert beyond <= 1 - limit.level + 1e-9


def test_one_failed_conversation_marks_nobody() -> None:
    """At 93 % of all, one failure in one conversation happens to seven in a hundred agents."""
    found = funnel(agents([0.93] * 20, 100) | {"new": Count(0, 1)})
    assert found.points["new"].beyond is None
    assert found.points["new"].limits[0].low == 0


def test_limits_of_many_conversations_continue_those_of_few() -> None:
    """Where the normal distribution stands in, the limits do not jump by a conversation."""
    for centre in (0.07, 0.5, 0.93):
        first = next(n for n in range(1, 1000) if n * centre * (1 - centre) >= 25)
        for before, after in zip(funnel_limits(first - 1, centre), funnel_limits(first, centre), strict=True):
            assert after.low == pytest.approx(before.low, abs=1 / first)
            assert after.high == pytest.approx(before.high, abs=1 / first)


def test_the_mix_is_taken_out() -> None:
    """An agent with only the hard queue is compared with the group's rate there."""
    found = observed_less_expected({"billing": Count(60, 100)}, {"billing": 0.6, "sales": 0.9})
    assert found is not None
    assert found.value == pytest.approx(0)
    assert found.low < 0 < found.high
    assert observed_less_expected({}, {}) is None


def test_agents_who_fail_all_are_outside_however_many_there_are() -> None:
    """The limits are not widened by the difference that they should show: 0 of 9, 0 of 8 and 0 of 7 among 34 others."""
    counts = agents([0.95] * 34, 40) | {"x": Count(0, 9), "y": Count(0, 8), "z": Count(0, 7)}
    found = funnel(counts)
    assert found.differ
    assert found.outside == ["x", "y", "z"]


def test_agents_of_one_rate_seldom_differ() -> None:
    """At most one in twenty groups is called different, with few conversations each or many."""
    stream = random.Random(3)
    for n in (4, 40):
        groups = [
            {f"a{k}": Count(sum(stream.random() < 0.9 for _ in range(n)), n) for k in range(30)} for _ in range(200)
        ]
        assert sum(funnel(each).differ for each in groups) <= 16


@pytest.mark.parametrize("is_hard", [False, True])
def test_agents_are_compared_where_their_work_is_alike(*, is_hard: bool) -> None:
    """Who has only the hard queue is compared with the others there; who has a queue alone with nobody."""
    counts = {f"a{n}": {"easy": Count(95, 100)} for n in range(6)}
    counts |= {f"h{n}": {"hard": Count(20, 50)} for n in range(3)}
    counts["x"] = {"hard": Count(0, 9)} if is_hard else {"easy": Count(0, 9)}
    counts["alone"] = {"new": Count(0, 9)}
    found = compared_agents(counts)
    assert found.alone == ("alone",)
    assert (found.agents["x"].count, round(found.agents["x"].usual)) == (Count(0, 9), 4 if is_hard else 9)
    assert found.outside == ([] if is_hard else ["x"])
    assert found.differ is not is_hard


def test_agents_of_one_rate_in_each_queue_seldom_differ() -> None:
    """At most one in twenty groups is called different, and few of their agents lie outside."""
    chance = random.Random(7)
    groups = [
        compared_agents(
            {
                f"a{n}": {
                    queue: Count(sum(chance.random() < rate for _ in range(many)), many)
                    for queue, rate, many in (
                        ("easy", 0.95, chance.randint(1, 30)),
                        ("hard", 0.4, chance.randint(0, 20)),
                    )
                }
                for n in range(12)
            }
        )
        for _ in range(100)
    ]
    assert sum(each.differ for each in groups) <= 10
    assert sum(len(each.outside) for each in groups) <= 10
