"""Intervals of shares and of their sums."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.statistics.intervals import (
    beta_cdf,
    beta_quantile,
    difference,
    effective_number,
    mover,
    student_quantile,
    wilson,
    wilson_figure,
    wilson_of_finite,
)
from tests.data_files import data_of, tuples_of


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_equals_published_values(k: int, n: int, low: float, high: float) -> None:
    """Newcombe (1998), Statistics in Medicine 17, 857-872, table I, method 3."""
    found = wilson(k / n, n)
    assert found.low == pytest.approx(low, abs=5e-5)
    assert found.high == pytest.approx(high, abs=5e-5)


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    tuples_of(__file__, "a_difference_equals_published_values"),
)
def test_a_difference_equals_published_values(
    one: tuple[int, int], other: tuple[int, int], low: float, high: float
) -> None:
    """Newcombe (1998), Statistics in Medicine 17, 873-890, table II, method 10."""
    found = difference(wilson_figure(*one), wilson_figure(*other))
    assert found.low == pytest.approx(low, abs=5e-5)
    assert found.high == pytest.approx(high, abs=5e-5)


@given(st.integers(0, 200), st.integers(1, 200))
def test_wilson_holds_the_share(k: int, n: int) -> None:
    """The share lies in its interval, which lies from 0 to 1; more cases narrow it."""
    share = min(k, n) / n
    found, narrower = wilson(share, n), wilson(share, 2 * n)
    assert 0 <= found.low <= share <= found.high <= 1
    assert narrower.high - narrower.low < found.high - found.low


@given(st.integers(0, 60), st.integers(1, 60), st.integers(0, 100))
def test_a_finite_population_leaves_what_was_not_seen(k: int, n: int, rest: int) -> None:
    """The interval holds the share, is bounded by the cases not seen, and is a point where all were seen."""
    successes = min(k, n)
    found = wilson_of_finite(successes / n, n, n + rest)
    assert found.low <= successes / n <= found.high
    assert found.low >= successes / (n + rest) - 1e-12
    assert found.high <= (successes + rest) / (n + rest) + 1e-12
    if not rest:
        assert found.low == found.high


@given(st.lists(st.tuples(st.floats(-1, 1), st.integers(0, 30), st.integers(1, 30)), min_size=1, max_size=5))
def test_a_joined_interval_holds_the_sum(parts: list[tuple[float, int, int]]) -> None:
    """The weighted sum lies in its interval, which is never wider than the sum of the parts' intervals."""
    figures = [(weight, wilson_figure(min(k, n), n)) for weight, k, n in parts]
    found = mover(figures)
    assert found.low <= found.value <= found.high
    widest = sum(abs(weight) * (figure.high - figure.low) for weight, figure in figures)
    assert found.high - found.low <= widest + 1e-9


def test_student_quantiles_equal_the_tables() -> None:
    """2.5 % in each tail."""
    for freedom, quantile in ((1, 12.7062), (2, 4.3027), (10, 2.2281), (29, 2.0452), (1000, 1.9623)):
        assert student_quantile(freedom) == pytest.approx(quantile, abs=5e-5)


@given(st.floats(0.01, 0.99), st.floats(0.2, 3000), st.floats(0.2, 3000))
def test_beta_quantiles_invert_the_distribution(probability: float, alpha: float, beta: float) -> None:
    """The distribution at a quantile is the probability; the even Beta is its own."""
    assert beta_cdf(beta_quantile(probability, alpha, beta), alpha, beta) == pytest.approx(probability, abs=1e-6)
    assert beta_cdf(probability, 1, 1) == pytest.approx(probability)


@pytest.mark.parametrize(
    ("probability", "alpha", "beta", "quantile"), data_of(__file__, "beta_quantiles_of_many_conversations")
)
def test_beta_quantiles_of_many_conversations(probability: float, alpha: float, beta: float, quantile: float) -> None:
    """They equal scipy's: the fraction alone would stop before it has converged."""
    assert beta_quantile(probability, alpha, beta) == pytest.approx(quantile, abs=1e-9)


def test_equal_weights_count_fully() -> None:
    """The effective number of equal weights is their number; unequal ones count for less."""
    assert effective_number([2.0] * 7) == pytest.approx(7)
    assert effective_number([1.0, 9.0]) < 2
    assert effective_number([]) == 0
