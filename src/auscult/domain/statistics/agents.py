"""Agents: rates shrunk towards the group, ranks with intervals, and a funnel instead of a league table.

Spiegelhalter, D. J. (2005). Funnel plots for comparing institutional performance. Statistics in Medicine 24, 1185-1202.
Casella, G. (1985). An introduction to empirical Bayes data analysis. The American Statistician 39, 83-87.
"""

from collections.abc import Hashable, Mapping, Sequence
from math import exp, log, sqrt
from typing import TypeVar

from msgspec import Struct

from auscult.domain.audits.resampling import LEVEL
from auscult.domain.statistics.intervals import (
    NORMAL,
    Figure,
    Z,
    beta_quantile,
    difference,
    log_beta,
    wilson_figure,
)

Cell = TypeVar("Cell", bound=Hashable)

WIDEST = 0.3
"""An agent whose interval is wider than this has too few conversations to be shown with a figure."""
FUNNEL_LEVELS = (0.95, 0.998)
_LEAST_STRENGTH, _MOST_STRENGTH = 1.0, 1e6
_STEPS = 80
_GOLDEN = (sqrt(5) - 1) / 2
_TRIM = 0.1
_NORMAL_FROM = 5.0
_HALF = 0.5
_ONE_SIDED = NORMAL.inv_cdf(LEVEL)


class Count(Struct, frozen=True):
    """Successes of an agent, and the conversations they are counted in."""

    successes: int
    n: int


class Prior(Struct, frozen=True):
    """A Beta distribution of the agents' true rates."""

    alpha: float
    beta: float


class Rate(Struct, frozen=True, kw_only=True):
    """An agent's shrunken rate with its interval; ``enough`` is false where that is too wide for a figure to be shown."""

    n: int
    rate: Figure
    enough: bool


class Shrunk(Struct, frozen=True, kw_only=True):
    """An agent's rate, (alpha + k) / (alpha + beta + n), with its interval and the ranks it may hold (1 is best).

    ``enough`` is false where the interval is too wide for the figure to be shown.
    """

    n: int
    rate: Figure
    best_rank: int
    worst_rank: int
    enough: bool


class FunnelLimit(Struct, frozen=True):
    """The limits within which chance alone leaves this share (``level``) of agents."""

    level: float
    low: float
    high: float


class FunnelPoint(Struct, frozen=True, kw_only=True):
    """An agent in the funnel: raw rate, limits from the inner to the outer, and the highest level it lies beyond."""

    n: int
    rate: float
    limits: tuple[FunnelLimit, ...]
    beyond: float | None


class Funnel(Struct, frozen=True, kw_only=True):
    """A funnel around the group's rate; ``dispersion`` is the factor of variance beyond chance, at least 1.

    ``differ``: the agents vary more than chance explains. The limits are those of chance alone.
    """

    centre: float
    dispersion: float
    differ: bool
    points: dict[str, FunnelPoint]

    @property
    def outside(self) -> list[str]:
        """The agents beyond the outer limits, those farthest from the centre first."""
        found = [agent for agent, point in self.points.items() if point.beyond == FUNNEL_LEVELS[-1]]
        return sorted(
            found, key=lambda agent: -abs(self.points[agent].rate - self.centre) * self.points[agent].n ** 0.5
        )


def fit_prior(counts: Sequence[Count]) -> Prior:
    """Fit the distribution of agents' rates: the mean is the group's, the strength has the greatest likelihood."""
    n, successes = sum(one.n for one in counts), sum(one.successes for one in counts)
    mean = (successes + 0.5) / (n + 1)

    def likelihood(strength: float) -> float:
        alpha, beta = mean * exp(strength), (1 - mean) * exp(strength)
        base = log_beta(alpha, beta)
        return sum(log_beta(alpha + one.successes, beta + one.n - one.successes) - base for one in counts)

    low, high = log(_LEAST_STRENGTH), log(_MOST_STRENGTH)
    for _ in range(_STEPS):
        one, other = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        if likelihood(one) < likelihood(other):
            low = one
        else:
            high = other
    strength = exp((low + high) / 2)
    return Prior(mean * strength, (1 - mean) * strength)


def shrunken_rates(counts: Mapping[str, Count], widest: float = WIDEST) -> dict[str, Rate]:
    """Return the agents' shrunken rates alone: ``shrink`` compares each agent with each other for the ranks."""
    prior = fit_prior(list(counts.values()))
    return {
        agent: Rate(n=one.n, rate=_posterior(prior, one), enough=_raw_width(one) <= widest)
        for agent, one in counts.items()
    }


def shrink(counts: Mapping[str, Count], widest: float = WIDEST) -> dict[str, Shrunk]:
    """Return the agents' shrunken rates. An agent's ranks run over those whose rates do not surely differ."""
    found = shrunken_rates(counts, widest)
    rates = {agent: one.rate for agent, one in found.items()}
    ranks = {agent: _ranks(agent, rates) for agent in rates}
    return {
        agent: Shrunk(n=one.n, rate=one.rate, best_rank=ranks[agent][0], worst_rank=ranks[agent][1], enough=one.enough)
        for agent, one in found.items()
    }


