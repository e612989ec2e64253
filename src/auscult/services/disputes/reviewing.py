"""The use cases of reviews: release, accept, dispute, decide, withdraw. Each step is one transaction.

A step that meets another one is tried again on what that left, so that of two decisions the second finds the first.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from typing import TypeVar

from msgspec import Struct

from auscult.domain.audits.assignment import Assignment
from auscult.domain.audits.audit import Audit, AuditMovedError
from auscult.domain.disputes import steps
from auscult.domain.disputes.overturn import answer_of, check_answer, overturn
from auscult.domain.disputes.policy import DEFAULT_POLICY, ReviewPolicy, check_policy
from auscult.domain.disputes.review import Dispute, Review, ReviewStatus, status_of
from auscult.domain.disputes.separation import (
    Person,
    check_answerer,
    check_reviewer,
    check_second_look,
    designated,
)
from auscult.domain.disputes.statistics import DisputeStatistics, statistics_of
from auscult.domain.disputes.steps import Facts, ReviewChange, Ruling
from auscult.domain.errors import ConflictError, NotFoundError
from auscult.domain.form import Form
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.services.audits.handover import unknown_assignment
from auscult.services.audits.reviews.opening import new_review
from auscult.services.audits.workflow import write
from auscult.services.definitions.forms.reading import read_form
from auscult.services.scoring.render import Reports
from auscult.storage.disputes.repository import DisputeQuery, Numbered
from auscult.storage.store import AppStore

MOST_TRIES = 10
EVERY = DisputeQuery()
T = TypeVar("T")


class ReviewView(Struct, frozen=True, kw_only=True):
    """A review with its status at the time, the audit, and its disputes, the oldest first."""

    review: Review
    status: ReviewStatus
    assignment: Assignment
    audit: Audit
    case: EvaluatedConversation
    disputes: tuple[Dispute, ...]


class Reviewing:
    """The reviews and disputes of one app. Cheap to make; threads may share one."""

    def __init__(self, app: AppStore, reports: Reports, now: Callable[[], datetime]) -> None:
        """Work on ``app``; ``reports`` are rendered when an answer is overturned; ``now`` returns aware UTC time."""
        self._app = app
        self._reports = reports
        self._now = now

    def show(self, assignment_id: str) -> ReviewView:
        """Return the review of an assignment's audit.

        Raises ``NotFoundError`` ``assignment.unknown``; ``ConflictError`` ``review.not_submitted``, ``review.none``.
        """
        # Read before the audit: a step that rests on an older review is refused when it is written.
        stored = self._app.disputes.review(assignment_id)
        assigned = self._app.queue.get(assignment_id)
        if assigned is None:
            raise unknown_assignment(assignment_id)
        assignment, audit = assigned.assignment, assigned.audit
        case = (
            None
            if assignment.conversation_id is None
            else self._app.audits.case(assignment.conversation_id, assignment.segment)
        )
        if assignment.role != "audit":
            raise _refused("review.none", f"a {assignment.role} is shown to no agent", assignment_id)
        if case is None:
            raise _refused("review.erased", "its conversation was erased, and the audit with it", assignment_id)
        if audit is None or audit.result is None:
            raise _refused("review.not_submitted", "its audit is not submitted yet", assignment_id)
        review = stored or new_review(self._app, case, assignment, audit)
        disputes = tuple(self._app.disputes.all(DisputeQuery(assignment_id=assignment_id)))
        status = status_of(review, self._now())
        return ReviewView(
            review=review, status=status, assignment=assignment, audit=audit, case=case, disputes=disputes
        )

    def release(self, assignment_id: str, person: Person) -> ReviewView:
        """Release an audit to its agent, after a second look or before its time.

        Raises as ``show`` does, and ``AccessError`` ``release.own_audit``.
        """

        def step(view: ReviewView) -> ReviewChange | None:
            check_second_look(view.review, person)
            return steps.release(view.review, person.name, self._now())

        return self._review_step(assignment_id, step)

    def accept(
        self, assignment_id: str, person: Person, metric_ids: tuple[str, ...] = (), *, represents: bool = False
    ) -> ReviewView:
        """Accept answers for the agent, all that are pending where none is named.

        Raises as ``show`` and ``steps.accept`` do, and ``AccessError`` ``dispute.not_yours``.
        """

        def step(view: ReviewView) -> ReviewChange | None:
            check_answerer(view.review, person, represents=represents)
            return steps.accept(view.review, metric_ids, person.name, self._now())

        return self._review_step(assignment_id, step)

    def dispute(  # noqa: PLR0913  (each is a part of what is asked)
        self,
        assignment_id: str,
        person: Person,
        metric_id: str,
        comment: str,
        *,
        proposed: str | None = None,
        represents: bool = False,
    ) -> Dispute:
        """Dispute one answer of an audit.

        Raises as ``show`` and ``steps.dispute`` do, ``AccessError`` ``dispute.not_yours``, ``RequestError``
        ``level.unknown``.
        """

        def attempt() -> Dispute:
            view = self.show(assignment_id)
            check_answerer(view.review, person, represents=represents)
            change = steps.dispute(
                view.review,
                view.audit,
                metric_id,
                comment,
                person.name,
                self._now(),
                proposed=proposed,
                facts=Facts(queue=next((queue.id for queue in view.case.conversation.queues), "")),
            )
            if proposed is not None:
                check_answer(self._form(view), metric_id, proposed)
            self._app.disputes.save(change)
            return change.disputes[0]

        return _retried(attempt)

    def decide(
        self, dispute_id: str, person: Person, ruling: Ruling, reason: str, *, answer: str | None = None
    ) -> Dispute:
        """Decide a dispute; accepting it changes the answer, the score and what reports show, in one transaction.

        Raises ``NotFoundError`` ``dispute.unknown``; ``ConflictError`` ``dispute.decided``; ``AccessError`` as
        ``check_reviewer``; ``RequestError`` ``reason.missing``, ``answer.missing``, ``level.unknown``.
        """

        def attempt() -> Dispute:
            found = self.get(dispute_id)
            if not found.is_open:
                raise _decided(found)
            view = self.show(found.assignment_id)
            check_reviewer(view.review, found, person)
            if ruling == "deny":
                change = steps.decide(view.review, found, ruling, reason, person.name, self._now())
                self._app.disputes.save(change)
                return change.disputes[0]
            form = self._form(view)
            after = answer_of(form, found.metric_id, found.before, found.proposed, answer)
            change = steps.decide(view.review, found, ruling, reason, person.name, self._now(), after=after)
            overturned = overturn(view.audit, form, found.metric_id, after, change.entries[0])
            others = self._app.audits.all_of(view.case.conversation.id)
            write(self._app, view.case, overturned, others, self._reports, change._replace(entries=()))
            return change.disputes[0]

        return _retried(attempt)

    def withdraw(self, dispute_id: str, person: Person, *, represents: bool = False) -> Dispute:
        """Withdraw an open dispute. Raises as ``decide`` does, and ``AccessError`` ``dispute.not_yours``."""

        def attempt() -> Dispute:
            found = self.get(dispute_id)
            if not found.is_open:
                raise _decided(found)
            view = self.show(found.assignment_id)
            check_answerer(view.review, person, represents=represents)
            change = steps.withdraw(view.review, found, person.name, self._now())
            self._app.disputes.save(change)
            return change.disputes[0]

        return _retried(attempt)

    def get(self, dispute_id: str) -> Dispute:
        """Return a dispute. Raises ``NotFoundError`` ``dispute.unknown``."""
        found = self._app.disputes.dispute(dispute_id)
        if found is None:
            raise NotFoundError(
                f"unknown dispute {dispute_id!r}", code="dispute.unknown", field="dispute_id", value=dispute_id
            )
        return found

    def is_designated(self, dispute_id: str, person: Person) -> bool:
        """Return whether the policy names a person as the one who decides a dispute."""
        review = self._app.disputes.review(self.get(dispute_id).assignment_id)
        return review is not None and person.name in designated(review)

    def listing(self, query: DisputeQuery) -> list[Numbered]:
        """Return disputes in the order in which they were raised."""
        return self._app.disputes.disputes(query)

    def of_agents(self, agent_ids: frozenset[str], limit: int = 200) -> Iterator[ReviewView]:
        """Yield the released reviews of agents, the newest first."""
        for review in self._app.disputes.of_agents(sorted(agent_ids), self._now(), limit):
            with suppress(NotFoundError, ConflictError):  # erased since it was listed
                yield self.show(review.assignment_id)

    def statistics(self, query: DisputeQuery = EVERY) -> DisputeStatistics:
        """Return the figures of disputes."""
        return statistics_of(self._app.disputes.all(query))

    def policy(self) -> ReviewPolicy:
        """Return the policy of the app, for audits whose plan has none."""
        return self._app.disputes.policy() or DEFAULT_POLICY

    def set_policy(self, policy: ReviewPolicy, by: str) -> ReviewPolicy:
        """Store the policy of the app for audits that are submitted from now on. Raises ``RequestError`` ``policy.invalid``."""
        self._app.disputes.set_policy(check_policy(policy), by, self._now())
        return policy

    def form_of(self, view: ReviewView) -> Form:
        """Return the form that an audit was made with."""
        return self._form(view)

    def _form(self, view: ReviewView) -> Form:
        """Return the form that an audit was made with, which may not be the newest one."""
        result, current = view.audit.result, view.case.evaluation.form
        assert result is not None  # noqa: S101  (it has a review)
        if current is not None and (current.id, current.version) == (result.form_id, result.form_version):
            return current
        stored = self._app.forms.get(result.form_id, result.form_version)
        assert stored is not None  # noqa: S101  (versions of forms are never removed)
        return read_form(stored.document, stored.version)

    def _review_step(self, assignment_id: str, step: Callable[[ReviewView], ReviewChange | None]) -> ReviewView:
        def attempt() -> None:
            change = step(self.show(assignment_id))
            if change is not None:
                self._app.disputes.save(change)

        _retried(attempt)
        return self.show(assignment_id)


def _retried(attempt: Callable[[], T]) -> T:
    for _ in range(MOST_TRIES - 1):
        with suppress(AuditMovedError):
            return attempt()
    return attempt()


def _decided(found: Dispute) -> ConflictError:
    why = "was erased with its conversation" if found.state == "erased" else f"is {found.state}, and stays so"
    return ConflictError(
        f"dispute {found.dispute_id} {why}", code="dispute.decided", field="dispute_id", value=found.dispute_id
    )


def _refused(code: str, why: str, assignment_id: str) -> ConflictError:
    return ConflictError(f"assignment {assignment_id}: {why}", code=code, field="assignment_id", value=assignment_id)
