"""Assignments: the next item of an auditor, drafts, submission, and items that cannot be judged."""

from typing import Annotated, Any

from litestar.params import JSONBody
from msgspec import Meta, Struct

from auscult.domain.audits.assignment import Assigned, AssignmentOrder, AssignmentState, DeclineCode
from auscult.domain.audits.audit import AuditAnswer
from auscult.domain.audits.sheet import Moment
from auscult.domain.errors import RequestError
from auscult.domain.evaluation import Qualification
from auscult.domain.people.principal import missing
from auscult.server.api.audits.assignment_views import ListedAssignment, ShownItem, listed, shown
from auscult.server.rest import operation
from auscult.server.rest.bodies import decode_body
from auscult.server.rest.context import App, Basis, Rights, Use
from auscult.server.rest.cursors import read_sort_key, write_sort_key
from auscult.server.rest.examples import example
from auscult.server.rest.guards import EitherScopes, reading, writing
from auscult.server.rest.lists import Called, Page
from auscult.server.rest.openapi import answer
from auscult.server.rest.parameters import LEAST_FIRST, AssignmentId, Cursor, Limit, PersonName, query
from auscult.server.rest.request import ApiRequest, ApiResponse
from auscult.server.rest.threads import run
from auscult.services.audits.blind import blindness_of, hidden_from
from auscult.services.audits.desk import Desk
from auscult.services.audits.handover import Item, unknown_assignment
from auscult.services.audits.plans import Planning
from auscult.storage.audits.queue import QueueQuery

AuditDesk = Use[Desk]
EVERYONE = "*"
WORKING = EitherScopes("audits:write", permissions=("audit.perform", "audit.review_own"))
"""Auditors work on their assignments, and agents on their reviews of themselves."""


class NextBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The plan of the next item; without one, any plan."""

    plan_id: str | None = None


@example({"answers": {"em-greeting": "YES"}, "comments": {"em-greeting": "Said it late."}})
class AnswersBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Answers by metric id: YES, NO, NA or a level; "-" withdraws a drafted answer.

    ``comments`` and ``reason_codes`` are by metric id, too; ``comment`` is on the conversation as a whole, and each of
    ``moments`` on a turn, withdrawn by an empty text. ``revision`` is the one that they were given on; without it, they
    replace whatever was stored since.
    """

    answers: Annotated[
        dict[str, str | int | float], Meta(max_length=1000, description="YES, NO, NA or a level; - withdraws one.")
    ] = {}
    comments: Annotated[dict[str, str], Meta(max_length=1000, description="A comment beside an answer.")] = {}
    reason_codes: Annotated[dict[str, str], Meta(max_length=1000, description="A coded reason for a NO.")] = {}
    comment: Annotated[str, Meta(description="A comment on the conversation as a whole.")] = ""
    moments: Annotated[
        tuple[Moment, ...], Meta(max_length=1000, description="A comment on a turn; without a text it is removed.")
    ] = ()
    revision: Annotated[
        Annotated[int, Meta(ge=1)] | None, Meta(description="The revision that the answers were given on.")
    ] = None


@example({"code": "no_sound", "reason": "Silence from 0:20 on."})
class DeclineBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Reason not to judge the conversation: a ``code``, a ``reason`` in words, or both; ``other`` needs words."""

    reason: Annotated[str, Meta(description="Why it cannot be judged, in words.")] = ""
    code: Annotated[DeclineCode | None, Meta(description="Why it cannot be judged.")] = None


@example({"auditor": "bob@example.com"})
class ReassignBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The e-mail address of the auditor who gets the item."""

    auditor: Annotated[PersonName, Meta(description="The auditor who gets it.")]


AssignmentPage = Annotated[Page[ListedAssignment], Called("AssignmentPage")]


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
example(LISTED)(ListedAssignment)
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
example(ITEM)(ShownItem)
_DECLINED: dict[str, Any] = {"state": "declined", "reason_code": "no_sound", "reason": "Silence from 0:20 on."}
SHOWN = ("assignment_id", "conversation_id", "auditor", "role", "state", "due_at")
NAMED = {"answers": "answer METRIC=ANSWER", "comments": "note METRIC=TEXT", "reason_codes": "reason METRIC=CODE"}
ANSWERED: dict[str, Any] = {"arguments": ("answers",), "named": NAMED}
"""Words of commands that answer."""
REFUSALS = {
    403: "The caller is not the auditor of this assignment, or lacks the scope.",
    409: "The assignment has ended, was begun or was changed in between, its answers were stored after `revision`, or no form is for its conversation.",
    422: "A metric, an answer or a comment cannot be used, or answers are missing.",
}


@operation.post(
    "/assignments/next",
    may=writing("audits", "audit.perform", reach="some"),
    refuses={413: "The body is too large."},
    answers={204: answer("There is none.")},
)
async def next_assignment(request: ApiRequest, desk: AuditDesk, rights: Rights) -> ApiResponse[ShownItem]:
    """Begin the next item. By due date; each call begins another one.

    No caller gets a conversation in which they are the agent.

    The body may be empty, or ``{"plan_id": …}`` for items of one plan.
    """
    body = await request.body()
    plan_id = decode_body(body, NextBody).plan_id if body else None
    own = frozenset(rights.agent_ids)
    item = await run(lambda: desk.next_item(rights.name, plan_id, agent_ids=own), slow=True)
    return ApiResponse(None, status_code=204) if item is None else ApiResponse(own_item(item))


