"""Records of reviews and disputes, their policy and figures, and the rules on who may do what (rule 28).

A review is the state of a submitted audit towards its agent, per metric and as a whole. It is a value, and its status
follows from it and the time; nothing has to run when a window ends. What may happen to it is in ``steps.py``.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from operator import attrgetter
from statistics import median
from typing import Annotated, Literal

from msgspec import Meta, Struct
from msgspec.structs import replace

from auscult.domain.audits.assignment import Assignment, Hidden
from auscult.domain.audits.audit import Audit, AuditAnswer, AuditResult
from auscult.domain.audits.notes import DisputeState
from auscult.domain.errors import AccessError, RequestError, coded
from auscult.domain.operations.records import made_from
from auscult.domain.people.principal import Principal
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.domain.stated import DAY_OR_INSTANT, between
from auscult.domain.statistics.intervals import Figure, wilson_figure
from auscult.domain.workdays import EVERY_DAY, WorkingDays

Release = Literal["at_once", "at", "second_look"]
"""An audit is released when it is submitted, at ``release_at``, or when another person has looked at it."""
ReviewerRule = Literal["other", "same", "named"]
"""Disputes are decided by anyone but the auditor, by the auditor, or by one of ``reviewers``."""
MetricStatus = Literal["pending", "agent_accepted", "disputed", "accepted", "denied"]
"""Per metric: the agent has not answered, has accepted, or disputes; the dispute was accepted or denied."""
ReviewStatus = Literal["audited", "pending_agent_review", "pending_supervisor_review", "resolved", "closed"]
"""Per audit: not released, the agent is to answer, a dispute is to be decided, settled, or out of rounds."""
DisputeOrder = Literal[
    "raised_at", "-raised_at", "due_at", "-due_at", "decided_at", "-decided_at", "round", "-round"
]  # fmt: skip
"""Order of a list: the least first, with a minus the greatest first. Disputes that are not decided are last by ``decided_at``."""

RAISE, DECIDE = "dispute.raise", "dispute.decide"
"""The permissions to answer for an agent, and to decide."""
LONGEST_WINDOW_DAYS = 90
MOST_ROUNDS = 10
Days = Annotated[int, between(1, LONGEST_WINDOW_DAYS)]
Rounds = Annotated[int, between(1, MOST_ROUNDS)]
UNDO = timedelta(minutes=10)
"""Time in which an acceptance can be undone; it is final after that."""
FLAG_FROM = 5
"""Decisions from which a metric can be flagged."""
FLAG_ABOVE = 1 / 3
"""Share of overturned answers above which a metric is flagged: its question is not understood alike."""


class ReviewPolicy(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The rules for what follows a submitted audit.

    ``window_days`` counts from the release, and for another round from the decision before. ``rounds`` is the number
    of disputes of one metric, ``decide_days`` the time to decide each. Both are working days of the app. Without ``disputes`` an agent can only accept.
    """

    disputes: bool = True
    window_days: Days = 14
    rounds: Rounds = 3
    reviewer: ReviewerRule = "other"
    reviewers: Annotated[tuple[str, ...], Meta(max_length=100)] = ()
    decide_days: Days = 5
    release: Release = "at_once"
    release_at: Annotated[datetime, Meta(tz=True), DAY_OR_INSTANT] | None = None


DEFAULT_POLICY = ReviewPolicy()


def check_policy(policy: ReviewPolicy) -> ReviewPolicy:
    """Return a policy that can be used. Raises ``RequestError`` ``policy.invalid`` with the field."""
    bounds = (
        ("window_days", policy.window_days, LONGEST_WINDOW_DAYS),
        ("rounds", policy.rounds, MOST_ROUNDS),
        ("decide_days", policy.decide_days, LONGEST_WINDOW_DAYS),
    )
    for field, given, most in bounds:
        if not 1 <= given <= most:
            raise _invalid(coded("give 1 to {n}", n=most), field, given)
    if (policy.reviewer == "named") != bool(policy.reviewers):
        raise _invalid("reviewers are named with reviewer: named, and only then", "reviewers", list(policy.reviewers))
    if (policy.release == "at") != (policy.release_at is not None):
        raise _invalid("release_at is given with release: at, and only then", "release_at", str(policy.release_at))
    if policy.release_at is not None and policy.release_at.tzinfo is None:
        raise _invalid("release_at needs a zone, as in 2026-04-01T09:00:00Z", "release_at", str(policy.release_at))
    return policy


