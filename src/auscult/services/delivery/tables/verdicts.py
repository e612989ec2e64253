"""The table ``verdicts``: one row per metric of an evaluated conversation."""

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from auscult.domain.scoring.stored import EvaluatedConversation


class Row(Struct, frozen=True, kw_only=True):
    """One machine verdict, and the auditor's answer to the same metric ("-" while there is none).

    ``confidence`` is the probability of a verdict that was voted on, from 0 to 1.
    """

    conversation_id: str
    started_at: datetime
    form_id: str
    form_version: int
    metric_id: str
    metric_name: str
    metric_type: str
    weight: float
    negative_weight: float
    fatal: bool
    qualification: str
    adhered: bool | None
    is_fatal_error: bool
    reason: str
    evidence_count: int
    audit_qualification: str
    confidence: float | None


def rows(each: EvaluatedConversation) -> Iterator[Row]:
    """Return a row for each metric; none where the conversation was not evaluated."""
    evaluation = each.evaluation
    if evaluation.form is None:
        return
    for result in evaluation.results:
        metric, verdict = result.metric, result.verdict
        yield Row(
            conversation_id=each.conversation.id,
            started_at=each.conversation.started_at,
            form_id=evaluation.form.id,
            form_version=evaluation.form.version,
            metric_id=metric.id,
            metric_name=metric.name,
            metric_type=metric.type,
            weight=float(metric.weight),
            negative_weight=float(metric.negative_weight),
            fatal=metric.fatal,
            qualification=verdict.qualification,
            adhered=result.adhered,
            is_fatal_error=result.is_fatal_error,
            reason=verdict.reason,
            evidence_count=len(verdict.evidence),
            audit_qualification=each.audit.answer_to(metric.id) if each.audit else "-",
            confidence=None if verdict.confidence is None else float(verdict.confidence),
        )
