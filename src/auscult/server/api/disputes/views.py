"""Views of reviews and disputes in our own API."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from auscult.domain.audits.notes import DisputeState
from auscult.domain.disputes.policy import ReviewerRule
from auscult.domain.disputes.review import Dispute, MetricStatus, ReviewStatus, disputable_until
from auscult.domain.disputes.separation import designated
from auscult.services.disputes.reviewing import ReviewView


class ShownDispute(Struct, frozen=True, kw_only=True):
    """A dispute. ``answer`` is the disputed one, ``proposed`` the agent's, ``decided_answer`` the one that counts.

    ``conversation_id`` is null, and texts are empty, once the conversation was erased.
    """

    dispute_id: str
    assignment_id: str
    conversation_id: str | None
    metric_id: str
    round: int
    state: DisputeState
    form_id: str
    form_version: int
    queue: str
    agent_id: str | None
    auditor: str | None
    raised_by: str
    raised_at: datetime
    due_at: datetime
    comment: str
    answer: str
    proposed: str | None
    decided_by: str | None
    decided_at: datetime | None
    reason: str
    decided_answer: str | None


class ShownMetricReview(Struct, frozen=True, kw_only=True):
    """One metric of a review. ``disputable_until`` is null if it cannot be disputed now."""

    metric_id: str
    name: str
    answer: str
    comment: str
    status: MetricStatus
    round: int
    dispute_id: str | None
    disputable_until: datetime | None


class ShownReview(Struct, frozen=True, kw_only=True):
    """The review of an audit. ``auditor`` is null if it is hidden from the agent.

    ``reviewer`` is the rule for who decides disputes, ``reviewers`` their names if the policy lists them.
    """

    assignment_id: str
    conversation_id: str
    agent_id: str | None
    auditor: str | None
    status: ReviewStatus
    submitted_at: datetime
    released_at: datetime | None
    ends_at: datetime | None
    score: Decimal | None
    passed: bool | None
    rounds: int
    reviewer: ReviewerRule
    reviewers: tuple[str, ...]
    metrics: tuple[ShownMetricReview, ...]
    disputes: tuple[ShownDispute, ...]


def shown_dispute(found: Dispute, *, hides_auditor: bool = False) -> ShownDispute:
    """Return the view of a dispute."""
    values = asdict(found)
    answer, decided = values.pop("before"), values.pop("after")
    values["auditor"] = None if hides_auditor else values["auditor"]
    return ShownDispute(**values, answer=answer, decided_answer=decided)


def shown_review(view: ReviewView, at: datetime, *, hides_auditor: bool = False) -> ShownReview:
    """Return the view of a review at an instant."""
    review, result = view.review, view.audit.result
    assert result is not None  # noqa: S101  (it was submitted)
    answers = {each.metric_id: each for each in result.sheet.answers}
    form = view.case.evaluation.form
    names = {metric.id: metric.name for metric in form.metrics} if form else {}
    metrics: list[ShownMetricReview] = []
    for each in review.metrics:
        until = disputable_until(review, each)
        given = answers.get(each.metric_id)
        metrics.append(
            ShownMetricReview(
                metric_id=each.metric_id,
                name=names.get(each.metric_id, each.metric_id),
                answer=(given.level or given.answer) if given else "-",
                comment=given.comment if given else "",
                status=each.status,
                round=each.round,
                dispute_id=each.dispute_id,
                disputable_until=until if until is not None and review.is_released(at) and at <= until else None,
            )
        )
    return ShownReview(
        assignment_id=review.assignment_id,
        conversation_id=review.conversation_id,
        agent_id=review.agent_id,
        auditor=None if hides_auditor else review.auditor,
        status=view.status,
        submitted_at=review.submitted_at,
        released_at=review.released_at,
        ends_at=review.ends_at,
        score=result.score,
        passed=result.passed,
        rounds=review.policy.rounds,
        reviewer=review.policy.reviewer,
        reviewers=() if hides_auditor and review.policy.reviewer == "same" else designated(review),
        metrics=tuple(metrics),
        disputes=tuple(shown_dispute(each, hides_auditor=hides_auditor) for each in view.disputes),
    )


AT = "2026-04-01T09:00:00Z"
DISPUTE: dict[str, Any] = {
    "dispute_id": "di-5d1e",
    "assignment_id": "as-3c4d",
    "conversation_id": "c-7f8b1f0e",
    "metric_id": "em-greeting",
    "round": 1,
    "state": "open",
    "form_id": "ef-billing",
    "form_version": 2,
    "queue": "qu-billing",
    "agent_id": "a-7",
    "auditor": "ann@example.com",
    "raised_by": "lee@example.com",
    "raised_at": AT,
    "due_at": "2026-04-06T09:00:00Z",
    "comment": "I said good morning in the first turn.",
    "answer": "NO",
    "proposed": "YES",
    "decided_by": None,
    "decided_at": None,
    "reason": "",
    "decided_answer": None,
}
DECIDED: dict[str, Any] = {
    **DISPUTE,
    "state": "accepted",
    "decided_by": "sam@example.com",
    "decided_at": AT,
    "reason": "It is in the recording at 0:03.",
    "decided_answer": "YES",
}
REVIEW: dict[str, Any] = {
    "assignment_id": "as-3c4d",
    "conversation_id": "c-7f8b1f0e",
    "agent_id": "a-7",
    "auditor": "ann@example.com",
    "status": "pending_agent_review",
    "submitted_at": AT,
    "released_at": AT,
    "ends_at": "2026-04-15T09:00:00Z",
    "score": 80,
    "passed": True,
    "rounds": 3,
    "reviewer": "other",
    "reviewers": [],
    "metrics": [
        {
            "metric_id": "em-greeting",
            "name": "Greeting",
            "answer": "NO",
            "comment": "",
            "status": "pending",
            "round": 0,
            "dispute_id": None,
            "disputable_until": "2026-04-15T09:00:00Z",
        }
    ],
    "disputes": [],
}