def _invalid(message: str, field: str, value: object) -> RequestError:
    said = coded("invalid {field} {value!r}: {message}", field=field, value=value, message=message)
    return RequestError(said, code="policy.invalid", field=field, value=value)


class MetricReview(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One metric of a review. ``round`` counts its disputes, ``decided_at`` is when the last of them was decided.

    ``accepted_at`` is when the agent accepted the answer; None of a withdrawn dispute. ``until`` is until when a denied
    one can be disputed again.
    """

    metric_id: str
    status: MetricStatus = "pending"
    round: int = 0
    dispute_id: str | None = None
    decided_at: datetime | None = None
    accepted_at: datetime | None = None
    until: datetime | None = None

    @property
    def final_at(self) -> datetime | None:
        """Return when the acceptance is final; None where there is none that could be undone."""
        is_accepted = self.status == "agent_accepted" and self.accepted_at is not None
        return self.accepted_at + UNDO if is_accepted and self.accepted_at else None

    def is_final(self, at: datetime) -> bool:
        """Return whether an acceptance, if there is one, cannot be undone any more."""
        return self.final_at is None or self.final_at <= at


class Review(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The review of one audit. ``released_at`` and ``ends_at`` are None while a second look is missing.

    ``ends_at`` is when the agent's time to answer ends. ``changes`` counts writes.
    """

    assignment_id: str
    conversation_id: str
    agent_id: str | None
    auditor: str
    policy: ReviewPolicy
    submitted_at: datetime
    released_at: datetime | None
    ends_at: datetime | None = None
    released_by: str = ""
    metrics: tuple[MetricReview, ...]
    changes: int = 0

    @property
    def designated(self) -> tuple[str, ...]:
        """Return who decides its disputes; empty where anyone may who has the permission."""
        if self.policy.reviewer == "same":
            return (self.auditor,)
        return self.policy.reviewers if self.policy.reviewer == "named" else ()

    def metric(self, metric_id: str) -> MetricReview | None:
        """Return the review of one metric; None where the audit has no answer to it."""
        return next((each for each in self.metrics if each.metric_id == metric_id), None)

    def is_released(self, at: datetime) -> bool:
        """Return whether the agent sees the audit at an instant."""
        return self.released_at is not None and self.released_at <= at

    def is_about(self, viewer: Principal) -> bool:
        """Return whether the viewer is the agent of the audit."""
        return self.agent_id is not None and self.agent_id in viewer.agent_ids

    def disputable_until(self, metric: MetricReview) -> datetime | None:
        """Return until when a metric can be disputed; None where it cannot be at all."""
        if not self.policy.disputes or self.released_at is None or metric.round >= self.policy.rounds:
            return None
        if metric.status == "pending":
            return self.ends_at
        return metric.until if metric.status == "denied" else None

    def can_be_disputed(self, metric: MetricReview, at: datetime) -> bool:
        """Return whether a metric can be disputed at an instant."""
        until = self.disputable_until(metric)
        return until is not None and at <= until and self.is_released(at)

    def final_at(self, at: datetime) -> datetime | None:
        """Return when all that is accepted is final; None where nothing can be undone any more."""
        return max((each.final_at for each in self.metrics if each.final_at and each.final_at > at), default=None)

    def awaits_agent(self, at: datetime) -> bool:
        """Return whether the agent has answers left to accept or dispute, and nothing is disputed."""
        is_waiting = any(each.status == "pending" for each in self.metrics)
        return is_waiting and self.can_be_accepted(at) and self.status(at) == "pending_agent_review"

    def can_be_accepted(self, at: datetime) -> bool:
        """Return whether answers that are pending can be accepted at an instant."""
        return self.is_released(at) and self.ends_at is not None and at <= self.ends_at

    def with_metric(self, changed: MetricReview) -> "Review":
        """Return the review with another state of one metric."""
        found = tuple(changed if each.metric_id == changed.metric_id else each for each in self.metrics)
        return replace(self, metrics=found, changes=self.changes + 1)

    def status(self, at: datetime) -> ReviewStatus:
        """Return the status of the audit at an instant.

        What an agent did not answer in time counts as settled; what they accepted does once it is final.
        """
        if not self.is_released(at):
            return "audited"
        statuses = {each.status for each in self.metrics}
        if "disputed" in statuses:
            return "pending_supervisor_review"
        if self.final_at(at) is not None:
            return "pending_agent_review"
        if "pending" in statuses and self.ends_at is not None and at <= self.ends_at:
            return "pending_agent_review"
        is_spent = any(each.status == "denied" and each.round >= self.policy.rounds for each in self.metrics)
        return "closed" if is_spent else "resolved"


class Dispute(Struct, frozen=True, kw_only=True):
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

    @property
    def is_open(self) -> bool:
        """Return whether it waits for a decision."""
        return self.state == "open"

    @property
    def ended_at(self) -> datetime:
        """Return when it was decided, or else raised."""
        return self.decided_at or self.raised_at

    def hidden_from(self, viewer: Principal, hidden: Iterable[Hidden]) -> "Dispute":
        """Return it as a viewer sees it. ``hidden`` is hidden in the audit from the viewer, as its agent."""
        is_own = self.agent_id is not None and self.agent_id in viewer.agent_ids
        if not is_own or "auditor" not in hidden:
            return self
        return replace(self, auditor=None, decided_by=None if self.decided_by == self.auditor else self.decided_by)

    def without_texts(self) -> "Dispute":
        """Return what stays of it after its conversation was erased: an open one ends so, a decided one keeps its outcome."""
        state = "erased" if self.is_open else self.state
        return replace(self, conversation_id=None, state=state, comment="", reason="", agent_id=None, raised_by="")


class ShownMetricReview(Struct, frozen=True, kw_only=True):
    """One metric of a review. ``disputable_until`` is null if it cannot be disputed now.

    ``final_at`` is when its acceptance is final; null if it was not accepted, or cannot be undone any more.
    """

    metric_id: str
    name: str
    answer: str
    comment: str
    status: MetricStatus
    round: int
    dispute_id: str | None
    disputable_until: datetime | None
    final_at: datetime | None


class ShownReview(Struct, frozen=True, kw_only=True):
    """The review of an audit. ``auditor`` is null if it is hidden from the agent.

    ``reviewer`` is the rule for who decides disputes, ``reviewers`` their names if the policy lists them.
    ``final_at`` is when everything that the agent accepted is final; null if nothing can be undone.
    """

    assignment_id: str
    conversation_id: str
    agent_id: str | None
    auditor: str | None
    status: ReviewStatus
    submitted_at: datetime
    released_at: datetime | None
    ends_at: datetime | None
    final_at: datetime | None
    score: Decimal | None
    passed: bool | None
    rounds: int
    reviewer: ReviewerRule
    reviewers: tuple[str, ...]
    metrics: tuple[ShownMetricReview, ...]
    disputes: tuple[Dispute, ...]


class ReviewedAudit(Struct, frozen=True, kw_only=True):
    """A review with its status at the time, the audit, and its disputes, the oldest first."""

    review: Review
    status: ReviewStatus
    assignment: Assignment
    audit: Audit
    case: EvaluatedConversation
    disputes: tuple[Dispute, ...]

    @property
    def answers(self) -> dict[str, AuditAnswer]:
        """Return the answers of the audit by metric."""
        result = self.audit.result
        return {each.metric_id: each for each in result.sheet.answers} if result else {}

    def answer(self, metric_id: str) -> str:
        """Return the answer to a metric: YES, NO, NA or a level, and ``-`` where there is none."""
        return answer_in(self.audit.result, metric_id)

    def hides_auditor(self, viewer: Principal) -> bool:
        """Return whether the auditor's name is hidden from a viewer."""
        return "auditor" in self.assignment.hidden and self.review.is_about(viewer)

    def shown_to(self, viewer: Principal, at: datetime) -> ShownReview:
        """Return the review as a viewer sees it at an instant."""
        review, result, hides = self.review, self.audit.result, self.hides_auditor(viewer)
        assert result is not None  # noqa: S101  (it was submitted)
        form, answers = self.case.evaluation.form, self.answers
        names = {metric.id: metric.name for metric in form.metrics} if form else {}
        metrics = (
            made_from(
                ShownMetricReview,
                each,
                name=names.get(each.metric_id, each.metric_id),
                answer=self.answer(each.metric_id),
                comment=answers[each.metric_id].comment if each.metric_id in answers else "",
                disputable_until=review.disputable_until(each) if review.can_be_disputed(each, at) else None,
                final_at=None if each.is_final(at) else each.final_at,
            )
            for each in review.metrics
        )
        return made_from(
            ShownReview,
            review,
            auditor=None if hides else review.auditor,
            status=self.status,
            final_at=review.final_at(at),
            score=result.score,
            passed=result.passed,
            rounds=review.policy.rounds,
            reviewer=review.policy.reviewer,
            reviewers=() if hides and review.policy.reviewer == "same" else review.designated,
            metrics=tuple(metrics),
            disputes=tuple(each.hidden_from(viewer, self.assignment.hidden) for each in self.disputes),
        )


def answer_in(result: AuditResult | None, metric_id: str) -> str:
    """Return the answer of an audit to a metric: YES, NO, NA or a level, and ``-`` where there is none."""
    given = next((each for each in result.sheet.answers if each.metric_id == metric_id), None) if result else None
    return (given.level or given.answer) if given else "-"


def opened(audit: Audit, policy: ReviewPolicy, agent_id: str | None, days: WorkingDays = EVERY_DAY) -> Review:
    """Return the review of an audit that was just submitted; ``days`` are those of its deadlines."""
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
        ends_at=days.after(released, policy.window_days) if released else None,
        metrics=tuple(MetricReview(metric_id=each.metric_id) for each in result.sheet.answers),
    )


