"""The use cases of a rater: the next item, drafts, submission, and conversations that cannot be judged."""

import logging
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TypeVar

from msgspec.structs import replace

from auscult.domain.audits.assignment import (
    Assigned,
    Assignment,
    ByHand,
    DeclineCode,
    begin,
    by_hand,
    check_rater,
    decline,
)
from auscult.domain.audits.audit import (
    Audit,
    AuditAnswer,
    AuditChange,
    AuditMovedError,
    AuditResult,
    Sheet,
    declined,
    draft,
    reaudit,
    submit,
)
from auscult.domain.audits.draw import DrawnItem, replacement
from auscult.domain.audits.judged import agents_in_order
from auscult.domain.audits.plan import Judged, Plan
from auscult.domain.audits.sheet import Moment, check_turns
from auscult.domain.errors import AccessError, AuscultError, ConflictError, NotFoundError, unknown
from auscult.domain.operations.attempts import tried
from auscult.domain.operations.guarding import guarded
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.services.audits.frames import agents_of, candidates
from auscult.services.audits.handover import Handover, Item
from auscult.services.audits.plans import query_of_draw
from auscult.services.audits.workflow import check_revision, sheet_of, write
from auscult.services.scoring.render import Reports
from auscult.storage.audits.queue import Listed, QueueQuery
from auscult.storage.audits.writing import AssignmentChange
from auscult.storage.store import AppStore

T = TypeVar("T")
_LOG = logging.getLogger(__name__)
UNDO = timedelta(seconds=10)
"""Time in which a submission of the console can be undone."""
_MARGIN = timedelta(seconds=2)
"""Nothing is submitted so soon after that time, so that clocks of two machines do not decide differently."""
_GONE = frozenset({"audit.no_form", "segment.unknown"})
"""Reasons why an item cannot be audited any more."""


