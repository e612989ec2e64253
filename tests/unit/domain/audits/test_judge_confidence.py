"""How sure a judge is, fitted to what people said about its answers."""

from decimal import Decimal
from random import Random

import pytest
from msgspec.structs import replace

from auscult.domain.audits.judge_confidence import JudgedAnswer, fit_judge, judged_answers
from auscult.domain.audits.sheet import AuditAnswer, Sheet
from auscult.domain.evaluation import Calibrated, Qualification, Verdict
from auscult.domain.form import Form
from auscult.domain.questions.abstaining import abstained, calibrated
from auscult.domain.statistics.calibration import JudgeCalibration
from tests.strategies import cited
from tests.unit.domain.definitions.test_scorecard import evaluated

ENGINE = "judge 1 m-1"
FORM = Form(id="ef", name="F", channel="chat", metrics=())


def boasting(count: int) -> list[JudgedAnswer]:
    """Answers of a judge that is right three times in four, and states 97 or 90 percent."""
    chance = Random(7)
    return [JudgedAnswer(ENGINE, chance.choice((0.97, 0.9)), chance.random() < 0.75) for _ in range(count)]


def judged(stated: float | None, answer: Qualification = "NO", engine: str = ENGINE, **more: str) -> Verdict:
    """A verdict of a judge, as it comes from a metric."""
    return cited(answer, calibration=Calibrated(engine=engine, stated=stated), **more)


def test_a_judge_that_states_too_much_is_corrected() -> None:
    """What it states less of stays less; and the form's verdicts have the share that was right, and how it is known."""
    found = fit_judge(boasting(400), None)
    assert found
    assert found.fit
    assert found.calibration
    assert found.fit.left_out.log_loss < found.fit.before.log_loss - 0.1
    assert 0.7 < found.calibration.likelihood(0.9) <= found.calibration.likelihood(0.97) < 0.8
    form = replace(FORM, judge_calibration=found.calibration)
    verdict = calibrated(judged(0.97), form)
    assert verdict.confidence == Decimal(str(round(found.calibration.likelihood(0.97), 2)))
    assert verdict.calibration == Calibrated(engine=ENGINE, stated=0.97, answers=400)
    assert calibrated(verdict, FORM).confidence == Decimal("0.97")
    again = fit_judge(boasting(400), found.calibration)
    assert again
    assert again.calibration is None


@pytest.mark.parametrize(
    ("stated", "engine", "confidence", "answers"),
    [(0.9, "judge 1 m-2", Decimal("0.9"), 0), (None, "judge 1 m-2", None, 0), (None, ENGINE, Decimal("0.6"), 50)],
)
def test_what_a_fit_is_not_about_is_not_calibrated(
    stated: float | None, engine: str, confidence: Decimal | None, answers: int
) -> None:
    """Another model, or none; an answer of unknown confidence has the share of those that were right."""
    fitted = JudgeCalibration(engine=ENGINE, slope=0.3, answers=90, unstated=0.6, unstated_answers=50)
    form = replace(FORM, judge_calibration=fitted)
    found = calibrated(judged(stated, engine=engine), form)
    assert (found.confidence, found.calibration and found.calibration.answers) == (confidence, answers)


def test_too_few_answers_fit_nothing() -> None:
    """The reason is named; of answers of unknown confidence forty are enough; without any there is no fit at all."""
    few = fit_judge(boasting(39), None)
    assert few
    assert (few.fit, few.calibration) == (None, None)
    assert str(few.reason).startswith("people decided on 39, ")
    unknown = fit_judge([JudgedAnswer(ENGINE, None, at % 4 > 0) for at in range(40)], None)
    assert unknown
    assert unknown.calibration == JudgeCalibration(engine=ENGINE, unstated=0.74, unstated_answers=40)
    assert fit_judge([], None) is None


def test_what_a_person_says_about_a_judged_answer() -> None:
    """A level is compared with a level; what the machine abstained from is what it would have answered."""
    unsure = replace(FORM, abstain_below=Decimal("0.8"))
    verdicts = {
        "same": judged(0.9),
        "other": judged(0.9, "YES"),
        "level": judged(0.9, "YES", level="good"),
        "abstained": abstained(calibrated(judged(0.6), unsure), unsure),
        "words": cited("NO"),
        "open": judged(0.9, "-"),
    }
    answers = [AuditAnswer(metric_id=name, answer="NO", level="good" if name == "level" else None) for name in verdicts]
    found = judged_answers(evaluated(**verdicts), Sheet(answers=tuple(answers)))
    assert [(each.stated, each.is_right) for each in found] == [(0.9, True), (0.9, False), (0.9, True), (0.6, True)]
