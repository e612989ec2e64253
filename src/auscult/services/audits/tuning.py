"""Numbers of questions fitted to what people answered, and tried on conversations that they were not fitted to.

They are the thresholds of ``similar``, and how far a question that trained heads vote on leans to a YES. A verdict
depends on thresholds through likenesses only: it changes where a threshold passes one. So the engines are asked once, and
a conversation is judged once for each way in which thresholds can lie among its likenesses, and for each lean.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby, islice
from random import Random
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from auscult.domain.audits.agreement import kappa_of
from auscult.domain.audits.judge_confidence import JudgedAnswer, JudgeFit, fit_judge, judged_answers
from auscult.domain.conversation import Conversation
from auscult.domain.engines import Engines
from auscult.domain.form import Form, Metric
from auscult.domain.probe import Answers, Probe, SimilarityAnswer
from auscult.domain.scoring.stored import AuditedConversation
from auscult.metrics._contract import MetricType
from auscult.services.definitions.forms.document import Path, field_name, path_of
from auscult.services.definitions.forms.thresholds import fitted_in, number_at, with_fitted
from auscult.services.scoring.engine_calls.ask_local import ask_local

SEED = 1960
FOLDS = 5
FEW = 30
"""Answers to a metric below which a fit is said to rest on too little."""

FEW_OF_A_KIND = 5
"""Answers of the rarer kind below which the same is said."""

_THRESHOLDS = tuple(percent / 100 for percent in range(10, 100))
_LEANS = tuple(half / 2 for half in range(-4, 5))
_AT_A_TIME = 100
_MOST_ROUNDS = 10
_SAME = 1e-12


class Labelled(NamedTuple):
    """A conversation, and what people answered: metric id -> YES, NO or NA. ``judged`` are a judge's answers to the same."""

    conversation: Conversation
    answers: Mapping[str, str]
    judged: tuple[JudgedAnswer, ...] = ()


class TunedThreshold(Struct, frozen=True, kw_only=True):
    """Threshold of a metric: its path, its value and the fitted value.

    ``folds`` are the thresholds of the fits of the cross-validation. One without ``samples`` is the lean of a vote.
    """

    field: str
    samples: tuple[str, ...]
    old: float
    new: float
    folds: tuple[float, ...]


class TunedMetric(Struct, frozen=True, kw_only=True):
    """Metric with its kappas: as it is, as fitted on all, and as fitted on others than it was tested on.

    ``is_better`` where the last is above the first, so that the fit holds beyond the conversations it was made from,
    and there are no ``warnings`` against it. ``answers`` counts what people answered.
    """

    id: str
    name: str
    n: int
    answers: dict[str, int]
    kappa_before: float | None
    kappa_fitted: float | None
    kappa_cross_validated: float | None
    is_better: bool
    thresholds: tuple[TunedThreshold, ...]
    warnings: tuple[str, ...]


class SkippedMetric(Struct, frozen=True, kw_only=True):
    """A metric whose thresholds were not fitted, and why."""

    id: str
    reason: str


class Tuning(Struct, frozen=True, kw_only=True):
    """Result of fitting the thresholds of a form, and the confidence of its judge where people answered the same.

    It changes nothing.
    """

    form: str
    conversations: int
    folds: int
    seed: int
    metrics: tuple[TunedMetric, ...]
    skipped: tuple[SkippedMetric, ...]
    judge: JudgeFit | None = None

    def changes(self, form: Form) -> dict[Path, str]:
        """Return what would change for the better, by the path in the form document, as it is written there."""
        indexes = {metric.id: index for index, metric in enumerate(form.metrics)}
        return self._of_judge(form) | {
            (
                "metrics",
                indexes[metric.id],
                *path_of(one.field),
                *(["threshold"] if one.samples else []),
            ): f"{one.new:g}"
            for metric in self.metrics
            if metric.is_better
            for one in metric.thresholds
            if one.new != one.old
        }

    def _of_judge(self, form: Form) -> dict[Path, str]:
        if self.judge is None or self.judge.calibration is None:
            return {}
        found = msgspec.to_builtins(self.judge.calibration)
        written = {name: msgspec.json.encode(value).decode() for name, value in found.items()}
        if form.judge_calibration is not None:
            return {("judge_calibration", name): value for name, value in written.items()}
        pairs = ", ".join(f'"{name}": {value}' for name, value in written.items())
        return {("judge_calibration",): f"{{{pairs}}}"}


