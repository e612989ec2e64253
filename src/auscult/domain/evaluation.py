"""The heart: from verdicts to a score (rules 1 to 5 and 11). Pure, exact, and small enough to read in a dispute."""

from collections.abc import Iterable
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

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


class Verdict(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The raw answer to one metric, and what it rests on. "-" is a manual metric that nobody has answered yet.

    ``reason`` says in words why, above all where there is nothing to point at (NO, NA).
    """

    qualification: Qualification
    evidence: tuple[Evidence, ...] = ()
    trigger: tuple[Evidence, ...] = ()
    reason: str = ""


class MetricResult(Struct, frozen=True, kw_only=True):
    """A verdict beside the metric it answers, as the metric stood on the form at that time."""

    metric: Metric
    verdict: Verdict

    @property
    def adhered(self) -> bool | None:
        """Whether the answer is the right one (rule 1); None when it is NA or not yet given."""
        if self.verdict.qualification not in ("YES", "NO"):
            return None
        return self.verdict.qualification == self.metric.correct_answer.upper()

    @property
    def is_fatal_error(self) -> bool:
        """A fatal metric that was not met, here (rule 3)."""
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


def score(results: Iterable[MetricResult], form: Form) -> Decimal | None:
    """Score from -100 to 100, a whole number, or None when nothing applies (rules 2 to 4).

    100 x (weights of adhered - negative weights of not adhered) / weights of applicable, rounded half up
    (a half goes away from zero). NA leaves both sums, or with ``award`` adds its weight to both.
    """
    gained = possible = Decimal(0)
    for result in results:
        if result.is_fatal_error:
            return Decimal(0)
        awarded = result.verdict.qualification == "NA" and form.not_applicable == "award"
        if result.adhered is not None or awarded:
            possible += result.metric.weight
            gained += result.metric.weight if result.adhered is not False else -result.metric.negative_weight
    if possible == 0:
        return None
    return max(Decimal(-100), min(Decimal(100), (100 * gained / possible).quantize(Decimal(1), ROUND_HALF_UP)))


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
