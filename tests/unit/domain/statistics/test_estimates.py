"""Estimates for all conversations from audits and the machine's verdicts."""

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.statistics.estimates import (
    AuditedScore,
    AuditedVerdict,
    Estimate,
    Refusal,
    estimate_score,
    estimate_share,
)
from auscult.domain.statistics.intervals import Z, wilson
from auscult.domain.statistics.post_stratified import Stratum
from auscult.domain.statistics.sample_size import (
    expected_half_width,
    forecast,
    more_audits,
    most_useful_verdict,
)
from auscult.domain.statistics.scores import audits_alone, moments_of, powered, tuning
from auscult.domain.statistics.weighted import WeightedScore, difference_of_scores

answers = st.sampled_from(["YES", "NO", "NA"])
audits_of = st.lists(st.tuples(answers, answers, st.floats(0.01, 1)), min_size=1, max_size=40)


def share(verdicts: dict[str, int], audits: list[AuditedVerdict]) -> Estimate:
    """Return an estimate that is not refused."""
    found = estimate_share(verdicts, audits)
    assert isinstance(found, Estimate)
    return found


def audits(machine: str, person: str, n: int, probability: float | None = 0.01) -> list[AuditedVerdict]:
    """Return audits that are alike."""
    return [AuditedVerdict(machine, person, probability)] * n


def test_the_formula_of_post_stratification() -> None:
    """Theta = sum of W p; the ends are theta less and plus the root of the sum of W^2 (p - l)^2 and (u - p)^2."""
    some = audits("YES", "YES", 90) + audits("YES", "NO", 10) + audits("NO", "YES", 8) + audits("NO", "NO", 12)
    found = share({"YES": 8_000_000, "NO": 2_000_000}, some)
    theta = 0.8 * 0.9 + 0.2 * 0.4
    one, other = wilson(0.9, 100), wilson(0.4, 20)
    low = theta - ((0.8 * (0.9 - one.low)) ** 2 + (0.2 * (0.4 - other.low)) ** 2) ** 0.5
    high = theta + ((0.8 * (one.high - 0.9)) ** 2 + (0.2 * (other.high - 0.4)) ** 2) ** 0.5
    assert found.estimate == pytest.approx(theta)
    assert found.low == pytest.approx(low, abs=1e-5)
    assert found.high == pytest.approx(high, abs=1e-5)
    assert (found.machine, found.n, found.population) == (0.8, 120, 10_000_000)
    assert found.method == "post-stratified"
    assert found.warnings == ()


@given(st.integers(0, 40), st.integers(1, 40))
def test_a_constant_machine_adds_nothing(k: int, n: int) -> None:
    """Where the machine always says YES the estimate is that of the audits alone."""
    yes = min(k, n)
    found = share({"YES": 10**9}, audits("YES", "YES", yes) + audits("YES", "NO", n - yes))
    alone = wilson(yes / n, n)
    assert found.estimate == pytest.approx(yes / n)
    assert found.low == pytest.approx(alone.low, abs=1e-6)
    assert found.high == pytest.approx(alone.high, abs=1e-6)


@given(st.integers(1, 60), st.integers(1, 60))
def test_a_census_leaves_no_doubt(yes: int, no: int) -> None:
    """Every conversation audited: the estimate is people's share, and the interval a point."""
    some = audits("YES", "YES", yes, 1.0) + audits("NO", "YES", no, 1.0)
    found = share({"YES": yes, "NO": no}, some)
    assert (found.estimate, found.low, found.high) == pytest.approx((1.0, 1.0, 1.0))


@given(audits_of, st.booleans())
def test_an_estimate_lies_in_its_interval(some: list[tuple[str, str, float]], equal: bool) -> None:
    """Whatever the answers and the draw: 0 <= low <= estimate <= high <= 1, or a refusal with its reason."""
    found = estimate_share(
        {"YES": 900, "NO": 300, "NA": 200}, [AuditedVerdict(m, p, 0.05 if equal else pi) for m, p, pi in some]
    )
    if isinstance(found, Refusal):
        assert found.reason
    else:
        assert 0 <= found.low <= found.estimate + 1e-12
        assert found.estimate <= found.high + 1e-12 <= 1 + 2e-12


@given(st.integers(5, 40))
def test_equal_probabilities_make_the_difference_estimator_a_corrected_machine(n: int) -> None:
    """mean(F) + sum of (Y - F) / (pi N), with two probabilities that hardly differ."""
    some = audits("YES", "NO", n, 0.1) + audits("YES", "YES", 3 * n, 0.1000001) + audits("NO", "NO", n, 0.1)
    found = share({"YES": 8_000, "NO": 2_000}, some)
    assert found.method == "difference"
    assert found.estimate == pytest.approx(0.8 - n / 0.1 / 10_000, abs=1e-4)


