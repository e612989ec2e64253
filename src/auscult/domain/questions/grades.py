"""Graded answers: from a level or a number to the share of the weight that it earns. Exact decimals."""

from decimal import Decimal, InvalidOperation

from msgspec.structs import replace

from auscult.domain.errors import coded
from auscult.domain.evaluation import Qualification, Verdict
from auscult.domain.form import Metric
from auscult.domain.questions.structure import Grades, Level


def find_level(grades: Grades, answer: str) -> Level | None:
    """Return the level that an answer names, of a ``number`` its band; None where there is none."""
    if grades.kind != "number":
        return next((level for level in grades.levels if level.name == answer), None)
    try:
        number = Decimal(answer)
    except InvalidOperation:
        return None
    reached = [level for level in grades.levels if number.is_finite() and (level.at_least or 0) <= number]
    return max(reached, key=lambda level: level.at_least or Decimal(0), default=None)


def graded(metric: Metric, verdict: Verdict) -> Verdict:
    """Return the verdict with the share of its level, and YES or NO by the metric's own mark.

    A verdict without a level, and one on a metric without grades, is returned as it is. Raises ``ValueError`` where
    the metric has no such level.
    """
    grades = metric.grades
    if grades is None or verdict.level is None:
        return verdict
    level = find_level(grades, verdict.level)
    if level is None:
        known = ", ".join(one.name for one in grades.levels)
        raise ValueError(
            coded(
                "unknown level {name} of {metric}; available: {words}",
                name=f"{verdict.level!r}",
                metric=metric.id,
                words=known,
            )
        )
    answer: Qualification = "YES" if level.share >= grades.met_at else "NO"
    return replace(verdict, qualification=answer, share=level.share)
