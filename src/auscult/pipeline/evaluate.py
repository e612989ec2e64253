"""Stage 4: conversations and forms in, evaluations out; beside them stage 3, for both put their questions together.

Pure but for the engines, which are asked once a batch. What a far engine cannot answer now holds up the one
conversation that it is about, and no other.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from auscult.domain.conversation import Conversation
from auscult.domain.errors import EngineError
from auscult.domain.evaluation import Evaluation, MetricResult, Status, Verdict, duration_status, passed, score
from auscult.domain.form import Form, Metric, choose_form
from auscult.domain.insight import Insights
from auscult.domain.judging import Postponed
from auscult.domain.probe import (
    Answer,
    Answers,
    FailedAnswer,
    FailedAnswerError,
    Inquiry,
    Probe,
    Question,
    UsableAnswers,
)
from auscult.metrics._contract import MetricType
from auscult.pipeline.analyze import Analysis, Analyzers, analyze, open_analysis
from auscult.pipeline.ask import ask
from auscult.pipeline.ask_afar import ask_afar
from auscult.pipeline.far_ports import ByApp, FarEngines, KeptAnswers
from auscult.pipeline.memory import Memory
from auscult.pipeline.ports import Engines, Pending

MetricTypes = Mapping[str, MetricType[Any]]

Summaries = Literal["along", "all", "none"]

AT_A_TIME = 100
"""Conversations that are opened, analysed and judged together: fewer than are kept (auscult.domain.kept)."""


class Judged(NamedTuple):
    """What became known of one conversation. ``insights`` are None where there are no analyzers."""

    evaluation: Evaluation
    insights: Insights | None


class Waiting(NamedTuple):
    """A conversation that cannot be evaluated yet, because a far engine has not answered, and why not."""

    conversation_id: str
    postponed: Postponed


class Evaluator(NamedTuple):
    """What evaluating needs beside the conversations: metric types, analyzers, and the engines that are configured.

    ``judge_ineligible`` judges the metrics of conversations that are too short or of unknown duration as well
    (``auscult score`` and ``auscult agree`` do); their status still says so, and they have no score.
    ``summaries`` says where analyzers may ask a judge: in the calls that metrics make anyway, everywhere, or nowhere.
    """

    types: MetricTypes
    engines: Engines
    judge_ineligible: bool = False
    analyzers: Analyzers = MappingProxyType({})
    far: FarEngines = MappingProxyType({})
    summaries: Summaries = "along"

    @property
    def answered(self) -> frozenset[type[Probe]]:
        """The kinds of probe for which an engine is configured, near or far."""
        return frozenset(self.engines) | frozenset(self.far)

    def asks_afar(self, forms: Iterable[Form]) -> bool:
        """Whether a far engine is configured that may be asked something for these forms."""
        if self.far and self.summaries == "all":
            return True
        metrics = (metric for form in forms for metric in form.metrics)
        return any(kind in self.far for metric in metrics for kind in self.types[metric.type].needs(metric.settings))

    def for_app(self, app_id: str) -> "Evaluator":
        """The same, with engines that answer for this app."""
        engines = {kind: one.for_app(app_id) if isinstance(one, ByApp) else one for kind, one in self.engines.items()}
        far = {kind: one.for_app(app_id) if isinstance(one, ByApp) else one for kind, one in self.far.items()}
        return self._replace(engines=engines, far=far)

    def evaluate(self, batch: Iterable[Pending], forms: Sequence[Form], now: datetime) -> list[Judged]:
        """Evaluation and insights of each conversation, in order. Raises ``EngineError`` when an engine cannot answer."""
        judged: list[Judged] = []
        for one in self.evaluate_ready(batch, forms, now, Memory()):
            if isinstance(one, Waiting):
                raise EngineError(
                    f"{one.conversation_id} cannot be judged now: {one.postponed.reason}", code="engine.postponed"
                )
            judged.append(one)
        return judged

    def evaluate_ready(
        self,
        batch: Iterable[Pending],
        forms: Sequence[Form],
        now: datetime,
        kept: KeptAnswers,
        *,
        may_ask: bool = True,
    ) -> list[Judged | Waiting]:
        """The same, but that a conversation about which a far engine has not answered waits.

        What far engines answer is looked up in ``kept`` and kept there; with ``may_ask`` false none is asked.
        Raises ``EngineError`` when another engine cannot answer.
        """
        pending = list(batch)
        found: list[Judged | Waiting] = []
        for start in range(0, len(pending), AT_A_TIME):
            found += self._evaluate(pending[start : start + AT_A_TIME], forms, now, kept, may_ask=may_ask)
        return found

    def _evaluate(
        self, batch: Sequence[Pending], forms: Sequence[Form], now: datetime, kept: KeptAnswers, *, may_ask: bool
    ) -> list[Judged | Waiting]:
        """So many that what was worked out of each for its questions is still there when it is judged."""
        cases = [self._open(pending, forms) for pending in batch]
        answers, postponed = self._asked(cases, kept, may_ask=may_ask)
        waiting: dict[int, Waiting] = {}
        for place, case in enumerate(cases) if postponed else ():
            reasons = (postponed[probe] for probe in case.asked if probe in postponed)
            if reason := next(reasons, None):
                waiting[place] = Waiting(case.pending.conversation.id, reason)
        ready = [case for place, case in enumerate(cases) if place not in waiting]
        usable = UsableAnswers(answers)
        insights = self._analyze(ready, usable)
        judged = iter(
            [
                Judged(self._close(case, tuple(results), answers, now), known)
                for case, results, known in zip(ready, self._judge(ready, usable), insights, strict=True)
            ]
        )
        return [waiting.get(place) or next(judged) for place in range(len(cases))]

    def _asked(
        self, cases: Sequence["_Case"], kept: KeptAnswers, *, may_ask: bool
    ) -> tuple[dict[Probe, Answer | FailedAnswer], dict[Probe, Postponed]]:
        """All answers to all questions, and what is said instead of those that there are not yet."""
        near: list[Probe] = []
        far: list[Inquiry] = []
        for probe in (probe for case in cases for probe in case.asked):
            if isinstance(probe, Inquiry):
                far.append(probe)
            else:
                near.append(probe)
        answers: dict[Probe, Answer | FailedAnswer] = {**ask(near, self.engines)}
        postponed: dict[Probe, Postponed] = {}
        for probe, told in ask_afar(far, self.far, kept, may_ask=may_ask).items():
            if isinstance(told, Postponed):
                postponed[probe] = told
            else:
                answers[probe] = told
        return answers, postponed

    def _open(self, pending: Pending, forms: Sequence[Form]) -> "_Case":
        """Choose the form (rule 10), see whether it applies (rule 11), and collect the questions."""
        conversation = pending.conversation
        form = choose_form(conversation, forms)
        status = duration_status(conversation, form)
        is_judged = form is not None and (status == "evaluated" or self.judge_ineligible)
        probes = tuple(
            probe
            for metric in (form.metrics if form is not None and is_judged else ())
            if metric.id not in pending.known.verdicts
            for probe in self.types[metric.type].probes(metric.settings, conversation)
        )
        return _Case(pending, form, status, is_judged, probes, self._open_analysis(conversation, probes))

    def _open_analysis(self, conversation: Conversation, probes: Sequence[Probe]) -> Analysis | None:
        """Collect the questions of the analyzers; ``probes`` are the metrics', in whose call to a judge theirs may go along."""
        if not self.analyzers:
            return None
        goes_along = self.summaries == "along" and any(isinstance(probe, Question) for probe in probes)
        answered = self.answered if goes_along or self.summaries == "all" else self.engines
        return open_analysis(conversation, self.analyzers, answered)

    def _analyze(self, cases: Sequence["_Case"], answers: Answers) -> Sequence[Insights | None]:
        """Analyse every case, or none where there are no analyzers."""
        opened = [case.analysis for case in cases if case.analysis is not None]
        return analyze(opened, self.analyzers, answers) if opened else [None] * len(cases)

    def _judge(self, cases: Sequence["_Case"], answers: Answers) -> list[list[MetricResult]]:
        """Judge every metric of every case: a metric over all cases, then the next.

        So what a metric looks for stays in the processor's cache (taking turns costs half as much again), and so
        does what is worked out of the conversations, as there are not too many at a time.
        """
        results: list[list[MetricResult]] = [[] for _ in cases]
        by_form: dict[int, list[int]] = {}
        for place, case in enumerate(cases):
            if case.form is not None and case.is_judged:
                by_form.setdefault(id(case.form), []).append(place)
        for places in by_form.values():
            form = cases[places[0]].form
            for metric in form.metrics if form is not None else ():
                for place in places:
                    pending = cases[place].pending
                    verdict = pending.known.verdicts.get(metric.id) or self._verdict(metric, pending, answers)
                    results[place].append(MetricResult(metric=metric, verdict=verdict))
        return results

    def _verdict(self, metric: Metric, pending: Pending, answers: Answers) -> Verdict:
        try:
            return self.types[metric.type].judge(metric.settings, pending.conversation, answers)
        except FailedAnswerError as failure:
            # Not NA, which would say that it does not apply: nobody has answered it, as with a manual one.
            return Verdict(qualification="-", reason=f"no usable answer: {failure}")

    def _close(
        self,
        case: "_Case",
        results: tuple[MetricResult, ...],
        answers: Mapping[Probe, Answer | FailedAnswer],
        now: datetime,
    ) -> Evaluation:
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
            engines=tuple(sorted({*case.pending.known.engines, *(answers[probe].engine for probe in case.probes)})),
            evaluated_at=now,
        )


class _Case(NamedTuple):
    """A conversation on its way: the form it is scored with, whether it is, and what must be asked first."""

    pending: Pending
    form: Form | None
    status: Status
    is_judged: bool
    probes: tuple[Probe, ...]
    analysis: Analysis | None

    @property
    def asked(self) -> tuple[Probe, ...]:
        """The questions of metrics and analyzers: a judge answers them in one call."""
        return self.probes if self.analysis is None else (*self.probes, *self.analysis.probes)
