"""Severity, pace and consistency of auditors."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.statistics.auditors import Rating, consistency, invert, pace, severities
from tests.waiting import existing


def ratings(effects: dict[str, float], n: int, seed: int = 1) -> list[Rating]:
    """Return scores of conversations that two auditors each have scored, with the effects and some noise."""
    stream, names = random.Random(seed), sorted(effects)
    levels = [stream.gauss(70, 15) for _ in range(n)]
    return [
        Rating(f"c-{index}", name, level + effects[name] + stream.gauss(0, 3))
        for index, level in enumerate(levels)
        for name in stream.sample(names, 2)
    ]


def test_the_strictest_is_found() -> None:
    """An auditor who scores 8 points lower is 8 points more severe than the mean, within the interval."""
    found = severities(ratings({"ann": 0, "bob": -8, "cy": 0, "dee": 0}, 200))
    assert max(found, key=lambda name: found[name].figure.value) == "bob"
    assert found["bob"].figure.low < 6 < found["bob"].figure.high
    assert found["bob"].figure.low > 0


def test_worse_conversations_do_not_make_an_auditor_severe() -> None:
    """An auditor whose conversations are all poor, and who agrees with a colleague on them, is not severe."""
    some = [Rating(f"c-{index}", name, 20.0) for index in range(20) for name in ("ann", "bob")]
    some += [Rating(f"d-{index}", name, 90.0) for index in range(20) for name in ("bob", "cy")]
    for one in severities(some).values():
        assert one.figure.value == pytest.approx(0, abs=1e-3)


def test_few_shared_conversations_shrink() -> None:
    """The same difference counts for less when it was seen once."""
    effects = {"ann": 0.0, "bob": -8.0}
    few, many = severities(ratings(effects, 2)), severities(ratings(effects, 100))
    assert few["bob"].figure.high - few["bob"].figure.low > many["bob"].figure.high - many["bob"].figure.low
    assert few["bob"].shared == 2


def test_nothing_shared_gives_no_severity() -> None:
    """Auditors who never meet on a conversation cannot be compared."""
    assert severities([Rating("c-1", "ann", 1), Rating("c-2", "bob", 0)]) == {}
    assert severities([]) == {}


@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from("abc"), st.integers(0, 1)), max_size=40))
def test_severities_are_finite(some: list[tuple[int, str, int]]) -> None:
    """Whatever the answers, each severity lies in its interval, and all of them about 0."""
    found = severities(Rating(f"c-{c}", a, float(v)) for c, a, v in some)
    for one in found.values():
        assert -1.01 <= one.figure.value <= 1.01
        assert one.figure.low <= one.figure.value <= one.figure.high


def test_a_matrix_times_its_inverse_is_one() -> None:
    """Rows are exchanged where a pivot is 0."""
    matrix = [[0.0, 2.0, 1.0], [2.0, 1.0, 0.0], [1.0, 0.0, 3.0]]
    inverse = invert(matrix)
    for i in range(3):
        for j in range(3):
            assert sum(matrix[i][k] * inverse[k][j] for k in range(3)) == pytest.approx(float(i == j))


def test_pace_is_the_median_with_its_interval() -> None:
    """The median of 1 to 101 seconds is 51; the interval is that of order statistics."""
    found = existing(pace(float(second) for second in range(1, 102)))
    assert found.median.value == 51
    assert found.median.low == 41
    assert found.median.high == 62
    assert (found.lower_quartile, found.upper_quartile) == (26, 76)
    assert pace([]) is None


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=60))
def test_the_median_lies_in_its_interval(seconds: list[float]) -> None:
    """For any number of audits."""
    found = existing(pace(seconds))
    assert found.median.low <= found.median.value <= found.median.high
    assert found.n == len(seconds)


def test_consistency_compares_an_auditor_with_themselves() -> None:
    """First and second answers to the same conversations."""
    found = consistency([("YES", "YES")] * 8 + [("NO", "YES")] * 2)
    assert found.raw is not None
    assert found.raw.value == 0.8
