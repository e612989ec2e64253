"""Assignments without a plan: audits by hand, and agents' reviews of themselves."""

from typing import Annotated, Literal

from litestar.params import JSONBody
from msgspec import Meta, Struct

from auscult.domain.audits.assignment import ByHand, Hidden
from auscult.server.api.audits.assignment_views import ListedAssignment, ShownItem, listed
from auscult.server.api.audits.assignments import REFUSALS, SHOWN, AuditDesk, desk_of, own_item
from auscult.server.rest import operation
from auscult.server.rest.context import Rights
from auscult.server.rest.examples import example
from auscult.server.rest.guards import writing
from auscult.server.rest.parameters import PersonName

Conversation = Annotated[str, Meta(description="The conversation.")]
Segment = Annotated[int, Meta(ge=0, le=32767, description="One segment of it; 0 is the whole.")]


@example({"conversation_id": "c-7f8b1f0e", "auditor": "ann@example.com"})
class ByHandBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A conversation, or a segment of it, for an auditor (an e-mail address, or a client's id)."""

    conversation_id: Conversation
    auditor: Annotated[PersonName, Meta(description="The auditor who gets it.")]
    segment: Segment = 0
    role: Annotated[Literal["audit", "second"], Meta(description="A first audit, or a second opinion.")] = "audit"
    hidden: Annotated[tuple[Hidden, ...], Meta(description="What the auditor does not see.")] = ()


@example({"conversation_id": "c-7f8b1f0e"})
class SelfReviewBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The caller's own conversation, or a segment of it."""

    conversation_id: Conversation
    segment: Segment = 0


@operation.post(
    "/assignments",
    may=writing("audits", "audit.assign", reach="some"),
    status=201,
    refuses=REFUSALS,
    command="assignments assign",
    columns=SHOWN,
    arguments=("conversation_id",),
    named={"auditor": "to EMAIL"},
)
def create_assignment(data: JSONBody[ByHandBody], desk: AuditDesk, rights: Rights) -> ListedAssignment:
    """Assign a conversation. It may be one segment, and goes to an auditor without a plan, and so without a probability."""
    given = ByHand(data.conversation_id, data.auditor, data.segment, data.role, hidden=data.hidden)
    return listed(desk.assign(given, rights.name).assignment)


@operation.post(
    "/assignments/self",
    may=writing("audits", "audit.review_own", reach="some"),
    refuses=REFUSALS,
    example={"role": "self"},
    command="assignments self",
    columns=SHOWN,
    arguments=("conversation_id",),
)
def review_oneself(data: JSONBody[SelfReviewBody], desk: AuditDesk, rights: Rights) -> ShownItem:
    """Review one's own conversation. Before submitting, the agent sees neither machine nor auditors.

    No report and no figure shows a self-review.
    """
    return own_item(desk.review_oneself(data.conversation_id, rights.name, rights.agent_ids, data.segment))


ROUTER = operation.router(__name__, desk=desk_of)
