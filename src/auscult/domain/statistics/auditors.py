"""Auditors: severity, pace and consistency with themselves.

Severity comes from conversations that several auditors have answered, so that an auditor is not called severe for
having been given the worse conversations. Henderson, C. R. (1975). Best linear unbiased estimation and prediction
under a selection model. Biometrics 31, 423-447.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import ceil, floor, sqrt

from msgspec import Struct

from auscult.domain.audits.agreement import Pair
from auscult.domain.audits.resampling import Stream
from auscult.domain.statistics.agreement import PairAgreement, compare_raters
from auscult.domain.statistics.intervals import Figure, Z

_ROUNDS = 50
_LEAST_VARIANCE = 1e-12


class Rating(Struct, frozen=True):
    """An answer as a number: 1 for YES and 0 for NO, or a score."""

    conversation_id: str
    auditor: str
    value: float


class Severity(Struct, frozen=True):
    """Difference of an auditor's answers from their colleagues' on the same conversations: positive is stricter.

    ``shared`` counts the auditor's conversations that others have answered, too.
    """

    shared: int
    figure: Figure


class Pace(Struct, frozen=True):
    """Time an auditor needs for an audit, in seconds: the median with its interval, and the quartiles."""

    n: int
    median: Figure
    lower_quartile: float
    upper_quartile: float


def severities(ratings: Iterable[Rating]) -> dict[str, Severity]:
    """Return the severity of auditors, shrunk towards 0: the less they share with others, the more.

    The model is answer = conversation + auditor + error, with conversations fixed and auditors random. Auditors who
    share no conversation are left out.
    """
    shared = _shared(ratings)
    names = sorted({auditor for answers in shared for auditor in answers})
    if not names:
        return {}
    index = {name: row for row, name in enumerate(names)}
    matrix, vector = _within_conversations(shared, index)
    counts = [sum(name in answers for answers in shared) for name in names]
    effects, covariance = _fit(shared, matrix, vector, index)
    return {
        name: Severity(counts[row], _around(-effects[row], Z * sqrt(max(covariance[row][row], 0.0))))
        for name, row in index.items()
    }


def _around(value: float, half: float) -> Figure:
    return Figure(value, value - half, value + half)


def _shared(ratings: Iterable[Rating]) -> list[dict[str, float]]:
    """Return the conversations that several auditors have answered: auditor -> mean of their answers."""
    found: defaultdict[str, defaultdict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for one in ratings:
        found[one.conversation_id][one.auditor].append(one.value)
    answers = ({name: sum(values) / len(values) for name, values in by.items()} for by in found.values())
    return [one for one in answers if len(one) > 1]


def _within_conversations(
    shared: Sequence[Mapping[str, float]], index: Mapping[str, int]
) -> tuple[list[list[float]], list[float]]:
    """Return the normal equations of the auditors once the conversations' means are taken out."""
    matrix, vector = [[0.0] * len(index) for _ in index], [0.0] * len(index)
    for answers in shared:
        mean, part = sum(answers.values()) / len(answers), 1 / len(answers)
        for name, value in answers.items():
            vector[index[name]] += value - mean
            matrix[index[name]][index[name]] += 1
            for other in answers:
                matrix[index[name]][index[other]] -= part
    return matrix, vector


def _fit(
    shared: Sequence[Mapping[str, float]], matrix: list[list[float]], vector: list[float], index: Mapping[str, int]
) -> tuple[list[float], list[list[float]]]:
    """Return the auditors' effects and their covariance; the two variances are fitted by expectation-maximisation."""
    size, freedom = len(vector), sum(len(answers) - 1 for answers in shared)
    error, between = _residual(shared, [0.0] * size, index) / freedom, 0.0
    between = error = max(error / 2, _LEAST_VARIANCE)
    effects, covariance = [0.0] * size, [[0.0] * size for _ in vector]
    for _ in range(_ROUNDS):
        ridge = error / between
        inverse = invert([[value + ridge * (i == j) for j, value in enumerate(row)] for i, row in enumerate(matrix)])
        effects = [sum(a * b for a, b in zip(row, vector, strict=True)) for row in inverse]
        covariance = [[error * value for value in row] for row in inverse]
        spread = sum(matrix[i][j] * covariance[j][i] for i in range(size) for j in range(size))
        between = max((sum(a * a for a in effects) + sum(covariance[i][i] for i in range(size))) / size, 1e-9)
        error = max((_residual(shared, effects, index) + spread) / freedom, _LEAST_VARIANCE)
    return effects, _around_mean(covariance)


def _around_mean(covariance: Sequence[Sequence[float]]) -> list[list[float]]:
    """Return the covariance of the effects less their mean, which cannot be separated from the conversations' level."""
    size = len(covariance)
    means = [sum(row) / size for row in covariance]
    whole = sum(means) / size
    return [[value - means[i] - means[j] + whole for j, value in enumerate(row)] for i, row in enumerate(covariance)]


def _residual(shared: Sequence[Mapping[str, float]], effects: Sequence[float], index: Mapping[str, int]) -> float:
    """Return the sum of squares within conversations once the auditors' effects are taken out."""
    total = 0.0
    for answers in shared:
        left = [value - effects[index[name]] for name, value in answers.items()]
        mean = sum(left) / len(left)
        total += sum((value - mean) ** 2 for value in left)
    return total


def invert(matrix: Sequence[Sequence[float]]) -> list[list[float]]:
    """Return the inverse of a positive definite matrix, by Gauss and Jordan's elimination.

    Raises:
        ZeroDivisionError: The matrix is singular.
    """
    size = len(matrix)
    rows = [[*row, *(float(i == j) for j in range(size))] for i, row in enumerate(matrix)]
    for column in range(size):
        pivot = max(range(column, size), key=lambda row: abs(rows[row][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        scale = rows[column][column]
        rows[column] = [value / scale for value in rows[column]]
        for row in range(size):
            factor = rows[row][column]
            if row != column and factor:
                rows[row] = [a - factor * b for a, b in zip(rows[row], rows[column], strict=True)]
    return [row[size:] for row in rows]


def pace(seconds: Iterable[float]) -> Pace | None:
    """Return the pace of an auditor from the seconds their audits took; None where there are none.

    The median's interval is that of order statistics, which supposes no distribution.
    """
    ordered = sorted(seconds)
    n = len(ordered)
    if not n:
        return None
    reach = Z * sqrt(n) / 2
    low, high = max(floor(n / 2 - reach), 0), min(ceil(n / 2 + reach), n - 1)
    median = Figure(_quantile(ordered, 0.5), ordered[low], ordered[high])
    return Pace(n, median, _quantile(ordered, 0.25), _quantile(ordered, 0.75))


def _quantile(ordered: Sequence[float], share: float) -> float:
    rank = share * (len(ordered) - 1)
    below = floor(rank)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (rank - below) * (ordered[above] - ordered[below])


def consistency(pairs: Iterable[Pair], stream: Stream | None = None) -> PairAgreement:
    """Return the agreement of an auditor's first and second answers to the same conversations (intra-rater)."""
    return compare_raters(pairs, stream)
