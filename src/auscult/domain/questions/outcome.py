"""Outcomes in addition to the score: the subtotal of each section, the band, and whether required sections passed."""

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct

from auscult.domain.errors import coded, joined
from auscult.domain.evaluation import MetricResult, passed, score, total
from auscult.domain.form import Form


class SectionScore(Struct, frozen=True, kw_only=True):
    """The subtotal of a section: -100 to 100, None where nothing in it applies.

    ``gained`` and ``possible`` are the weights behind it. ``passed`` is None where it has no pass mark or no subtotal.
    """

    id: str
    name: str
    score: Decimal | None
    passed: bool | None
    gained: Decimal
    possible: Decimal


def section_scores(results: Sequence[MetricResult], form: Form) -> tuple[SectionScore, ...]:
    """Return the subtotal of each section, in the form's order, by the formula of the form (rule 2)."""
    found: list[SectionScore] = []
    for section in form.sections:
        own = [result for result in results if result.metric.section == section.id]
        gained, possible = total(own, form)
        subtotal = score(own, form)
        is_passed = None if section.pass_score is None or subtotal is None else subtotal >= section.pass_score
        found.append(
            SectionScore(
                id=section.id, name=section.name, score=subtotal, passed=is_passed, gained=gained, possible=possible
            )
        )
    return tuple(found)


def is_passed(whole: Decimal | None, fatal_errors: int, results: Sequence[MetricResult], form: Form) -> bool | None:
    """Return whether a conversation passes (rule 5): its score does, and every required section.

    None without a score, and while a fatal metric has no answer and none failed.
    """
    if undecided_because(fatal_errors, results, form) is not None:
        return None
    known = passed(whole, fatal_errors, form)
    required = {section.id for section in form.sections if section.required}
    if not known or not required:
        return known
    return not any(one.id in required and one.passed is False for one in section_scores(results, form))


def undecided_because(fatal_errors: int, results: Sequence[MetricResult], form: Form) -> str | None:
    """Return why it cannot be said whether a conversation passes (rule 5); None where it can."""
    unanswered = [] if fatal_errors else [one for one in results if one.is_fatal_open(form)]
    named = [
        coded("{name} ({reason})", name=one.metric.id, reason=one.verdict.reason)
        if one.verdict.reason
        else one.metric.id
        for one in unanswered
    ]
    return coded("fatal and without an answer: {list}", list=joined("; ", named)) if named else None


def band_of(whole: Decimal | None, form: Form) -> str | None:
    """Return the name of the band that a score is in; None without a score, without bands, and below the lowest."""
    if whole is None:
        return None
    reached = [band for band in form.bands if band.at_least <= whole]
    return max(reached, key=lambda band: band.at_least).name if reached else None
