"""Estimates of a mean score: PPI++ with a clipped lambda, and audits alone."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from auscult.domain.statistics.intervals import Figure, student_interval


class Moments(Struct, frozen=True):
    """Count, sum and sum of squares of the machine's scores in a population."""

    n: int
    total: float
    squares: float

    @property
    def mean(self) -> float | None:
        """Their mean; None where there are none."""
        return self.total / self.n if self.n else None

    @property
    def variance(self) -> float:
        """Their sample variance; 0 for fewer than 2."""
        return max(self.squares - self.total**2 / self.n, 0.0) / (self.n - 1) if self.n > 1 else 0.0

    def less(self, scores: Iterable[float]) -> "Moments":
        """Return the moments without some of the scores."""
        taken = moments_of(scores)
        return Moments(self.n - taken.n, self.total - taken.total, self.squares - taken.squares)


def moments_of(scores: Iterable[float]) -> Moments:
    """Sum up scores."""
    found = list(scores)
    return Moments(len(found), sum(found), sum(one * one for one in found))


def audits_alone(scores: Sequence[float], population: int) -> Figure:
    """Return the mean of at least 2 audited scores of a population, with Student's interval."""
    found = moments_of(scores)
    variance = found.variance / found.n * (1 - found.n / max(population, found.n))
    return student_interval(found.total / found.n, variance, found.n - 1)


def tuning(scores: Moments, pairs: Sequence[tuple[float, float]]) -> float:
    """Return lambda, the weight of the machine's scores, from 0 (audits alone) to 1: how well it tracks people."""
    n, rest = len(pairs), scores.n - len(pairs)
    machine, person = ([pair[index] for pair in pairs] for index in (0, 1))
    of_machine, of_person = moments_of(machine), moments_of(person)
    product = sum(one * other for one, other in pairs)
    covariance = (product - of_machine.total * of_person.total / n) / (n - 1)
    spread = (1 + n / rest) * scores.variance if rest > 0 else 0.0
    return min(max(covariance / spread, 0.0), 1.0) if spread > 0 else 0.0


def powered(scores: Moments, pairs: Sequence[tuple[float, float]]) -> Figure:
    """Estimate the mean score of a population by PPI++ from pairs (machine's score, person's score).

    With lambda as ``tuning`` returns it: mean(Y) + lambda (mean of F over the rest - mean of F over the audited), and
    the variance var(Y - lambda F) / n + lambda^2 var(F) / (N - n). At least 3 pairs are needed.
    """
    n = len(pairs)
    rest = scores.less(machine for machine, _ in pairs)
    weight = tuning(scores, pairs)
    residuals = moments_of(person - weight * machine for machine, person in pairs)
    if rest.n <= 0 or rest.mean is None or weight == 0:
        return audits_alone([person for _, person in pairs], scores.n)
    value = residuals.total / n + weight * rest.mean
    return student_interval(value, residuals.variance / n + weight**2 * rest.variance / rest.n, n - 2)