def test_not_applicable_leaves_the_share() -> None:
    """The share is that of YES among YES and NO: NA, by people, leaves numerator and denominator."""
    some = audits("YES", "YES", 50) + audits("YES", "NA", 50) + audits("NO", "NO", 100) + audits("NA", "NA", 100)
    found = share({"YES": 1000, "NO": 1000, "NA": 1000}, some)
    assert found.machine == 0.5
    assert found.estimate == pytest.approx(500 / 1500)


def test_an_answer_counts_with_its_effect() -> None:
    """A machine's NO that does not apply moves the share by theta, less than one that is a YES, and narrows its interval."""
    sizes = {"YES": 600_000, "NO": 400_000}
    met = share(sizes, audits("YES", "YES", 60) + audits("NO", "NO", 35) + audits("NO", "YES", 5))
    left = share(sizes, audits("YES", "YES", 60) + audits("NO", "NO", 35) + audits("NO", "NA", 5))
    assert met.estimate == pytest.approx(0.65)
    assert left.estimate == pytest.approx(0.6 / 0.95)
    assert left.high - left.estimate < met.high - met.estimate


def test_an_unseen_error_has_room_where_the_verdict_leaves_it() -> None:
    """With unequal probabilities and no error seen, the machine's NO are all that can be too low: a tenth of all."""
    some = audits("YES", "YES", 20, 0.01) + audits("NO", "NO", 10, 0.02) + audits("NO", "NO", 10, 0.03)
    found = share({"YES": 9_000, "NO": 1_000}, some)
    assert found.method == "difference"
    assert found.estimate == pytest.approx(0.9)
    assert found.high - found.estimate < 0.1 * wilson(0, 10).high
    assert found.estimate - found.low > 0.9 * wilson(0, 22).high


@pytest.mark.parametrize(("n", "not_applicable"), [(100, 0.0), (100, 0.3), (200, 0.3)])
def test_simulated_coverage(n: int, not_applicable: float) -> None:
    """The interval holds the truth in 93 to 99 % of 400 draws, give or take three standard errors of their number."""
    stream = random.Random(11)
    population: list[tuple[str, str]] = []
    for _ in range(4000):
        person = "NA" if stream.random() < not_applicable else "YES" if stream.random() < 0.82 else "NO"
        population.append((person if stream.random() < 0.9 else stream.choice(["YES", "NO"]), person))
    people, verdicts = Counter(one for _, one in population), Counter(one for one, _ in population)
    truth = people["YES"] / (people["YES"] + people["NO"])
    held = 0
    for _ in range(400):
        drawn = [AuditedVerdict(*one, n / 4000) for one in stream.sample(population, n)]
        found = share(verdicts, drawn)
        held += found.low <= truth <= found.high
    assert 0.93 - 0.038 <= held / 400 <= 0.99 + 0.015


def test_audits_without_probability_are_refused_or_left_out() -> None:
    """Conversations picked by hand never enter an estimate."""
    by_hand = audits("YES", "NO", 5, None)
    refused = estimate_share({"YES": 100}, by_hand)
    assert isinstance(refused, Refusal)
    assert "none of the 5 audits has a probability" in refused.reason
    found = share({"YES": 100}, by_hand + audits("YES", "YES", 20))
    assert found.n == 20
    assert found.estimate == 1
    assert found.warnings == ("5 audits without a probability are left out",)


def test_what_cannot_be_estimated_is_refused_with_its_reason() -> None:
    """No population, no audit, no applicable conversation, a verdict outside the population."""
    for verdicts, some, reason in (
        ({}, audits("YES", "YES", 1), "no conversation in the population"),
        ({"YES": 5}, [], "no audit"),
        ({"NA": 5}, audits("NA", "NA", 5), "applies to none"),
        ({"YES": 5}, audits("NO", "NO", 1), "outside the population"),
    ):
        found = estimate_share(verdicts, some)
        assert isinstance(found, Refusal)
        assert reason in found.reason


def test_a_verdict_without_audits_warns_and_widens() -> None:
    """Nothing is known of the machine's NO: its share of the population is all doubt."""
    found = share({"YES": 900, "NO": 100}, audits("YES", "YES", 50))
    assert found.warnings == ("no audit among the 100 conversations with the machine's verdict NO",)
    assert found.high >= 0.99


