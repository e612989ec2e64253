"""Reuse of answers of an earlier evaluation under another version of the form.

An answer is valid as long as its metric asks the same: type and settings are equal. One with a confidence is valid as
long as the form abstains as before. Weights, the right answer and the
name have no part in it. To ask the same question again, of newer engines, is an option of the caller.
"""

from collections.abc import Iterable

from auscult.domain.definitions.form_difference import has_same_question
from auscult.domain.evaluation import Evaluation
from auscult.domain.form import Form
from auscult.domain.scoring.stored import EvaluatedConversation, PendingConversation, ReusedVerdicts

NOTHING = ReusedVerdicts()


class VerdictReuse:
    """Comparison of evaluations with a form. Two forms are compared once, however many evaluations follow."""

    def __init__(self) -> None:
        """Nothing is compared yet."""
        self._compared: dict[tuple[int, int], tuple[Form, Form, frozenset[str]]] = {}

    def known(self, decided: Evaluation, form: Form) -> ReusedVerdicts:
        """Return the valid verdicts of an evaluation, which must be of the revision that is evaluated now."""
        if decided.form is None:
            return NOTHING
        same = self._same(decided.form, form)
        if _abstention(decided.form) != _abstention(form):
            unsure = {
                one.metric.id
                for one in decided.results
                if one.verdict.confidence is not None or one.verdict.calibration
            }
            same = frozenset(_without_changed_conditions(form, {*same} - unsure))
        verdicts = {result.metric.id: result.verdict for result in decided.results if result.metric.id in same}
        return ReusedVerdicts(verdicts=verdicts, engines=decided.engines) if verdicts else NOTHING

    def pending(self, cases: Iterable[EvaluatedConversation], form: Form) -> list[PendingConversation]:
        """Return recorded conversations to be evaluated with a form, each with the verdicts that are still valid."""
        return [
            PendingConversation(
                conversation=case.conversation,
                revision=case.evaluation.revision,
                insights=case.insights,
                known=self.known(case.evaluation, form),
            )
            for case in cases
        ]

    def _same(self, before: Form, after: Form) -> frozenset[str]:
        """Ids of the metrics that ask the same on both."""
        # Compared by identity, for forms cannot be hashed; both are kept, so that no other takes their place.
        key = (id(before), id(after))
        if key not in self._compared:
            old = {metric.id: metric for metric in before.metrics}
            same = {one.id for one in after.metrics if one.id in old and has_same_question(old[one.id], one)}
            self._compared[key] = (before, after, frozenset(_without_changed_conditions(after, same)))
        return self._compared[key][2]


def _abstention(form: Form) -> tuple[object, ...] | None:
    """Return what decides whether the machine abstains; None where it never does."""
    return None if form.abstain_below is None else (form.abstain_below, form.abstain, form.judge_calibration)


def _without_changed_conditions(form: Form, same: set[str]) -> set[str]:
    """Return the ids without the metrics that depend, however far, on one that is asked differently now."""
    kept = set(same)
    while lost := {one.id for one in form.metrics if one.id in kept and one.when and one.when.metric not in kept}:
        kept -= lost
    return kept
