"""Steps of an audit: assign, draft, submit; each written together with the rows that show it.

Every step may be done twice: a step without a change does nothing.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.audits.assignment import WHOLE, Assigned, Role, Shown, effective_of
from auscult.domain.audits.audit import (
    Audit,
    AuditAnswer,
    AuditChange,
    AuditMovedError,
    Sheet,
    TrailEntry,
    assign,
    assignment_id_of,
    draft,
    machine_answers,
    submit,
)
from auscult.domain.disputes.steps import ReviewChange
from auscult.domain.errors import ConflictError, not_evaluated
from auscult.domain.operations.attempts import tried
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.services.disputes.opening import review_step
from auscult.services.scoring.render import Reports, renderer
from auscult.storage.audits.writing import AssignmentChange
from auscult.storage.store import AppStore

SYSTEM = "system"
"""Who did it, where nobody says so."""

MOVED = "audit.moved"
"""Reason to refuse answers that were given on an older revision."""


class AuditView(Struct, frozen=True, kw_only=True):
    """All there is to see of one conversation's audit: the case with its evaluation and audit, and the trail."""

    case: EvaluatedConversation
    trail: tuple[TrailEntry, ...]


class Auditing:
    """The audits of one app. Cheap to make; threads may share one."""

    def __init__(
        self, app: AppStore, reports: Reports, now: Callable[[], datetime], *, rater: str | None = None
    ) -> None:
        """Work on ``app``; ``reports`` are rendered again when an audit changes; ``now`` gives aware UTC time.

        Drafts and submissions are those of ``rater``, who may have an assignment of a plan; without one, and for
        others, they are about the assignment without a plan.
        """
        self._app = app
        self._reports = reports
        self._now = now
        self._rater = rater

    def assign(self, conversation_id: str, auditor: str, *, by: str = SYSTEM) -> Audit:
        """Assign a conversation to an auditor (their name, as reports will show it), or to another one.

        Raises ``NotFoundError`` ``conversation.unknown`` (also while it waits to be evaluated for the first time);
        ``ConflictError`` ``audit.no_form``, ``audit.finished``; ``RequestError`` ``auditor.invalid``.
        """
        return self._step(
            conversation_id,
            lambda case: assign(case.audit, case.evaluation, auditor, by, self._now()),
            is_assigning=True,
        )

    def draft(
        self,
        conversation_id: str,
        answers: Sequence[AuditAnswer] = (),
        *,
        comment: str = "",
        as_machine: bool = False,
        revision: int | None = None,
    ) -> Audit:
        """Keep answers for later; the later one of a metric counts, and "-" takes one back. Changes no report.

        ``as_machine`` takes the machine's answers for metrics that have none yet. ``revision`` is as ``check_revision``
        has it.
        Raises as ``assign`` does, and ``ConflictError`` ``audit.not_assigned``, ``audit.moved``; ``RequestError``
        ``metric.unknown``, ``comment.too_long``.
        """

        def step(case: EvaluatedConversation) -> AuditChange | None:
            sheet = sheet_of(case, answers, comment, as_machine=as_machine)
            return check_revision(case, draft(case.audit, case.evaluation, sheet, self._now()), revision)

        return self._step(conversation_id, step)

    def submit(  # noqa: PLR0913  (each is a part of the step)
        self,
        conversation_id: str,
        answers: Sequence[AuditAnswer] = (),
        *,
        comment: str = "",
        as_machine: bool = False,
        by: str | None = None,
        revision: int | None = None,
    ) -> Audit:
        """End an audit with its draft and these answers; ``by`` is by default the auditor.

        Raises as ``draft`` does, and ``RequestError`` ``audit.incomplete`` whose ``value`` lists the unanswered
        metrics.
        """

        def step(case: EvaluatedConversation) -> AuditChange | None:
            sheet = sheet_of(case, answers, comment, as_machine=as_machine)
            submitter = by or (case.audit.auditor if case.audit else SYSTEM)
            return check_revision(case, submit(case.audit, case.evaluation, sheet, submitter, self._now()), revision)

        return self._step(conversation_id, step)

    def show(self, conversation_id: str) -> AuditView:
        """One conversation's audit and its trail. Raises ``NotFoundError`` ``conversation.unknown``."""
        case = self._case(conversation_id)
        return AuditView(case=case, trail=tuple(self._app.audits.trail(conversation_id)))

    def _step(
        self,
        conversation_id: str,
        step: Callable[[EvaluatedConversation], AuditChange | None],
        *,
        is_assigning: bool = False,
    ) -> Audit:
        """Do a step; start again where another writer was quicker."""
        return tried(lambda: self._try_step(conversation_id, step, is_assigning=is_assigning), AuditMovedError)

    def _try_step(
        self,
        conversation_id: str,
        step: Callable[[EvaluatedConversation], AuditChange | None],
        *,
        is_assigning: bool,
    ) -> Audit:
        case = self._case(conversation_id)
        others = self._app.audits.all_of(conversation_id)
        audit = self._audit_of(conversation_id, others, is_assigning=is_assigning)
        change = step(replace(case, audit=audit))
        if change is None:
            assert audit is not None  # noqa: S101  (a step that changes nothing found an audit)
            return audit
        write(self._app, case, change, others, self._reports)
        return change.audit

    def _audit_of(self, conversation_id: str, others: Sequence[Assigned], *, is_assigning: bool) -> Audit | None:
        """Return the audit that a step is about.

        It is the rater's own of a plan while that is not submitted, else the one without a plan, else the rater's own.
        """
        by_hand = assignment_id_of(conversation_id)
        found = next((one.audit for one in others if one.assignment.assignment_id == by_hand), None)
        if is_assigning or self._rater is None:
            return found
        own = [
            one
            for one in others
            if one.audit is not None and one.audit.auditor == self._rater and one.assignment.plan_id is not None
        ]
        open_ = next((one.audit for one in own if one.assignment.is_unfinished), None)
        return open_ or found or next((one.audit for one in own), None)

    def _case(self, conversation_id: str) -> EvaluatedConversation:
        case = self._app.audits.case(conversation_id)
        if case is None:
            raise not_evaluated(conversation_id)
        return case


