"""Effect of a form on conversations that are scored already, counted conversation by conversation.

Counts of parts of the conversations add up to the counts of all, in whatever order they are merged.
"""

from bisect import insort
from collections.abc import Mapping
from datetime import datetime
from typing import Literal, TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from auscult.domain.evaluation import Evaluation, Evidence, MetricResult, Qualification, points
from auscult.domain.form import Form
from auscult.domain.operations.records import made_from

Outcome = Literal["passed", "failed", "undecided", "no_score", "no_form"]
"""``undecided``: a fatal metric has no answer (rule 5). ``no_score``: nothing applied, or the conversation is too short or of unknown duration. ``no_form``: none fitted."""

K = TypeVar("K")
MOST_SHIFTS = 20
_MOST_METRICS = 3
MOST_FAULTS = 3
_MOST_EVIDENCE = 2
_LONGEST_TEXT = 300


class Rate(Struct):
    """Counts of each answer to a metric, and of the right ones."""

    yes: int = 0
    no: int = 0
    na: int = 0
    pending: int = 0
    met: int = 0
    missed: int = 0

    @property
    def adherence(self) -> float | None:
        """Share from 0 to 1 of conversations that met it, of those it applied to; None where it applied to none."""
        applied = self.met + self.missed
        return self.met / applied if applied else None

    def add(self, result: MetricResult) -> None:
        """Count one more answer."""
        match result.verdict.qualification:
            case "YES":
                self.yes += 1
            case "NO":
                self.no += 1
            case "NA":
                self.na += 1
            case "-":
                self.pending += 1
        self.met += result.adhered is True
        self.missed += result.adhered is False

    def merge(self, other: "Rate") -> None:
        """Add other counts."""
        for name in self.__struct_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


class Side(Struct):
    """Results of conversations, before or after. ``scores``: score -> conversations. ``metrics``: id -> answers.

    ``fatal`` counts conversations with a fatal error.
    """

    scores: dict[int, int] = {}
    outcomes: dict[Outcome, int] = {}
    fatal: int = 0
    metrics: dict[str, Rate] = {}

    @property
    def scored(self) -> int:
        """Return the number of conversations with a score."""
        return sum(self.scores.values())

    @property
    def mean(self) -> float | None:
        """Mean score; None where nothing is scored."""
        return sum(score * n for score, n in self.scores.items()) / self.scored if self.scores else None

    @property
    def pass_rate(self) -> float | None:
        """Share from 0 to 1 that passed, of those that passed or failed; None where none did."""
        passed, failed = (self.outcomes.get(each, 0) for each in ("passed", "failed"))
        return passed / (passed + failed) if passed + failed else None

    def add(self, evaluation: Evaluation) -> None:
        """Count one more conversation."""
        outcome = outcome_of(evaluation)
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1
        self.fatal += evaluation.fatal_errors > 0
        if evaluation.score is not None:
            score = int(evaluation.score)
            self.scores[score] = self.scores.get(score, 0) + 1
        for result in evaluation.results:
            self.metrics.setdefault(result.metric.id, Rate()).add(result)

    def merge(self, other: "Side") -> None:
        """Add other counts."""
        _merge_counts(self.scores, other.scores)
        _merge_counts(self.outcomes, other.outcomes)
        self.fatal += other.fatal
        for metric_id, rate in other.metrics.items():
            self.metrics.setdefault(metric_id, Rate()).merge(rate)


class Standing(Struct, frozen=True, kw_only=True):
    """Result of one conversation, and the form that gave it. ``passed`` is None where it is undecided (rule 5)."""

    form_id: str
    form_version: int
    score: int
    passed: bool | None
    fatal_errors: int


class MetricShift(Struct, frozen=True, kw_only=True):
    """Part of one metric in a changed score.

    ``before`` and ``after`` are its answers, None where the form did not have it. ``points`` is how much more or less
    of the score it makes now, one decimal, as if nothing were fatal. ``evidence`` and ``reason`` are of the answer
    after, or, of a metric that is gone, of the one before; ``evidence_before`` is of an answer before that was another.
    """

    id: str
    name: str
    before: Qualification | None
    after: Qualification | None
    points: float
    is_fatal: bool
    evidence: tuple[Evidence, ...]
    reason: str
    evidence_before: tuple[Evidence, ...] = ()