def check_reviewer(review: Review, dispute: Dispute, viewer: Principal, away: Collection[str] = ()) -> None:
    """Refuse a person who must not decide a dispute.

    No person decides about their own conversation or their own dispute, and an auditor about their own audit only where
    the policy allows it. While everyone that the policy names is ``away``, others decide. Raises ``AccessError`` ``dispute.own_conversation``, ``dispute.own_dispute``,
    ``dispute.own_audit``, ``dispute.not_reviewer``.
    """
    if review.is_about(viewer):
        raise _refused(coded("it is about their own conversation"), "dispute.own_conversation", dispute)
    if viewer.name == dispute.raised_by:
        raise _refused(coded("they raised it"), "dispute.own_dispute", dispute)
    if viewer.name == review.auditor and viewer.name not in review.designated:
        raise _refused(coded("it is about their own audit"), "dispute.own_audit", dispute)
    is_named = viewer.name in review.designated
    if review.designated and not is_named and not all(each in away for each in review.designated):
        raise _refused(f"it is for {', '.join(review.designated)} to decide", "dispute.not_reviewer", dispute)


def may_decide(review: Review, dispute: Dispute, viewer: Principal, away: Collection[str] = ()) -> bool:
    """Return whether a person may decide a dispute, as far as duties are separated."""
    try:
        check_reviewer(review, dispute, viewer, away)
    except AccessError:
        return False
    return True


