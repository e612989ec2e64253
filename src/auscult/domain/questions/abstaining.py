"""Confidence of an answer: of a judge's as the form calibrates it; below what the form wants the machine abstains."""

from decimal import Decimal

from msgspec.structs import replace

from auscult.domain.errors import coded, parts_of, template
from auscult.domain.evaluation import Verdict, abstains
from auscult.domain.form import Form

SURE = Decimal("0.7")
"""Below this a plan counts a verdict as one that the machine is unsure of, whatever the form wants."""

_ABSTAINS = template("the machine abstains: {answer} with a confidence of {n}, below {m}")


def calibrated(verdict: Verdict, form: Form | None) -> Verdict:
    """Return a judged verdict with the confidence that the form makes of the judge's own."""
    judged, fitted = verdict.calibration, form.judge_calibration if form is not None else None
    if judged is None or answer_before(verdict) != verdict.qualification:
        return verdict
    sure, answers = judged.stated, 0
    if fitted is not None and fitted.engine == judged.engine:
        sure = fitted.unstated if sure is None else fitted.likelihood(sure)
        answers = fitted.unstated_answers if judged.stated is None else fitted.answers
    confidence = None if sure is None else Decimal(str(round(sure, 2)))
    return replace(verdict, confidence=confidence, calibration=replace(judged, answers=answers))


def answer_before(verdict: Verdict) -> str:
    """Return the answer that the machine would have given if it had not abstained."""
    parts = parts_of(verdict.reason, _ABSTAINS)
    return verdict.qualification if parts is None else str(parts["answer"])


def abstained(verdict: Verdict, form: Form | None) -> Verdict:
    """Return the verdict that a form makes of one of this confidence; its evidence and confidence stay."""
    if form is None or not abstains(verdict, form):
        return verdict
    answer, least = verdict.qualification, form.abstain_below
    reason = coded(_ABSTAINS, answer=coded(answer), n=verdict.confidence, m=least)
    return replace(verdict, qualification="NA" if form.abstain == "na" else "-", reason=reason)


def is_hesitant(verdict: Verdict, form: Form | None) -> bool:
    """Return whether the machine is unsure of a verdict: below ``SURE``, or below what the form wants."""
    least = form.abstain_below if form is not None else None
    return verdict.confidence is not None and verdict.confidence < max(SURE, least or SURE)
