"""The use cases of reviews and disputes for one viewer: who may, what they see. Each step is one transaction.

A step that meets another one is tried again on what that left, so that of two decisions the second finds the first.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from typing import TypeVar

from msgspec.structs import replace

from auscult.domain.absences import Away
from auscult.domain.audits.assignment import Assignment, Hidden
from auscult.domain.audits.audit import AuditMovedError
from auscult.domain.disputes import steps
from auscult.domain.disputes.dispute import (
    DECIDE,
    DEFAULT_POLICY,
    RAISE,
    Dispute,
    DisputeStatistics,
    Review,
    ReviewedAudit,
    ReviewPolicy,
    check_answerer,
    check_policy,
    check_reviewer,
    check_second_look,
    may_decide,
    statistics_of,
)
from auscult.domain.disputes.steps import ReviewChange, Ruling
from auscult.domain.errors import ConflictError, NotFoundError, coded, unknown
from auscult.domain.form import Form
from auscult.domain.notices import NewNotice
from auscult.domain.operations.attempts import tried
from auscult.domain.people.principal import Principal, missing
from auscult.domain.people.visibility import visible_by
from auscult.services.audits.blind import hidden_from_talk, kept_from, kept_from_agents
from auscult.services.audits.handover import unknown_assignment
from auscult.services.audits.workflow import write
from auscult.services.definitions.forms.reading import read_form
from auscult.services.disputes.opening import new_review
from auscult.services.people.known import people_of
from auscult.services.scoring.render import Reports
from auscult.storage.disputes import DisputeQuery, Listed
from auscult.storage.store import AppStore

EVERY = DisputeQuery()
T = TypeVar("T")
_Answer = Callable[[Review, tuple[str, ...], str, datetime], ReviewChange | None]


class Reviewing:
    """The reviews and disputes of one app, as one viewer sees and changes them. Cheap to make; threads may share one."""

    def __init__(self, app: AppStore, reports: Reports, now: Callable[[], datetime], viewer: Principal) -> None:
        """Work on ``app``, in which what the viewer may not see does not exist; ``now`` returns aware UTC time.

        ``reports`` are rendered when an answer is overturned.
        """
        self._app = app
        self._reports = reports
        self._now = now
        self._viewer = viewer

    def show(self, assignment_id: str) -> ReviewedAudit:
        """Return the review of an assignment's audit; its agent does not see it before the release.

        Raises ``NotFoundError`` ``assignment.unknown``; ``ConflictError`` ``review.not_submitted``, ``review.none``.
        """
        found = self._found(assignment_id)
        if found.review.auditor != self._viewer.name and found.review.conversation_id in self._blind():
            raise unknown_assignment(assignment_id)
        if found.review.is_about(self._viewer) and not found.review.is_released(self._now()):
            raise unknown_assignment(assignment_id)
        return found

    def of_agents(self, agent_ids: frozenset[str], limit: int = 200) -> Iterator[ReviewedAudit]:
        """Yield the released reviews of agents, the newest first."""
        for review in self._app.disputes.of_agents(sorted(agent_ids), self._now(), limit):
            with suppress(NotFoundError, ConflictError):  # erased since it was listed
                yield self.show(review.assignment_id)

    def waiting_for_release(self) -> Iterator[ReviewedAudit]:
        """Yield the audits that wait for a second look, the oldest first."""
        for review in self._app.disputes.reviews(unreleased_at=self._now()):
            if review.policy.release == "second_look":
                with suppress(NotFoundError, ConflictError):  # erased since it was listed
                    yield self.show(review.assignment_id)

    def release(self, assignment_id: str) -> ReviewedAudit:
        """Release an audit to its agent, after a second look or before its time.

        Raises as ``show`` does, and ``AccessError`` ``permission.missing``, ``release.own_audit``.
        """
        if not self._reaches(DECIDE, self._found(assignment_id).review.conversation_id):
            raise missing(DECIDE, self._viewer.kind)

        def step(found: ReviewedAudit) -> ReviewChange | None:
            check_second_look(found.review, self._viewer)
            return steps.release(found.review, self._viewer.name, self._now(), self._app.working_days.get())

        return self._review_step(assignment_id, step)

    def accept(self, assignment_id: str, metric_ids: tuple[str, ...] = ()) -> ReviewedAudit:
        """Accept answers for the agent, all that are pending where none is named.

        Raises as ``show`` and ``steps.accept`` do, and ``AccessError`` ``dispute.not_yours``.
        """
        return self._answer(assignment_id, metric_ids, steps.accept)

    def undo(self, assignment_id: str, metric_ids: tuple[str, ...] = ()) -> ReviewedAudit:
        """Undo acceptances that are not final, all of them where no metric is named.

        Raises as ``show`` and ``steps.undo`` do, and ``AccessError`` ``dispute.not_yours``.
        """
        return self._answer(assignment_id, metric_ids, steps.undo)

    def _answer(self, assignment_id: str, metric_ids: tuple[str, ...], answer: _Answer) -> ReviewedAudit:
        self.show(assignment_id)

        def step(found: ReviewedAudit) -> ReviewChange | None:
            self._check_answerer(found.review)
            return answer(found.review, metric_ids, self._viewer.name, self._now())

        return self._review_step(assignment_id, step)

    def dispute(self, assignment_id: str, metric_id: str, comment: str, proposed: str | None = None) -> Dispute:
        """Dispute one answer of an audit.

        Raises as ``show`` and ``steps.dispute`` do, ``AccessError`` ``dispute.not_yours``, ``RequestError``
        ``level.unknown``.
        """

        def attempt() -> Dispute:
            found = self.show(assignment_id)
            self._check_answerer(found.review)
            by, at = self._viewer.name, self._now()
            queue = next((queue.id for queue in found.case.conversation.queues), "")
            change = steps.dispute(
                found.review,
                found.audit,
                metric_id,
                comment,
                by,
                at,
                proposed=proposed,
                queue=queue,
                days=self._app.working_days.get(),
            )
            if proposed is not None:
                steps.check_answer(self.form_of(found), metric_id, proposed)
            waiting = self._waiting(change.review, change.disputes[0])
            self._app.disputes.save(change._replace(notices=waiting))
            return change.disputes[0]

        return self._seen(tried(attempt, AuditMovedError))

    def may_decide(self, found: Dispute) -> bool:
        """Return whether the viewer may decide a dispute."""
        review = self._app.disputes.review(found.assignment_id)
        return review is not None and self.decides(review, found)

    def check_decider(self, found: Dispute) -> None:
        """Refuse who lacks the permission for a dispute, and is not named by the policy: ``permission.missing``."""
        if not self._decides(self._app.disputes.review(found.assignment_id), found):
            raise missing(DECIDE, self._viewer.kind)

    def decide(self, dispute_id: str, ruling: Ruling, reason: str, answer: str | None = None) -> Dispute:
        """Decide a dispute; accepting it changes the answer, the score and what reports show, in one transaction.

        Raises ``NotFoundError`` ``dispute.unknown``; ``ConflictError`` ``dispute.decided``; ``AccessError``
        ``permission.missing`` and as ``check_reviewer``; ``RequestError`` ``reason.missing``, ``answer.missing``,
        ``level.unknown``.
        """
        self.check_decider(self._stored(dispute_id))

        def attempt() -> Dispute:
            found, audited = self._open(dispute_id)
            check_reviewer(audited.review, found, self._viewer, self.away())
            by, at = self._viewer.name, self._now()
            if ruling == "deny":
                days = self._app.working_days.get()
                change = steps.decide(audited.review, found, ruling, reason, by, at, days=days)
                self._app.disputes.save(change)
                return change.disputes[0]
            form = self.form_of(audited)
            after = steps.answer_of(form, found.metric_id, found.answer, found.proposed, answer)
            change = steps.decide(audited.review, found, ruling, reason, by, at, after=after)
            overturned = steps.overturn(audited.audit, form, found.metric_id, after, change.entries[0])
            others = self._app.audits.all_of(audited.case.conversation.id)
            write(self._app, audited.case, overturned, others, self._reports, change._replace(entries=()))
            return change.disputes[0]

        return self._seen(tried(attempt, AuditMovedError))

    def withdraw(self, dispute_id: str) -> Dispute:
        """Withdraw an open dispute. Raises as ``decide`` does, and ``AccessError`` ``dispute.not_yours``."""

        def attempt() -> Dispute:
            found, audited = self._open(dispute_id)
            self._check_answerer(audited.review)
            change = steps.withdraw(audited.review, found, self._viewer.name, self._now())
            self._app.disputes.save(change)
            return change.disputes[0]

        return self._seen(tried(attempt, AuditMovedError))

    def get(self, dispute_id: str) -> Dispute:
        """Return a dispute as the viewer sees it. Raises ``NotFoundError`` ``dispute.unknown``."""
        return self._seen(self._stored(dispute_id))

    def listing(self, query: DisputeQuery) -> list[Listed]:
        """Return disputes as the viewer sees them, in the order of the query."""
        found = (Listed(each.key, self._seen(each.dispute)) for each in self._app.disputes.disputes(self.shown(query)))
        return [each for each in found if query.auditor in {None, each.dispute.auditor}]

    def every(self, query: DisputeQuery) -> Iterator[Dispute]:
        """Yield every dispute of a query as the viewer sees it."""
        return map(self._seen, self._app.disputes.all(self.shown(query)))

    def shown(self, query: DisputeQuery) -> DisputeQuery:
        """Return a query without the disputes about conversations that the viewer rates blind."""
        return query._replace(left_out=self._blind())

    def statistics(self, query: DisputeQuery = EVERY) -> DisputeStatistics:
        """Return the figures of disputes, those of merged queues under the id that stays."""
        aliases = self._app.aliases.in_force()
        found = self._app.disputes.all(query)
        return statistics_of(replace(each, queue=aliases.head("queue", each.queue)) for each in found)

    def policy(self) -> ReviewPolicy:
        """Return the policy of the app, for audits whose plan has none."""
        return self._app.disputes.policy() or DEFAULT_POLICY

    def set_policy(self, policy: ReviewPolicy) -> ReviewPolicy:
        """Store the policy of the app for audits that are submitted from now on. Raises ``RequestError`` ``policy.invalid``."""
        self._app.disputes.set_policy(check_policy(policy), self._viewer.name, self._now())
        return policy

    def form_of(self, audited: ReviewedAudit) -> Form:
        """Return the form that an audit was made with, which may not be the newest one."""
        result, current = audited.audit.result, audited.case.evaluation.form
        assert result is not None  # noqa: S101  (it has a review)
        if current is not None and (current.id, current.version) == (result.form_id, result.form_version):
            return current
        stored = self._app.forms.get(result.form_id, result.form_version)
        assert stored is not None  # noqa: S101  (versions of forms are never removed)
        return read_form(stored.document, stored.version)

    def decides(self, review: Review, found: Dispute) -> bool:
        """Return whether the viewer may decide a dispute of a review."""
        away = self.away() if review.designated else ()
        return may_decide(review, found, self._viewer, away) and self._decides(review, found)

    def away(self) -> Away:
        """Return the people who are away today (UTC)."""
        return self._app.absences.away(self._now().date())

    def _waiting(self, review: Review, made: Dispute) -> tuple[NewNotice, ...]:
        """Return a notice of a new dispute to each person who may decide it."""
        everyone = people_of(self._app, self._now())
        deciders = [
            each.principal.name
            for each in everyone
            if Reviewing(self._app, self._reports, self._now, each.principal).decides(review, made)
        ]
        its = made.conversation_id
        notice = NewNotice("", "to_decide", made.dispute_id, made.raised_at, made.raised_by, its)
        return tuple(notice._replace(to=each) for each in deciders)

    def _found(self, assignment_id: str) -> ReviewedAudit:
        """Return the review of an assignment's audit, whether it is released or not."""
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
        return ReviewedAudit(
            review=review,
            status=review.status(self._now()),
            assignment=replace(assignment, hidden=self._hidden(assignment)),
            audit=audit,
            case=case,
            disputes=tuple(map(self._seen, self._app.disputes.all(DisputeQuery(assignment_id=assignment_id)))),
        )

    def _stored(self, dispute_id: str) -> Dispute:
        found = self._app.disputes.dispute(dispute_id)
        if found is None or found.conversation_id in self._blind():
            raise unknown("dispute", dispute_id)
        return found

    def _blind(self) -> tuple[str, ...]:
        """Return the conversations that the viewer rates blind; an agent's own results are not among them."""
        return () if self._viewer.agent_ids else hidden_from_talk(self._app, self._viewer.name)

    def _hidden(self, assignment: Assignment) -> tuple[Hidden, ...]:
        """Return what an assignment hides, and the app from the agent of its conversation."""
        return (*assignment.hidden, *kept_from(kept_from_agents(self._app, self._viewer.visibility()), "audited"))

    def _open(self, dispute_id: str) -> tuple[Dispute, ReviewedAudit]:
        """Return a dispute that waits for its end, with its audit. Raises ``ConflictError`` ``dispute.decided``."""
        found = self._stored(dispute_id)
        if not found.is_open:
            raise _decided(found)
        return found, self._found(found.assignment_id)

    def _seen(self, found: Dispute) -> Dispute:
        """Return a dispute without what is hidden from the viewer in its audit."""
        if found.agent_id is None or found.agent_id not in self._viewer.agent_ids:
            return found
        assigned = self._app.queue.get(found.assignment_id)
        return found.hidden_from(self._viewer, self._hidden(assigned.assignment)) if assigned else found

    def _decides(self, review: Review | None, found: Dispute) -> bool:
        """Return whether the policy names the viewer, or their permission to decide reaches the conversation."""
        is_named = review is not None and self._viewer.name in review.designated
        return is_named or self._reaches(DECIDE, found.conversation_id)

    def _reaches(self, permission: str, conversation_id: str | None, *, but: str = "") -> bool:
        """Return whether a permission of the viewer reaches a conversation; rights with the scope ``but`` do not count."""
        viewer = self._viewer
        pairs = (pair for pair in viewer.pairs if pair.scope.kind != but)
        reach = visible_by(pairs, permission, viewer.agent_ids, viewer.name if viewer.is_person else "")
        return reach.is_everything or (conversation_id is not None and self._app.people.sees(reach, conversation_id))

    def _check_answerer(self, review: Review) -> None:
        """Refuse who may not answer for the agent of an audit."""
        represents = self._reaches(RAISE, review.conversation_id, but="own")
        check_answerer(review, self._viewer, represents=represents)

    def _review_step(self, assignment_id: str, step: Callable[[ReviewedAudit], ReviewChange | None]) -> ReviewedAudit:
        def attempt() -> None:
            change = step(self._found(assignment_id))
            if change is not None:
                self._app.disputes.save(change)

        tried(attempt, AuditMovedError)
        return self._found(assignment_id)


def _decided(found: Dispute) -> ConflictError:
    stays, erased = (
        coded("is {state}, and stays so", state=coded(found.state)),
        coded("was erased with its conversation"),
    )
    why = erased if found.state == "erased" else stays
    return ConflictError(
        "dispute {value} {why}", why=why, code="dispute.decided", field="dispute_id", value=found.dispute_id
    )


def _refused(code: str, why: str, assignment_id: str) -> ConflictError:
    return ConflictError("assignment {value}: {why}", why=why, code=code, field="assignment_id", value=assignment_id)