class AuditLabels:
    """Auditors' answers with a form, as labels. ``revised`` counts conversations with other words since, which are left out."""

    def __init__(self, audits: Iterable[AuditedConversation], form_id: str) -> None:
        """Read ``audits`` once."""
        self.revised = 0
        self._audits = audits
        self._form_id = form_id

    def __iter__(self) -> Iterator[Labelled]:
        """One for each conversation that is still as it was when it was audited."""
        for audited in self._audits:
            result = audited.audit.result
            if result is None or result.form_id != self._form_id:
                continue
            if result.revision != audited.revision:
                self.revised += 1
                continue
            decided = audited.evaluation
            judged = () if decided is None else tuple(judged_answers(decided, result.sheet))
            answers = {each.metric_id: each.answer for each in result.sheet.answers}
            yield Labelled(audited.conversation, answers, judged)


def tune(  # noqa: PLR0913  (what is fitted, to what, and by what means)
    form: Form,
    labelled: Iterable[Labelled],
    *,
    types: Mapping[str, MetricType[Any]],
    engines: Engines,
    only: frozenset[str] = frozenset(),
    folds: int = FOLDS,
    report: Callable[[int, int | None], None] = lambda _done, _total: None,
) -> Tuning:
    """Fit the thresholds of a form's metrics (of ``only`` these, where any are named) to what people answered.

    All conversations are held in memory. Raises ``EngineError`` when an engine cannot answer.
    """
    skipped: dict[str, str] = {}
    questions: list[_Question] = []
    for metric in form.metrics:
        if (only and metric.id not in only) or not (paths := [path for path, _ in fitted_in(metric.settings)]):
            continue
        missing = sorted(kind.__name__ for kind in types[metric.type].needs(metric.settings) if kind not in engines)
        if missing:
            skipped[metric.id] = f"asks a {missing[0].lower()} too, and no engine here answers one at once"
        else:
            questions.append(_Question(metric, types[metric.type], tuple(paths)))
    judged: list[JudgedAnswer] = []
    count = _collect_answers(questions, labelled, engines, report, judged)
    tuned: list[TunedMetric] = []
    for question in questions:
        if len(question.answers) > 1:
            tuned.append(question.tuned(min(folds, len(question.cases))))
        else:
            always = next(iter(question.answers), None)
            skipped[question.metric.id] = (
                f"people always answer {always}, so that there is nothing to distinguish"
                if always
                else "nobody answered it"
            )
    return Tuning(
        form=form.id,
        conversations=count,
        folds=folds,
        seed=SEED,
        metrics=tuple(tuned),
        skipped=tuple(SkippedMetric(id=metric, reason=reason) for metric, reason in skipped.items()),
        judge=fit_judge(judged, form.judge_calibration),
    )


class _Case(NamedTuple):
    """A conversation with what people answered, what the engines did, and the likenesses among that, in order."""

    conversation: Conversation
    gold: str
    answers: Answers
    likenesses: list[float]
    verdicts: dict[tuple[float, ...], str]
    """By where each threshold lies among the likenesses, and by the lean."""


