"""``/api/v1/approvals``: steps that one person asked for and another has to approve."""

from typing import Any

from litestar import get, post
from msgspec import Struct

from auscult.domain.privacy.retention import Approval, Receipt
from auscult.server.api.privacy.holds import HoldNumber
from auscult.server.api.privacy.retention import RECEIPT, erasing
from auscult.server.rest.context import App, Rights, Server
from auscult.server.rest.guards import Scopes
from auscult.server.rest.openapi import answer, refusal
from auscult.server.rest.threads import in_slow_thread, in_thread
from auscult.services.privacy.approvals import Approvals
from auscult.services.recordings.removal import remove_due

_DECIDES = Scopes(permission="approval.decide", reach="app")
"""Clients never have this scope: a program is not a second person."""
_DECIDED = refusal("The step was approved or refused already.")


class ApprovalList(Struct, frozen=True, kw_only=True):
    """Steps that wait or waited for a second person, the newest first."""

    items: tuple[Approval, ...]


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


@get(
    "/approvals",
    operation_id="list_approvals",
    summary="Steps for a second person",
    guards=[_DECIDES],
    responses={200: answer("The steps.", ApprovalList, {"items": [_APPROVAL]})},
)
@in_thread
def listing(app: App) -> ApprovalList:
    """List steps that wait for a second person, and those that were decided, the newest first."""
    return ApprovalList(items=tuple(app.approvals.listing()))


@post(
    "/approvals/{number:int}/approve",
    operation_id="approve_step",
    summary="Approve a step",
    guards=[_DECIDES],
    status_code=200,
    responses={
        200: answer("The step was run.", Approved, {"approval": _DONE, "certificate": RECEIPT}),
        409: _DECIDED,
    },
)
@in_slow_thread
def approve(number: HoldNumber, app: App, rights: Rights, server: Server) -> Approved:
    """Approve a step that another person asked for, and run it at once."""
    done = Approvals(app, erasing(app, server), rights.label).approve(number)
    remove_due(server.store.recordings, server.recordings)
    return Approved(approval=done.approval or app.approvals.get(number), certificate=done.receipt)


@post(
    "/approvals/{number:int}/refuse",
    operation_id="refuse_step",
    summary="Refuse a step",
    guards=[_DECIDES],
    status_code=200,
    responses={200: answer("The step is refused.", Approval, {**_DONE, "state": "refused"}), 409: _DECIDED},
)
@in_thread
def refuse(number: HoldNumber, app: App, rights: Rights, server: Server) -> Approval:
    """Refuse a waiting step, or withdraw one's own."""
    return Approvals(app, erasing(app, server), rights.label).refuse(number)


HANDLERS = (listing, approve, refuse)
