"""Absences over HTTP and as commands, and the audits of people who are away, which others may take."""

from datetime import date
from typing import Annotated, Any

from litestar import Router, delete, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import JSONBody, SkipValidation
from msgspec import Struct
from msgspec.structs import asdict

from auscult.absences.model import Absence, NewAbsence
from auscult.absences.work import PERFORM, Absences, Offers
from auscult.server.api.audits.assignment_views import ListedAssignment, listed
from auscult.server.api.audits.assignments import LISTED
from auscult.server.rest.context import App, Basis, Rights
from auscult.server.rest.guards import reading, writing
from auscult.server.rest.openapi import answer, refusals
from auscult.server.rest.parameters import AssignmentId, path_id, query
from auscult.server.rest.request import Takes
from auscult.server.rest.threads import in_slow_thread, in_thread

AbsenceId = Annotated[str, path_id("The absence.", "ab-51d0c9a2e7b8")]
Work = NamedDependency[SkipValidation[Absences]]
Offering = NamedDependency[SkipValidation[Offers]]
READS = reading("conversations")


def work(app: App, rights: Rights, server: Basis) -> Absences:
    """Return the absences of the app's account as the caller sees and states them."""
    return Absences(app.absences, app, server.now, rights)


def offering(app: App, rights: Rights, server: Basis) -> Offers:
    """Return what the caller may take of people who are away."""
    return Offers(app, server.reports, server.now, rights)


class AbsenceList(Struct, frozen=True, kw_only=True):
    """Absences that have not ended, by first day."""

    items: tuple[Absence, ...]


class OfferedAssignment(ListedAssignment, frozen=True, kw_only=True):
    """An assignment that may be taken. ``away_until`` is the last day on which its auditor is away."""

    away_until: date


class OfferedList(Struct, frozen=True, kw_only=True):
    """Assignments that may be taken, the first due first."""

    items: tuple[OfferedAssignment, ...]


ABSENCE: dict[str, Any] = {
    "absence_id": "ab-51d0c9a2e7b8",
    "person": "ann@example.com",
    "since": "2026-04-01",
    "until": "2026-04-14",
    "note": "Parental leave",
    "by": "ann@example.com",
    "made_at": "2026-03-20T09:00:00Z",
}
_WANTED: dict[str, Any] = {"since": "2026-04-01", "until": "2026-04-14", "note": "Parental leave"}
_ASSIGNED: dict[str, Any] = {**LISTED, "state": "assigned", "begun_at": None}


@get(
    "/absences",
    operation_id="list_absences",
    summary="List absences",
    guards=[READS],
    responses={200: answer("The absences.", AbsenceList, {"items": [ABSENCE]})},
    command="absences list",
    columns=("absence_id", "person", "since", "until", "note"),
)
@in_thread
def listing(
    work: Work, person: Annotated[str | None, query("Only those of this e-mail address.")] = None
) -> AbsenceList:
    """List absences that have not ended: the caller's own; those of others need `user.read` in the whole app."""
    return AbsenceList(items=tuple(work.listing(person)))


@post(
    "/absences",
    operation_id="add_absence",
    summary="Add an absence",
    guards=[READS],
    status_code=201,
    responses={
        201: answer("The absence.", Absence, ABSENCE),
        **refusals(
            {
                404: "No user of the account has this e-mail address.",
                409: "The person has as many absences as they can have.",
                413: "The body is too large.",
                415: "The body is not application/json in UTF-8.",
                422: "The days or the person cannot be used.",
            }
        ),
    },
    takes=Takes("The days, both included.", _WANTED),
    command="absences add",
)
@in_slow_thread
def add(data: JSONBody[NewAbsence], work: Work) -> Absence:
    """State the days on which a person is away: the caller, or another one, which needs `user.manage` in the whole app.

    On these days no plan draws anything for them, and audits that they have not begun may be taken by others.
    Repeating this changes nothing.
    """
    return work.add(data)


@delete(
    "/absences/{absence_id:str}",
    operation_id="remove_absence",
    summary="Remove an absence",
    guards=[READS],
    responses={204: answer("The absence is removed.")},
    command="absences remove",
)
@in_slow_thread
def remove(absence_id: AbsenceId, work: Work) -> None:
    """Remove an absence. What others took meanwhile stays with them."""
    work.remove(absence_id)


@get(
    "/assignments/offered",
    operation_id="list_offered_assignments",
    summary="Assignments of people who are away",
    guards=[reading("audits", PERFORM)],
    responses={200: answer("The assignments.", OfferedList, {"items": [{**_ASSIGNED, "away_until": "2026-04-14"}]})},
    command="assignments offered",
    columns=("assignment_id", "conversation_id", "auditor", "away_until", "due_at"),
)
@in_thread
def offered(offering: Offering) -> OfferedList:
    """List what the caller may take: assigned to people who are away today, and not begun."""
    return OfferedList(
        items=tuple(
            OfferedAssignment(**asdict(listed(each.item.assignment)), away_until=each.away_until)
            for each in offering.listing()
        )
    )


@post(
    "/assignments/{assignment_id:str}/take",
    operation_id="take_assignment",
    summary="Take an assignment of a person who is away",
    guards=[writing("audits", PERFORM, reach="some")],
    status_code=200,
    responses={
        200: answer("The assignment, which is the caller's.", ListedAssignment, _ASSIGNED),
        **refusals({409: "It is not offered, or the caller has another opinion on its conversation."}),
    },
    command="assignments take",
)
@in_slow_thread
def take(assignment_id: AssignmentId, offering: Offering) -> ListedAssignment:
    """Take an assignment over. Its trail keeps who had it, and they are notified. Repeating this changes nothing."""
    return listed(offering.take(assignment_id).assignment)


ROUTER = Router(
    "/",
    route_handlers=[listing, add, remove, offered, take],
    dependencies={
        "work": Provide(work, sync_to_thread=False),
        "offering": Provide(offering, sync_to_thread=False),
    },
)
