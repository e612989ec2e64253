"""Audits of people who are away, which others may take, over HTTP and as commands."""

from datetime import date
from typing import Annotated, Any

from msgspec.structs import asdict

from auscult.server.api.audits.assignment_views import ListedAssignment, listed
from auscult.server.api.audits.assignments import LISTED
from auscult.server.rest import operation
from auscult.server.rest.context import App, Basis, Rights, Use
from auscult.server.rest.examples import example
from auscult.server.rest.guards import reading, writing
from auscult.server.rest.lists import Called, Items
from auscult.server.rest.parameters import AssignmentId
from auscult.services.absences import PERFORM, Offers

Offering = Use[Offers]
_ASSIGNED: dict[str, Any] = {**LISTED, "state": "assigned", "begun_at": None}


def offering(app: App, rights: Rights, server: Basis) -> Offers:
    """Return what the caller may take of people who are away."""
    return Offers(app, server.reports, server.now, rights)


class OfferedAssignment(ListedAssignment, frozen=True, kw_only=True):
    """An assignment that may be taken. ``away_until`` is the last day on which its auditor is away."""

    away_until: date


example({**_ASSIGNED, "away_until": "2026-04-14"})(OfferedAssignment)
OfferedList = Annotated[
    Items[OfferedAssignment], Called("OfferedList", "Assignments that may be taken, the first due first.")
]


@operation.get(
    "/assignments/offered",
    may=reading("audits", PERFORM),
    summary="Assignments of people who are away",
    command="assignments offered",
    columns=("assignment_id", "conversation_id", "auditor", "away_until", "due_at"),
)
def list_offered_assignments(offering: Offering) -> OfferedList:
    """List what the caller may take: assigned to people who are away today, and not begun."""
    return Items(
        items=tuple(
            OfferedAssignment(**asdict(listed(each.item.assignment)), away_until=each.away_until)
            for each in offering.listing()
        )
    )


@operation.post(
    "/assignments/{assignment_id}/take",
    may=writing("audits", PERFORM, reach="some"),
    refuses={409: "It is not offered, or the caller has another opinion on its conversation."},
    summary="Take an assignment of a person who is away",
    example={"state": "assigned", "begun_at": None},
    command="assignments take",
)
def take_assignment(assignment_id: AssignmentId, offering: Offering) -> ListedAssignment:
    """Claim an assignment of a person who is away. Its trail keeps who had it, and they are notified. Repeating this changes nothing."""
    return listed(offering.take(assignment_id).assignment)


ROUTER = operation.router(__name__, offering=offering)
