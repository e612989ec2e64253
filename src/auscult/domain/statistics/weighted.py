"""The difference estimator for draws with unequal probabilities: the machine's figure, corrected by the audits."""

from collections.abc import Mapping, Sequence
from math import sqrt

from msgspec import Struct

from auscult.domain.statistics.intervals import Figure, effective_number, mover, student_interval, wilson
from auscult.domain.statistics.scores import Moments


class WeightedVerdict(Struct, frozen=True):
    """An audited verdict: the machine's answer, the person's, and the probability of the draw."""

    machine: str
    person: str
    probability: float


class WeightedScore(Struct, frozen=True):
    """An audited score: the machine's, the person's, and the probability of the draw."""

    machine: float
    person: float
    probability: float


def difference_of_scores(scores: Moments, audits: Sequence[WeightedScore]) -> Figure:
    """Estimate the mean score of a population: mean(F) + sum of (Y - F) / (pi N).

    The variance is the sum of (Y - F)^2 (1 - pi) / pi^2, divided by N^2.
    """
    errors = [(one.person - one.machine, one.probability) for one in audits]
    value = (scores.total + sum(error / probability for error, probability in errors)) / scores.n
    variance = sum(error**2 * (1 - probability) / probability**2 for error, probability in errors) / scores.n**2
    return student_interval(value, variance, max(len(audits) - 1, 1))


def difference_of_shares(verdicts: Mapping[str, int], audits: Sequence[WeightedVerdict]) -> Figure | None:
    """Estimate the share of YES among all conversations to which the metric applies; None where it applies to none.

    ``verdicts`` counts the machine's verdicts on the population. YES and the applicable conversations are both
    estimated as (F + sum of (Y - F) / pi) / N; with NA the share is their quotient.
    """
    population = sum(verdicts.values())
    yes = verdicts.get("YES", 0) + sum(((a.person == "YES") - (a.machine == "YES")) / a.probability for a in audits)
    asked = population - verdicts.get("NA", 0)
    asked += sum(((a.machine == "NA") - (a.person == "NA")) / a.probability for a in audits)
    if asked <= 0:
        return None
    value = min(max(yes / asked, 0.0), 1.0)
    errors = [(_linear(one.person, value) - _linear(one.machine, value), one) for one in audits]
    interval = _interval_of_errors(errors, verdicts)
    scale = population / asked
    return Figure(value, max(value + interval.low * scale, 0.0), min(value + interval.high * scale, 1.0))


def _linear(answer: str, share: float) -> float:
    """Return the contribution of an answer to the share of YES, to first order."""
    return {"YES": 1 - share, "NO": -share}.get(answer, 0.0)


def _interval_of_errors(errors: Sequence[tuple[float, WeightedVerdict]], verdicts: Mapping[str, int]) -> Figure:
    """Return the interval, around 0, of the mean error of the machine over a population.

    The normal interval is too short where few errors were seen, so errors of each direction are counted apart: their
    weighted share has Wilson's interval at its effective number of cases, and the two are joined by MOVER.
    """
    sides = [_side([(max(sign * error, 0.0), one) for error, one in errors], verdicts, sign) for sign in (1, -1)]
    joined = mover([(1.0, sides[0]), (-1.0, sides[1])])
    return Figure(0.0, joined.low - joined.value, joined.high - joined.value)


def _side(errors: Sequence[tuple[float, WeightedVerdict]], verdicts: Mapping[str, int], sign: int) -> Figure:
    """Return the weighted mean of errors of one direction, each from 0 to 1, with its interval."""
    population = sum(verdicts.values())
    mean = min(sum(error / one.probability for error, one in errors) / population, 1.0)
    variance = sum(error**2 * (1 - one.probability) / one.probability**2 for error, one in errors) / population**2
    if variance > 0 and 0 < mean < 1:
        interval = wilson(mean, mean * (1 - mean) / variance)
        return Figure(mean, interval.low, interval.high)
    # None was seen: only where the machine's verdict leaves room for such an error may there be any.
    impossible = "YES" if sign > 0 else "NO"
    room = sum(count for verdict, count in verdicts.items() if verdict != impossible) / population
    weights = (sqrt(1 - one.probability) / one.probability for _, one in errors if one.machine != impossible)
    interval = wilson(mean, effective_number(weights))
    return Figure(mean, mean + room * (interval.low - mean), mean + room * (interval.high - mean))
