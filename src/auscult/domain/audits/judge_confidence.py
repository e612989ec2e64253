"""Confidence of a judge, fitted to what people said about its answers: audits, as disputes of them were decided."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.audits.sheet import Sheet
from auscult.domain.errors import ConflictError, coded
from auscult.domain.evaluation import Evaluation
from auscult.domain.questions.abstaining import SURE, answer_before
from auscult.domain.statistics.calibration import FEWEST, JudgeCalibration, Lesson, Teaching, teach


class JudgedAnswer(NamedTuple):
    """Answer of a judge that a person answered, too: what ``engine`` stated of it, and whether the person agrees."""

    engine: str
    stated: float | None
    is_right: bool


class JudgeFit(Struct, frozen=True):
    """Fit of the confidence of the judge that most answers are by.

    ``fit`` is about the ``stated`` answers, those of which the judge states how sure it is; null where they are too few,
    with the ``reason``. Of ``unstated`` ones ``right`` were right. ``calibration`` is null where nothing is better.
    """

    engine: str
    stated: int
    unstated: int
    right: int
    fit: Teaching | None
    reason: str | None
    calibration: JudgeCalibration | None

    def findings(self) -> Iterator[str]:
        """Yield what was found, in words."""
        if self.fit is not None:
            yield coded(
                "{judge}: {n} answers with a confidence, {right} right; log loss {before}, fitted {after} on answers left out",
                judge=self.engine,
                n=self.stated,
                right=self.fit.right,
                before=f"{self.fit.before.log_loss:.3f}",
                after=f"{self.fit.left_out.log_loss:.3f}",
            )
        elif self.stated:
            yield coded("{judge}: {text}", judge=self.engine, text=self.reason)
        if self.unstated:
            yield coded(
                "{judge}: {n} answers without a confidence, {right} right",
                judge=self.engine,
                n=self.unstated,
                right=self.right,
            )


def judged_answers(evaluation: Evaluation, sheet: Sheet) -> Iterator[JudgedAnswer]:
    """Yield the answers of a judge that an auditor answered as well."""
    given = {each.metric_id: each for each in sheet.answers}
    for result in evaluation.results:
        verdict, person = result.verdict, given.get(result.metric.id)
        answer = answer_before(verdict)
        if verdict.calibration is None or person is None or "-" in {answer, person.answer}:
            continue
        is_graded = verdict.level is not None and person.level is not None
        is_right = person.level == verdict.level if is_graded else person.answer == answer
        yield JudgedAnswer(verdict.calibration.engine, verdict.calibration.stated, is_right)


def fit_judge(answers: Sequence[JudgedAnswer], present: JudgeCalibration | None) -> JudgeFit | None:
    """Fit the confidence of a judge; ``present`` is what the form has. None where no judge was answered by a person."""
    engines = Counter(each.engine for each in answers)
    if not engines:
        return None
    engine = engines.most_common(1)[0][0]
    before = present if present is not None and present.engine == engine else JudgeCalibration(engine=engine)
    mine = [each for each in answers if each.engine == engine]
    stated = [Lesson(each.stated, each.is_right) for each in mine if each.stated is not None]
    unstated = [each.is_right for each in mine if each.stated is None]
    fit = reason = None
    try:
        fit = teach(stated, engine, float(SURE), before)
    except ConflictError as error:
        reason = error.message
    best = fit.calibration if fit is not None and fit.is_better else before
    found = replace(before, slope=best.slope, offset=best.offset, answers=best.answers)
    if len(unstated) >= FEWEST:
        share = (sum(unstated) + 1) / (len(unstated) + 2)
        found = replace(found, unstated=round(share, 2), unstated_answers=len(unstated))
    changed = found if found != before else None
    return JudgeFit(engine, len(stated), len(unstated), sum(unstated), fit, reason, changed)
