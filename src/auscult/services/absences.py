"""The use cases of absences: a person's own and those of others, and what is open with people who are away."""

from collections.abc import Callable
from datetime import date, datetime

from auscult.domain.absences import (
    Absence,
    NewAbsence,
    Offered,
    OfferedPlace,
    check_absence,
    invalid,
    new_absence_id,
)
from auscult.domain.audits.assignment import Assigned, Assignment
from auscult.domain.calibration.session import Rater, Session, state_of
from auscult.domain.errors import ConflictError, unknown
from auscult.domain.people.principal import Principal, missing
from auscult.services.audits.handover import unknown_assignment
from auscult.services.audits.plans import Planning
from auscult.services.calibration import Calibrating
from auscult.services.privacy.log import HasLog, draft
from auscult.services.scoring.render import Reports
from auscult.storage.absences import AccountAbsences
from auscult.storage.audits.queue import TaskQuery
from auscult.storage.store import AppStore

READ, MANAGE, PERFORM, TAKE_PART = "user.read", "user.manage", "audit.perform", "calibration.take_part"


class Absences:
    """The absences of an account, as one viewer sees and states them. Cheap to make; threads may share one.

    Everyone has their own; those of others are for people who read, and who manage, the users of a whole app.
    """

    def __init__(self, stored: AccountAbsences, log: HasLog, now: Callable[[], datetime], viewer: Principal) -> None:
        """``now`` returns aware UTC time, by whose days absences begin and end."""
        self._stored = stored
        self._log = log
        self._now = now
        self._viewer = viewer

    def listing(self, person: str | None = None) -> list[Absence]:
        """Return the absences that have not ended, by first day: of one person, or of everyone that the viewer reads."""
        if not self._viewer.may_everywhere(READ):
            if person not in {None, self._viewer.name}:
                return []
            person = self._viewer.name
        return self._stored.listing(self._today(), person)

    def add(self, wanted: NewAbsence) -> Absence:
        """Store an absence. The same days again change nothing.

        Raises ``RequestError`` ``absence.invalid``; ``AccessError`` ``permission.missing``; ``NotFoundError``
        ``user.unknown``; ``ConflictError`` ``absence.too_many``.
        """
        person = (wanted.person or "").strip().lower() or (self._viewer.name if self._viewer.is_person else "")
        if not person:
            raise invalid("person", "name the person who is away, by e-mail address")
        self._require(person)
        check_absence(wanted, self._today())
        made = Absence(
            absence_id=new_absence_id(),
            person=person,
            since=wanted.since,
            until=wanted.until,
            note=wanted.note.strip(),
            by=self._viewer.name,
            made_at=self._now(),
        )
        self._stored.add(made, draft(self._log, self._viewer.label, "absence.added", f"user:{person}"))
        same = (made.since, made.until, made.note)
        stored = self._stored.listing(made.since, person)
        return next(each for each in stored if (each.since, each.until, each.note) == same)

    def remove(self, absence_id: str) -> None:
        """Remove an absence, which is then as if it had not been. Raises ``NotFoundError`` ``absence.unknown``."""
        found = self._stored.get(absence_id)
        if found is None or not self._may(found.person):
            raise unknown("absence", absence_id)
        entry = draft(self._log, self._viewer.label, "absence.removed", f"user:{found.person}")
        self._stored.remove(found, entry)

    def _may(self, person: str) -> bool:
        is_own = self._viewer.is_person and self._viewer.name == person
        return is_own or self._viewer.may_everywhere(MANAGE)

    def _require(self, person: str) -> None:
        if not self._may(person):
            raise missing(MANAGE, self._viewer.kind)

    def _today(self) -> date:
        return self._now().date()


