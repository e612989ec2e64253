"""Stage 4: conversations and forms in, evaluations out; together with stage 3, for both ask their questions at once.

Pure but for the engines, which are asked once a batch. A far engine that is unavailable delays only the
conversation that the question is about.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from msgspec.structs import replace

from auscult.domain.conversation import (
    SIDES_UNKNOWN,
    WITHOUT_SPEAKERS,
    Conversation,
    are_sides_unknown,
    are_without_speakers,
    language_code,
)
from auscult.domain.engines import ByApp, Engines, KeptAnswers, RemoteEngines
from auscult.domain.errors import EngineError, coded, said
from auscult.domain.evaluation import (
    Calibrated,
    Evaluation,
    GroundlessError,
    MetricResult,
    Status,
    Verdict,
    duration_status,
    ineligible_because,
    rests_on,
    score,
)
from auscult.domain.form import UNDETERMINED, Form, Metric, choose_form, pass_score_of, refused_languages, refuses
from auscult.domain.insight import Insights
from auscult.domain.operations.tracing import TRACING
from auscult.domain.privacy.digests import Digest, digests_of
from auscult.domain.probe import (
    OPTIONAL,
    Answer,
    Answers,
    Extraction,
    ExtractionAnswer,
    FailedAnswer,
    FailedAnswerError,
    Grading,
    GradingAnswer,
    Inquiry,
    Judgement,
    JudgementAnswer,
    LookupAnswer,
    Probe,
    Question,
    Resemblance,
    UsableAnswers,
)
from auscult.domain.questions.abstaining import abstained, calibrated
from auscult.domain.questions.conditions import apply_conditions
from auscult.domain.questions.doubts import doubted
from auscult.domain.questions.grades import graded
from auscult.domain.questions.outcome import is_passed, undecided_because
from auscult.domain.scoring.judging import RetryAfter
from auscult.domain.scoring.segments import (
    Segment,
    evaluation_of_segment,
    form_of_segment,
    segments_of,
    shown_segment,
)
from auscult.domain.scoring.stored import PendingConversation, ReusedVerdicts
from auscult.metrics._contract import MetricType
from auscult.services.scoring.analyze import (
    Analysis,
    Analyzers,
    analyze,
    open_analysis,
    spoken_language,
    without_agents,
)
from auscult.services.scoring.budget import TimeBudget
from auscult.services.scoring.engine_calls.answer_cache import Memory
from auscult.services.scoring.engine_calls.ask_local import ask_local
from auscult.services.scoring.engine_calls.ask_remote import ask_remote

MetricTypes = Mapping[str, MetricType[Any]]

Summaries = Literal["along", "all", "none"]

AT_A_TIME = 100
"""Conversations that are opened, analysed and judged together: fewer than are kept (auscult.domain.memo)."""

TURNS_AT_A_TIME = 1_500
"""Turns of those: fewer than the texts that any cache of them keeps, the smallest of which holds 2,048.