def write(  # noqa: PLR0913, PLR0917  (each is a part of the step)
    app: AppStore,
    case: EvaluatedConversation,
    change: AuditChange,
    others: Sequence[Assigned],
    reports: Reports,
    review: ReviewChange | None = None,
    ended: AssignmentChange | None = None,
) -> None:
    """Write a step with the rows that show it; ``others`` are all assignments of the conversation before it.

    ``review`` is the step of the agent's review that goes with it, unless it follows from the step itself; ``ended`` the
    end of an assignment that is declined.
    """
    rendered = None
    if change.entry is not None and case.is_current:
        whole = app.audits.case(case.conversation.id) if case.segment else case
        if whole is None or not whole.is_current:
            raise AuditMovedError("conversation {id} was changed meanwhile; read it again", id=case.conversation.id)
        shown = shown_after(change.audit, others, whole.evaluation.segment)
        rendered = renderer(app, reports)(replace(whole, audit=shown))
    app.audits.save(change, rendered, review or review_step(app, case, change, others), ended)


def shown_after(changed: Audit, others: Sequence[Assigned], shown_segment: int = WHOLE) -> Audit | None:
    """Return the audit that reports show once one of a conversation's audits is changed."""
    roles: dict[str, tuple[Role, int]] = {
        one.assignment.assignment_id: (one.assignment.role, one.assignment.segment) for one in others
    }
    audits = {one.assignment.assignment_id: one.audit for one in others if one.audit is not None}
    audits[changed.assignment_id] = changed
    ordered = [key for key in roles if key in audits] + [key for key in audits if key not in roles]
    made = (
        Shown(key, *roles.get(key, ("audit", WHOLE)), _submitted_at(audits[key]), audits[key].is_declined)
        for key in ordered
    )
    shown = effective_of(made, shown_segment)
    return audits[shown] if shown else None


def _submitted_at(audit: Audit) -> datetime | None:
    return audit.result.audited_at if audit.result else None


def revision_of(audit: Audit | None) -> int:
    """Return the revision of an audit's answers: 1 before there are any, and another one after each change."""
    return 1 if audit is None else audit.changes


def check_revision(case: EvaluatedConversation, change: AuditChange | None, revision: int | None) -> AuditChange | None:
    """Return a change of the case's audit. ``revision`` is the one that its answers were given on, None for any.

    Raises ``ConflictError`` ``audit.moved`` where answers were stored since; a step without a change does nothing then.
    """
    if change is not None and revision not in {None, revision_of(case.audit)}:
        at = case.audit.drafted_at if case.audit else None
        raise ConflictError(
            "the answers were changed{given}, after revision {value}; read revision {revision_of} first",
            given=f" at {at:%Y-%m-%dT%H:%M:%SZ}" if at else "",
            revision_of=revision_of(case.audit),
            code=MOVED,
            field="revision",
            value=revision,
        )
    return change


def sheet_of(case: EvaluatedConversation, answers: Sequence[AuditAnswer], comment: str, *, as_machine: bool) -> Sheet:
    """Return the answers of a step, on top of the machine's where those are taken."""
    if not as_machine:
        return Sheet(answers=tuple(answers), comment=comment)
    mine = {each.metric_id for each in (*answers, *(case.audit.draft.answers if case.audit else ()))}
    taken = [each for each in machine_answers(case.evaluation) if each.metric_id not in mine]
    return Sheet(answers=(*taken, *answers), comment=comment)
