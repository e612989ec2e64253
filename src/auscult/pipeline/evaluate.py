"""Stage 4: conversations and forms in, evaluations out. Pure but for the engines, which are asked once a batch."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from auscult.domain.conversation import Conversation
from auscult.domain.evaluation import Evaluation, MetricResult, Status, duration_status, passed, score
from auscult.domain.form import Form, choose_form
from auscult.domain.probe import Answers, Probe
from auscult.metrics._contract import MetricType
from auscult.pipeline.ask import ask
from auscult.pipeline.ports import Engines, Pending

MetricTypes = Mapping[str, MetricType[Any]]


class Evaluator(NamedTuple):
    """What evaluating needs beside the conversations: the metric types and the engines that are configured.

    ``judge_ineligible`` judges the metrics of conversations that are too short or of unknown duration as well
    (``auscult score`` and ``auscult agree`` do); their status still says so, and they have no score.
    """

    types: MetricTypes
    engines: Engines
    judge_ineligible: bool = False

    def evaluate(self, batch: Iterable[Pending], forms: Sequence[Form], now: datetime) -> list[Evaluation]:
        """One evaluation for each conversation, in order. Raises ``EngineError`` when an engine cannot answer."""
        cases = [self._open(pending, forms) for pending in batch]
        answers = ask((probe for case in cases for probe in case.probes), self.engines)
        return [self._close(case, answers, now) for case in cases]

    def _open(self, pending: Pending, forms: Sequence[Form]) -> "_Case":
        """Choose the form (rule 10), see whether it applies (rule 11), and collect the questions."""
        conversation = pending.conversation
        form = choose_form(conversation, forms)
        status = duration_status(conversation, form)
        if form is None or not (status == "evaluated" or self.judge_ineligible):
            return _Case(pending, form, status, is_judged=False, probes=())
        probes = [
            probe for metric in form.metrics for probe in self.types[metric.type].probes(metric.settings, conversation)
        ]
        return _Case(pending, form, status, is_judged=True, probes=tuple(probes))

    def _close(self, case: "_Case", answers: Answers, now: datetime) -> Evaluation:
        """Judge every metric, and score what is eligible (rules 1 to 5)."""
        form, conversation = case.form, case.pending.conversation
        results = self._results(form, conversation, answers) if form is not None and case.is_judged else ()
        fatal_errors = sum(result.is_fatal_error for result in results)
        counted = form is not None and case.status == "evaluated"
        points = score(results, form) if form is not None and counted else None
        return Evaluation(
            conversation_id=conversation.id,
            revision=case.pending.revision,
            form=form,
            status=case.status,
            score=points,
            passed=passed(points, fatal_errors, form) if form is not None else None,
            fatal_errors=fatal_errors,
            results=results,
            engines=tuple(sorted({answers[probe].engine for probe in case.probes})),
            evaluated_at=now,
        )

    def _results(self, form: Form, conversation: Conversation, answers: Answers) -> tuple[MetricResult, ...]:
        return tuple(
            MetricResult(metric=metric, verdict=self.types[metric.type].judge(metric.settings, conversation, answers))
            for metric in form.metrics
        )


class _Case(NamedTuple):
    """A conversation on its way: the form it is scored with, whether it is, and what must be asked first."""

    pending: Pending
    form: Form | None
    status: Status
    is_judged: bool
    probes: tuple[Probe, ...]
