"""Intervals of shares and of their sums: Wilson, MOVER, Beta.

Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. Journal of the American
Statistical Association 22, 209-212.
Donner, A. & Zou, G. Y. (2012). Closed-form confidence intervals for functions of the normal mean and standard
deviation. Statistical Methods in Medical Research 21, 347-359 (method of variance estimates recovery, MOVER).
Newcombe, R. G. (1998). Interval estimation for the difference between independent proportions. Statistics in Medicine
17, 873-890.
"""

from collections.abc import Iterable
from functools import cache
from math import cos, exp, inf, lgamma, log, log1p, pi, sqrt
from statistics import NormalDist

from msgspec import Struct

from auscult.domain.audits.resampling import LEVEL, Interval

NORMAL = NormalDist()
Z = NORMAL.inv_cdf((1 + LEVEL) / 2)
"""The normal quantile of a two-sided interval with 95 % confidence: 1.96."""

_PRECISION = 2.0**-52
_TINY = 1e-300
_STEPS = 200
_MOST_TERMS = 10_000
_MANY = 500
"""Successes and failures above which a Beta variable is integrated: its density is then smooth and far from both ends."""
_FARTHEST, _NODES = 12.0, 40
"""Standard deviations that are integrated, and nodes at which the density is evaluated."""
_SMALL = 1e-9


class Figure(Struct, frozen=True):
    """A figure with its interval."""

    value: float
    low: float
    high: float

    @property
    def interval(self) -> Interval:
        """The interval alone."""
        return Interval(self.low, self.high)


def wilson(share: float, n: float, z: float = Z) -> Interval:
    """Return Wilson's score interval of a share among ``n`` cases; from 0 to 1 where there are none.

    ``n`` need not be whole: with weighted cases it is their effective number.
    """
    if n <= 0:
        return Interval(0.0, 1.0)
    if n == inf:
        return Interval(share, share)
    square = z * z
    centre = (share + square / (2 * n)) / (1 + square / n)
    half = z / (1 + square / n) * sqrt(max(share * (1 - share) / n + square / (4 * n * n), 0.0))
    return Interval(max(min(centre - half, share), 0.0), min(max(centre + half, share), 1.0))


def wilson_figure(successes: float, n: float, z: float = Z) -> Figure:
    """Return the share of ``successes`` among ``n`` cases (0.5 where there are none) with Wilson's interval."""
    share = successes / n if n > 0 else 0.5
    interval = wilson(share, n, z)
    return Figure(share, interval.low, interval.high)


def wilson_of_finite(share: float, n: float, population: int, z: float = Z, *, seen: int | None = None) -> Interval:
    """Return Wilson's interval of a share in a finite population of which ``seen`` were drawn without replacement.

    ``n`` is their number, or their effective number. It is raised by (N - 1) / (N - seen), and the share of the cases
    that were not seen bounds it: all of the population drawn leaves no doubt.
    """
    drawn = n if seen is None else seen
    if drawn >= population:
        return Interval(share, share)
    found = wilson(share, n * (population - 1) / (population - drawn), z)
    part = drawn / population
    return Interval(max(found.low, share * part), max(min(found.high, share * part + 1 - part), share))


def mover(parts: Iterable[tuple[float, Figure]]) -> Figure:
    """Return a weighted sum of independent figures with its interval by MOVER; weights may be negative.

    A weight of 1 and one of -1 give Newcombe's interval of a difference.
    """
    value = below = above = 0.0
    for weight, figure in parts:
        down, up = figure.value - figure.low, figure.high - figure.value
        if weight < 0:
            down, up = up, down
        value += weight * figure.value
        below += (weight * down) ** 2
        above += (weight * up) ** 2
    return Figure(value, value - sqrt(below), value + sqrt(above))


def difference(one: Figure, other: Figure) -> Figure:
    """Return one figure less an independent other, from -1 to 1 for shares, with its interval by MOVER."""
    return mover([(1.0, one), (-1.0, other)])


def normal_interval(value: float, variance: float, z: float = Z) -> Figure:
    """Return a figure with the interval of z standard errors on each side."""
    half = z * sqrt(max(variance, 0.0))
    return Figure(value, value - half, value + half)


def student_quantile(freedom: float) -> float:
    """Return the quantile of Student's distribution for a two-sided interval with 95 % confidence."""
    square = beta_quantile(LEVEL, 0.5, freedom / 2)
    return sqrt(freedom * square / (1 - square))


def student_interval(value: float, variance: float, freedom: float) -> Figure:
    """Return a figure with Student's interval, for a variance estimated with ``freedom`` degrees of freedom."""
    return normal_interval(value, variance, student_quantile(freedom))


def effective_number(weights: Iterable[float]) -> float:
    """Return Kish's effective number of weighted cases, (sum of w)^2 / sum of w^2; 0 where there are none."""
    found = list(weights)
    squares = sum(weight * weight for weight in found)
    return sum(found) ** 2 / squares if squares else 0.0


