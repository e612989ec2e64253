"""Assignments: the next item of an auditor, drafts, submission, and items that cannot be judged."""

from typing import Annotated, Any

from litestar import Router, get, post, put
from litestar.params import JSONBody
from msgspec import Meta, Struct

from auscult.domain.audits.assignment import Assigned, AssignmentOrder, AssignmentState, DeclineCode
from auscult.domain.audits.audit import AuditAnswer
from auscult.domain.audits.sheet import Moment
from auscult.domain.errors import RequestError
from auscult.domain.evaluation import Qualification
from auscult.domain.people.principal import missing
from auscult.server.api.audits.assignment_views import ListedAssignment, ShownItem, listed, shown
from auscult.server.rest.bodies import decode_body
from auscult.server.rest.context import App, Caller, Rights, Server, Services
from auscult.server.rest.cursors import read_sort_key, write_sort_key
from auscult.server.rest.guards import EitherScopes, reading, writing
from auscult.server.rest.openapi import answer, refusal, refusals
from auscult.server.rest.parameters import LEAST_FIRST, AssignmentId, Cursor, Limit, PersonName, query
from auscult.server.rest.request import ApiRequest, ApiResponse, Takes
from auscult.server.rest.threads import in_slow_thread, in_thread, run
from auscult.services.audits.blind import blindness_of, hidden_from
from auscult.services.audits.desk import Desk
from auscult.services.audits.handover import Item, unknown_assignment
from auscult.services.audits.plans import Planning
from auscult.storage.audits.queue import QueueQuery
from auscult.storage.store import AppStore

EVERYONE = "*"
WORKING = EitherScopes("audits:write", permissions=("audit.perform", "audit.review_own"))
"""Auditors work on their assignments, and agents on their reviews of themselves."""


class NextBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The plan of the next item; without one, any plan."""

    plan_id: str | None = None


class AnswersBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Answers by metric id: YES, NO, NA or a level; "-" withdraws a drafted answer.

    ``comments`` and ``reason_codes`` are by metric id, too; ``comment`` is on the conversation as a whole, and each of
    ``moments`` on a turn, withdrawn by an empty text. ``revision`` is the one that they were given on; without it, they
    replace whatever was stored since.
    """

    answers: Annotated[dict[str, str | int | float], Meta(max_length=1000)] = {}
    comments: Annotated[dict[str, str], Meta(max_length=1000)] = {}
    reason_codes: Annotated[dict[str, str], Meta(max_length=1000)] = {}
    comment: str = ""
    moments: Annotated[tuple[Moment, ...], Meta(max_length=1000)] = ()
    revision: Annotated[int, Meta(ge=1)] | None = None


class DeclineBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Reason not to judge the conversation: a ``code``, a ``reason`` in words, or both; ``other`` needs words."""

    reason: str = ""
    code: DeclineCode | None = None


class ReassignBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The e-mail address of the auditor who gets the item."""

    auditor: PersonName


class AssignmentPage(Struct, frozen=True, kw_only=True):
    """One page. ``next_cursor`` is null after the last."""

    items: tuple[ListedAssignment, ...]
    next_cursor: str | None


_AT = "2026-04-01T09:00:00Z"
LISTED: dict[str, Any] = {
    "assignment_id": "as-3c4d",
    "conversation_id": "c-7f8b1f0e",
    "segment": 0,
    "agent_id": "a-7",
    "auditor": "ann@example.com",
    "role": "audit",
    "state": "begun",
    "plan_id": "pl-6c1f",
    "plan_version": 1,
    "probability": 0.05,
    "hidden": [],
    "due_at": None,
    "created_at": _AT,
    "begun_at": _AT,
    "ended_at": None,
    "reason": "",
    "reason_code": None,
    "replaces": None,
}
ITEM: dict[str, Any] = {
    **LISTED,
    "revision": 2,
    "draft": {"answers": [{"metric_id": "em-greeting", "answer": "YES"}]},
    "result": None,
    "form": {"id": "ef-billing", "version": 2, "name": "Billing calls"},
    "metrics": [
        {
            "id": "em-greeting",
            "name": "Greeting",
            "fatal": False,
            "correct_answer": "yes",
            "machine": "NO",
            "guidance": "",
            "levels": [],
            "reasons": [],
            "reason_required": False,
            "comments": ["No greeting at all."],
        }
    ],
    "comments": [],
}
_DECLINED: dict[str, Any] = {"state": "declined", "reason_code": "no_sound", "reason": "Silence from 0:20 on."}
_ANSWERS: dict[str, Any] = {"answers": {"em-greeting": "YES"}, "comments": {"em-greeting": "Said it late."}}
REFUSALS = {
    403: "The caller is not the auditor of this assignment, or lacks the scope.",
    409: "The assignment has ended, was begun or was changed in between, its answers were stored after `revision`, or no form is for its conversation.",
    422: "A metric, an answer or a comment cannot be used, or answers are missing.",
}


