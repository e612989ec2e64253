"""Disputes: open ones, one with its history, decisions, figures, and overturned answers as examples."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from litestar import Router, get, post
from litestar.params import JSONBody
from msgspec import Struct

from auscult.domain.audits.notes import DisputeState
from auscult.domain.disputes.statistics import DisputeStatistics
from auscult.domain.people.principal import Principal
from auscult.server.api.disputes.people import DECIDE, RAISE, person_of, represents, require_for
from auscult.server.api.disputes.views import DECIDED, DISPUTE, ShownDispute, shown_dispute
from auscult.server.rest.context import App, Caller, Rights, Server, Services
from auscult.server.rest.cursors import read_cursor, write_cursor
from auscult.server.rest.guards import reading, writing
from auscult.server.rest.openapi import answer, refusals
from auscult.server.rest.parameters import Cursor, Limit, path_id, query
from auscult.server.rest.request import ApiResponse, Takes
from auscult.server.rest.threads import in_slow_thread, in_thread
from auscult.services.disputes.examples import overturned_labels
from auscult.services.disputes.reviewing import Reviewing
from auscult.storage.disputes.repository import DisputeQuery
from auscult.storage.store import AppStore

DisputeId = Annotated[str, path_id("The dispute.", "di-5d1e")]
NDJSON = "application/x-ndjson"


class DecisionBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The decision and its reason, which the agent and the auditor read.

    ``answer`` counts from now on if the dispute is accepted: without it the proposed answer, and without that the one
    with which the metric is met.
    """

    decision: Literal["accept", "deny"]
    reason: str
    answer: str | None = None


class DisputePage(Struct, frozen=True, kw_only=True):
    """One page, in the order in which they were raised. ``next_cursor`` is null after the last."""

    items: tuple[ShownDispute, ...]
    next_cursor: str | None


_FIGURES: dict[str, Any] = {
    "key": "em-greeting",
    "raised": 9,
    "open": 0,
    "decided": 9,
    "overturned": 6,
    "rate": {"value": 0.6667, "low": 0.3542, "high": 0.8794},
    "hours": 27.0,
    "is_flagged": True,
}
_REFUSALS = {
    403: "Duties are separated: the caller audited, is the agent, raised it, or is not the reviewer; or lacks the permission.",
    409: "The dispute is decided already, or its conversation was erased.",
    413: "The body is too large.",
    415: "The body is not application/json in UTF-8.",
    422: "The reason is missing, or no answer is named where one is needed.",
}


