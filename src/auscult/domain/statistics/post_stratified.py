"""The post-stratified estimate of a share: Wilson's interval within each verdict of the machine, joined by MOVER."""

from collections.abc import Sequence

from msgspec import Struct

from auscult.domain.statistics.intervals import Figure, mover, wilson_of_finite

_TINY = 1e-12


class Stratum(Struct, frozen=True):
    """The conversations with one verdict of the machine, and the answers of people on those that were audited.

    ``population`` counts the conversations; ``yes``, ``no`` and ``not_applicable`` count the audited ones.
    """

    verdict: str
    population: int
    yes: int
    no: int
    not_applicable: int = 0

    @property
    def n(self) -> int:
        """Audits in the stratum."""
        return self.yes + self.no + self.not_applicable

    @property
    def applicable(self) -> Figure:
        """The share to which the metric applies, by people; by the machine where there is no audit."""
        if not self.n:
            return Figure(float(self.verdict != "NA"), 0.0, 1.0)
        return _figure(self.yes + self.no, self.n, self.population)

    @property
    def share(self) -> Figure:
        """The share of YES among YES and NO, by people; by the machine, with no certainty, where there is no audit."""
        n = self.yes + self.no
        if not n:
            guess = {"YES": 1.0, "NO": 0.0}.get(self.verdict, 0.5)
            return Figure(guess, 0.0, 1.0)
        # Of N conversations about N * applicable are asked about; all of them only where all were audited.
        population = max(round(self.population * n / self.n), n)
        return _figure(self.yes, n, population)


def _figure(successes: int, n: int, population: int) -> Figure:
    interval = wilson_of_finite(successes / n, n, max(population, n))
    return Figure(successes / n, interval.low, interval.high)


def post_stratified(strata: Sequence[Stratum]) -> Figure | None:
    """Estimate the share of YES among all conversations to which the metric applies; None where it applies to none.

    The estimate is the sum over strata of W p, with W the stratum's part of the applicable conversations and p the
    share of YES among its audits. The interval is that of the machine's mean error in each stratum, joined by MOVER.
    Without any NA, W is known exactly and the error is the share of other answers; otherwise an answer counts with its
    effect on the estimate, to first order.
    """
    asked = {one.verdict: one.population * one.applicable.value for one in strata}
    whole = sum(asked.values())
    if not whole:
        return None
    value = sum(asked[one.verdict] * one.share.value for one in strata) / whole
    parts = [part for one in strata if asked[one.verdict] for part in _errors(one, value, one.population / whole)]
    joined = mover(parts)
    low, high = value - (joined.value - joined.low), value + (joined.high - joined.value)
    return Figure(value, max(low, 0.0), min(high, 1.0))


def _errors(one: Stratum, share: float, weight: float) -> list[tuple[float, Figure]]:
    """Return the machine's mean error in a stratum with its weight in the estimate; in each direction for NA.

    An answer of people moves the share by 1 - share (YES), -share (NO) or 0 (NA), and so does the machine's.
    """
    if one.verdict == "YES":
        return [(-weight, _mean_error(one, ((1.0, one.no), (1 - share, one.not_applicable))))]
    if one.verdict == "NO":
        return [(weight, _mean_error(one, ((1.0, one.yes), (share, one.not_applicable))))]
    return [
        (weight * (1 - share), _mean_error(one, ((1.0, one.yes),))),
        (-weight * share, _mean_error(one, ((1.0, one.no),))),
    ]


def _mean_error(one: Stratum, errors: Sequence[tuple[float, int]]) -> Figure:
    """Return the mean of errors, each a size from 0 to 1 with its number, with Wilson's interval.

    Smaller errors vary less than those of size 1, so that the audits count for as many cases as have their variance.
    """
    if not one.n:
        return Figure(0.0, 0.0, 1.0)
    mean = sum(size * count for size, count in errors) / one.n
    variance = sum(size**2 * count for size, count in errors) / one.n - mean**2
    cases = one.n * mean * (1 - mean) / variance if variance > _TINY else one.n
    found = wilson_of_finite(mean, cases, one.population, seen=one.n)
    return Figure(mean, found.low, found.high)
