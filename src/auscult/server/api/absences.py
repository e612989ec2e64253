"""Absences over HTTP and as commands."""

from typing import Annotated, Any

from litestar import Router, delete, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import JSONBody, SkipValidation
from msgspec import Struct

from auscult.domain.absences import Absence, NewAbsence
from auscult.server.rest.context import App, Basis, Rights
from auscult.server.rest.guards import reading
from auscult.server.rest.openapi import answer, refusals
from auscult.server.rest.parameters import path_id, query
from auscult.server.rest.request import Takes
from auscult.server.rest.threads import in_slow_thread, in_thread
from auscult.services.absences import Absences

AbsenceId = Annotated[str, path_id("The absence.", "ab-51d0c9a2e7b8")]
Work = NamedDependency[SkipValidation[Absences]]
READS = reading("conversations")


def work(app: App, rights: Rights, server: Basis) -> Absences:
    """Return the absences of the app's account as the caller sees and states them."""
    return Absences(app.absences, app, server.now, rights)


class AbsenceList(Struct, frozen=True, kw_only=True):
    """Absences that have not ended, by first day."""

    items: tuple[Absence, ...]


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


ROUTER = Router(
    "/",
    route_handlers=[listing, add, remove],
    dependencies={"work": Provide(work, sync_to_thread=False)},
)
