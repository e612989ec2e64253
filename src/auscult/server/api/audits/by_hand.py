"""Assignments without a plan: audits by hand, and agents' reviews of themselves."""

from typing import Annotated, Literal

from litestar import Router, post
from litestar.params import JSONBody
from msgspec import Meta, Struct

from auscult.domain.audits.assignment import ByHand, Hidden
from auscult.server.api.audits.assignment_views import ListedAssignment, ShownItem, listed
from auscult.server.api.audits.assignments import ITEM, LISTED, REFUSALS, desk_of, own_item
from auscult.server.rest.context import App, Caller, Rights, Server
from auscult.server.rest.guards import writing
from auscult.server.rest.openapi import answer, refusals
from auscult.server.rest.parameters import PersonName
from auscult.server.rest.request import Takes
from auscult.server.rest.threads import in_slow_thread


class ByHandBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A conversation, or a segment of it, for an auditor (an e-mail address, or a client's id)."""

    conversation_id: str
    auditor: PersonName
    segment: Annotated[int, Meta(ge=0, le=32767)] = 0
    role: Literal["audit", "second"] = "audit"
    hidden: tuple[Hidden, ...] = ()


class SelfReviewBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The caller's own conversation, or a segment of it."""

    conversation_id: str
    segment: Annotated[int, Meta(ge=0, le=32767)] = 0


@post(
    "/assignments",
    operation_id="create_assignment",
    summary="Assign a conversation",
    guards=[writing("audits", "audit.assign", reach="some")],
    responses={201: answer("The assignment.", ListedAssignment, LISTED), **refusals(REFUSALS)},
    takes=Takes("The conversation and its auditor.", {"conversation_id": "c-7f8b1f0e", "auditor": "ann@example.com"}),
)
@in_slow_thread
def create(data: JSONBody[ByHandBody], app: App, server: Server, caller: Caller) -> ListedAssignment:
    """Assign a conversation, or one segment of it, to an auditor without a plan, and so without a probability."""
    given = ByHand(data.conversation_id, data.auditor, data.segment, data.role, hidden=data.hidden)
    return listed(desk_of(app, server).assign(given, caller.name).assignment)


@post(
    "/assignments/self",
    operation_id="review_oneself",
    summary="Review one's own conversation",
    guards=[writing("audits", "audit.review_own", reach="some")],
    status_code=200,
    responses={200: answer("The item.", ShownItem, {**ITEM, "role": "self"}), **refusals(REFUSALS)},
    takes=Takes("The conversation.", {"conversation_id": "c-7f8b1f0e"}),
)
@in_slow_thread
def review_oneself(
    data: JSONBody[SelfReviewBody], app: App, server: Server, caller: Caller, rights: Rights
) -> ShownItem:
    """Begin an agent's review of their own conversation. Before submitting they see neither machine nor auditors.

    No report and no figure shows a self-review.
    """
    desk = desk_of(app, server)
    return own_item(desk.review_oneself(data.conversation_id, caller.name, rights.agent_ids, data.segment))


ROUTER = Router("/", route_handlers=[create, review_oneself])