@operation.get("/assignments", may=reading("audits"), command="assignments list", columns=SHOWN)
def list_assignments(
    desk: AuditDesk,
    app: App,
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
    """List assignments. The caller's own, or another auditor's, which needs the permission to assign; the operator's are all."""
    if auditor not in {None, rights.name}:
        rights.require("audit.assign")
    after, mine = read_sort_key(cursor, sort), EVERYONE if rights.kind == "operator" else rights.name
    rater = None if (auditor or mine) == EVERYONE else auditor or mine
    states = () if in_state is None else (in_state,)
    asked = QueueQuery(states, rater, plan_id, conversation_id, sort, after, limit + 1)
    found = desk.listing(asked)
    blindness = blindness_of(app, rights.name, rights.agent_ids)
    return Page(
        items=tuple(
            listed(one)
            for one in (each.assigned.assignment for each in found[:limit])
            if one.rater == rights.name or "others" not in blindness.get(one.conversation_id or "", ())
        ),
        next_cursor=write_sort_key(found[limit - 1].key, sort) if len(found) > limit else None,
    )


@operation.get(
    "/assignments/{assignment_id}",
    may=reading("audits"),
    refuses={409: "Its conversation was erased."},
    summary="One assignment",
    command="assignments show",
)
def get_assignment(assignment_id: AssignmentId, desk: AuditDesk, app: App, rights: Rights) -> ShownItem:
    """Return the assignment with its draft, which only its auditor sees, and the metrics to answer.

    Another auditor's assignment needs the permission to assign.
    """
    found = desk.show(assignment_id)
    if found.assignment.rater != rights.name and not rights.may("audit.assign"):
        raise unknown_assignment(assignment_id)
    case = desk.case(found.assignment)
    return shown(found, case, rights.name, hidden_from(app, rights.name, case.conversation.id, rights.agent_ids))


@operation.put(
    "/assignments/{assignment_id}/draft",
    may=WORKING,
    refuses=REFUSALS,
    command="assignments answer",
    columns=SHOWN,
    **ANSWERED,
)
def draft_assignment(
    assignment_id: AssignmentId, data: JSONBody[AnswersBody], desk: AuditDesk, rights: Rights
) -> ShownItem:
    """Draft answers. The last one for a metric counts. No report shows a draft."""
    _check_role(desk, assignment_id, rights)
    return own_item(desk.draft(assignment_id, rights.name, _answers(data), **_others(data)))


@operation.post(
    "/assignments/{assignment_id}/submit",
    may=WORKING,
    refuses=REFUSALS,
    example={"state": "submitted"},
    command="assignments submit",
    columns=SHOWN,
    **ANSWERED,
)
def submit_assignment(
    assignment_id: AssignmentId, data: JSONBody[AnswersBody], desk: AuditDesk, rights: Rights
) -> ShownItem:
    """Submit an audit. This ends the assignment with the drafted answers and these. Only its auditor may.

    Every metric that counts must be answered. Repeating the request changes nothing.
    """
    _check_role(desk, assignment_id, rights)
    return own_item(desk.submit(assignment_id, rights.name, _answers(data), **_others(data)))


@operation.post(
    "/assignments/{assignment_id}/reaudit",
    may=writing("audits", "audit.perform", reach="some"),
    refuses=REFUSALS,
    example={"state": "submitted"},
    command="assignments reaudit",
    columns=SHOWN,
    **ANSWERED,
)
def reaudit_assignment(
    assignment_id: AssignmentId, data: JSONBody[AnswersBody], desk: AuditDesk, rights: Rights
) -> ShownItem:
    """Change a submitted audit. Its form needs ``re_audit``. The trail keeps old and new answers."""
    return own_item(desk.reaudit(assignment_id, rights.name, _answers(data), **_others(data)))


@operation.post(
    "/assignments/{assignment_id}/decline",
    may=writing("audits", "audit.perform", reach="some"),
    refuses=REFUSALS,
    example=_DECLINED,
    command="assignments decline",
    columns=SHOWN,
)
def decline_assignment(
    assignment_id: AssignmentId, data: JSONBody[DeclineBody], desk: AuditDesk, rights: Rights
) -> ListedAssignment:
    """Decline an item. Its conversation cannot be judged. Its probability stays with the draw."""
    return listed(desk.decline(assignment_id, rights.name, data.reason, data.code))


@operation.post(
    "/assignments/{assignment_id}/reassign",
    may=writing("audits", "audit.reassign", reach="some"),
    refuses=REFUSALS,
    example={"state": "assigned", "auditor": "bob@example.com"},
    command="assignments reassign",
    columns=SHOWN,
    named={"auditor": "to EMAIL"},
)
def reassign_assignment(
    assignment_id: AssignmentId, data: JSONBody[ReassignBody], desk: AuditDesk, app: App, server: Basis, rights: Rights
) -> ListedAssignment:
    """Reassign an item. It must not be begun; one that a disabled user has begun also moves, without its draft."""
    planning = Planning(app, server.reports, server.now)
    before = desk.show(assignment_id).assignment.rater or ""
    user = server.store.people.users.by_email(before) if "@" in before else None
    is_gone = user is not None and user.state == "disabled"
    return listed(planning.reassign(assignment_id, data.auditor, rights.name, is_gone=is_gone).assignment)


def _check_role(desk: Desk, assignment_id: str, rights: Rights) -> None:
    """Require ``audit.perform`` except for a self-review. Raises ``AccessError`` ``permission.missing``."""
    if not rights.may("audit.perform") and desk.show(assignment_id).assignment.role != "self":
        raise missing("audit.perform")


def desk_of(app: App, server: Basis) -> Desk:
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


ROUTER = operation.router(__name__, desk=desk_of)
