"""Agreement between raters: raw, Cohen's kappa, Gwet's AC1, Krippendorff's alpha.

Gwet, K. L. (2008). Computing inter-rater reliability and its variance in the presence of high agreement. British
Journal of Mathematical and Statistical Psychology 61, 29-48.
Krippendorff, K. (2019). Content analysis, 4th ed., chapter 12. Sage.
Bland, J. M. & Altman, D. G. (1986). Statistical methods for assessing agreement. Lancet 327, 307-310.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import accumulate
from math import sqrt
from typing import Literal

from msgspec import Struct

from auscult.domain.audits.agreement import Pair, kappa_of
from auscult.domain.audits.resampling import Interval, Statistic, Stream, bca_interval
from auscult.domain.statistics.intervals import Figure, Z, wilson_figure
from auscult.domain.statistics.scores import moments_of

Level = Literal["nominal", "ordinal", "interval"]
"""The scale of answers: names, an order, or numbers."""

LEAST_FOR_BANDS = 10
"""Below this number of conversations a kappa gets no band."""

_POOR, _MODERATE, _SUBSTANTIAL = 0.4, 0.6, 0.8


class PairAgreement(Struct, frozen=True, kw_only=True):
    """Agreement of two raters on ``n`` conversations; unrounded.

    ``base_rate`` is the share of the first rater's most frequent answer. A figure is None where it is not defined.
    ``band`` names the kappa from 10 conversations on.
    """

    n: int
    raw: Figure | None
    kappa: float | None
    kappa_interval: Interval | None
    ac1: Figure | None
    base_rate: float | None
    confusion: dict[str, dict[str, int]]
    band: str | None


class Limits(Struct, frozen=True):
    """Bland and Altman's figures of score differences: mean, limits of agreement, mean absolute difference."""

    n: int
    mean: float
    low: float
    high: float
    mean_absolute: float


def compare_raters(pairs: Iterable[Pair], stream: Stream | None = None) -> PairAgreement:
    """Compare two raters' answers. Kappa has an interval only with ``stream``, whose numbers it is resampled with."""
    counts = Counter(pairs)
    n = sum(counts.values())
    kappa = kappa_of(counts.elements())
    confusion: dict[str, dict[str, int]] = {}
    first: Counter[str] = Counter()
    for (one, other), count in sorted(counts.items()):
        confusion.setdefault(one, {})[other] = count
        first[one] += count
    equal = sum(count for (one, other), count in counts.items() if one == other)
    return PairAgreement(
        n=n,
        raw=wilson_figure(equal, n) if n else None,
        kappa=kappa,
        kappa_interval=None if stream is None or kappa is None else _resampled(counts, stream),
        ac1=gwet_ac1([list(pair) for pair in counts.elements()]),
        base_rate=max(first.values()) / n if n else None,
        confusion=confusion,
        band=band_of(kappa, n),
    )


def _resampled(counts: Mapping[Pair, int], stream: Stream) -> Interval | None:
    cells = sorted(counts)

    def kappa(numbers: Sequence[int]) -> float | None:
        return kappa_of(cell for cell, number in zip(cells, numbers, strict=True) for _ in range(number))

    statistic: Statistic = kappa
    found = bca_interval([counts[cell] for cell in cells], statistic, stream)
    return found if isinstance(found, Interval) else None


def band_of(kappa: float | None, n: int) -> str | None:
    """Return the name of a kappa: poor, moderate, substantial or near-perfect; None below 10 conversations."""
    if kappa is None or n < LEAST_FOR_BANDS:
        return None
    if kappa < _POOR:
        return "poor"
    if kappa < _MODERATE:
        return "moderate"
    return "substantial" if kappa <= _SUBSTANTIAL else "near-perfect"


