"""Stage 4: conversations and forms in, evaluations out. Pure but for the engines, which are asked once a batch."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from auscult.domain.evaluation import Evaluation, MetricResult, Status, duration_status, passed, score
from auscult.domain.form import Form, choose_form
from auscult.domain.probe import Answers, Probe
from auscult.metrics._contract import MetricType
from auscult.pipeline.ask import ask
from auscult.pipeline.ports import Engines, Pending

MetricTypes = Mapping[str, MetricType[Any]]

AT_A_TIME = 100


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
        judged = self._judge(cases, answers)
        return [self._close(case, tuple(results), answers, now) for case, results in zip(cases, judged, strict=True)]

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

    def _judge(self, cases: Sequence["_Case"], answers: Answers) -> list[list[MetricResult]]:
        """Judge every metric of every case: a metric over some cases, then the next.

        So what a metric looks for stays in the processor's cache (taking turns costs half as much again), and so
        does what is worked out of the conversations, as there are not too many at a time.
        """
        results: list[list[MetricResult]] = [[] for _ in cases]
        for start in range(0, len(cases), AT_A_TIME):
            by_form: dict[int, list[int]] = {}
            for place in range(start, min(start + AT_A_TIME, len(cases))):
                form = cases[place].form
                if form is not None and cases[place].is_judged:
                    by_form.setdefault(id(form), []).append(place)
            for places in by_form.values():
                form = cases[places[0]].form
                for metric in form.metrics if form is not None else ():
                    judge = self.types[metric.type].judge
                    for place in places:
                        verdict = judge(metric.settings, cases[place].pending.conversation, answers)
                        results[place].append(MetricResult(metric=metric, verdict=verdict))
        return results

    def _close(self, case: "_Case", results: tuple[MetricResult, ...], answers: Answers, now: datetime) -> Evaluation:
        """Score what is eligible (rules 1 to 5)."""
        form, conversation = case.form, case.pending.conversation
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


class _Case(NamedTuple):
    """A conversation on its way: the form it is scored with, whether it is, and what must be asked first."""

    pending: Pending
    form: Form | None
    status: Status
    is_judged: bool
    probes: tuple[Probe, ...]