class _Question:
    """A metric whose thresholds are fitted."""

    def __init__(self, metric: Metric, kind: MetricType[Any], paths: tuple[Path, ...]) -> None:
        self.metric = metric
        self.kind = kind
        self.cases: list[_Case] = []
        self.answers: Counter[str] = Counter()
        self._paths = paths
        self._grids = [_LEANS if path == ("lean",) else _THRESHOLDS for path in paths]
        self._now = tuple(number_at(metric.settings, path) for path in paths)
        self._settings: dict[tuple[float, ...], Any] = {}

    def add(self, conversation: Conversation, gold: str, answers: Answers) -> None:
        """Add one conversation; of ``answers`` those to the probes of this metric."""
        likenesses = {
            closest.similarity
            for answer in answers.values()
            if isinstance(answer, SimilarityAnswer)
            for closest in answer.closest
        }
        self.answers[gold] += 1
        self.cases.append(_Case(conversation, gold, answers, sorted(likenesses), {}))

    def tuned(self, folds: int) -> TunedMetric:
        """Fit to all, and fold by fold to all others."""
        self.cases.sort(key=lambda case: case.conversation.id)
        fitted = self._fit(self.cases)
        cross: list[tuple[str, str]] = []
        by_fold: list[tuple[float, ...]] = []
        for held_out in _folds(self.cases, folds):
            outside = {id(case) for case in held_out}
            by_fold.append(self._fit([case for case in self.cases if id(case) not in outside]))
            cross += [(case.gold, self._verdict(case, by_fold[-1])) for case in held_out]
        before, after, crossed = self._kappa(self.cases, self._now), self._kappa(self.cases, fitted), kappa_of(cross)
        warnings = tuple(self._warnings())
        return TunedMetric(
            id=self.metric.id,
            name=self.metric.name,
            n=len(self.cases),
            answers=dict(sorted(self.answers.items())),
            kappa_before=_rounded(before),
            kappa_fitted=_rounded(after),
            kappa_cross_validated=_rounded(crossed),
            is_better=not warnings
            and fitted != self._now
            and crossed is not None
            and crossed > (before or 0.0) + _SAME,
            thresholds=tuple(
                TunedThreshold(
                    field=field_name(path[:-1] if samples else path),
                    samples=samples,
                    old=old,
                    new=new,
                    folds=tuple(each),
                )
                for (path, samples), old, new, *each in zip(
                    fitted_in(self.metric.settings), self._now, fitted, *by_fold, strict=True
                )
            ),
            warnings=warnings,
        )

    def _warnings(self) -> Iterator[str]:
        n, (count, rarest) = len(self.cases), min((count, answer) for answer, count in self.answers.items())
        if n < FEW:
            yield f"only {n} answers; below {FEW} a fit follows chance"
        if count < FEW_OF_A_KIND:
            yield f"only {count} of {n} answers {'is' if count == 1 else 'are'} {rarest}; a fit needs {FEW_OF_A_KIND} or more"

    def _fit(self, cases: Sequence[_Case]) -> tuple[float, ...]:
        """The thresholds with the best kappa, found one after the other, from those that there are."""
        thresholds = self._now
        for _ in range(_MOST_ROUNDS):
            before = thresholds
            for index in range(len(thresholds)):
                thresholds = self._fit_one(cases, thresholds, index)
            if thresholds == before:
                break
        return thresholds

    def _fit_one(self, cases: Sequence[_Case], thresholds: tuple[float, ...], index: int) -> tuple[float, ...]:
        """The same with the best threshold at one index: the middle of the widest stretch of equally good ones."""

        def at(threshold: float) -> tuple[float, ...]:
            return (*thresholds[:index], threshold, *thresholds[index + 1 :])

        grid = self._grids[index]
        kappas = [self._kappa(cases, at(threshold)) for threshold in grid]
        best = max((kappa for kappa in kappas if kappa is not None), default=None)
        present = self._kappa(cases, thresholds)
        if best is None or (present is not None and present >= best - _SAME):
            return thresholds
        good = [kappa is not None and kappa >= best - _SAME for kappa in kappas]
        runs = [[step for step, _ in run] for is_good, run in groupby(enumerate(good), lambda one: one[1]) if is_good]
        widest = max(runs, key=len)
        return at(grid[widest[len(widest) // 2]])

    def _kappa(self, cases: Sequence[_Case], thresholds: tuple[float, ...]) -> float | None:
        return kappa_of((case.gold, self._verdict(case, thresholds)) for case in cases)

    def _verdict(self, case: _Case, thresholds: tuple[float, ...]) -> str:
        lie = tuple(
            [
                each if grid is _LEANS else bisect_left(case.likenesses, each)
                for each, grid in zip(thresholds, self._grids, strict=True)
            ]
        )
        verdict = case.verdicts.get(lie)
        if verdict is None:
            if thresholds not in self._settings:
                changed = dict(zip(self._paths, thresholds, strict=True))
                self._settings[thresholds] = with_fitted(self.metric.settings, changed)
            judged = self.kind.judge(self._settings[thresholds], case.conversation, case.answers)
            verdict = case.verdicts[lie] = judged.qualification
        return verdict


def _collect_answers(
    questions: Sequence[_Question],
    labelled: Iterable[Labelled],
    engines: Engines,
    report: Callable[[int, int | None], None],
    judged: list[JudgedAnswer],
) -> int:
    """Ask every question of the conversations that people answered it for; return the number of conversations.

    ``judged`` gets the answers of a judge among them.
    """
    count = 0
    waiting = iter(labelled)
    while group := list(islice(waiting, _AT_A_TIME)):
        asked: list[tuple[_Question, Labelled, tuple[Probe, ...]]] = [
            (question, one, question.kind.probes(question.metric.settings, one.conversation))
            for one in group
            for question in questions
            if question.metric.id in one.answers
        ]
        answers = ask_local((probe for _, _, probes in asked for probe in probes), engines)
        for question, one, probes in asked:
            gold = one.answers[question.metric.id]
            question.add(one.conversation, gold, {probe: answers[probe] for probe in probes})
        judged += [answer for one in group for answer in one.judged]
        count += len(group)
        report(count, None)
    return count


def _folds(cases: Sequence[_Case], count: int) -> list[list[_Case]]:
    """Cut the cases into parts at random in which each answer is about as frequent; the same parts each time."""
    rng = Random(SEED)  # noqa: S311  (nothing is secret in it)
    dealt: list[_Case] = []
    for gold in sorted({case.gold for case in cases}):
        kind = [case for case in cases if case.gold == gold]
        rng.shuffle(kind)
        dealt += kind
    return [dealt[start::count] for start in range(count)]


def _rounded(kappa: float | None) -> float | None:
    return None if kappa is None else round(kappa, 4)
