"""Audits of people who are away, which others may take, over HTTP and as commands."""

from datetime import date
from typing import Any

from litestar import Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import SkipValidation
from msgspec import Struct
from msgspec.structs import asdict

from auscult.server.api.audits.assignment_views import ListedAssignment, listed
from auscult.server.api.audits.assignments import LISTED
from auscult.server.rest.context import App, Basis, Rights
from auscult.server.rest.guards import reading, writing
from auscult.server.rest.openapi import answer, refusals
from auscult.server.rest.parameters import AssignmentId
from auscult.server.rest.threads import in_slow_thread, in_thread
from auscult.services.absences import PERFORM, Offers

Offering = NamedDependency[SkipValidation[Offers]]
_ASSIGNED: dict[str, Any] = {**LISTED, "state": "assigned", "begun_at": None}


def offering(app: App, rights: Rights, server: Basis) -> Offers:
    """Return what the caller may take of people who are away."""
    return Offers(app, server.reports, server.now, rights)


class OfferedAssignment(ListedAssignment, frozen=True, kw_only=True):
    """An assignment that may be taken. ``away_until`` is the last day on which its auditor is away."""

    away_until: date


class OfferedList(Struct, frozen=True, kw_only=True):
    """Assignments that may be taken, the first due first."""

    items: tuple[OfferedAssignment, ...]


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
    """Claim an assignment of a person who is away. Its trail keeps who had it, and they are notified. Repeating this changes nothing."""
    return listed(offering.take(assignment_id).assignment)


ROUTER = Router(
    "/",
    route_handlers=[offered, take],
    dependencies={"offering": Provide(offering, sync_to_thread=False)},
)
