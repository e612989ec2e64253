"""Drivers: the subjects that move the mean of a measure, each with its interval and its conversations."""

from decimal import Decimal

from msgspec import Struct

from auscult.domain.insights.overview import GRAIN, KNOWN, Counted, Kind, Measure, Tally, hundredths
from auscult.domain.statistics.intervals import Figure, student_interval
from auscult.domain.statistics.scores import Moments

MOST_DRIVERS = 6


class Bar(Struct, frozen=True, kw_only=True):
    """Thresholds of a driver (the vendor's CX insights; that of scores is ours, on a scale ten times as wide).

    Those of CSAT and NPS are ours as well: the same part of their scales. Their interval must exclude 0, too.
    """

    conversations: int = 30
    share: Decimal = Decimal("0.02")
    sentiment: Decimal = Decimal("0.8")
    score: Decimal = Decimal(8)
    csat: Decimal = Decimal("0.4")
    nps: Decimal = Decimal(18)

    def distance(self, measure: Measure) -> Decimal:
        """Return how far a mean must be from the baseline."""
        return {"sentiment": self.sentiment, "score": self.score, "csat": self.csat, "nps": self.nps}[measure]


class Driver(Struct, frozen=True, kw_only=True):
    """Subject that moves a mean up or down: impact = (mean - baseline) x conversations, with two decimals.

    ``points``: by how much the mean of all would differ without the distance, with its 95 % interval from
    ``points_low`` to ``points_high`` (null where fewer than two have or lack the subject); ``share`` of all
    conversations, percent. ``examples`` are the first conversations.
    """

    kind: Kind
    name: str
    conversations: int
    mean: Decimal
    baseline: Decimal
    impact: Decimal
    points: Decimal
    points_low: Decimal | None
    points_high: Decimal | None
    share: Decimal
    examples: tuple[str, ...]


class Drivers(Struct, frozen=True, kw_only=True):
    """The strongest drivers of one measure, down and up."""

    low: tuple[Driver, ...] = ()
    high: tuple[Driver, ...] = ()


def drivers(tally: Tally, measure: Measure, bar: Bar) -> Drivers:
    """Return what drives a measure. Only conversations in which it is known count.

    A missed metric lowers the score by definition, so it is no driver of scores.
    """
    everything = tally.total.known(measure)
    found: list[Driver] = []
    for (kind, name), counted in tally.groups.items():
        count = counted.known(measure)
        if count < max(bar.conversations, 1) or count < bar.share * everything:
            continue
        if measure == "score" and kind == "missed_metric":
            continue
        driver = _driver(kind, name, counted, tally.total, measure)
        if abs(_distance(counted, tally.total, measure)) >= bar.distance(measure) and _is_sure(driver, measure):
            found.append(driver)
    found.sort(key=lambda each: (-abs(each.impact), each.kind, each.name))
    return Drivers(
        low=tuple([each for each in found if each.impact < 0][:MOST_DRIVERS]),
        high=tuple([each for each in found if each.impact > 0][:MOST_DRIVERS]),
    )


def _distance(counted: Counted, everything: Counted, measure: Measure) -> Decimal:
    return (counted.mean(measure) or Decimal(0)) - (everything.mean(measure) or Decimal(0))


def _driver(kind: Kind, name: str, counted: Counted, everything: Counted, measure: Measure) -> Driver:
    count, total = counted.known(measure), everything.known(measure)
    distance = _distance(counted, everything, measure)
    interval = _interval(counted, everything, measure)
    return Driver(
        kind=kind,
        name=name,
        conversations=count,
        mean=hundredths(counted.mean(measure) or Decimal(0)),
        baseline=hundredths(everything.mean(measure) or Decimal(0)),
        impact=hundredths(distance * count),
        points=hundredths(distance * count / total),
        points_low=None if interval is None else hundredths(Decimal(interval.low)),
        points_high=None if interval is None else hundredths(Decimal(interval.high)),
        share=hundredths(Decimal(100 * count) / total),
        examples=tuple(counted.examples.get(KNOWN[measure], ())),
    )


def _is_sure(driver: Driver, measure: Measure) -> bool:
    """Return whether the interval of a driver of satisfaction excludes 0; that of others is for the reader to weigh."""
    low, high = driver.points_low, driver.points_high
    return measure in ("sentiment", "score") or (low is not None and high is not None and (low > 0 or high < 0))


def _interval(counted: Counted, everything: Counted, measure: Measure) -> Figure | None:
    """Return the points with Welch's interval: those of the subject against all others, times what they weigh.

    As mean - baseline = (mean - mean of the others) x share of the others, points are that difference times both shares.
    """
    own, whole, total = (
        Moments(each.n, each.total, each.squares)
        for each in (counted.sums[measure], counted.whole[measure], everything.sums[measure])
    )
    rest = Moments(total.n - whole.n, total.total - whole.total, total.squares - whole.squares)
    if own.mean is None or rest.mean is None or total.mean is None or min(own.n, rest.n) <= 1:
        return None
    first, second = own.variance / own.n, rest.variance / rest.n
    share = own.n / total.n
    weight = share * (1 - share) / GRAIN[measure]
    points = (own.mean - total.mean) * share / GRAIN[measure]
    if not first + second:
        return Figure(points, points, points)
    freedom = (first + second) ** 2 / (first**2 / (own.n - 1) + second**2 / (rest.n - 1))
    return student_interval(points, (first + second) * weight**2, freedom)