With more, each analyzer finds the caches overrun by the one before, and every turn is read again: half as much again.
"""


def groups(batch: Sequence[PendingConversation]) -> Iterator[list[PendingConversation]]:
    """Yield the conversations of a batch in groups that are judged together. One too long for a group has its own."""
    group: list[PendingConversation] = []
    turns = 0
    for pending in batch:
        more = len(pending.conversation.turns)
        if group and (len(group) == AT_A_TIME or turns + more > TURNS_AT_A_TIME):
            yield group
            group, turns = [], 0
        group.append(pending)
        turns += more
    if group:
        yield group


class Judged(NamedTuple):
    """Evaluation and findings of one conversation. ``insights`` are None where there are no analyzers."""

    evaluation: Evaluation
    insights: Insights | None


class Waiting(NamedTuple):
    """A conversation that cannot be evaluated yet, because a far engine has not answered, and why not."""

    conversation_id: str
    postponed: RetryAfter


class Evaluator(NamedTuple):
    """Dependencies of evaluating: metric types, analyzers, and the configured engines.

    ``judge_ineligible`` judges the metrics of conversations that are too short or of unknown duration as well
    (``auscult score`` and ``auscult agree`` do); their status stays the same, and they have no score.
    ``conversation_s`` is the processor time that one conversation may take; 0 for any number.
    ``digest`` compares values that were looked up with those that redaction masked.
    ``summaries`` limits where analyzers may ask a judge: in the calls that metrics make anyway, everywhere, or nowhere.
    """

    types: MetricTypes
    engines: Engines
    judge_ineligible: bool = False
    analyzers: Analyzers = MappingProxyType({})
    far: RemoteEngines = MappingProxyType({})
    summaries: Summaries = "along"
    conversation_s: float = 0
    digest: Digest | None = None

    @property
    def answered(self) -> frozenset[type[Probe]]:
        """The kinds of probe for which an engine is configured, near or far."""
        return frozenset(self.engines) | frozenset(self.far)

    def asks_remote(self, forms: Iterable[Form]) -> bool:
        """Return whether a far engine is configured that may be asked something for these forms."""
        if not self.far or self.summaries == "all":
            return bool(self.far)
        metrics = (metric for form in forms for metric in form.metrics)
        return any(kind in self.far for metric in metrics for kind in self.types[metric.type].needs(metric.settings))

    def for_app(self, app_id: str, *, agent_emotions: bool) -> "Evaluator":
        """The same, with engines that answer for this app, and looking for emotions of agents only if it has them."""
        engines = {kind: one.for_app(app_id) if isinstance(one, ByApp) else one for kind, one in self.engines.items()}
        far = {kind: one.for_app(app_id) if isinstance(one, ByApp) else one for kind, one in self.far.items()}
        analyzers = self.analyzers if agent_emotions else without_agents(self.analyzers)
        return self._replace(engines=engines, far=far, analyzers=analyzers)

    def evaluate(
        self,
        batch: Iterable[PendingConversation],
        forms: Sequence[Form],
        now: datetime,
        kept: KeptAnswers | None = None,
    ) -> list[Judged]:
        """Evaluation and insights of each conversation, in order. Raises ``EngineError`` when an engine cannot answer.

        ``kept`` has answers of far engines from before; without it each is asked.
        """
        judged: list[Judged] = []
        for one in self.evaluate_ready(batch, forms, now, kept or Memory()):
            if isinstance(one, Waiting):
                raise EngineError(
                    "{conversation_id} cannot be judged now: {reason}",
                    conversation_id=one.conversation_id,
                    reason=one.postponed.reason,
                    code="engine.postponed",
                )
            judged.append(one)
        return judged

    def evaluate_ready(
        self,
        batch: Iterable[PendingConversation],
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
        found: list[Judged | Waiting] = []
        for group in groups(list(batch)):
            found += self._evaluate(group, forms, now, kept, may_ask=may_ask)
        return found

    def _evaluate(
        self,
        batch: Sequence[PendingConversation],
        forms: Sequence[Form],
        now: datetime,
        kept: KeptAnswers,
        *,
        may_ask: bool,
    ) -> list[Judged | Waiting]:
        """Evaluate a group that is small enough for the memoised values of its questions to be still there."""
        with TRACING.span("questions"):
            opened = [self._open_all(pending, forms) for pending in batch]
        answers, postponed = self._answer_probes([case for cases in opened for case in cases], kept, may_ask=may_ask)
        waiting: dict[int, Waiting] = {}
        for index, cases in enumerate(opened) if postponed else ():
            reasons = (postponed[probe] for case in cases for probe in case.all_probes if probe in postponed)
            if reason := next(reasons, None):
                waiting[index] = Waiting(cases[0].pending.conversation.id, reason)
        ready = [case for index, cases in enumerate(opened) if index not in waiting for case in cases]
        usable = UsableAnswers(answers)
        with TRACING.span("analyse"):
            insights = self._analyze(ready, usable)
        with TRACING.span("judge"):
            results = self._judge(ready, usable, insights)
        judged = iter(
            [
                Judged(self._close(case, tuple(judgements), answers, now), known)
                for case, judgements, known in zip(_with_pass_scores(ready), results, insights, strict=True)
            ]
        )
        return [
            waiting.get(index) or _joined(cases, [next(judged) for _ in cases]) for index, cases in enumerate(opened)
        ]

    def _answer_probes(
        self, cases: Sequence["_Case"], kept: KeptAnswers, *, may_ask: bool
    ) -> tuple[dict[Probe, Answer | FailedAnswer], dict[Probe, RetryAfter]]:
        """Return the answers to all probes, and for each without an answer when to retry."""
        near: list[Probe] = []
        far: list[Inquiry] = []
        for probe in (probe for case in cases for probe in case.all_probes):
            if isinstance(probe, Inquiry):
                far.append(probe)
            else:
                near.append(probe)
        answers, postponed = _ask_near(near, self.engines)
        for probe, result in ask_remote(far, self.far, kept, may_ask=may_ask).items():
            if isinstance(result, RetryAfter):
                postponed[probe] = result
            else:
                answers[probe] = result
        if self.digest is not None:
            answers = {probe: _with_digests(each, self.digest) for probe, each in answers.items()}
        return answers, postponed

    def _open_all(self, pending: PendingConversation, forms: Sequence[Form]) -> list["_Case"]:
        """Choose the form. With one for segments, open the whole to be analysed, and each segment.

        Verdicts that are valid already are of one segment or another, and are not used then.
        """
        language = spoken_language(pending.conversation, self.analyzers, pending.insights)
        form = choose_form(pending.conversation, forms, language)
        pending = _in_language(pending, language)
        if form is None or not form.segments:
            return [self._open(pending, form, language, forms)]
        cases = [self._open(replace(pending, known=ReusedVerdicts()), None, language)]
        for segment in segments_of(pending.conversation):
            spoken = spoken_language(segment.conversation, self.analyzers, pending.insights)
            own = form_of_segment(segment, forms, spoken)
            if own is not None:
                part = PendingConversation(
                    conversation=segment.conversation, revision=pending.revision, insights=pending.insights
                )
                cases.append(self._open(_in_language(part, spoken), own, spoken, forms)._replace(segment=segment))
        return cases

    def _open(
        self, pending: PendingConversation, form: Form | None, language: str | None, forms: Sequence[Form] = ()
    ) -> "_Case":
        """See whether a form applies (rule 11), and collect the questions. ``form`` was chosen among ``forms``."""
        conversation = pending.conversation
        status, reason = duration_status(conversation, form), ineligible_because(conversation, form)
        if are_sides_unknown(conversation):
            status, reason = "sides_unknown", SIDES_UNKNOWN
        if form is not None and refuses(form, language):
            reason = refused_languages(conversation, forms, language or "")
            form, status = None, "not_evaluated"
        is_ineligible = status in ("below_threshold", "duration_unavailable")
        is_judged = form is not None and (status == "evaluated" or (is_ineligible and self.judge_ineligible))
        budget = TimeBudget(conversation.id, self.conversation_s)
        with budget.spending():
            probes = tuple(
                probe
                for metric in (form.metrics if form is not None and is_judged else ())
                if metric.id not in pending.known.verdicts and not self._is_beyond(metric, language)
                for probe in self.types[metric.type].probes(metric.settings, conversation)
                if type(probe) not in OPTIONAL or type(probe) in self.engines
            )
            analysis = self._open_analysis(conversation, probes)
        return _Case(pending, form, status, reason, language, is_judged, probes, analysis, budget)

    def _is_beyond(self, metric: Metric, language: str | None) -> bool:
        """Return whether a metric has to understand a language that was not detected."""
        return language == UNDETERMINED and self.types[metric.type].reads_words

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

    def _judge(
        self, cases: Sequence["_Case"], answers: Answers, insights: Sequence[Insights | None]
    ) -> list[list[MetricResult]]:
        """Judge every metric of every case: a metric over all cases, then the next.

        So what a metric looks for stays in the processor's cache (taking turns costs half as much again), and so
        does what is worked out of the conversations, as there are not too many at a time.
        """
        results: list[list[MetricResult]] = [[] for _ in cases]
        by_form: dict[int, list[int]] = {}
        for index, case in enumerate(cases):
            if case.form is not None and case.is_judged:
                by_form.setdefault(id(case.form), []).append(index)
        for indexes in by_form.values():
            form = cases[indexes[0]].form
            for metric in form.metrics if form is not None else ():
                for index in indexes:
                    pending = cases[index].pending
                    known = insights[index] or pending.insights
                    decided = pending.known.verdicts.get(metric.id)
                    verdict = (
                        calibrated(decided, form) if decided else self._verdict(metric, cases[index], answers, known)
                    )
                    results[index].append(MetricResult(metric=metric, verdict=verdict))
        return results

    def _verdict(self, metric: Metric, case: "_Case", answers: Answers, insights: Insights | None) -> Verdict:
        if self._is_beyond(metric, case.language):
            return Verdict(qualification="NA", reason=coded("the language of the conversation is unknown"))
        try:
            with case.budget.spending():
                judged = self.types[metric.type].judge(metric.settings, case.pending.conversation, answers, insights)
            verdict = self._with_origin(rests_on(judged, case.pending.conversation), metric, case, answers)
        except FailedAnswerError as failure:
            # Not NA, which would say that it does not apply: nobody has answered it, as with a manual one.
            return Verdict(qualification="-", reason=coded("no usable answer: {fault}", fault=said(failure)))
        except GroundlessError as fault:  # of a metric type that a plug-in brought
            return Verdict(
                qualification="-", reason=coded("no usable answer: {fault}", fault=f"{metric.type} says that {fault}")
            )
        try:
            verdict = graded(metric, doubted(calibrated(verdict, case.form), case.pending.conversation))
            return abstained(verdict, case.form)
        except ValueError as unknown:  # a judge's number may be in no band
            return Verdict(qualification="-", reason=coded("no usable answer: {fault}", fault=said(unknown)))

    def _with_origin(self, verdict: Verdict, metric: Metric, case: "_Case", answers: Answers) -> Verdict:
        """Return a verdict with the least confidence that the judge states of the answers that it rests on."""
        kind = self.types[metric.type]
        if verdict.confidence is not None or not kind.needs(metric.settings) & {Judgement, Grading, Extraction}:
            return verdict
        found = [answers.get(probe) for probe in kind.probes(metric.settings, case.pending.conversation)]
        judged = [one for one in found if isinstance(one, JudgementAnswer | GradingAnswer | ExtractionAnswer)]
        stated = [one.confidence for one in judged if not isinstance(one, ExtractionAnswer)]
        known = [one for one in stated if one is not None]
        origin = Calibrated(engine=judged[0].engine, stated=min(known, default=None)) if judged else None
        return replace(verdict, calibration=origin)

    def _close(
        self,
        case: "_Case",
        results: tuple[MetricResult, ...],
        answers: Mapping[Probe, Answer | FailedAnswer],
        now: datetime,
    ) -> Evaluation:
        """Score what is eligible (rules 1 to 5)."""
        form, conversation = case.form, case.pending.conversation
        results = apply_conditions(results)
        fatal_errors = sum(result.is_fatal_error for result in results)
        counted = form is not None and case.status == "evaluated"
        points = score(results, form) if form is not None and counted else None
        manual = {name for name, kind in self.types.items() if kind.is_manual}
        by_machine = tuple(one for one in results if one.metric.type not in manual)
        undecided = undecided_because(fatal_errors, by_machine, form) if form is not None and counted else None
        status, reason = case.status, case.reason or undecided
        if counted and points is None and are_without_speakers(conversation):  # every answer is NA
            status, reason, results = "sides_unknown", WITHOUT_SPEAKERS, ()
        return Evaluation(
            conversation_id=conversation.id,
            revision=case.pending.revision,
            form=form,
            status=status,
            score=points,
            passed=is_passed(points, fatal_errors, by_machine, form) if form is not None else None,
            fatal_errors=fatal_errors,
            results=results,
            engines=tuple(sorted({*case.pending.known.engines, *(answers[probe].engine for probe in case.probes)})),
            evaluated_at=now,
            reason=reason,
        )


class _Case(NamedTuple):
    """A conversation on its way: the form it is scored with, whether it is, and what must be asked first."""

    pending: PendingConversation
    form: Form | None
    status: Status
    reason: str | None
    language: str | None
    is_judged: bool
    probes: tuple[Probe, ...]
    analysis: Analysis | None
    budget: TimeBudget
    segment: Segment | None = None

    @property
    def all_probes(self) -> tuple[Probe, ...]:
        """Return the probes of metrics and analyzers: a judge answers them in one call."""
        return self.probes if self.analysis is None else (*self.probes, *self.analysis.probes)


def _in_language(pending: PendingConversation, language: str | None) -> PendingConversation:
    """Return it tagged with the language that is spoken, where the tag of its document is another."""
    conversation = pending.conversation
    if language in (None, UNDETERMINED) or language in (conversation.language, language_code(conversation)):
        return pending
    return replace(pending, conversation=replace(conversation, language=language))


def _ask_near(
    probes: Sequence[Probe], engines: Engines
) -> tuple[dict[Probe, Answer | FailedAnswer], dict[Probe, RetryAfter]]:
    """Return the answers of this process; what was taught with an encoder that is not installed waits, and nothing else."""
    postponed: dict[Probe, RetryAfter] = {}
    while True:
        try:
            return {**ask_local((each for each in probes if each not in postponed), engines)}, postponed
        except EngineError as error:
            if error.reason != "encoder.missing":
                raise
            held = [each for each in probes if isinstance(each, Resemblance) and each.encoder == error.value]
            postponed |= dict.fromkeys(held, RetryAfter(reason=said(error)))


def _with_digests(answer: Answer | FailedAnswer, digest: Digest) -> Answer | FailedAnswer:
    """Return a value that was looked up with the hashes that it has where it was masked; other answers as they are."""
    if not isinstance(answer, LookupAnswer) or answer.value is None:
        return answer
    return replace(answer, digests=digests_of(answer.value, digest))


def _joined(cases: Sequence[_Case], judged: Sequence[Judged]) -> Judged:
    """Return what became known of a conversation, of what became known of the whole and of its segments."""
    whole = judged[0]
    parts = tuple(
        evaluation_of_segment(case.segment, one.evaluation)
        for case, one in zip(cases, judged, strict=True)
        if case.segment is not None
    )
    if not parts:
        return whole
    engines = tuple(sorted({engine for one in judged for engine in one.evaluation.engines}))
    return Judged(replace(shown_segment(parts), segments=parts, engines=engines), whole.insights)


def _with_pass_scores(cases: Sequence[_Case]) -> list[_Case]:
    """Return the cases, each form with the pass score of the conversation's queue: one object for one pass score."""
    forms: dict[tuple[int, Decimal], Form] = {}
    found: list[_Case] = []
    for case in cases:
        form = case.form
        mark = None if form is None else pass_score_of(form, case.pending.conversation)
        if form is not None and mark is not None and mark != form.pass_score:
            of_queue = forms.setdefault((id(form), mark), replace(form, pass_score=mark))
            found.append(case._replace(form=of_queue))
        else:
            found.append(case)
    return found
