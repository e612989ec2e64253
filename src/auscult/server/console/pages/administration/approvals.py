"""Steps that wait for a second person: approved or refused."""

from litestar import Controller, post
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation
from litestar.response import Redirect

from auscult.domain.privacy.retention import Approval
from auscult.server.api.privacy.retention import erasing
from auscult.server.console.pages.administration.tabs import PATH
from auscult.server.console.views.administration.privacy import ApprovalRow, approval_row
from auscult.server.console.visit import Visit
from auscult.services.privacy.approvals import Approvals

_PATH = f"{PATH}/approvals"
_ASKED_ON = {"erasure": "erasure", "hold_lift": "holds", "one_person": "settings"}
"""Each kind of step -> the page where it is asked for, and shown while it waits."""


class ApprovalsPage(Controller):
    """Decisions on steps for two people; the steps stand on the pages where they are asked for."""

    path = "/administration/approvals"

    @post("/{number:int}/approve", sync_to_thread=True)
    def approve(self, number: FromPath[int], visit: NamedDependency[SkipValidation[Visit]]) -> Redirect:
        """Approve a step that another person asked for, and run it."""
        visit.require_everywhere("erasure.run")
        visit.require_everywhere("hold.manage")
        done = steps(visit).approve(number)
        if done.receipt is not None:
            return Redirect(f"{PATH}/erasure?done={done.receipt.id}", status_code=303)
        return _back(done.approval, "approved")

    @post("/{number:int}/refuse", sync_to_thread=True)
    def refuse(self, number: FromPath[int], visit: NamedDependency[SkipValidation[Visit]]) -> Redirect:
        """Refuse a step that waits."""
        visit.require_everywhere("erasure.run")
        visit.require_everywhere("hold.manage")
        return _back(steps(visit).refuse(number), "refused")


def _back(approval: Approval | None, done: str) -> Redirect:
    """Lead to the page where the step was asked for."""
    page = _ASKED_ON[approval.kind] if approval else "erasure"
    return Redirect(f"{PATH}/{page}?done={done}", status_code=303)


def steps(visit: Visit) -> Approvals:
    """Return what takes steps that may need a second person."""
    return Approvals(visit.app, erasing(visit.app, visit.services), f"user:{visit.visitor.email}")


def waiting(visit: Visit) -> tuple[ApprovalRow, ...]:
    """Return the steps that wait for a second person."""
    me = f"user:{visit.visitor.email}"
    found = (each for each in visit.app.approvals.listing() if each.state == "waiting")
    return tuple(approval_row(each, me, visit.reader, _PATH) for each in found)
