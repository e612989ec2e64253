"""Allocation of samples and of work."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.statistics.allocation import allocate, apportion

sizes = st.dictionaries(st.text(max_size=3), st.integers(0, 60), min_size=1, max_size=6)
weights = st.dictionaries(st.text(max_size=3), st.floats(0, 100), min_size=1, max_size=6)


@given(st.integers(0, 500), weights)
def test_parts_add_up(total: int, given_weights: dict[str, float]) -> None:
    """The parts make the whole and differ from the exact ones by less than 1."""
    parts = apportion(total, given_weights)
    whole = sum(given_weights.values())
    if whole == 0:
        assert set(parts.values()) == {0}
        return
    assert sum(parts.values()) == total
    assert all(abs(parts[key] - total * weight / whole) < 1 for key, weight in given_weights.items())


@given(st.integers(0, 400), sizes, st.integers(0, 5))
def test_a_sample_is_allocated_within_sizes(total: int, found: dict[str, int], least: int) -> None:
    """Each stratum gets its minimum and no more than it has; the sum is the total where that can be."""
    parts = allocate(total, found, least=least)
    minimum = sum(min(least, size) for size in found.values())
    assert sum(parts.values()) == max(min(total, sum(found.values())), minimum)
    assert all(min(least, size) <= parts[key] <= size for key, size in found.items())


@given(st.integers(0, 400), sizes)
def test_spreads_keep_the_sum(total: int, found: dict[str, int]) -> None:
    """Neyman's allocation gives as many as the proportional one, even where a spread is 0."""
    spreads = {key: float(index % 3) for index, key in enumerate(found)}
    parts = allocate(total, found, spreads)
    assert sum(parts.values()) == min(total, sum(found.values()))
    assert all(0 <= parts[key] <= size for key, size in found.items())


def test_neyman_takes_more_where_answers_vary() -> None:
    """In proportion to size times spread: 800 x 0.1 and 200 x 0.4 get the same."""
    assert allocate(100, {"YES": 800, "NO": 200}, {"YES": 0.1, "NO": 0.4}) == {"YES": 50, "NO": 50}
    assert allocate(100, {"YES": 800, "NO": 200}) == {"YES": 80, "NO": 20}


def test_audits_made_already_count() -> None:
    """A stratum that has more than its part gets nothing; the rest goes to the others."""
    assert allocate(100, {"YES": 800, "NO": 200}, have={"YES": 10, "NO": 40}) == {"YES": 60, "NO": 40}


def test_negative_weights_are_refused() -> None:
    """Nothing can be divided by a negative weight."""
    with pytest.raises(ValueError, match="invalid total or weight"):
        apportion(3, {"a": -1.0})