class Desk:
    """The work of raters in one app. Cheap to make; threads may share one.

    Methods raise ``NotFoundError`` ``assignment.unknown``, ``conversation.unknown``, ``segment.unknown``;
    ``AccessError`` ``assignment.not_yours``; ``ConflictError`` ``assignment.finished``, ``audit.no_form``,
    ``audit.finished``.
    """

    def __init__(self, app: AppStore, reports: Reports, now: Callable[[], datetime]) -> None:
        """Work on ``app``; ``reports`` are rendered when an audit changes; ``now`` returns aware UTC time."""
        self._app = app
        self._reports = reports
        self._now = now
        self._handover = Handover(app, reports, now)

    def next_item(
        self, rater: str, plan_id: str | None = None, *, agent_ids: frozenset[str] = frozenset()
    ) -> Item | None:
        """Begin the next item of a rater, of one plan or of any; None where there is none.

        Each call begins another item, none in which one of ``agent_ids`` is judged. What cannot be audited any more, as
        no form is for it or its segment is gone, is passed over. Raises ``NotFoundError`` ``plan.unknown``.
        """
        plan_ids = frozenset(plan.plan_id for plan in self._plans(plan_id) if self._hands_out(plan, rater))
        while True:
            claimed = self._app.queue.claim(rater, self._now(), plan_ids, with_unplanned=plan_id is None, but=agent_ids)
            if claimed is None:
                return None
            if item := self._given(claimed, rater):
                return item

    def go_on(self, rater: str, *, agent_ids: frozenset[str] = frozenset()) -> Item | None:
        """Return an item that a rater has begun; where they have none, begin the next as ``next_item`` does."""
        for one in self._app.queue.waiting(rater):
            if one.assignment.state == "begun" and (item := self._given(one.assignment.assignment_id, rater)):
                return item
        return self.next_item(rater, agent_ids=agent_ids)

    def _given(self, assignment_id: str, rater: str) -> Item | None:
        """Hand out an item; None where it cannot be audited any more, and then it is declined."""
        with suppress(NotFoundError):
            try:
                return self._handover.give(assignment_id, rater, rater)
            except ConflictError as error:
                if error.reason not in _GONE:
                    raise
                self.decline(assignment_id, rater, error.message, "not_for_form")
        return None

    def open_item(self, assignment_id: str, rater: str) -> Item:
        """Begin an assignment, or go on with it."""
        found = self._handover.get(assignment_id)
        begun = begin(found.assignment, rater, self._now())
        if begun != found.assignment and not self._app.queue.change(found.assignment, begun):
            raise AuditMovedError("assignment {id} was changed meanwhile; read it again", id=assignment_id)
        return self._handover.give(assignment_id, rater, rater)

    def assign(self, given: ByHand, by: str) -> Item:
        """Assign a conversation, or a segment of one, to a rater without a plan; one that they have stays as it is."""
        case = self._app.audits.case(given.conversation_id, given.segment)
        if case is None:
            kind = f"segment {given.segment} of conversation" if given.segment else "conversation"
            raise NotFoundError(
                "there is no {kind} {value} in this app, or it is not evaluated yet",
                kind=kind,
                code="segment.unknown" if given.segment else "conversation.unknown",
                field="segment" if given.segment else "conversation_id",
                value=given.conversation_id,
            )
        made = by_hand(given, self._now())
        self._app.queue.add(made)
        return self._handover.give(made.assignment_id, given.rater, by)

    def review_oneself(self, conversation_id: str, rater: str, agent_ids: Collection[str], segment: int = 0) -> Item:
        """Begin an agent's review of their own conversation, blind to the machine and to auditors until it is submitted.

        Reports and figures never show it. Raises as ``assign`` does, and ``AccessError`` ``review.not_own``.
        """
        case = self._app.audits.case(conversation_id, segment)
        own = set(agent_ids) & set(agents_in_order(case.conversation)) if case else set[str]()
        if case is not None and not own:
            raise AccessError(
                "conversation {value} is not yours; only its agents review it themselves",
                code="review.not_own",
                field="conversation_id",
                value=conversation_id,
            )
        given = ByHand(conversation_id, rater, segment, "self", next(iter(sorted(own)), ""), ("machine", "others"))
        return self.open_item(self.assign(given, rater).assignment.assignment_id, rater)

    def show(self, assignment_id: str) -> Assigned:
        """Return an assignment with its audit. Raises ``NotFoundError`` ``assignment.unknown``."""
        return self._handover.get(assignment_id)

    def case(self, assignment: Assignment) -> EvaluatedConversation:
        """Return the conversation of an assignment. Raises ``ConflictError`` ``assignment.finished`` once it is erased."""
        return self._handover.case(assignment)

    def listing(self, query: QueueQuery) -> list[Listed]:
        """Return assignments in an order, each with its position."""
        return self._app.queue.page(query)

    def draft(  # noqa: PLR0913  (each is a part of the sheet)
        self,
        assignment_id: str,
        rater: str,
        answers: Sequence[AuditAnswer] = (),
        *,
        comment: str = "",
        as_machine: bool = False,
        moments: Sequence[Moment] = (),
        revision: int | None = None,
    ) -> Item:
        """Store answers and comments on turns for later. ``revision`` is as ``check_revision`` has it.

        Raises as ``open_item`` and ``Auditing.draft`` do, and ``RequestError`` ``turn.unknown``.
        """

        def step(case: EvaluatedConversation) -> AuditChange | None:
            sheet = replace(sheet_of(case, answers, comment, as_machine=as_machine), moments=_moments(case, moments))
            return check_revision(case, draft(case.audit, case.evaluation, sheet, self._now()), revision)

        return self._step(assignment_id, rater, step)

    def submit(  # noqa: PLR0913  (each is a part of the sheet)
        self,
        assignment_id: str,
        rater: str,
        answers: Sequence[AuditAnswer] = (),
        *,
        comment: str = "",
        moments: Sequence[Moment] = (),
        revision: int | None = None,
    ) -> Item:
        """End an audit with its draft and these answers; the same once more changes nothing.

        Raises as ``open_item`` and ``Auditing.submit`` do.
        """

        def step(case: EvaluatedConversation) -> AuditChange | None:
            sheet = Sheet(answers=tuple(answers), comment=comment, moments=_moments(case, moments))
            return check_revision(case, submit(case.audit, case.evaluation, sheet, rater, self._now()), revision)

        return self._step(assignment_id, rater, step)

    def hold(self, assignment_id: str, rater: str, revision: int | None = None) -> Audit:
        """Submit the draft of an audit in ``UNDO`` from now, unless it is undone; return the audit as it will be.

        Until then nothing is different for others: it is submitted by ``submit_held``. Raises as ``submit`` does.
        """
        found = self._handover.get(assignment_id)
        check_rater(found.assignment, rater)
        at = self._now()
        change = self._submitted(found, rater, revision, at)
        if (
            found.audit is None
            or change is None
            or not self._app.queue.hold(assignment_id, found.audit.changes, at + UNDO)
        ):
            raise AuditMovedError("assignment {id} was changed meanwhile; read it again", id=assignment_id)
        return change.audit

    def undo(self, assignment_id: str, rater: str) -> bool:
        """Undo a submission that is held; False where there is none of this rater any more."""
        found = self._handover.get(assignment_id)
        return found.assignment.rater == rater and self._app.queue.end_hold(assignment_id, self._now())

    def result_of(self, found: Assigned) -> AuditResult | None:
        """Return the result of a submitted audit, or the one that a held audit will have; else None."""
        if found.audit is None or found.held_until is None:
            return found.audit.result if found.audit else None
        change = self._submitted(found, found.audit.auditor, None, self._now())
        return change.audit.result if change else None

    def submit_held(self, rater: str | None = None) -> int:
        """Submit what was held and not undone, of a rater or of all; return how many.

        What cannot be submitted any more, as its form asks something else by now, is as if it had not been submitted.
        """
        count = 0
        for assignment_id, auditor in self._app.queue.held(self._now() - _MARGIN, rater):
            with guarded(_LOG, f"held audit {assignment_id}"):
                try:
                    self.submit(assignment_id, auditor)
                except AuscultError as error:
                    _LOG.warning("a held submission of assignment %s ended: %s", assignment_id, error.message)
                    self._app.queue.end_hold(assignment_id)
                else:
                    count += 1
        return count

    def _submitted(self, found: Assigned, rater: str, revision: int | None, at: datetime) -> AuditChange | None:
        case = replace(self._handover.case(found.assignment), audit=found.audit)
        return check_revision(case, submit(found.audit, case.evaluation, Sheet(), rater, at), revision)

    def reaudit(  # noqa: PLR0913  (each is a part of the sheet)
        self,
        assignment_id: str,
        rater: str,
        answers: Sequence[AuditAnswer] = (),
        *,
        comment: str = "",
        moments: Sequence[Moment] = (),
        revision: int | None = None,
    ) -> Item:
        """Change answers of a submitted audit, where its form allows it. Only its auditor may.

        Raises ``NotFoundError`` ``assignment.unknown``; ``AccessError`` ``assignment.not_yours``; ``ConflictError``
        ``audit.not_submitted``, ``audit.final``; ``RequestError`` as ``submit`` does.
        """

        def step(case: EvaluatedConversation) -> AuditChange | None:
            sheet = Sheet(answers=tuple(answers), comment=comment, moments=_moments(case, moments))
            return check_revision(case, reaudit(case.audit, case.evaluation, sheet, rater, self._now()), revision)

        return self._step(assignment_id, rater, step)

    def decline(self, assignment_id: str, rater: str, reason: str = "", code: DeclineCode | None = None) -> Assignment:
        """End an assignment whose conversation cannot be judged; the next of its stratum is drawn instead.

        Raises as ``open_item`` does, and ``RequestError`` ``reason.missing``.
        """
        return tried(lambda: self._try_declining(assignment_id, rater, reason, code), AuditMovedError)

    def _try_declining(self, assignment_id: str, rater: str, reason: str, code: DeclineCode | None) -> Assignment:
        found = self._handover.get(assignment_id)
        before, audit = found.assignment, found.audit
        after = decline(before, rater, reason, self._now(), code)
        ended = AssignmentChange(before, after, drawn_instead(self._app, after, self._now()))
        case = self._app.audits.case(before.conversation_id or "")
        if audit is not None and case is not None:
            change = declined(audit, before.segment, rater, self._now())
            write(self._app, case, change, self._app.audits.all_of(case.conversation.id), self._reports, ended=ended)
        elif not self._app.queue.change(*ended):
            raise AuditMovedError("assignment {id} was changed meanwhile; read it again", id=assignment_id)
        return after

    def _plans(self, plan_id: str | None) -> list[Plan]:
        if plan_id is None:
            return self._app.plans.listing(limit=10_000)
        found = self._app.plans.get(plan_id)
        if found is None:
            raise unknown("plan", plan_id)
        return [found]

    def _hands_out(self, plan: Plan, rater: str) -> bool:
        """Return whether a plan gives a rater anything now: it is not paused, they are there, and their day's limit is not reached."""
        today = self._now().date()
        if plan.document.paused or not plan.hands_out_to(rater, today):
            return False
        if rater in self._app.absences.away(today):
            return False
        own = next((each for each in plan.document.auditors if each.user == rater), None)
        if own is None or own.per_day is None:
            return True
        midnight = self._now().replace(hour=0, minute=0, second=0, microsecond=0)
        return self._app.queue.begun_since(rater, midnight, plan.plan_id) < own.per_day

    def _step(
        self, assignment_id: str, rater: str, step: Callable[[EvaluatedConversation], AuditChange | None]
    ) -> Item:
        return tried(lambda: self._try_step(assignment_id, rater, step), AuditMovedError)

    def _try_step(
        self, assignment_id: str, rater: str, step: Callable[[EvaluatedConversation], AuditChange | None]
    ) -> Item:
        found = self._handover.get(assignment_id)
        if found.assignment.state != "submitted" or found.assignment.rater != rater:
            check_rater(found.assignment, rater)
        if found.audit is None or found.assignment.state in {"open", "assigned"}:
            item = self.open_item(assignment_id, rater)
            found = Assigned(assignment=item.assignment, audit=item.audit)
        case = self._handover.case(found.assignment)
        change = step(replace(case, audit=found.audit))
        if change is not None:
            write(self._app, case, change, self._app.audits.all_of(case.conversation.id), self._reports)
        audit = change.audit if change is not None else found.audit
        assert audit is not None  # noqa: S101  (it was begun above)
        return Item(assignment=self._handover.get(assignment_id).assignment, audit=audit, case=case)


