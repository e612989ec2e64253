"""Intervals by resampling, and the drawing behind them."""

import random
from math import comb, sqrt
from statistics import NormalDist, mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.audits.resampling import Interval, _binomial, bca_interval, resample


@given(st.integers(0, 40), st.floats(0, 0.999), st.floats(0, 1, exclude_max=True))
def test_a_draw_is_one_of_the_counts_there_are(n: int, share: float, number: float) -> None:
    """From none to all."""
    assert 0 <= _binomial(n, share, number) <= n


@pytest.mark.parametrize(("n", "share"), [(1, 0.5), (7, 0.3), (20, 0.05), (12, 0.97)])
def test_draws_are_as_frequent_as_they_are_likely(n: int, share: float) -> None:
    """Over evenly spread numbers each count comes as often as the binomial distribution says."""
    steps = 20_000
    drawn = [_binomial(n, share, (step + 0.5) / steps) for step in range(steps)]
    for count in range(n + 1):
        likely = comb(n, count) * share**count * (1 - share) ** (n - count)
        assert abs(drawn.count(count) / steps - likely) <= 2 / steps


def test_large_numbers_are_drawn_around_their_mean() -> None:
    """A million cases neither overflow nor vanish."""
    rng = random.Random(3)
    drawn = [_binomial(1_000_000, 0.2, rng.random()) for _ in range(50)]
    assert abs(mean(drawn) - 200_000) < 5 * sqrt(160_000 / 50)


@given(st.lists(st.integers(0, 30), min_size=1, max_size=9), st.integers(0, 1000))
def test_as_many_are_drawn_as_there_are_and_none_from_an_empty_cell(counts: list[int], seed: int) -> None:
    """A resample is a sample of the same size from the same cells."""
    drawn = resample(counts, random.Random(seed).random)
    assert sum(drawn) == sum(counts)
    assert all(number == 0 for number, count in zip(drawn, counts, strict=True) if count == 0)


def test_the_interval_of_a_share_is_about_the_known_one() -> None:
    """A share of 0.4 among 1,000: the bounds of the normal approximation, to two decimals."""
    found = bca_interval([400, 600], lambda counts: counts[0] / sum(counts), random.Random(1).random)
    assert isinstance(found, Interval)
    width = NormalDist().inv_cdf(0.975) * sqrt(0.4 * 0.6 / 1000)
    assert found.low == pytest.approx(0.4 - width, abs=0.005)
    assert found.high == pytest.approx(0.4 + width, abs=0.005)


def test_what_is_not_defined_has_no_interval() -> None:
    """Neither where the figure is not there, nor where it does not vary."""
    assert bca_interval([5, 5], lambda _: None, random.Random(1).random) == "it is not defined"
    assert bca_interval([5, 5], lambda _: 0.5, random.Random(1).random) == "resampling shows no spread"