def _raw_width(count: Count) -> float:
    """Return the width of the interval by the agent's own conversations, which the prior does not narrow."""
    raw = wilson_figure(count.successes, count.n)
    return raw.high - raw.low


def _posterior(prior: Prior, count: Count) -> Figure:
    alpha, beta = prior.alpha + count.successes, prior.beta + count.n - count.successes
    tail = (1 - LEVEL) / 2
    rate = alpha / (alpha + beta)
    low, high = beta_quantile(tail, alpha, beta), beta_quantile(1 - tail, alpha, beta)
    return Figure(rate, min(low, rate), max(high, rate))


def _ranks(agent: str, rates: Mapping[str, Figure]) -> tuple[int, int]:
    differences = [difference(rates[agent], rate) for other, rate in rates.items() if other != agent]
    better, worse = (sum(one.high < 0 for one in differences), sum(one.low > 0 for one in differences))
    return 1 + better, len(rates) - worse


def funnel(counts: Mapping[str, Count]) -> Funnel:
    """Return the agents with the limits within which chance alone leaves 95 % and 99.8 % of them."""
    known = {agent: one for agent, one in counts.items() if one.n}
    n, successes = sum(one.n for one in known.values()), sum(one.successes for one in known.values())
    centre = successes / n if n else 0.0
    spread = sqrt(centre * (1 - centre))
    scores = sorted((one.successes / one.n - centre) / (spread / sqrt(one.n)) for one in known.values() if spread)
    trim = int(_TRIM * len(scores))
    trimmed = [min(max(score, scores[trim]), scores[len(scores) - 1 - trim]) for score in scores]
    dispersion = max(sum(score * score for score in trimmed) / len(trimmed), 1.0) if trimmed else 1.0
    points = {agent: _point(one, centre) for agent, one in known.items()}
    return Funnel(centre=centre, dispersion=dispersion, differ=_differ(list(known.values()), centre), points=points)


def _differ(counts: Sequence[Count], centre: float) -> bool:
    """Test whether rates vary more than chance explains, also where each has few conversations.

    Tarone, R. E. (1979). Testing the goodness of fit of the binomial distribution. Biometrika 66, 585-590.
    """
    pairs = sum(one.n * (one.n - 1) for one in counts)
    if not pairs or not 0 < centre < 1:
        return False
    squares = sum((one.successes - one.n * centre) ** 2 for one in counts) / (centre * (1 - centre))
    return (squares - sum(one.n for one in counts)) / sqrt(2 * pairs) > _ONE_SIDED


def _point(count: Count, centre: float) -> FunnelPoint:
    limits = funnel_limits(count.n, centre)
    rate = count.successes / count.n
    beyond = next((each.level for each in reversed(limits) if not each.low <= rate <= each.high), None)
    return FunnelPoint(n=count.n, rate=rate, limits=limits, beyond=beyond)


def funnel_limits(n: int, centre: float) -> tuple[FunnelLimit, ...]:
    """Return the limits for n conversations, inner to outer: the binomial's own, as 0 of 1 is little evidence."""
    limits: list[FunnelLimit] = []
    for level in FUNNEL_LEVELS:
        low, high = _limits(n, min(centre, 1 - centre), (1 - level) / 2)
        if centre > _HALF:
            low, high = 1 - high, 1 - low
        limits.append(FunnelLimit(level, max(min(low, centre), 0.0), min(max(high, centre), 1.0)))
    return tuple(limits)


def _limits(n: int, rate: float, tail: float) -> tuple[float, float]:
    """Return the shares below and above which fewer than ``tail`` of all samples of n lie, between two counts.

    Where many are expected on both sides, they are those of a normal distribution, corrected for skewness.
    """
    if not rate:
        return rate, rate
    deviation = sqrt(n * rate * (1 - rate))
    if deviation >= _NORMAL_FROM:
        z, skewness = -NORMAL.inv_cdf(tail), (1 - 2 * rate) / deviation
        shift = skewness * (z * z - 1) / 6
        return rate + (shift - z) * deviation / n, rate + (shift + z) * deviation / n
    low, total, share = 0.0, 0.0, (1 - rate) ** n
    for count in range(n + 1):
        if total < tail <= total + share:
            low = count - (total + share - tail) / share
        if 1 - total - share < tail:
            return low / n, (count + (1 - total - tail) / share) / n
        total += share
        share *= (n - count) / (count + 1) * rate / (1 - rate)
    return low / n, 1.0


def observed_less_expected(mix: Mapping[Cell, Count], rates: Mapping[Cell, float]) -> Figure | None:
    """Return an agent's rate less what the group reaches on the same mix of conversations; None without any.

    ``mix`` counts the agent's conversations by cell (queue, channel, language, intent), ``rates`` holds the group's
    rate in each cell.
    """
    n = sum(one.n for one in mix.values())
    if not n:
        return None
    expected = sum(one.n * rates[cell] for cell, one in mix.items()) / n
    observed = wilson_figure(sum(one.successes for one in mix.values()), n, Z)
    return Figure(observed.value - expected, observed.low - expected, observed.high - expected)