@post(
    "/assignments/next",
    operation_id="next_assignment",
    summary="Begin the next item",
    guards=[writing("audits", "audit.perform", reach="some")],
    status_code=200,
    responses={
        200: answer("The item.", ShownItem, ITEM),
        204: answer("There is none."),
        413: refusal("The body is too large."),
    },
)
async def next_item(request: ApiRequest, app: App, server: Server, caller: Caller, rights: Rights) -> ApiResponse:
    """Begin the caller's next item, by due date. Each call begins another one.

    No caller gets a conversation in which they are the agent.

    The body may be empty, or ``{"plan_id": …}`` for items of one plan.
    """
    body = await request.body()
    plan_id = decode_body(body, NextBody).plan_id if body else None
    own = frozenset(rights.agent_ids)
    item = await run(lambda: desk_of(app, server).next_item(caller.name, plan_id, agent_ids=own), slow=True)
    return ApiResponse(None, status_code=204) if item is None else ApiResponse(own_item(item))


@get(
    "/assignments",
    operation_id="list_assignments",
    summary="List assignments",
    guards=[reading("audits")],
    responses={200: answer("A page.", AssignmentPage, {"items": [LISTED], "next_cursor": None})},
)
@in_thread
def listing(
    app: App,
    server: Server,
    caller: Caller,
    rights: Rights,
    in_state: Annotated[AssignmentState | None, query("Only those in this state.", name="state")] = None,
    auditor: Annotated[str | None, query("Only this auditor's; * for everyone's. The caller's unless given.")] = None,
    plan_id: Annotated[str | None, query("Only of this plan.")] = None,
    conversation_id: Annotated[str | None, query("Only of this conversation.")] = None,
    sort: Annotated[
        AssignmentOrder, query(f"{LEAST_FIRST} Those without the time or the score are last.")
    ] = "created_at",
    limit: Limit = 100,
    cursor: Cursor = None,
) -> AssignmentPage:
    """List assignments: the caller's own, or another auditor's, which needs the permission to assign."""
    if auditor not in {None, caller.name}:
        rights.require("audit.assign")
    after = read_sort_key(cursor, sort)
    rater = None if auditor == EVERYONE else auditor or caller.name
    states = () if in_state is None else (in_state,)
    asked = QueueQuery(states, rater, plan_id, conversation_id, sort, after, limit + 1)
    found = desk_of(app, server).listing(asked)
    blindness = blindness_of(app, caller.name, rights.agent_ids)
    return AssignmentPage(
        items=tuple(
            listed(one)
            for one in (each.assigned.assignment for each in found[:limit])
            if one.rater == caller.name or "others" not in blindness.get(one.conversation_id or "", ())
        ),
        next_cursor=write_sort_key(found[limit - 1].key, sort) if len(found) > limit else None,
    )


@get(
    "/assignments/{assignment_id:str}",
    operation_id="get_assignment",
    summary="One assignment",
    guards=[reading("audits")],
    responses={200: answer("The assignment.", ShownItem, ITEM), **refusals({409: "Its conversation was erased."})},
)
@in_thread
def show(assignment_id: AssignmentId, app: App, server: Server, caller: Caller, rights: Rights) -> ShownItem:
    """Return the assignment with its draft, which only its auditor sees, and the metrics to answer.

    Another auditor's assignment needs the permission to assign.
    """
    desk = desk_of(app, server)
    found = desk.show(assignment_id)
    if found.assignment.rater != caller.name and not rights.may("audit.assign"):
        raise unknown_assignment(assignment_id)
    case = desk.case(found.assignment)
    return shown(found, case, caller.name, hidden_from(app, caller.name, case.conversation.id, rights.agent_ids))


@put(
    "/assignments/{assignment_id:str}/draft",
    operation_id="draft_assignment",
    summary="Draft answers",
    guards=[WORKING],
    responses={200: answer("The item.", ShownItem, ITEM), **refusals(REFUSALS)},
    takes=Takes("Answers to keep.", _ANSWERS),
)
@in_slow_thread
def draft(
    assignment_id: AssignmentId, data: JSONBody[AnswersBody], app: App, server: Server, caller: Caller, rights: Rights
) -> ShownItem:
    """Store answers for later; the last one for a metric counts. No report shows a draft."""
    desk = desk_of(app, server)
    _check_role(desk, assignment_id, rights)
    return own_item(desk.draft(assignment_id, caller.name, _answers(data), **_others(data)))


@post(
    "/assignments/{assignment_id:str}/submit",
    operation_id="submit_assignment",
    summary="Submit an audit",
    guards=[WORKING],
    status_code=200,
    responses={200: answer("The item.", ShownItem, {**ITEM, "state": "submitted"}), **refusals(REFUSALS)},
    takes=Takes("Last answers.", _ANSWERS),
)
@in_slow_thread
def submit(
    assignment_id: AssignmentId, data: JSONBody[AnswersBody], app: App, server: Server, caller: Caller, rights: Rights
) -> ShownItem:
    """End the assignment with the drafted answers and these. Only its auditor may.

    Every metric that counts must be answered. Repeating the request changes nothing.
    """
    desk = desk_of(app, server)
    _check_role(desk, assignment_id, rights)
    return own_item(desk.submit(assignment_id, caller.name, _answers(data), **_others(data)))


