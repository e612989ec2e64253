"""The heart: from verdicts to a score (rules 1 to 5, 9 and 11). Pure, exact, and small enough to read in a dispute."""

from collections.abc import Iterable
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal, NamedTuple

from msgspec import Struct

from auscult.domain.conversation import Conversation
from auscult.domain.form import Form, Metric

Qualification = Literal["YES", "NO", "NA", "-"]
Status = Literal["evaluated", "below_threshold", "duration_unavailable", "not_evaluated"]


class Evidence(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that a verdict rests on: the turn, when it was said (ms from the start), the words, and why they count.

    ``similarity`` and ``threshold`` are there when a comparison of meaning decided.
    """

    turn_id: str | None = None
    start_ms: int | None = None
    end_ms: int | None = None
    text: str = ""
    why: str = ""
    similarity: float | None = None
    threshold: float | None = None


class Part(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A question within a metric, with its own answer (rule 9).

    ``weight`` is its share of the metric's weight and ``negative_weight`` of the metric's negative weight, in percent.
    The weights of a verdict's parts total 100; or they are all 0, and the parts are told but not scored one by one.
    """

    id: str
    name: str
    qualification: Qualification
    weight: Decimal = Decimal(0)
    negative_weight: Decimal = Decimal(0)
    fatal: bool = False
    correct_answer: Literal["yes", "no"] = "yes"
    evidence: tuple[Evidence, ...] = ()
    reason: str = ""

    @property
    def adhered(self) -> bool | None:
        """Whether the answer is the right one; None when it is NA."""
        return _adhered(self.qualification, self.correct_answer)


class Comparison(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was said of something, against what a source of truth says of it. ``said`` is None where nothing was."""

    name: str
    source: str
    said: str | None = None


class Verdict(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The raw answer to one metric, and what it rests on. "-" is a manual metric that nobody has answered yet.

    ``reason`` says in words why, above all where there is nothing to point at (NO, NA). Where there are ``parts``,
    ``qualification`` is what ``joined`` makes of them.
    """

    qualification: Qualification
    evidence: tuple[Evidence, ...] = ()
    trigger: tuple[Evidence, ...] = ()
    reason: str = ""
    parts: tuple[Part, ...] = ()
    compared: Comparison | None = None


class MetricResult(Struct, frozen=True, kw_only=True):
    """A verdict beside the metric it answers, as the metric stood on the form at that time."""

    metric: Metric
    verdict: Verdict

    @property
    def adhered(self) -> bool | None:
        """Whether the answer is the right one (rule 1); None when it is NA or not yet given."""
        return _adhered(self.verdict.qualification, self.metric.correct_answer)

    @property
    def is_fatal_error(self) -> bool:
        """A fatal metric, or a fatal part of one, that was not met, here (rule 3)."""
        if self.verdict.parts and any(part.fatal and part.adhered is False for part in self.verdict.parts):
            return True
        return self.metric.fatal and self.adhered is False


class Evaluation(Struct, frozen=True, kw_only=True):
    """What the machine decided about one revision of one conversation, and by which version of which form.

    ``results`` is empty unless ``status`` is ``evaluated``; ``engines`` names every engine that answered.
    """

    conversation_id: str
    revision: int
    form: Form | None
    status: Status
    score: Decimal | None
    passed: bool | None
    fatal_errors: int
    results: tuple[MetricResult, ...]
    engines: tuple[str, ...]
    evaluated_at: datetime


class Points(NamedTuple):
    """Weight that was gained, negative where more was lost, and that could have been."""

    gained: Decimal
    possible: Decimal


def score(results: Iterable[MetricResult], form: Form) -> Decimal | None:
    """Score from -100 to 100, a whole number, or None when nothing applies (rules 2 to 4).

    100 x (weights of adhered - negative weights of not adhered) / weights of applicable, rounded half up
    (a half goes away from zero). NA leaves both sums, or with ``award`` adds its weight to both. A metric whose parts
    have weights counts as that many metrics, each with its share (rule 9).
    """
    gained = possible = Decimal(0)
    for result in results:
        if result.is_fatal_error:
            return Decimal(0)
        counted = points(result, form)
        gained += counted.gained
        possible += counted.possible
    if possible == 0:
        return None
    return max(Decimal(-100), min(Decimal(100), (100 * gained / possible).quantize(Decimal(1), ROUND_HALF_UP)))


def points(result: MetricResult, form: Form) -> Points:
    """What one result adds to both sums of the score."""
    gained = possible = Decimal(0)
    for answer, adhered, weight, negative_weight in _counted(result):
        if adhered is not None or (answer == "NA" and form.not_applicable == "award"):
            possible += weight
            gained += weight if adhered is not False else -negative_weight
    return Points(gained, possible)


def joined(parts: Iterable[Part]) -> Qualification:
    """The answer of a whole of which these are the parts: YES when every one that applies is met, NA when none does."""
    adhered = [part.adhered for part in parts if part.adhered is not None]
    if not adhered:
        return "NA"
    return "YES" if all(adhered) else "NO"


def passed(score: Decimal | None, fatal_errors: int, form: Form) -> bool | None:
    """Whether the rounded score reaches the form's pass score and nothing fatal failed (rules 3 and 5)."""
    return None if score is None else score >= form.pass_score and fatal_errors == 0


def duration_status(conversation: Conversation, form: Form | None) -> Status:
    """Whether this conversation is evaluated with this form, and if not, why (rules 10 and 11)."""
    if form is None:
        return "not_evaluated"
    if conversation.duration_ms is None:
        return "duration_unavailable"
    return "evaluated" if conversation.duration_ms >= form.min_duration_ms else "below_threshold"


_Counted = tuple[Qualification, bool | None, Decimal, Decimal]


def _counted(result: MetricResult) -> tuple[_Counted, ...]:
    """What a result counts as: answer, whether it is right, weight, negative weight; of itself, or of each part."""
    metric, verdict = result.metric, result.verdict
    if not verdict.parts or not any(part.weight for part in verdict.parts):
        return ((verdict.qualification, result.adhered, metric.weight, metric.negative_weight),)
    return tuple(
        (
            part.qualification,
            part.adhered,
            metric.weight * part.weight / 100,
            metric.negative_weight * part.negative_weight / 100,
        )
        for part in verdict.parts
    )


def _adhered(answer: Qualification, correct_answer: str) -> bool | None:
    return answer == correct_answer.upper() if answer in ("YES", "NO") else None
