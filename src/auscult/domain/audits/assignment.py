"""Assignments: a conversation, or a segment of it, given to a rater. An audit belongs to an assignment.

A conversation may have many assignments. Reports show one of its audits, the effective one (``effective_of``).
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.audits.audit import LONGEST_COMMENT, Audit, assignment_id_of
from auscult.domain.errors import AccessError, ConflictError, RequestError, coded
from auscult.domain.operations.records import made_from

Role = Literal["audit", "second", "calibration", "self"]
"""``audit`` counts; ``second`` is an independent second opinion; the others are for practice and never shown."""
AssignmentState = Literal["open", "assigned", "begun", "submitted", "declined", "erased"]
"""``open`` has no rater yet; ``declined`` could not be judged; ``erased`` has lost its conversation."""
Hidden = Literal["machine", "others", "agent", "auditor"]
"""Hidden from the rater: the machine's answers, other auditors, the agent's name; from the agent: the auditor's name."""

DeclineCode = Literal["no_sound", "wrong_agent", "language", "incomplete", "not_for_form", "other"]
"""Reason why a conversation cannot be judged; ``other`` goes with a text."""

AssignmentOrder = Literal[
    "created_at", "-created_at", "due_at", "-due_at", "begun_at", "-begun_at", "ended_at", "-ended_at",
    "score", "-score",
]  # fmt: skip
"""Order of a list: the least first, with a minus the greatest first. Those without the time or the score are last."""
WorkOrder = AssignmentOrder | Literal["todo", "answered", "-answered"]
"""Order of one's own work: ``todo`` has begun ones first, then those that are due first; ``answered`` is of the draft."""

WHOLE = 0
"""The segment that is the whole conversation."""

_UNFINISHED: tuple[AssignmentState, ...] = ("open", "assigned", "begun")