def gwet_ac1(items: Iterable[Sequence[str | None]]) -> Figure | None:
    """Return Gwet's AC1 of any number of raters with its interval; None without an item that two have rated.

    Each item holds the answers of its raters; None is a missing one. Chance agreement comes from how often each
    answer is given, which is why AC1 stays near the raw agreement where nearly all answers are alike.
    """
    rated = [Counter(answer for answer in item if answer is not None) for item in items]
    rated = [one for one in rated if one]
    pairable = [one for one in rated if one.total() > 1]
    if not pairable:
        return None
    answers = sorted({answer for one in rated for answer in one})
    if len(answers) == 1:
        return Figure(1.0, 1.0, 1.0)
    shares = {answer: sum(one[answer] / one.total() for one in rated) / len(rated) for answer in answers}
    chance = sum(share * (1 - share) for share in shares.values()) / (len(answers) - 1)
    agreed = sum(_agreed(one) for one in pairable) / len(pairable)
    value = (agreed - chance) / (1 - chance)
    variance = _variance_of_ac1(rated, pairable, shares, chance, value)
    half = Z * sqrt(variance)
    return Figure(value, max(value - half, -1.0), min(value + half, 1.0))


def _agreed(item: Counter[str]) -> float:
    n = item.total()
    return sum(count * (count - 1) for count in item.values()) / (n * (n - 1))


def _variance_of_ac1(
    rated: Sequence[Counter[str]],
    pairable: Sequence[Counter[str]],
    shares: Mapping[str, float],
    chance: float,
    value: float,
) -> float:
    """Return the variance of AC1 over items (Gwet 2008, formula 32, with raters fixed)."""
    n = len(rated)
    if n < 2:  # noqa: PLR2004  (one item has no spread)
        return 0.0
    scale = n / len(pairable)
    total = 0.0
    for one in rated:
        agreed = (_agreed(one) - chance) / (1 - chance) * scale if one.total() > 1 else 0.0
        by_chance = sum((1 - share) * one[answer] / one.total() for answer, share in shares.items())
        by_chance /= len(shares) - 1
        total += (agreed - 2 * (1 - value) * (by_chance - chance) / (1 - chance) - value) ** 2
    return total / (n * (n - 1))


def krippendorff_alpha(
    items: Iterable[Sequence[str | None]], level: Level = "nominal", order: Sequence[str] | None = None
) -> float | None:
    """Return Krippendorff's alpha of any number of raters; None where it is not defined.

    Each item holds the answers of its raters; None is a missing one, and items with fewer than two answers are left
    out. ``order`` lists the answers from the lowest to the highest and is needed for ordinal data; answers of
    interval data are numbers.
    """
    rated = [Counter(answer for answer in item if answer is not None) for item in items]
    rated = [one for one in rated if one.total() > 1]
    totals: Counter[str] = Counter()
    for one in rated:
        totals += one
    distance = _distance(level, totals, order)
    n = totals.total()
    observed = sum(_disagreed(one, distance) / (one.total() - 1) for one in rated)
    expected = _disagreed(totals, distance)
    return 1 - (n - 1) * observed / expected if expected else None


def _disagreed(counts: Counter[str], distance: Callable[[str, str], float]) -> float:
    return sum(
        number * other_number * distance(answer, other)
        for answer, number in counts.items()
        for other, other_number in counts.items()
        if answer != other
    )


def _distance(level: Level, totals: Counter[str], order: Sequence[str] | None) -> Callable[[str, str], float]:
    if level == "nominal":
        return lambda one, other: float(one != other)
    if level == "interval":
        return lambda one, other: (float(one) - float(other)) ** 2
    ranked = list(order if order is not None else sorted(totals))
    running = dict(zip(ranked, accumulate(totals[answer] for answer in ranked), strict=True))
    middle = {answer: running[answer] - totals[answer] / 2 for answer in ranked}
    return lambda one, other: (middle[one] - middle[other]) ** 2


def limits_of_agreement(pairs: Iterable[tuple[float, float]]) -> Limits | None:
    """Return Bland and Altman's limits of score differences (second less first); None for fewer than two pairs."""
    found = [other - one for one, other in pairs]
    if len(found) < 2:  # noqa: PLR2004  (one difference has no spread)
        return None
    moments = moments_of(found)
    mean, half = moments.total / moments.n, Z * sqrt(moments.variance)
    return Limits(moments.n, mean, mean - half, mean + half, sum(map(abs, found)) / len(found))
