"""Abstaining: an answer whose confidence is below what the form wants is NA, or left to a person."""

from decimal import Decimal

from msgspec.structs import replace

from auscult.domain.errors import coded
from auscult.domain.evaluation import Verdict, abstains
from auscult.domain.form import Form

SURE = Decimal("0.7")
"""Below this a plan counts a verdict as one that the machine is unsure of, whatever the form wants."""


def abstained(verdict: Verdict, form: Form | None) -> Verdict:
    """Return the verdict that a form makes of one of this confidence; its evidence and confidence stay."""
    if form is None or not abstains(verdict, form):
        return verdict
    answer, least = verdict.qualification, form.abstain_below
    reason = coded(
        "the machine abstains: {answer} with a confidence of {n}, below {m}",
        answer=coded(answer),
        n=verdict.confidence,
        m=least,
    )
    return replace(verdict, qualification="NA" if form.abstain == "na" else "-", reason=reason)


def is_hesitant(verdict: Verdict, form: Form | None) -> bool:
    """Return whether the machine is unsure of a verdict: below ``SURE``, or below what the form wants."""
    least = form.abstain_below if form is not None else None
    return verdict.confidence is not None and verdict.confidence < max(SURE, least or SURE)