class Assignment(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One rater's task. ``plan_id``, ``draw_id``, ``stratum`` and ``probability`` are those of the draw it came from.

    Without a plan it was picked by hand and has no probability. ``agent_id`` is the agent who is judged, None where
    that was not decided. ``conversation_id`` is None once the conversation was erased. ``replaces`` is the declined
    assignment that it was drawn instead of.
    """

    assignment_id: str
    conversation_id: str | None
    segment: int = WHOLE
    agent_id: str | None = None
    rater: str | None = None
    role: Role = "audit"
    state: AssignmentState
    plan_id: str | None = None
    plan_version: int | None = None
    draw_id: str | None = None
    stratum: str = ""
    probability: float | None = None
    hidden: tuple[Hidden, ...] = ()
    due_at: datetime | None = None
    created_at: datetime
    begun_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str = ""
    reason_code: DeclineCode | None = None
    replaces: str | None = None

    @property
    def is_unfinished(self) -> bool:
        """Return whether it can still be worked on."""
        return self.state in _UNFINISHED


class ByHand(NamedTuple):
    """A conversation, or a segment of it, that is given to a rater without a plan. ``agent_id`` is who is judged."""

    conversation_id: str
    rater: str
    segment: int = WHOLE
    role: Role = "audit"
    agent_id: str = ""
    hidden: tuple[Hidden, ...] = ()


def by_hand(given: ByHand, at: datetime) -> Assignment:
    """Return an assignment without a plan. One conversation, segment, role and rater have one; an audit has one rater."""
    assignment_id = assignment_id_of(given.conversation_id, given.segment)
    if given.role != "audit":
        own = f"{given.conversation_id}/{given.segment}/{given.role}/{given.rater}"
        assignment_id = assignment_id_of(own)
    agent_id = given.agent_id or None
    return made_from(Assignment, given, assignment_id=assignment_id, agent_id=agent_id, state="assigned", created_at=at)


_LATE_AFTER = timedelta(days=3)


class Assigned(Struct, frozen=True, kw_only=True):
    """An assignment and its audit: None until it was handed out.

    ``held_until``: its rater submitted it, and can undo that until then.
    """

    assignment: Assignment
    audit: Audit | None
    held_until: datetime | None = None

    @property
    def since(self) -> datetime:
        """Return when its rater got it."""
        return self.audit.assigned_at if self.audit else self.assignment.created_at

    def is_late(self, now: datetime) -> bool:
        """Return whether it is past its due date; without one, whether its rater has had it for over three days."""
        due = self.assignment.due_at
        return now > due if due else now - self.since > _LATE_AFTER


class Shown(Struct, frozen=True):
    """An audit that reports may show: its assignment, and when it was submitted, if it was."""

    assignment_id: str
    role: Role
    segment: int
    submitted_at: datetime | None
    is_declined: bool = False


def effective_of(audits: Iterable[Shown], shown_segment: int = WHOLE) -> str | None:
    """Return the assignment whose audit reports show, of the audits of one conversation in the order of assignment.

    Only audits proper are shown: of the whole conversation, or of the segment that rows show where it is scored by
    segments. The one submitted last counts; while none is submitted, the one that was assigned first. One that was
    declined is not shown.
    """
    proper = [
        one for one in audits if one.role == "audit" and not one.is_declined and one.segment in {WHOLE, shown_segment}
    ]
    submitted = [(one.submitted_at, index) for index, one in enumerate(proper) if one.submitted_at is not None]
    if submitted:
        return proper[max(submitted)[1]].assignment_id
    return proper[0].assignment_id if proper else None


def begin(assignment: Assignment, rater: str, at: datetime) -> Assignment:
    """Return the assignment as begun by its rater; unchanged where it was begun before.

    Raises ``AccessError`` ``assignment.not_yours``; ``ConflictError`` ``assignment.finished``.
    """
    check_rater(assignment, rater)
    if assignment.state == "begun":
        return assignment
    return replace(assignment, state="begun", rater=rater, begun_at=at)


def decline(
    assignment: Assignment, rater: str, reason: str, at: datetime, code: DeclineCode | None = None
) -> Assignment:
    """Return the assignment as declined: the conversation cannot be judged, for a coded reason, a text, or both.

    Raises as ``begin`` does, and ``RequestError`` ``reason.missing``, ``comment.too_long``.
    """
    check_rater(assignment, rater)
    reason = reason.strip()
    if not reason and code in {None, "other"}:
        raise RequestError(
            "a reason is missing; say why the conversation cannot be judged", code="reason.missing", field="reason"
        )
    if len(reason) > LONGEST_COMMENT:
        raise RequestError(
            "a comment has at most {n} characters", n=LONGEST_COMMENT, code="comment.too_long", field="reason"
        )
    return replace(assignment, state="declined", reason=reason, reason_code=code or "other", ended_at=at)


def reassign(assignment: Assignment, rater: str, *, is_gone: bool = False) -> Assignment:
    """Return the assignment with another rater. With ``is_gone`` its rater has left, and what they had begun goes as well.

    Raises ``ConflictError`` ``assignment.begun``, ``assignment.finished``.
    """
    if assignment.state == "begun" and not is_gone:
        raise ConflictError(
            "assignment {value} was begun by {name}; only what is not begun can be reassigned",
            name=assignment.rater,
            code="assignment.begun",
            field="assignment_id",
            value=assignment.assignment_id,
        )
    if not assignment.is_unfinished:
        raise finished(assignment)
    return replace(assignment, rater=rater, state="assigned", begun_at=None)


def check_rater(assignment: Assignment, rater: str) -> None:
    """Refuse anyone but the rater of an unfinished assignment.

    Raises ``AccessError`` ``assignment.not_yours``; ``ConflictError`` ``assignment.finished``.
    """
    if assignment.rater not in (None, rater):
        raise AccessError(
            "assignment {value} belongs to another auditor; only they may work on it",
            code="assignment.not_yours",
            field="assignment_id",
            value=assignment.assignment_id,
        )
    if not assignment.is_unfinished:
        raise finished(assignment)


def finished(assignment: Assignment) -> ConflictError:
    """Return the error of an assignment that is submitted, declined or erased."""
    return ConflictError(
        "assignment {value} is {state} and stays as it is",
        state=coded(assignment.state),
        code="assignment.finished",
        field="assignment_id",
        value=assignment.assignment_id,
    )
