"""Assignments without a plan: audits by hand, and agents' reviews of themselves."""

from typing import Annotated, Literal

from litestar.params import JSONBody
from msgspec import Meta, Struct

from auscult.domain.audits.assignment import ByHand, Hidden
from auscult.server.api.audits.assignment_views import ListedAssignment, ShownItem, listed
from auscult.server.api.audits.assignments import REFUSALS, AuditDesk, desk_of, own_item
from auscult.server.rest import operation
from auscult.server.rest.context import Caller, Rights
from auscult.server.rest.examples import example
from auscult.server.rest.guards import writing
from auscult.server.rest.parameters import PersonName


@example({"conversation_id": "c-7f8b1f0e", "auditor": "ann@example.com"})
class ByHandBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A conversation, or a segment of it, for an auditor (an e-mail address, or a client's id)."""

    conversation_id: str
    auditor: PersonName
    segment: Annotated[int, Meta(ge=0, le=32767)] = 0
    role: Literal["audit", "second"] = "audit"
    hidden: tuple[Hidden, ...] = ()


@example({"conversation_id": "c-7f8b1f0e"})
class SelfReviewBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The caller's own conversation, or a segment of it."""

    conversation_id: str
    segment: Annotated[int, Meta(ge=0, le=32767)] = 0


@operation.post("/assignments", may=writing("audits", "audit.assign", reach="some"), status=201, refuses=REFUSALS)
def create_assignment(data: JSONBody[ByHandBody], desk: AuditDesk, caller: Caller) -> ListedAssignment:
    """Assign a conversation. It may be one segment, and goes to an auditor without a plan, and so without a probability."""
    given = ByHand(data.conversation_id, data.auditor, data.segment, data.role, hidden=data.hidden)
    return listed(desk.assign(given, caller.name).assignment)


@operation.post(
    "/assignments/self",
    may=writing("audits", "audit.review_own", reach="some"),
    refuses=REFUSALS,
    example={"role": "self"},
)
def review_oneself(data: JSONBody[SelfReviewBody], desk: AuditDesk, rights: Rights) -> ShownItem:
    """Review one's own conversation. Before submitting, the agent sees neither machine nor auditors.

    No report and no figure shows a self-review.
    """
    return own_item(desk.review_oneself(data.conversation_id, rights.name, rights.agent_ids, data.segment))


ROUTER = operation.router(__name__, desk=desk_of)
