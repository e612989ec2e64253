"""``/api/v1/approvals``: steps that one person asked for and another has to approve."""

from typing import Annotated, Any

from msgspec import Struct

from auscult.domain.privacy.retention import Approval, Receipt
from auscult.server.api.privacy.holds import HoldNumber
from auscult.server.api.privacy.retention import RECEIPT, erasing
from auscult.server.rest import operation
from auscult.server.rest.context import App, Basis, Rights, Server
from auscult.server.rest.examples import example
from auscult.server.rest.guards import Scopes
from auscult.server.rest.lists import Called, Items
from auscult.services.privacy.approvals import Approvals
from auscult.services.recordings.removal import remove_due

_DECIDES = Scopes(permission="approval.decide", reach="app")
"""Clients never have this scope: a program is not a second person."""
_DECIDED = "The step was approved or refused already."


ApprovalList = Annotated[
    Items[Approval], Called("ApprovalList", "Steps that wait or waited for a second person, the newest first.")
]


class Approved(Struct, frozen=True, kw_only=True):
    """An approved step, with the certificate if it was an erasure."""

    approval: Approval
    certificate: Receipt | None


_APPROVAL: dict[str, Any] = {
    "number": 7,
    "kind": "erasure",
    "subject": {"by": "customer", "value": "u-4711"},
    "requested_by": "user:ann@example.com",
    "requested_at": "2026-03-23T10:00:00Z",
    "state": "waiting",
    "decided_by": None,
    "decided_at": None,
    "run_id": None,
}
_DONE = {**_APPROVAL, "subject": None, "state": "approved", "decided_by": "user:bob@example.com"}
example({"items": [_APPROVAL]})(ApprovalList)
example({"approval": _DONE, "certificate": RECEIPT})(Approved)
example({**_DONE, "state": "refused"})(Approval)


@operation.get(
    "/approvals",
    may=_DECIDES,
    summary="Steps for a second person",
    command="approvals list",
    columns=("number", "kind", "requested_by", "requested_at", "state", "decided_by"),
)
def list_approvals(app: App) -> ApprovalList:
    """List steps that wait for a second person, and those that were decided, the newest first."""
    return Items(items=tuple(app.approvals.listing()))


@operation.post("/approvals/{number:int}/approve", may=_DECIDES, refuses={409: _DECIDED})
def approve_step(number: HoldNumber, app: App, rights: Rights, server: Server) -> Approved:
    """Approve a step. Another person asked for it. It is run at once."""
    done = Approvals(app, erasing(app, server), rights.label).approve(number)
    remove_due(server.store.recordings, server.recordings)
    return Approved(approval=done.approval or app.approvals.get(number), certificate=done.receipt)


@operation.post(
    "/approvals/{number:int}/refuse", may=_DECIDES, refuses={409: _DECIDED}, is_slow=False, command="approvals refuse"
)
def refuse_step(number: HoldNumber, app: App, rights: Rights, server: Basis) -> Approval:
    """Refuse a step. What another person asked for is not run; one's own is withdrawn."""
    return Approvals(app, erasing(app, server), rights.label).refuse(number)


ROUTER = operation.router(__name__)