scores = st.lists(st.floats(0, 100), min_size=40, max_size=80)


@given(scores, st.integers(30, 35))
def test_a_perfect_machine_needs_no_audits(machine: list[float], n: int) -> None:
    """Where people and machine agree, PPI++ is as wide as audits of all conversations, give or take lambda."""
    population = moments_of(machine * 1000)
    pairs = [(one, one) for one in machine[:n]]
    alone, found = audits_alone([one for one, _ in pairs], population.n), powered(population, pairs)
    assert found.high - found.low <= alone.high - alone.low + 1e-6
    assert 0 <= tuning(population, pairs) <= 1


def test_lambda_is_clipped() -> None:
    """A machine that is wrong the other way round counts for nothing: the audits stand alone."""
    stream = random.Random(3)
    people = [stream.uniform(0, 100) for _ in range(40)]
    pairs = [(100 - one, one) for one in people]
    population = moments_of([100 - one for one in people] * 50)
    assert tuning(population, pairs) == 0
    assert powered(population, pairs) == audits_alone(people, population.n)


def test_few_scores_stand_alone() -> None:
    """Below 30 audits the machine's scores are not used; one score is refused."""
    population = moments_of(float(one) for one in range(100))
    some = [AuditedScore(float(one), float(one), 0.1) for one in range(29)]
    found = estimate_score(population, some)
    assert isinstance(found, Estimate)
    assert found.method == "audits alone"
    assert isinstance(estimate_score(population, some[:1]), Refusal)
    more = estimate_score(population, [*some, AuditedScore(50, 51, 0.1)])
    assert isinstance(more, Estimate)
    assert more.method == "ppi++"


def test_the_formula_of_the_difference_estimator() -> None:
    """mean(F) + sum of (Y - F) / (pi N), variance sum of (Y - F)^2 (1 - pi) / pi^2 / N^2."""
    some = [WeightedScore(80, 70, 0.5), WeightedScore(60, 65, 0.1), WeightedScore(90, 90, 0.2)]
    found = difference_of_scores(moments_of([80.0, 60.0, 90.0, 70.0] * 25), some)
    variance = (100 * 0.5 / 0.25 + 25 * 0.9 / 0.01) / 100**2
    assert found.value == pytest.approx(75 + (-10 / 0.5 + 5 / 0.1) / 100)
    assert found.high - found.value == pytest.approx(4.3027 * variance**0.5, rel=1e-4)


strata = st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30), st.integers(0, 30)).map(
    lambda counts: [Stratum("YES", 8000, counts[0], counts[1]), Stratum("NO", 2000, counts[2], counts[3])]
)


@given(strata, st.floats(0.01, 0.2))
def test_more_audits_reach_the_width(some: list[Stratum], half_width: float) -> None:
    """As many are enough, one fewer is not; choosing by the machine's verdict never takes many more."""
    found = more_audits(some, half_width)
    have = {one.verdict: one.n for one in some}
    by_verdict = {verdict: have[verdict] + count for verdict, count in found.by_verdict.items()}
    assert expected_half_width(some, by_verdict) <= half_width
    assert found.at_random >= 0
    assert all(count >= 0 for count in found.by_verdict.values())


def test_wider_intervals_take_fewer_audits() -> None:
    """Known: 95 % agreement at 82 % needs about 100 audits for 4.6 points."""
    some = [Stratum("YES", 15_820, 78, 1), Stratum("NO", 4_180, 4, 17)]
    assert more_audits(some, 0.046).at_random < 30
    assert more_audits(some, 0.02).at_random > more_audits(some, 0.03).at_random > 0


def test_the_next_audit_goes_where_doubt_is() -> None:
    """The stratum in which answers vary gains most; none where all is audited."""
    assert most_useful_verdict([Stratum("YES", 5000, 100, 0), Stratum("NO", 5000, 50, 50)]) == "NO"
    assert most_useful_verdict([Stratum("YES", 5, 5, 0)]) is None


def test_a_forecast_is_that_of_the_simulation() -> None:
    """200 audits of a machine that is right in 90 %, truth 82 %: about 3.8 points on each side."""
    assert forecast({"YES": 15_120, "NO": 4_880}, 200) == pytest.approx(0.042, abs=0.005)
    assert forecast({"YES": 100, "NO": 100}, 200) == 0


def test_z_is_the_normal_quantile() -> None:
    """1.96."""
    assert pytest.approx(1.95996, abs=1e-5) == Z
