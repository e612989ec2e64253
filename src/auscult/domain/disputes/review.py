"""Reviews: the state of a submitted audit towards its agent, per metric and as a whole (rule 28).

A review is a value, and its status follows from it and the time; nothing has to run when a window ends.
"""

import uuid
from datetime import datetime
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.audits.audit import Audit
from auscult.domain.audits.notes import DisputeState
from auscult.domain.disputes.policy import ReviewPolicy

MetricStatus = Literal["pending", "agent_accepted", "disputed", "accepted", "denied"]
"""Per metric: the agent has not answered, has accepted, or disputes; the dispute was accepted or denied."""
ReviewStatus = Literal["audited", "pending_agent_review", "pending_supervisor_review", "resolved", "closed"]
"""Per audit: not released, the agent is to answer, a dispute is to be decided, settled, or out of rounds."""


class MetricReview(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One metric of a review. ``round`` counts its disputes, ``decided_at`` is when the last of them was decided."""

    metric_id: str
    status: MetricStatus = "pending"
    round: int = 0
    dispute_id: str | None = None
    decided_at: datetime | None = None


class Review(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The review of one audit. ``released_at`` is None while a second look is missing; ``changes`` counts writes."""

    assignment_id: str
    conversation_id: str
    agent_id: str | None
    auditor: str
    policy: ReviewPolicy
    submitted_at: datetime
    released_at: datetime | None
    released_by: str = ""
    metrics: tuple[MetricReview, ...]
    changes: int = 0

    @property
    def ends_at(self) -> datetime | None:
        """Return when the agent's time to answer ends; None before the release."""
        return None if self.released_at is None else self.released_at + self.policy.window

    def metric(self, metric_id: str) -> MetricReview | None:
        """Return the review of one metric; None where the audit has no answer to it."""
        return next((each for each in self.metrics if each.metric_id == metric_id), None)

    def is_released(self, at: datetime) -> bool:
        """Return whether the agent sees the audit at an instant."""
        return self.released_at is not None and self.released_at <= at

    def with_metric(self, changed: MetricReview) -> "Review":
        """Return the review with another state of one metric."""
        found = tuple(changed if each.metric_id == changed.metric_id else each for each in self.metrics)
        return replace(self, metrics=found, changes=self.changes + 1)


class Dispute(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One dispute of one metric. ``before``, ``proposed`` and ``after`` are answers: YES, NO, NA or a level.

    ``conversation_id`` is None, and every text is empty, once the conversation was erased.
    """

    dispute_id: str
    assignment_id: str
    conversation_id: str | None
    metric_id: str
    round: int
    state: DisputeState
    form_id: str
    form_version: int
    queue: str = ""
    agent_id: str | None = None
    auditor: str
    raised_by: str
    raised_at: datetime
    due_at: datetime
    comment: str
    before: str
    proposed: str | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    reason: str = ""
    after: str | None = None

    @property
    def is_open(self) -> bool:
        """Return whether it waits for a decision."""
        return self.state == "open"


def new_dispute_id() -> str:
    """Make an id for a dispute."""
    return f"di-{uuid.uuid4()}"


def opened(audit: Audit, policy: ReviewPolicy, agent_id: str | None) -> Review:
    """Return the review of an audit that was just submitted."""
    result = audit.result
    assert result is not None  # noqa: S101  (it was submitted)
    at = result.audited_at
    released = {"at_once": at, "second_look": None, "at": max(at, policy.release_at or at)}[policy.release]
    return Review(
        assignment_id=audit.assignment_id,
        conversation_id=audit.conversation_id,
        agent_id=agent_id,
        auditor=audit.auditor,
        policy=policy,
        submitted_at=at,
        released_at=released,
        metrics=tuple(MetricReview(metric_id=each.metric_id) for each in result.sheet.answers),
    )


def status_of(review: Review, at: datetime) -> ReviewStatus:
    """Return the status of an audit at an instant. What an agent did not answer in time counts as settled."""
    if not review.is_released(at):
        return "audited"
    statuses = {each.status for each in review.metrics}
    if "disputed" in statuses:
        return "pending_supervisor_review"
    ends_at = review.ends_at
    if "pending" in statuses and ends_at is not None and at <= ends_at:
        return "pending_agent_review"
    is_spent = any(each.status == "denied" and each.round >= review.policy.rounds for each in review.metrics)
    return "closed" if is_spent else "resolved"


def disputable_until(review: Review, metric: MetricReview) -> datetime | None:
    """Return until when a metric can be disputed; None where it cannot be at all."""
    if not review.policy.disputes or review.released_at is None or metric.round >= review.policy.rounds:
        return None
    if metric.status == "pending":
        return review.ends_at
    if metric.status == "denied" and metric.decided_at is not None:
        return metric.decided_at + review.policy.window
    return None