@post(
    "/assignments/{assignment_id:str}/reaudit",
    operation_id="reaudit_assignment",
    summary="Change a submitted audit",
    guards=[writing("audits", "audit.perform", reach="some")],
    status_code=200,
    responses={200: answer("The item.", ShownItem, {**ITEM, "state": "submitted"}), **refusals(REFUSALS)},
    takes=Takes("The answers to change.", _ANSWERS),
)
@in_slow_thread
def reaudit(
    assignment_id: AssignmentId, data: JSONBody[AnswersBody], app: App, server: Server, caller: Caller
) -> ShownItem:
    """Change answers of a submitted audit if its form has ``re_audit``. The trail keeps old and new answers."""
    desk = desk_of(app, server)
    return own_item(desk.reaudit(assignment_id, caller.name, _answers(data), **_others(data)))


@post(
    "/assignments/{assignment_id:str}/decline",
    operation_id="decline_assignment",
    summary="Decline an item",
    guards=[writing("audits", "audit.perform", reach="some")],
    status_code=200,
    responses={
        200: answer("The assignment.", ListedAssignment, {**LISTED, **_DECLINED}),
        **refusals(REFUSALS),
    },
    takes=Takes("The reason.", {"code": "no_sound", "reason": "Silence from 0:20 on."}),
)
@in_slow_thread
def decline(
    assignment_id: AssignmentId, data: JSONBody[DeclineBody], app: App, server: Server, caller: Caller
) -> ListedAssignment:
    """End an assignment whose conversation cannot be judged. Its probability stays with the draw."""
    return listed(desk_of(app, server).decline(assignment_id, caller.name, data.reason, data.code))


@post(
    "/assignments/{assignment_id:str}/reassign",
    operation_id="reassign_assignment",
    summary="Reassign an item",
    guards=[writing("audits", "audit.reassign", reach="some")],
    status_code=200,
    responses={
        200: answer("The assignment.", ListedAssignment, {**LISTED, "state": "assigned", "auditor": "bob@example.com"}),
        **refusals(REFUSALS),
    },
    takes=Takes("The auditor who gets it.", {"auditor": "bob@example.com"}),
)
@in_slow_thread
def reassign(
    assignment_id: AssignmentId, data: JSONBody[ReassignBody], app: App, server: Server, caller: Caller
) -> ListedAssignment:
    """Reassign an item that is not begun; one that a disabled user has begun also moves, without its draft."""
    planning = Planning(app, server.reports, server.now)
    before = desk_of(app, server).show(assignment_id).assignment.rater or ""
    user = server.store.people.users.by_email(before) if "@" in before else None
    is_gone = user is not None and user.state == "disabled"
    return listed(planning.reassign(assignment_id, data.auditor, caller.name, is_gone=is_gone).assignment)


def _check_role(desk: Desk, assignment_id: str, rights: Rights) -> None:
    """Require ``audit.perform`` except for a self-review. Raises ``AccessError`` ``permission.missing``."""
    if not rights.may("audit.perform") and desk.show(assignment_id).assignment.role != "self":
        raise missing("audit.perform")


def desk_of(app: AppStore, server: Services) -> Desk:
    """Return the service for the work of an app's auditors."""
    return Desk(app, server.reports, server.now)


def own_item(item: Item) -> ShownItem:
    """Return the view of an item for its auditor, who sees the machine once it is submitted."""
    one = item.assignment
    hidden = frozenset(one.hidden if one.is_unfinished else ())
    return shown(Assigned(assignment=one, audit=item.audit), item.case, one.rater or "", hidden)


_RAW: dict[str, Qualification] = {"YES": "YES", "NO": "NO", "NA": "NA", "-": "-"}


def _others(body: AnswersBody) -> dict[str, Any]:
    """Return the arguments of a step, but for the answers."""
    return {"comment": body.comment, "moments": body.moments, "revision": body.revision}


def _answers(body: AnswersBody) -> list[AuditAnswer]:
    """Return the answers of a body. Any but YES, NO, NA and "-" is the level of a graded metric."""
    loose = sorted({*body.comments, *body.reason_codes} - set(body.answers))
    if loose:
        raise RequestError(
            f"a comment or reason without an answer: {', '.join(loose)}; send the answer with it",
            code="answer.invalid",
            field=f"answers.{loose[0]}",
        )
    return [
        AuditAnswer(
            metric_id=metric_id,
            answer=_RAW.get(str(given), "YES"),
            level=None if given in _RAW else str(given),
            comment=body.comments.get(metric_id, ""),
            reason_code=body.reason_codes.get(metric_id),
        )
        for metric_id, given in body.answers.items()
    ]


ROUTER = Router("/", route_handlers=[next_item, listing, show, draft, submit, reaudit, decline, reassign])
