"""Absences over HTTP and as commands."""

from typing import Annotated

from litestar.params import JSONBody

from auscult.domain.absences import Absence, NewAbsence
from auscult.server.rest import operation
from auscult.server.rest.context import App, Basis, Rights, Use
from auscult.server.rest.examples import example
from auscult.server.rest.guards import reading
from auscult.server.rest.lists import Called, Items
from auscult.server.rest.parameters import path_id, query
from auscult.services.absences import Absences

AbsenceId = Annotated[str, path_id("The absence.", "ab-51d0c9a2e7b8")]
Work = Use[Absences]
READS = reading("conversations")


def work(app: App, rights: Rights, server: Basis) -> Absences:
    """Return the absences of the app's account as the caller sees and states them."""
    return Absences(app.absences, app, server.now, rights)


AbsenceList = Annotated[Items[Absence], Called("AbsenceList", "Absences that have not ended, by first day.")]


example(
    {
        "absence_id": "ab-51d0c9a2e7b8",
        "person": "ann@example.com",
        "since": "2026-04-01",
        "until": "2026-04-14",
        "note": "Parental leave",
        "by": "ann@example.com",
        "made_at": "2026-03-20T09:00:00Z",
    }
)(Absence)
example({"since": "2026-04-01", "until": "2026-04-14", "note": "Parental leave"})(NewAbsence)


@operation.get(
    "/absences", may=READS, command="absences list", columns=("absence_id", "person", "since", "until", "note")
)
def list_absences(
    work: Work, person: Annotated[str | None, query("Only those of this e-mail address.")] = None
) -> AbsenceList:
    """List absences. Only those that have not ended: the caller's own; those of others need `user.read` in the whole app."""
    return Items(items=tuple(work.listing(person)))


@operation.post(
    "/absences",
    may=READS,
    status=201,
    refuses={
        404: "No user of the account has this e-mail address.",
        409: "The person has as many absences as they can have.",
        422: "The days or the person cannot be used.",
    },
    command="absences add",
)
def add_absence(data: JSONBody[NewAbsence], work: Work) -> Absence:
    """Add an absence. It is the caller's own, or another person's, which needs `user.manage` in the whole app.

    On these days no plan draws anything for them, and audits that they have not begun may be taken by others. Repeating
    this changes nothing.
    """
    return work.add(data)


@operation.delete("/absences/{absence_id}", may=READS, command="absences remove")
def remove_absence(absence_id: AbsenceId, work: Work) -> None:
    """Remove an absence. What others took meanwhile stays with them."""
    work.remove(absence_id)


ROUTER = operation.router(__name__, work=work)