def may_release(review: Review, viewer: Principal) -> bool:
    """Return whether a person may release an audit: neither the auditor nor the agent may."""
    return not review.is_about(viewer) and viewer.name != review.auditor


def check_second_look(review: Review, viewer: Principal) -> None:
    """Refuse the auditor and the agent as those who release an audit. Raises ``AccessError`` ``release.own_audit``."""
    if not may_release(review, viewer):
        raise AccessError(
            "the audit of assignment {value} is released after a second look, and {name} {given}; another person releases it",
            name=viewer.name,
            given=coded("was judged in it") if review.is_about(viewer) else coded("made it"),
            code="release.own_audit",
            field="assignment_id",
            value=review.assignment_id,
        )


def check_answerer(review: Review, viewer: Principal, *, represents: bool) -> None:
    """Refuse who may not answer for the agent of an audit: another agent, or the auditor.

    ``represents``: they reach the conversation otherwise than as an agent, as a supervisor does.
    Raises ``AccessError`` ``dispute.not_yours``.
    """
    if not review.is_about(viewer) and (not represents or viewer.name == review.auditor):
        raise AccessError(
            "the audit of assignment {value} is about another agent, who answers it; or a supervisor who did not make it",
            code="dispute.not_yours",
            field="assignment_id",
            value=review.assignment_id,
        )


