"""Control charts of a share and of a mean by period: Laney's p', run rules, EWMA and CUSUM.

Laney, D. B. (2002). Improved control charts for attributes. Quality Engineering 14, 531-537.
Roberts, S. W. (1959). Control chart tests based on geometric moving averages. Technometrics 1, 239-250.
Page, E. S. (1954). Continuous inspection schemes. Biometrika 41, 100-115.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import sqrt

from msgspec import Struct

RUN = 8
"""This many periods in a row on one side of the centre are a signal."""
BEYOND = "beyond limits"
"""The signal of a period outside its limits."""
SIGMAS = 3.0
_MOVING_RANGE = 1.128
"""The mean range of two normal values, in standard deviations."""


class Period(Struct, frozen=True):
    """A period of a chart: its name, successes and conversations."""

    name: str
    successes: float
    n: int

    @property
    def share(self) -> float:
        """The share of successes."""
        return self.successes / self.n


class Point(Struct, frozen=True, kw_only=True):
    """A period in a chart. ``signals`` names the rules it breaks; ``marker`` names what changed in it, such as a form."""

    name: str
    n: int
    value: float
    low: float
    high: float
    signals: tuple[str, ...] = ()
    marker: str | None = None


class Chart(Struct, frozen=True, kw_only=True):
    """A chart around its centre. ``sigma_z`` is the spread between periods in units of chance: 1 is chance alone."""

    centre: float
    sigma_z: float
    points: tuple[Point, ...]

    @property
    def advice(self) -> str:
        """The sentence that goes with the chart."""
        if any(point.signals for point in self.points):
            return "special cause: look here"
        return "common cause: leave it"


class Mean(Struct, frozen=True):
    """A period of a chart of means: its name, conversations, and their mean and variance, as shares of the highest."""

    name: str
    n: int
    mean: float
    variance: float


def laney_chart(periods: Sequence[Period], markers: Mapping[str, str] | None = None) -> Chart | None:
    """Return Laney's p' chart; None without a period that has conversations. Empty periods are left out.

    The limits are centre ± 3 sigma_i sigma_z, sigma_i the binomial standard deviation of the period, sigma_z the mean
    moving range of the standardised shares divided by 1.128.
    """
    known = [one for one in periods if one.n]
    if not known:
        return None
    centre = sum(one.successes for one in known) / sum(one.n for one in known)
    sigmas = [sqrt(centre * (1 - centre) / one.n) for one in known]
    return _around(centre, [(one, one.share, sigma) for one, sigma in zip(known, sigmas, strict=True)], markers)


def mean_chart(periods: Sequence[Mean], markers: Mapping[str, str] | None = None) -> Chart | None:
    """Return the chart of a mean; None without a period that has conversations. Empty periods are left out.

    The limits are those of ``laney_chart`` with the standard error of the period's mean as sigma_i, from the variance
    that the conversations of all periods have within their own: of many conversations it is so small that limits of
    chance alone would call each week special.
    """
    known = [one for one in periods if one.n]
    if not known:
        return None
    n = sum(one.n for one in known)
    centre = sum(one.mean * one.n for one in known) / n
    within = sum(one.variance * one.n for one in known) / n
    return _around(centre, [(one, one.mean, sqrt(within / one.n)) for one in known], markers)


def _around(
    centre: float, known: Sequence[tuple[Period | Mean, float, float]], markers: Mapping[str, str] | None
) -> Chart:
    """Draw limits around a centre, of periods with their values and what chance alone leaves of each."""
    standardised = [(value - centre) / sigma if sigma else 0.0 for _, value, sigma in known]
    ranges = [abs(other - one) for one, other in pairwise(standardised)]
    sigma_z = sum(ranges) / len(ranges) / _MOVING_RANGE if ranges else 1.0
    points: list[Point] = []
    runs = _runs([value - centre for _, value, _ in known])
    for (one, value, sigma), in_run in zip(known, runs, strict=True):
        half = SIGMAS * sigma * sigma_z
        beyond = abs(value - centre) > half and sigma > 0
        signals = (*((BEYOND,) if beyond else ()), *((f"{RUN} on one side",) if in_run else ()))
        points.append(_point(one, value, (centre - half, centre + half), signals, markers))
    return Chart(centre=centre, sigma_z=sigma_z, points=tuple(points))


def _point(
    period: Period | Mean,
    value: float,
    limits: tuple[float, float],
    signals: tuple[str, ...],
    markers: Mapping[str, str] | None,
) -> Point:
    return Point(
        name=period.name,
        n=period.n,
        value=value,
        low=max(limits[0], 0.0),
        high=min(limits[1], 1.0),
        signals=signals,
        marker=(markers or {}).get(period.name),
    )


def _runs(distances: Sequence[float]) -> list[bool]:
    """Return for each distance from the centre whether it completes or prolongs a run on one side."""
    found: list[bool] = []
    length, side = 0, 0
    for distance in distances:
        now = (distance > 0) - (distance < 0)
        length = length + 1 if now == side and now else int(now != 0)
        side = now
        found.append(length >= RUN)
    return found


def ewma_chart(
    periods: Sequence[Period], smoothing: float = 0.2, markers: Mapping[str, str] | None = None
) -> Chart | None:
    """Return the chart of the exponentially weighted moving average, which shows slow drift; None without data.

    Each value is smoothing * share + (1 - smoothing) * the value before; limits are 3 of its standard deviations.

    Raises:
        ValueError: ``smoothing`` is not above 0 and at most 1.
    """
    if not 0 < smoothing <= 1:
        raise ValueError(f"invalid smoothing {smoothing!r}; use a number above 0, at most 1")
    laney = laney_chart(periods, markers)
    if laney is None:
        return None
    points: list[Point] = []
    value, variance = laney.centre, 0.0
    for one in (period for period in periods if period.n):
        value = smoothing * one.share + (1 - smoothing) * value
        own = laney.centre * (1 - laney.centre) / one.n * laney.sigma_z**2
        variance = smoothing**2 * own + (1 - smoothing) ** 2 * variance
        half = SIGMAS * sqrt(variance)
        signals = (BEYOND,) if abs(value - laney.centre) > half > 0 else ()
        points.append(_point(one, value, (laney.centre - half, laney.centre + half), signals, markers))
    return Chart(centre=laney.centre, sigma_z=laney.sigma_z, points=tuple(points))