def beta_cdf(x: float, alpha: float, beta: float) -> float:
    """Return the probability that a Beta variable is at most ``x``: the regularised incomplete beta function."""
    if x <= 0 or x >= 1:
        return float(x > 0)
    if min(alpha, beta) > _MANY:
        return _tail_integral(x, alpha, beta)
    if x > (alpha + 1) / (alpha + beta + 2):
        return 1 - beta_cdf(1 - x, beta, alpha)
    front = exp(alpha * log(x) + beta * log1p(-x) - log(alpha) - log_beta(alpha, beta))
    return front * _continued_fraction(x, alpha, beta)


def log_beta(alpha: float, beta: float) -> float:
    """Return the logarithm of the beta function."""
    return lgamma(alpha) + lgamma(beta) - lgamma(alpha + beta)


def _continued_fraction(x: float, alpha: float, beta: float) -> float:
    """Evaluate the fraction of the incomplete beta function by Lentz's method."""
    c, d = 1.0, 1 / _away_from_zero(1 - (alpha + beta) * x / (alpha + 1))
    found = d
    for step in range(1, _MOST_TERMS):
        even = step * (beta - step) * x / ((alpha + 2 * step - 1) * (alpha + 2 * step))
        odd = -(alpha + step) * (alpha + beta + step) * x / ((alpha + 2 * step) * (alpha + 2 * step + 1))
        for numerator in (even, odd):
            d = 1 / _away_from_zero(1 + numerator * d)
            c = _away_from_zero(1 + numerator / c)
            found *= c * d
        if abs(c * d - 1) < 1e-15:  # noqa: PLR2004  (a float has no more digits)
            break
    return found


def _away_from_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def _tail_integral(x: float, alpha: float, beta: float) -> float:
    """Integrate the density over the smaller tail: of large parameters the fraction needs ever more terms, this none.

    Beyond twelve standard deviations nothing is left that a float could hold.
    """
    mean = alpha / (alpha + beta)
    reach = _FARTHEST * _deviation(alpha, beta)
    is_above = x > mean
    end = min(max(mean, x) + reach, 1.0) if is_above else max(min(mean, x) - reach, 0.0)
    constant = log_beta(alpha, beta)
    middle, half = (x + end) / 2, (end - x) / 2
    found = 0.0
    for node, weight in _legendre(_NODES):
        at = middle + half * node
        found += weight * exp((alpha - 1) * log(at) + (beta - 1) * log1p(-at) - constant)
    found *= abs(half)
    return 1 - found if is_above else found


def _deviation(alpha: float, beta: float) -> float:
    """Return the standard deviation of a Beta variable."""
    whole = alpha + beta
    return sqrt(alpha * beta / (whole + 1)) / whole


@cache
def _legendre(number: int) -> tuple[tuple[float, float], ...]:
    """Return the nodes between -1 and 1 and the weights of Gauss and Legendre's integration, by Newton's method."""
    found: list[tuple[float, float]] = []
    for each in range(number):
        node, slope = cos(pi * (each + 0.75) / (number + 0.5)), 1.0
        for _ in range(_STEPS):
            before, value = 1.0, node
            for degree in range(2, number + 1):
                before, value = value, ((2 * degree - 1) * node * value - (degree - 1) * before) / degree
            slope = number * (node * value - before) / (node * node - 1)
            change = value / slope
            node -= change
            if abs(change) < 2 * _PRECISION:
                break
        found.append((node, 2 / ((1 - node * node) * slope * slope)))
    return tuple(found)


def beta_quantile(probability: float, alpha: float, beta: float) -> float:
    """Return the value below which a Beta variable lies with the given probability.

    By Halley's method between two ends, halved where a step leaves them. Near the end each step leaves the cube of the
    distance before it, so that after a small one nothing remains to be done.
    """
    spread, mean = _deviation(alpha, beta), alpha / (alpha + beta)
    low, high, found = 0.0, 1.0, mean + NORMAL.inv_cdf(probability) * spread
    if not low < found < high:
        found = mean
    constant = log_beta(alpha, beta)
    for _ in range(_STEPS):
        gap = beta_cdf(found, alpha, beta) - probability
        low, high = (found, high) if gap < 0 else (low, found)
        density = exp((alpha - 1) * log(found) + (beta - 1) * log1p(-found) - constant)
        step = low
        if density:
            newton = gap / density
            bend = (alpha - 1) / found - (beta - 1) / (1 - found)
            step = found - newton / min(max(1 - newton * bend / 2, 0.5), 2.0)
        if not low < step < high:
            step = (low + high) / 2
        if abs(step - found) <= _SMALL * min(spread, found, 1 - found) or step in {low, high}:
            return step
        found = step
    return found