class Offers:
    """The audits that are open with people who are away, as another person may take them.

    Nothing is taken from anyone by itself: an audit stays with its auditor until someone takes it, or the auditor
    begins it.
    """

    def __init__(self, app: AppStore, reports: Reports, now: Callable[[], datetime], viewer: Principal) -> None:
        """Work on ``app``; ``reports`` are rendered when an audit changes; ``now`` returns aware UTC time."""
        self._app = app.seen_by(viewer.visibility(PERFORM)) if viewer.is_person else app
        self._planning = Planning(app, reports, now)
        self._now = now
        self._viewer = viewer

    def listing(self) -> list[Offered]:
        """Return what the viewer may take, the first due first.

        There is nothing that is begun, in which they are judged, or of which they have another opinion; and nothing
        while they are away themselves.
        """
        viewer, away = self._viewer, self._app.absences.away(self._now().date())
        if not viewer.may(PERFORM) or not away or viewer.name in away:
            return []
        held = {_judged(each.assignment) for each in self._app.queue.tasks(TaskQuery(rater=viewer.name))}
        found = [
            Offered(each, until)
            for person, until in away.items()
            for each in self._app.queue.tasks(TaskQuery(rater=person, states=("assigned",)))
            if each.assignment.agent_id not in viewer.agent_ids and _judged(each.assignment) not in held
        ]
        return sorted(found, key=lambda each: _order(each.item.assignment))

    def take(self, assignment_id: str) -> Assigned:
        """Claim an audit, with a line in its trail and a notice to its auditor; one's own stays as it is.

        Raises ``NotFoundError`` ``assignment.unknown``; ``ConflictError`` ``assignment.not_offered``,
        ``assignment.other_opinion``; ``AuditMovedError`` where it was begun meanwhile.
        """
        found = self._app.queue.get(assignment_id)
        if found is None:
            raise unknown_assignment(assignment_id)
        if found.assignment.rater == self._viewer.name:
            return found
        if not any(each.item.assignment.assignment_id == assignment_id for each in self.listing()):
            raise ConflictError(
                "assignment {value} is not offered: it was begun or taken, or its auditor is not away",
                code="assignment.not_offered",
                field="assignment_id",
                value=assignment_id,
            )
        return self._planning.reassign(assignment_id, self._viewer.name, self._viewer.name, is_taken=True)


class Places:
    """Places in calibration sessions of people who are away, as another person may take them.

    Others wait for each rater: answers are compared once all have submitted.
    """

    def __init__(self, app: AppStore, now: Callable[[], datetime], viewer: Principal) -> None:
        """Work on ``app``; ``now`` returns aware UTC time."""
        self._app = app
        self._seen = app.seen_by(viewer.visibility("conversation.read"))
        self._calibrating = Calibrating(app, now)
        self._now = now
        self._viewer = viewer

    def listing(self) -> list[OfferedPlace]:
        """Return what the viewer may take, one place of each session, the first due first.

        Of sessions whose conversations the viewer may read and is not judged in, and that they do not rate, or have left;
        none while they are away themselves.
        """
        viewer, away = self._viewer, self._app.absences.away(self._now().date())
        if not viewer.may(TAKE_PART) or not away or viewer.name in away:
            return []
        found = [
            OfferedPlace(each, rater.name, away[rater.name])
            for each in self._app.calibrations.listing(only_active=True)
            if each.rater(viewer.name) is None
            for rater in [next((one for one in each.raters if one.name in away and _is_free(each, one)), None)]
            if rater is not None and self._may_rate(each)
        ]
        return sorted(
            found, key=lambda each: (each.session.due_at is None, each.session.due_at or each.session.created_at)
        )

    def take(self, session_id: str) -> Session:
        """Claim the place of a rater who is away, with a notice to them; a session of one's own stays as it is.

        Raises ``NotFoundError`` ``calibration.unknown``; ``ConflictError`` ``calibration.not_offered``.
        """
        offered = next((each for each in self.listing() if each.session.session_id == session_id), None)
        if offered is not None:
            return self._calibrating.take_place(session_id, offered.rater, self._viewer.name)
        found = self._calibrating.get(session_id)
        if found.state == "active" and found.rater(self._viewer.name) is not None:
            return found
        raise ConflictError(
            "no place of session {value} is offered: it was begun or taken, or its rater is not away",
            code="calibration.not_offered",
            field="session_id",
            value=session_id,
        )

    def _may_rate(self, session: Session) -> bool:
        ids = {each.conversation_id for each in session.items if each.conversation_id is not None}
        seen = self._seen.conversations.recorded(sorted(ids))
        judged = {agent.id for each in seen.values() for agent in each.conversation.agents}
        return bool(ids) and ids == seen.keys() and not judged & self._viewer.agent_ids


def _is_free(session: Session, rater: Rater) -> bool:
    return state_of(session, rater) == "not_started"


def _judged(one: Assignment) -> tuple[str | None, str | None, int, str | None]:
    """Return what an assignment is an opinion on: one person has one of each."""
    return one.draw_id, one.conversation_id, one.segment, one.agent_id


def _order(one: Assignment) -> tuple[bool, datetime, str]:
    return one.due_at is None, one.due_at or one.created_at, one.assignment_id
