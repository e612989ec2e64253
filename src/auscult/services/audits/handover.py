"""Handing an assignment to its rater: the audit is made, or restarted for another rater, and reports show it."""

from collections.abc import Callable
from datetime import datetime

from msgspec import Struct

from auscult.domain.audits.assignment import Assigned, Assignment, finished
from auscult.domain.audits.audit import Audit, AuditMovedError, assign
from auscult.domain.errors import ConflictError, NotFoundError, unknown
from auscult.domain.operations.attempts import tried
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.services.audits.workflow import write
from auscult.services.scoring.render import Reports
from auscult.storage.store import AppStore


class Item(Struct, frozen=True, kw_only=True):
    """An assignment with its audit and the conversation as its rater has it in front of them."""

    assignment: Assignment
    audit: Audit
    case: EvaluatedConversation


class Handover:
    """Hands out the assignments of one app. Cheap to make; threads may share one."""

    def __init__(self, app: AppStore, reports: Reports, now: Callable[[], datetime]) -> None:
        """Work on ``app``; ``reports`` are rendered when an audit changes; ``now`` returns aware UTC time."""
        self._app = app
        self._reports = reports
        self._now = now

    def give(self, assignment_id: str, rater: str, by: str, *, is_drawn: bool = False) -> Item:
        """Assign an item to a rater; one that is theirs already stays as it is. ``is_drawn`` is as ``AuditChange`` has it.

        Raises ``NotFoundError`` ``assignment.unknown``; ``ConflictError`` ``assignment.finished``, ``audit.no_form``.
        """
        return tried(lambda: self._try(assignment_id, rater, by, is_drawn=is_drawn), AuditMovedError)

    def get(self, assignment_id: str) -> Assigned:
        """Return an assignment with its audit. Raises ``NotFoundError`` ``assignment.unknown``."""
        found = self._app.queue.get(assignment_id)
        if found is None:
            raise unknown_assignment(assignment_id)
        return found

    def case(self, assignment: Assignment) -> EvaluatedConversation:
        """Return the conversation of an assignment. Raises ``ConflictError`` ``assignment.finished`` once it is erased, ``segment.unknown``."""
        if assignment.conversation_id is None:
            raise finished(assignment)
        case = self._app.audits.case(assignment.conversation_id, assignment.segment)
        if case is None and assignment.segment:
            raise ConflictError(
                "conversation {id} has no segment {n} any more; decline the assignment",
                id=assignment.conversation_id,
                n=assignment.segment,
                code="segment.unknown",
                field="assignment_id",
                value=assignment.assignment_id,
            )
        if case is None:
            raise finished(assignment)
        return case

    def _try(self, assignment_id: str, rater: str, by: str, *, is_drawn: bool) -> Item:
        found = self.get(assignment_id)
        case = self.case(found.assignment)
        if found.audit is not None and found.audit.auditor == rater and not found.audit.is_declined:
            return Item(assignment=found.assignment, audit=found.audit, case=case)
        change = assign(found.audit, case.evaluation, rater, by, self._now(), assignment_id=assignment_id)
        assert change is not None  # noqa: S101  (the rater is another one, or there was no audit)
        write(
            self._app,
            case,
            change._replace(is_drawn=is_drawn),
            self._app.audits.all_of(case.conversation.id),
            self._reports,
        )
        return Item(assignment=found.assignment, audit=change.audit, case=case)


def unknown_assignment(assignment_id: str) -> NotFoundError:
    """Return the error of an assignment that is not there, or not visible."""
    return unknown("assignment", assignment_id)
