"""How far the machine agrees with people."""

import random
from itertools import product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from auscult.domain.audits.agreement import compare, compare_all
from auscult.domain.audits.resampling import Stream

answers = st.sampled_from(["YES", "NO", "NA"])
pairs_of_answers = st.lists(st.tuples(answers, answers), min_size=1, max_size=60)


def stream() -> Stream:
    """Random numbers, the same each time."""
    return random.Random(7).random


def test_figures_of_a_known_table() -> None:
    """45 + 15 of 100 agree: observed 0.6, expected 0.6 x 0.7 + 0.4 x 0.3 = 0.54, kappa 0.06 / 0.46."""
    pairs = [("YES", "YES")] * 45 + [("YES", "NO")] * 15 + [("NO", "YES")] * 25 + [("NO", "NO")] * 15
    found = compare(pairs)
    assert found.n == 100
    assert found.agreement == 0.6
    assert found.base_rate == 0.6
    assert found.kappa == 0.1304
    assert found.confusion == {"NO": {"NO": 15, "YES": 25}, "YES": {"NO": 15, "YES": 45}}


@given(pairs_of_answers)
def test_kappa_is_symmetric(pairs: list[tuple[str, str]]) -> None:
    """It does not matter who is called gold."""
    assert compare((b, a) for a, b in pairs).kappa == compare(pairs).kappa


@given(st.lists(answers, min_size=1))
def test_equal_answers_agree_wholly(gold: list[str]) -> None:
    """1 where more than one answer occurs; where only one does, kappa is not defined."""
    found = compare(zip(gold, gold, strict=True))
    assert found.agreement == 1
    assert found.kappa == (1 if len(set(gold)) > 1 else None)


@given(st.lists(answers, min_size=1, max_size=8), st.lists(answers, min_size=1, max_size=8))
def test_independent_answers_agree_by_chance_only(gold: list[str], machine: list[str]) -> None:
    """Every answer of one beside every answer of the other: kappa 0, however high the raw agreement."""
    assume(len(set(gold)) > 1 or len(set(machine)) > 1 or gold[0] != machine[0])
    assert compare(product(gold, machine)).kappa == 0


@given(st.lists(answers, min_size=2), answers)
def test_always_the_same_answer_is_worth_nothing(gold: list[str], constant: str) -> None:
    """Saying YES to everything reaches the base rate at most, and a kappa of 0."""
    assume(set(gold) != {constant})
    found = compare((one, constant) for one in gold)
    assert found.kappa == 0
    assert found.agreement is not None
    assert found.base_rate is not None
    assert found.agreement <= found.base_rate


@given(pairs_of_answers, st.randoms())
def test_order_does_not_matter_and_bounds_hold(pairs: list[tuple[str, str]], random: object) -> None:
    """Counts are all it knows; kappa is from -1 to 1 and never above the raw agreement."""
    shuffled = list(pairs)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    found = compare(pairs)
    assert compare(shuffled) == found
    assert sum(count for row in found.confusion.values() for count in row.values()) == found.n == len(pairs)
    assert found.agreement is not None
    assert found.kappa is None or -1 <= found.kappa <= found.agreement


def test_nothing_to_compare_has_no_figures() -> None:
    """Rule 12: what cannot be known is null."""
    found = compare([])
    assert (found.n, found.agreement, found.kappa, found.base_rate, found.confusion) == (0, None, None, None, {})


def test_mean_leaves_out_what_is_not_defined() -> None:
    """A metric that everybody answered alike says nothing about agreement beyond chance."""
    report = compare_all(
        {
            "perfect": [("YES", "YES"), ("NO", "NO")],
            "worthless": [("YES", "YES"), ("NO", "YES")],
            "constant": [("NA", "NA")],
        }
    )
    assert report.macro_kappa == pytest.approx(0.5)
    assert report.metrics["constant"].kappa is None
    assert compare_all({"constant": [("NA", "NA")]}).macro_kappa is None


@pytest.mark.landing
@settings(max_examples=40)
@given(pairs_of_answers)
def test_the_interval_holds_the_figure_or_says_why_there_is_none(pairs: list[tuple[str, str]]) -> None:
    """From -1 to 1, low end first, kappa within; never a number that is none; the same each time."""
    found = compare(pairs, stream())
    assert compare(pairs[::-1], stream()) == found
    assert compare(pairs).kappa == found.kappa
    if found.kappa_interval is None:
        assert found.reason
        return
    assert found.reason is None
    assert found.kappa is not None
    assert -1 <= found.kappa_interval.low <= found.kappa <= found.kappa_interval.high <= 1


@pytest.mark.parametrize(
    ("pairs", "reason"),
    [
        ([], "nothing to compare"),
        ([("NA", "NA")] * 50, "always say NA"),
        ([("YES", "YES"), ("NO", "NO")] * 50, "never differ"),
        ([("YES", "YES")] * 50 + [("NO", "YES")], "rarer answer"),
    ],
)
def test_where_there_is_no_interval_the_reason_is_told(pairs: list[tuple[str, str]], reason: str) -> None:
    """Rule 12: what cannot be known is null; and nobody takes an interval of no width for certainty."""
    found = compare(pairs, stream())
    assert found.kappa_interval is None
    assert reason in (found.reason or "")


def test_without_random_numbers_there_is_no_interval() -> None:
    """Where only the figures are wanted, resampling is left out."""
    found = compare([("YES", "YES"), ("NO", "YES"), ("NO", "NO")])
    assert (found.kappa_interval, found.reason) == (None, None)


def test_each_metric_has_its_interval_whatever_stands_beside_it() -> None:
    """Adding a metric to a form changes no other's figures."""
    pairs = [("YES", "YES"), ("NO", "NO"), ("NO", "YES")] * 10
    alone = compare_all({"a": pairs}, stream).metrics["a"]
    assert compare_all({"b": pairs[:9], "a": pairs}, stream).metrics["a"] == alone