def _moments(case: EvaluatedConversation, moments: Sequence[Moment]) -> tuple[Moment, ...]:
    check_turns(moments, {turn.id for turn in case.conversation.turns})
    return tuple(moments)


def drawn_instead(app: AppStore, declined: Assignment, now: datetime) -> tuple[DrawnItem, datetime | None] | None:
    """Return the item that is drawn instead of a declined one, for the same rater, with its due date.

    None where it is no audit of a draw, or all of its stratum are drawn.
    """
    if declined.plan_id is None or declined.draw_id is None or declined.role != "audit":
        return None
    plan = app.plans.get(declined.plan_id, declined.plan_version)
    draws = app.plans.draws(declined.plan_id)
    drawn = next((each for each in draws if each.draw_id == declined.draw_id), None)
    if plan is None or drawn is None:
        return None
    items = [one.assignment for one in app.queue.of_draw(drawn.draw_id)]
    taken = {(one.conversation_id or "", one.segment, one.agent_id or "") for one in items}
    frame = candidates(app, plan.document, query_of_draw(plan.document, drawn, draws))
    found = replacement(plan.document, plan.seed, frame, declined.stratum, taken)
    if found is None:
        return None
    agent_id = found.agent_id or _agent(app, plan.document.judged, found)
    return replace(found, agent_id=agent_id, rater=declined.rater), plan.due_at(now, app.working_days.get())


def _agent(app: AppStore, rule: Judged, item: DrawnItem) -> str:
    if item.segment:
        return ""
    case = next(iter(app.frames.of([item.conversation_id])), None)
    return "" if case is None else next(iter(agents_of(case, rule)), "")
