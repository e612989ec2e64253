"""Steps that wait for a second person: approved or refused."""

from collections.abc import Mapping
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from auscult.domain.privacy.retention import Approval
from auscult.language import gettext as _
from auscult.language import later
from auscult.server.api.privacy.retention import erasing
from auscult.server.console.frame.visit import TheVisit, Visit
from auscult.server.console.operations.tabs import PATH, administration
from auscult.server.console.people.names import names_of_people
from auscult.server.console.privacy.views import step_in_words
from auscult.services.privacy.approvals import Approvals

_NOTES = {"approved": later("Approved, and done."), "refused": later("Refused: nothing was done.")}
_PAGES = {
    "erasure": ("erasure", "erasure.run"),
    "hold_lift": ("holds", "hold.manage"),
    "one_person": ("settings", "settings.manage"),
}
"""Each kind of step -> the page where it is requested, and the permission that opens that page."""


class ApprovalsPage(Controller):
    """Decisions on steps that need a second person; the steps are listed on the pages where they are requested."""

    path = "/administration/approvals"

    @get(sync_to_thread=True)
    def show(self, visit: TheVisit) -> Response[str]:
        """List the steps that wait, for people who only decide."""
        visit.require_everywhere("approval.decide")
        return administration(visit, "Approvals", note=note_of(visit, _NOTES), **waiting_steps(visit))

    @post("/{number:int}/approve", sync_to_thread=True)
    def approve(self, number: FromPath[int], visit: TheVisit) -> Redirect:
        """Approve a step that another person requested, and run it."""
        visit.require_everywhere("approval.decide")
        done = steps(visit).approve(number)
        return _back(visit, done.approval, done.receipt.id if done.receipt else "approved")

    @post("/{number:int}/refuse", sync_to_thread=True)
    def refuse(self, number: FromPath[int], visit: TheVisit) -> Redirect:
        """Refuse a step that waits."""
        visit.require_everywhere("approval.decide")
        return _back(visit, steps(visit).refuse(number), "refused")


def _back(visit: Visit, approval: Approval | None, done: str) -> Redirect:
    """Redirect to the page where the step was requested, or to the approvals if the visitor may not open it."""
    page, permission = _PAGES[approval.kind] if approval else ("approvals", "")
    if not visit.principal.may_everywhere(permission):
        page = "approvals"
    return Redirect(f"{PATH}/{page}?done={done}", status_code=303)


def steps(visit: Visit) -> Approvals:
    """Return the service for steps that may need a second person."""
    return Approvals(visit.app, erasing(visit.app, visit.services), f"user:{visit.visitor.email}")


def waiting(visit: Visit) -> list[Approval]:
    """Return the steps that wait for a second person."""
    return [each for each in visit.app.approvals.listing() if each.state == "waiting"]


def waiting_steps(visit: Visit) -> dict[str, Any]:
    """Return what the part of a page with the steps that wait shows."""
    return {
        "approvals": waiting(visit),
        "names": names_of_people(visit),
        "me": f"user:{visit.visitor.email}",
        "step_in_words": step_in_words,
    }


def note_of(visit: Visit, notes: Mapping[str, str]) -> str:
    """Return the note on the action before; without one of ``notes`` it names the certificate of an erasure."""
    if not visit.done or visit.done in notes:
        return visit.note(notes)
    return _("Erased. The certificate is {receipt}.").format(receipt=visit.done)
