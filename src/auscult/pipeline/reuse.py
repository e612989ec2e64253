"""Which answers of an earlier evaluation still stand under another version of the form.

An answer stands as long as its metric asks the same: type and settings are equal. Weights, the right answer and the
name have no part in it. Whoever wants the same question asked again, of newer engines, must say so.
"""

from auscult.domain.evaluation import Evaluation
from auscult.domain.form import Form
from auscult.domain.form_difference import has_same_question
from auscult.pipeline.ports import Known

NOTHING = Known()


class Reuse:
    """Tells it for one evaluation after the other. Two forms are compared once, however many evaluations follow."""

    def __init__(self) -> None:
        """Nothing is compared yet."""
        self._compared: dict[tuple[int, int], tuple[Form, Form, frozenset[str]]] = {}

    def known(self, decided: Evaluation, form: Form) -> Known:
        """What still stands of an evaluation, which must be of the revision that is evaluated now."""
        if decided.form is None:
            return NOTHING
        same = self._same(decided.form, form)
        verdicts = {result.metric.id: result.verdict for result in decided.results if result.metric.id in same}
        return Known(verdicts=verdicts, engines=decided.engines) if verdicts else NOTHING

    def _same(self, before: Form, after: Form) -> frozenset[str]:
        """Ids of the metrics that ask the same on both."""
        # Told by identity, for forms cannot be hashed; both are kept, so that no other takes their place.
        key = (id(before), id(after))
        if key not in self._compared:
            old = {metric.id: metric for metric in before.metrics}
            same = (one.id for one in after.metrics if one.id in old and has_same_question(old[one.id], one))
            self._compared[key] = (before, after, frozenset(same))
        return self._compared[key][2]