@get(
    "/disputes",
    operation_id="list_disputes",
    summary="List disputes",
    guards=[reading("audits")],
    responses={200: answer("A page.", DisputePage, {"items": [DISPUTE], "next_cursor": None})},
)
@in_thread
def listing(
    app: App,
    server: Server,
    rights: Rights,
    in_state: Annotated[DisputeState | None, query("Only in this state.", name="state")] = None,
    metric_id: Annotated[str | None, query("Only of this metric.")] = None,
    auditor: Annotated[str | None, query("Only about audits of this auditor.")] = None,
    assignment_id: Annotated[str | None, query("Only about this assignment's audit.")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> DisputePage:
    """List disputes of the conversations that the caller sees, the oldest first."""
    after = read_cursor(cursor, tuple[int])
    asked = DisputeQuery(in_state, auditor, metric_id, assignment_id, after=after[0] if after else 0, limit=limit + 1)
    found = _reviewing(app, server).listing(asked)
    return DisputePage(
        items=tuple(
            shown_dispute(each.dispute, hides_auditor=_hides(app, each.dispute.assignment_id, rights))
            for each in found[:limit]
        ),
        next_cursor=write_cursor(found[limit - 1].number) if len(found) > limit else None,
    )


@get(
    "/disputes/statistics",
    operation_id="get_dispute_statistics",
    summary="Figures of disputes",
    guards=[reading("audits", DECIDE)],
    responses={
        200: answer(
            "The figures.",
            DisputeStatistics,
            {"all": {**_FIGURES, "key": ""}, "metrics": [_FIGURES], "auditors": [], "queues": []},
        )
    },
)
@in_thread
def statistics(
    app: App,
    server: Server,
    since: Annotated[datetime | None, query("Raised at this instant or later.")] = None,
    until: Annotated[datetime | None, query("Raised before this instant.")] = None,
) -> DisputeStatistics:
    """Return the rate of changed answers by metric, auditor and queue, with intervals, and the time to decide.

    A metric is flagged if at least five decisions were made and more than a third of them changed the answer.
    """
    return _reviewing(app, server).statistics(DisputeQuery(since=since, until=until))


@get(
    "/disputes/examples",
    operation_id="get_dispute_examples",
    summary="Overturned answers as labelled examples",
    guards=[reading("audits", DECIDE)],
    responses={200: answer("Labels, a conversation a line.", {"type": "string"}, '{"id":"c-1","metrics":{}}', NDJSON)},
)
@in_thread
def examples(app: App) -> ApiResponse:
    """Return answers changed by accepted disputes as gold labels for `auscult agree` and `auscult tune --labels`."""
    lines = [msgspec.json.encode(each) + b"\n" for each in overturned_labels(app)]
    return ApiResponse(b"".join(lines), media_type=NDJSON)


@get(
    "/disputes/{dispute_id:str}",
    operation_id="get_dispute",
    summary="One dispute",
    guards=[reading("audits")],
    responses={200: answer("The dispute.", ShownDispute, DISPUTE)},
)
@in_thread
def show(dispute_id: DisputeId, app: App, server: Server, rights: Rights) -> ShownDispute:
    """Return the dispute with its decision. Of an erased conversation only metric, people, times and outcome stay."""
    found = _reviewing(app, server).get(dispute_id)
    return shown_dispute(found, hides_auditor=_hides(app, found.assignment_id, rights))


@post(
    "/disputes/{dispute_id:str}/decide",
    operation_id="decide_dispute",
    summary="Decide a dispute",
    guards=[writing("audits", "audit.read", reach="some")],
    status_code=200,
    responses={200: answer("The dispute.", ShownDispute, DECIDED), **refusals(_REFUSALS)},
    takes=Takes("The decision.", {"decision": "accept", "reason": "It is in the recording at 0:03.", "answer": "YES"}),
)
@in_slow_thread
def decide(
    dispute_id: DisputeId, data: JSONBody[DecisionBody], app: App, server: Server, caller: Caller, rights: Rights
) -> ShownDispute:
    """Accept or deny a dispute. Needs the permission `dispute.decide`, unless the policy names the caller.

    Accepting changes the answer, the score of the audit, and the reports. Of two decisions at once one counts, and
    the other is refused.
    """
    reviewing, person = _reviewing(app, server), person_of(caller, rights)
    found = reviewing.get(dispute_id)
    if not reviewing.is_designated(dispute_id, person):
        require_for(app, rights, DECIDE, found.conversation_id)
    return shown_dispute(reviewing.decide(dispute_id, person, data.decision, data.reason, answer=data.answer))


@post(
    "/disputes/{dispute_id:str}/withdraw",
    operation_id="withdraw_dispute",
    summary="Withdraw a dispute",
    guards=[writing("audits", RAISE, reach="some")],
    status_code=200,
    responses={
        200: answer("The dispute.", ShownDispute, {**DISPUTE, "state": "withdrawn"}),
        **refusals({403: "The caller may not answer for the agent.", 409: _REFUSALS[409]}),
    },
)
@in_slow_thread
def withdraw(dispute_id: DisputeId, app: App, server: Server, caller: Caller, rights: Rights) -> ShownDispute:
    """Withdraw an open dispute; the answer counts as accepted by the agent."""
    reviewing = _reviewing(app, server)
    acts = represents(app, rights, reviewing.get(dispute_id).conversation_id)
    done = reviewing.withdraw(dispute_id, person_of(caller, rights), represents=acts)
    return shown_dispute(done, hides_auditor=_hides(app, done.assignment_id, rights))


def _hides(app: AppStore, assignment_id: str, rights: Principal) -> bool:
    """Return whether the auditor's name is hidden from the caller."""
    if not rights.agent_ids:
        return False
    assigned, review = app.queue.get(assignment_id), app.disputes.review(assignment_id)
    is_own = review is not None and review.agent_id in rights.agent_ids
    return is_own and assigned is not None and "auditor" in assigned.assignment.hidden


def _reviewing(app: AppStore, server: Services) -> Reviewing:
    return Reviewing(app, server.reports, server.now)


HANDLERS: tuple[Any, ...] = (listing, statistics, examples, show, decide, withdraw)
ROUTER = Router("/", route_handlers=HANDLERS)