def _refused(why: str, code: str, dispute: Dispute) -> AccessError:
    message = coded("another person decides dispute {id}: {why}", id=dispute.dispute_id, why=why)
    return AccessError(message, code=code, field="dispute_id", value=dispute.dispute_id)


Counted = Literal["raised", "decided", "changed"]
"""A number of disputes."""


class DisputeFigures(Struct, frozen=True, kw_only=True):
    """Figures of some disputes; ``key`` is the metric, auditor or queue, "" for all.

    ``rate`` is the share of decided disputes that were accepted, with Wilson's interval, None without a decision.
    ``hours`` is the median time to a decision.
    """

    key: str
    raised: int
    open: int
    decided: int
    overturned: int
    rate: Figure | None
    hours: float | None
    is_flagged: bool = False


class DisputeStatistics(Struct, frozen=True, kw_only=True):
    """Figures of all disputes of a selection, and by metric, auditor and queue; the most disputed first."""

    all: DisputeFigures
    metrics: tuple[DisputeFigures, ...]
    auditors: tuple[DisputeFigures, ...]
    queues: tuple[DisputeFigures, ...]


def statistics_of(disputes: Iterable[Dispute]) -> DisputeStatistics:
    """Return the figures of disputes. Withdrawn and re-opened ones are raised, and not decided."""
    found = list(disputes)
    return DisputeStatistics(
        all=_figures("", found),
        metrics=_by(found, lambda each: each.metric_id),
        auditors=_by(found, lambda each: each.auditor or ""),
        queues=_by(found, lambda each: each.queue),
    )


def in_order(found: Iterable[Dispute], order: DisputeOrder) -> list[Dispute]:
    """Return disputes in an order, as the store has them."""
    name, is_descending = order.removeprefix("-"), order.startswith("-")
    every = list(found)
    known = [each for each in every if getattr(each, name) is not None]
    known.sort(key=attrgetter(name), reverse=is_descending)
    return known + [each for each in every if getattr(each, name) is None]


def is_counted(dispute: Dispute, number: Counted) -> bool:
    """Return whether a number of disputes counts one."""
    counted = {
        "raised": True,
        "decided": dispute.state in {"accepted", "denied"},
        "changed": dispute.state == "accepted",
    }
    return counted[number]


def _by(found: Sequence[Dispute], key: Callable[[Dispute], str]) -> tuple[DisputeFigures, ...]:
    groups: defaultdict[str, list[Dispute]] = defaultdict(list)
    for each in found:
        groups[key(each)].append(each)
    figures = (_figures(name, some) for name, some in groups.items())
    return tuple(sorted(figures, key=lambda each: (-each.raised, each.key)))


def _figures(key: str, found: Sequence[Dispute]) -> DisputeFigures:
    decided = [each for each in found if is_counted(each, "decided")]
    overturned = sum(is_counted(each, "changed") for each in decided)
    rate = wilson_figure(overturned, len(decided)) if decided else None
    hours = [
        (each.decided_at - each.raised_at).total_seconds() / 3600 for each in decided if each.decided_at is not None
    ]
    return DisputeFigures(
        key=key,
        raised=len(found),
        open=sum(each.is_open for each in found),
        decided=len(decided),
        overturned=overturned,
        rate=rate,
        hours=round(median(hours), 2) if hours else None,
        is_flagged=len(decided) >= FLAG_FROM and overturned / len(decided) > FLAG_ABOVE,
    )
