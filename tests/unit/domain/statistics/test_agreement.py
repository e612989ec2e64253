"""Agreement between raters."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.audits.agreement import kappa_of
from auscult.domain.statistics.agreement import (
    band_of,
    compare_raters,
    gwet_ac1,
    krippendorff_alpha,
    limits_of_agreement,
)
from tests.waiting import existing

_RATERS = (
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)
ITEMS = [
    [None if answer == "." else answer for answer in item]
    for item in zip(*(row.split() for row in _RATERS), strict=True)
]
"""Four raters, twelve items, missing answers: Krippendorff, Computing Krippendorff's alpha-reliability (2011), part D."""

answers = st.sampled_from(["YES", "NO", "NA"])
items = st.lists(st.lists(st.none() | answers, min_size=2, max_size=4), min_size=1, max_size=30)


_SKIN = ((10, 4, 1, 0), (5, 10, 12, 2), (2, 4, 12, 5), (0, 2, 6, 13))
"""Two dermatologists, 88 patients: Stokes, Davis and Koch, Categorical Data Analysis Using the SAS System."""
_DISORDERS = ((88, 14, 18), (10, 40, 10), (2, 6, 12))
"""Two judges, 200 patients: Cohen (1960), Educational and Psychological Measurement 20, 37-46, table 1."""


def pairs_of(table: tuple[tuple[int, ...], ...]) -> list[tuple[str, str]]:
    """Return a table of counts as pairs of answers."""
    cells = [(str(one), str(other), n) for one, row in enumerate(table) for other, n in enumerate(row)]
    return [(one, other) for one, other, n in cells for _ in range(n)]


def test_kappa_equals_published_values() -> None:
    """0.492 of Cohen's paper; 0.3449 of the dermatologists."""
    assert kappa_of(pairs_of(_DISORDERS)) == pytest.approx(0.492, abs=5e-4)
    assert kappa_of(pairs_of(_SKIN)) == pytest.approx(0.3449, abs=5e-5)


def test_alpha_equals_published_values() -> None:
    """0.743 for names, 0.815 for ranks, 0.849 for numbers."""
    assert krippendorff_alpha(ITEMS) == pytest.approx(0.743, abs=5e-4)
    assert krippendorff_alpha(ITEMS, "ordinal") == pytest.approx(0.815, abs=5e-4)
    assert krippendorff_alpha(ITEMS, "interval") == pytest.approx(0.849, abs=5e-4)


def test_ac1_equals_published_values() -> None:
    """0.77544 with a standard error of 0.14295: Gwet's own package on the same data."""
    found = existing(gwet_ac1(ITEMS))
    assert found.value == pytest.approx(0.77544, abs=5e-6)
    assert (found.value - found.low) / 1.959964 == pytest.approx(0.14295, abs=5e-6)


def test_prevalence_lowers_kappa_and_not_ac1() -> None:
    """Two raters who each err in 3 %: raw 0.942; kappa .885, .734, .464 and AC1 .885, .926, .935 at 50, 90, 97 %."""
    for prevalence, kappa, ac1 in ((0.5, 0.885, 0.885), (0.9, 0.734, 0.926), (0.97, 0.464, 0.935)):
        n = 10_000
        yes, one_only = n * (prevalence * 0.97**2 + (1 - prevalence) * 0.03**2), n * 0.97 * 0.03
        counts = [("YES", "YES", yes), ("YES", "NO", one_only), ("NO", "YES", one_only)]
        pairs = [(one, other) for one, other, count in counts for _ in range(round(count))]
        pairs += [("NO", "NO")] * (n - len(pairs))
        found = compare_raters(pairs)
        assert found.raw is not None
        assert found.ac1 is not None
        assert found.raw.value == pytest.approx(0.942, abs=5e-4)
        assert found.kappa == pytest.approx(kappa, abs=6e-3)
        assert found.ac1.value == pytest.approx(ac1, abs=2e-3)


@given(items)
def test_figures_do_not_exceed_one(some: list[list[str | None]]) -> None:
    """Alpha and AC1 are at most 1; AC1 lies in its interval."""
    alpha, ac1 = krippendorff_alpha(some), gwet_ac1(some)
    assert alpha is None or alpha <= 1
    assert ac1 is None or -1 <= ac1.low <= ac1.value <= ac1.high <= 1


@given(items, st.randoms())
def test_the_order_of_raters_and_items_does_not_matter(some: list[list[str | None]], stream: random.Random) -> None:
    """Raters are interchangeable."""
    other = [stream.sample(item, len(item)) for item in some]
    stream.shuffle(other)
    assert krippendorff_alpha(other) == pytest.approx(krippendorff_alpha(some))


@given(st.lists(st.tuples(answers, st.integers(2, 4)), min_size=2, max_size=20))
def test_equal_answers_agree_wholly(some: list[tuple[str, int]]) -> None:
    """1 for AC1; for alpha 1 where more than one answer occurs, else it is not defined."""
    rated = [[answer] * n for answer, n in some]
    ac1, varied = gwet_ac1(rated), len({answer for answer, _ in some}) > 1
    assert ac1 is not None
    assert ac1.value == pytest.approx(1)
    assert krippendorff_alpha(rated) == (1 if varied else None)


def test_bands_need_ten_conversations() -> None:
    """Poor below 0.4, moderate to 0.6, substantial to 0.8, near-perfect above."""
    assert [band_of(kappa, 10) for kappa in (0.39, 0.4, 0.6, 0.8, 0.81)] == [
        "poor",
        "moderate",
        "substantial",
        "substantial",
        "near-perfect",
    ]
    assert band_of(0.9, 9) is None
    assert band_of(None, 20) is None


def test_two_raters_with_an_interval() -> None:
    """45 + 15 of 100 agree: kappa 0.06 / 0.46, with a resampled interval around it."""
    pairs = [("YES", "YES")] * 45 + [("YES", "NO")] * 15 + [("NO", "YES")] * 25 + [("NO", "NO")] * 15
    found = compare_raters(pairs, random.Random(7).random)
    assert found.kappa == pytest.approx(0.06 / 0.46)
    assert found.kappa_interval is not None
    assert found.kappa_interval.low < 0.13 < found.kappa_interval.high
    assert found.base_rate == 0.6
    assert found.band == "poor"
    nothing = compare_raters([])
    assert (nothing.n, nothing.raw, nothing.kappa, nothing.ac1) == (0, None, None, None)


def test_limits_of_score_differences() -> None:
    """Mean difference and 1.96 standard deviations around it."""
    found = existing(limits_of_agreement([(80, 82), (70, 68), (90, 96), (60, 62)]))
    assert found.mean == 2
    assert found.mean_absolute == 3
    assert found.high - found.mean == pytest.approx(1.959964 * (32 / 3) ** 0.5)
    assert limits_of_agreement([(1, 2)]) is None
