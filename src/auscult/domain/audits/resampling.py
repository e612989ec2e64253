"""Confidence interval of a counted figure by resampling, bias-corrected and accelerated (BCa).

Efron, B. (1987). Better bootstrap confidence intervals. Journal of the American Statistical Association 82, 171-185.
Random numbers are passed in, so that the same numbers give the same interval.
"""

from collections.abc import Callable, Sequence
from math import exp, lgamma, log
from statistics import NormalDist

from msgspec import Struct

Stream = Callable[[], float]
"""Random numbers from 0 to below 1, evenly spread: each call gives the next."""

Statistic = Callable[[Sequence[int]], float | None]
"""A figure of counts; None where it is not defined."""

LEVEL = 0.95
RESAMPLES = 2_000
_MOST_UNDEFINED = 0.05
"""Share of resamples in which the figure may be undefined; where it is more, the rest shows too little."""

_SAME = 1e-12
_NORMAL = NormalDist()


class Interval(Struct, frozen=True):
    """The ends of an interval, rounded to 4 decimal places."""

    low: float
    high: float


def bca_interval(counts: Sequence[int], statistic: Statistic, stream: Stream) -> Interval | str:
    """Return the 95 % interval of a figure of counts, or the reason why there is none.

    ``counts`` holds the number of cases in each cell. As many cases are drawn from them again, with replacement,
    2,000 times, and the figure is computed for each.
    """
    observed = statistic(counts)
    if observed is None:
        return "it is not defined"
    found = [statistic(resample(counts, stream)) for _ in range(RESAMPLES)]
    known = sorted(value for value in found if value is not None)
    left_one_out = [(statistic(_without(counts, cell)), count) for cell, count in enumerate(counts) if count]
    if len(known) < (1 - _MOST_UNDEFINED) * RESAMPLES or any(value is None for value, _ in left_one_out):
        return "too few conversations have the rarer answer"
    below = sum(value < observed - _SAME for value in known)
    equal = sum(abs(value - observed) <= _SAME for value in known)
    if equal == len(known):
        return "resampling shows no spread"
    bias = _NORMAL.inv_cdf(min(max((below + equal / 2) / len(known), 1 / RESAMPLES), 1 - 1 / RESAMPLES))
    acceleration = _acceleration([(value, count) for value, count in left_one_out if value is not None])

    def end(tail: float) -> float:
        shifted = bias + _NORMAL.inv_cdf(tail)
        share = _NORMAL.cdf(bias + shifted / (1 - acceleration * shifted))
        return round(known[min(int(share * len(known)), len(known) - 1)], 4)

    return Interval(end((1 - LEVEL) / 2), end((1 + LEVEL) / 2))


def _acceleration(left_one_out: Sequence[tuple[float, int]]) -> float:
    """Return how the spread of the figure changes with the figure: the skew of it over leaving out one case each."""
    n = sum(count for _, count in left_one_out)
    mean = sum(value * count for value, count in left_one_out) / n
    squares = sum(count * (mean - value) ** 2 for value, count in left_one_out)
    cubes = sum(count * (mean - value) ** 3 for value, count in left_one_out)
    return cubes / (6 * squares**1.5) if squares > _SAME else 0.0


def _without(counts: Sequence[int], cell: int) -> list[int]:
    return [count - (index == cell) for index, count in enumerate(counts)]


def resample(counts: Sequence[int], stream: Stream) -> list[int]:
    """Draw as many cases as there are, with replacement: how many fall into each cell.

    Cell by cell, the small ones first: the more is left for the last, which needs no drawing, the quicker it is.
    """
    drawn = [0] * len(counts)
    left = remaining = sum(counts)
    for cell in sorted(range(len(counts)), key=counts.__getitem__):
        share = counts[cell] / remaining if remaining else 0.0
        drawn[cell] = _binomial(left, share, stream()) if share < 1 else left
        left -= drawn[cell]
        remaining -= counts[cell]
    return drawn


def _binomial(n: int, share: float, number: float) -> int:
    """Return how many of ``n`` fall into a cell of this share, by one random number.

    The chances are walked through from the likeliest count outwards, in as many steps as the count spreads.
    """
    if n == 0 or share == 0:
        return 0
    odds = share / (1 - share)
    likeliest = low = high = min(int((n + 1) * share), n)
    ways = lgamma(n + 1) - lgamma(high + 1) - lgamma(n - high + 1)
    chance_low = chance_high = exp(ways + high * log(share) + (n - high) * log(1 - share))
    number -= chance_high
    while number > 0 and (high < n or low > 0):
        if high < n:
            chance_high *= odds * (n - high) / (high + 1)
            high += 1
            number -= chance_high
            if number <= 0:
                return high
        if low > 0:
            chance_low *= low / (odds * (n - low + 1))
            low -= 1
            number -= chance_low
            if number <= 0:
                return low
    return likeliest