class Shift(Struct, frozen=True, kw_only=True):
    """One conversation whose score or result changes, with the metrics that have most to do with it."""

    conversation_id: str
    started_at: datetime
    before: Standing
    after: Standing
    metrics: tuple[MetricShift, ...]

    @property
    def rank(self) -> tuple[int, bool, str]:
        """The smaller, the more it changes: by points, then whether it passes, then by id."""
        return _rank(self.before, self.after, self.conversation_id)


class Backtest(Struct):
    """Effect of a form.

    ``looked`` counts all conversations that were read, ``counted`` those that the form would score: both sides are
    about these. ``left`` were scored by an earlier version, and this one is no longer for them. ``unjudged`` need an
    answer of a far engine, which was not asked. ``failed`` could not be judged at all, ``faults`` has the first
    reasons. ``flow`` counts by outcome before and after, as ``failed>passed``. ``decided_by`` counts by the form that
    decided before, as ``ef-bank 3``. ``most_changed`` has at most twenty.
    """

    looked: int = 0
    counted: int = 0
    left: int = 0
    unjudged: int = 0
    failed: int = 0
    faults: list[str] = []
    before: Side = field(default_factory=Side)
    after: Side = field(default_factory=Side)
    flow: dict[str, int] = {}
    decided_by: dict[str, int] = {}
    unchanged: int = 0
    most_changed: list[Shift] = []

    @property
    def gained(self) -> int:
        """Conversations that failed and would have passed."""
        return self.flow.get("failed>passed", 0)

    @property
    def lost(self) -> int:
        """Conversations that passed and would have failed."""
        return self.flow.get("passed>failed", 0)

    def add(self, before: Evaluation | None, after: Evaluation, started_at: datetime) -> None:
        """Count one conversation that the form would score, with its result before, if there is one, and after."""
        self.looked += 1
        self.counted += 1
        self.after.add(after)
        if before is None:
            return
        self.before.add(before)
        _merge_counts(self.flow, {f"{outcome_of(before)}>{outcome_of(after)}": 1})
        if before.form is not None:
            _merge_counts(self.decided_by, {f"{before.form.id} {before.form.version}": 1})
        was, is_now = _standing(before), _standing(after)
        if was is None or is_now is None:
            self.unchanged += was is is_now and outcome_of(before) == outcome_of(after)
        elif (was.score, was.passed) == (is_now.score, is_now.passed):
            self.unchanged += 1
        else:
            self._keep_if_most_changed(before, after, was, is_now, started_at)

    def pass_over(self, before: Evaluation, form_id: str) -> None:
        """Count one conversation that the form would not score."""
        self.looked += 1
        self.left += before.form is not None and before.form.id == form_id

    def leave_unjudged(self) -> None:
        """Count one conversation about which a far engine would have to be asked."""
        self.looked += 1
        self.unjudged += 1

    def fail(self, conversation_id: str, reason: str) -> None:
        """Count one conversation that could not be judged, with the reason."""
        self.looked += 1
        self.failed += 1
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(f"{conversation_id}: {reason}")

    def merge(self, other: "Backtest") -> None:
        """Add what was counted of other conversations."""
        for name in ("looked", "counted", "left", "unjudged", "failed", "unchanged"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.faults = sorted([*self.faults, *other.faults])[:MOST_FAULTS]
        self.before.merge(other.before)
        self.after.merge(other.after)
        _merge_counts(self.flow, other.flow)
        _merge_counts(self.decided_by, other.decided_by)
        self.most_changed = sorted([*self.most_changed, *other.most_changed], key=lambda one: one.rank)[:MOST_SHIFTS]

    def _keep_if_most_changed(
        self, before: Evaluation, after: Evaluation, was: Standing, is_now: Standing, started_at: datetime
    ) -> None:
        """Keep a conversation if it is among those that change most; only then what is behind it is worked out."""
        rank = _rank(was, is_now, before.conversation_id)
        if len(self.most_changed) == MOST_SHIFTS and rank > self.most_changed[-1].rank:
            return
        shift = Shift(
            conversation_id=before.conversation_id,
            started_at=started_at,
            before=was,
            after=is_now,
            metrics=_metric_shifts(before, after),
        )
        insort(self.most_changed, shift, key=lambda one: one.rank)
        del self.most_changed[MOST_SHIFTS:]


def outcome_of(evaluation: Evaluation) -> Outcome:
    """Return the outcome of a conversation."""
    if evaluation.form is None:
        return "no_form"
    if evaluation.passed is None:
        return "no_score" if evaluation.score is None else "undecided"
    return "passed" if evaluation.passed else "failed"


def _standing(evaluation: Evaluation) -> Standing | None:
    """Return the result of a conversation; None without a score."""
    if evaluation.form is None or evaluation.score is None:
        return None
    form = evaluation.form
    return made_from(Standing, evaluation, form_id=form.id, form_version=form.version, score=int(evaluation.score))


def _rank(before: Standing, after: Standing, conversation_id: str) -> tuple[int, bool, str]:
    return -abs(after.score - before.score), before.passed == after.passed, conversation_id


def _metric_shifts(before: Evaluation, after: Evaluation) -> tuple[MetricShift, ...]:
    """The metrics that have most to do with it: what is fatal first, then by points."""
    old = {result.metric.id: result for result in before.results}
    new = {result.metric.id: result for result in after.results}
    share_before, share_after = _shares(before), _shares(after)
    found: list[MetricShift] = []
    for metric_id in dict.fromkeys((*new, *old)):
        was, is_now = old.get(metric_id), new.get(metric_id)
        shift = _metric_shift(was, is_now, share_after.get(metric_id, 0.0) - share_before.get(metric_id, 0.0))
        if shift.points or shift.before != shift.after or shift.is_fatal:
            found.append(shift)
    found.sort(key=lambda one: (not one.is_fatal, -abs(one.points), one.before == one.after, one.id))
    return tuple(found[:_MOST_METRICS])


def _metric_shift(before: MetricResult | None, after: MetricResult | None, share: float) -> MetricShift:
    described = after or before
    assert described is not None  # noqa: S101  (an id comes from one of the two)
    is_another = (
        before is not None and after is not None and before.verdict.qualification != after.verdict.qualification
    )
    return MetricShift(
        id=described.metric.id,
        name=described.metric.name,
        before=before.verdict.qualification if before else None,
        after=after.verdict.qualification if after else None,
        points=round(share, 1),
        is_fatal=(before is not None and before.is_fatal_error) != (after is not None and after.is_fatal_error),
        evidence=_shown(described),
        reason=described.verdict.reason[:_LONGEST_TEXT],
        evidence_before=_shown(before) if before is not None and is_another else (),
    )


def _shown(result: MetricResult) -> tuple[Evidence, ...]:
    verdict = result.verdict
    return tuple(
        replace(each, text=each.text[:_LONGEST_TEXT]) for each in (*verdict.evidence, *verdict.trigger)[:_MOST_EVIDENCE]
    )


def _shares(evaluation: Evaluation) -> Mapping[str, float]:
    """Return each metric's part in the score, in points of 100: they add up to it, but for rounding and bounds."""
    form: Form | None = evaluation.form
    if form is None:
        return {}
    counted = {result.metric.id: points(result, form) for result in evaluation.results}
    possible = sum(each.possible for each in counted.values())
    return {metric_id: float(100 * each.gained / possible) for metric_id, each in counted.items()} if possible else {}


def _merge_counts(counts: dict[K, int], more: Mapping[K, int]) -> None:
    for key, n in more.items():
        counts[key] = counts.get(key, 0) + n
