"""Reviews and disputes over HTTP and as commands: the agent answers an audit, others decide, figures, the policy."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar.params import JSONBody
from msgspec import Meta, Struct
from msgspec.structs import asdict

from auscult.domain.audits.notes import DisputeState
from auscult.domain.disputes.dispute import (
    DECIDE,
    RAISE,
    Dispute,
    DisputeOrder,
    DisputeStatistics,
    ReviewPolicy,
    ReviewStatus,
    ShownReview,
)
from auscult.domain.disputes.steps import Ruling
from auscult.server.rest import operation
from auscult.server.rest.context import App, Basis, Rights, Use
from auscult.server.rest.cursors import read_sort_key, write_sort_key
from auscult.server.rest.examples import example
from auscult.server.rest.guards import reading, writing
from auscult.server.rest.lists import Called, Items, Page
from auscult.server.rest.openapi import answer
from auscult.server.rest.parameters import LEAST_FIRST, AssignmentId, Cursor, Limit, path_id, query
from auscult.server.rest.request import ApiResponse
from auscult.services.disputes.opening import overturned_labels
from auscult.services.disputes.reviewing import Reviewing
from auscult.storage.disputes import DisputeQuery

DisputeId = Annotated[str, path_id("The dispute.", "di-5d1e")]
Work = Use[Reviewing]
NDJSON = "application/x-ndjson"
_MOST = 500


def work(app: App, rights: Rights, server: Basis) -> Reviewing:
    """Return the reviews of the app as the caller sees them."""
    return Reviewing(app, server.reports, server.now, rights)


@example({"metric_id": "em-greeting", "comment": "I said good morning.", "proposed": "YES"})
class DisputeBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The disputed metric, the agent's comment, and the answer that they propose: YES, NO, NA or a level."""

    metric_id: Annotated[str, Meta(description="The metric, as em-greeting.")]
    comment: Annotated[str, Meta(description="What is wrong with the answer.")]
    proposed: Annotated[str | None, Meta(description="YES, NO, NA or a level; none unless given.")] = None


@example({"metric_ids": ["em-greeting"]})
class AcceptBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The metrics; without any, all that this can be done to."""

    metric_ids: Annotated[tuple[str, ...], Meta(max_length=1000, description="Only these metrics.")] = ()


@example({"decision": "accept", "reason": "It is in the recording at 0:03.", "answer": "YES"})
class DecisionBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The decision and its reason, which the agent and the auditor read.

    ``answer`` counts from now on if the dispute is accepted: without it the proposed answer, and without that the one
    with which the metric is met.
    """

    decision: Annotated[Ruling, Meta(description="The decision.")]
    reason: Annotated[str, Meta(description="Why; the agent and the auditor read it.")]
    answer: Annotated[str | None, Meta(description="What counts from now on; else the proposed answer.")] = None


DisputePage = Annotated[
    Page[Dispute],
    Called("DisputePage", "One page, in the order that was asked for. ``next_cursor`` is null after the last."),
]


ReviewPage = Annotated[Items[ShownReview], Called("ReviewPage", "Reviews, the newest release first.")]


AT = "2026-04-01T09:00:00Z"
DISPUTE: dict[str, Any] = {
    "dispute_id": "di-5d1e",
    "assignment_id": "as-3c4d",
    "conversation_id": "c-7f8b1f0e",
    "metric_id": "em-greeting",
    "round": 1,
    "state": "open",
    "form_id": "ef-billing",
    "form_version": 2,
    "queue": "qu-billing",
    "agent_id": "a-7",
    "auditor": "ann@example.com",
    "raised_by": "lee@example.com",
    "raised_at": AT,
    "due_at": "2026-04-06T09:00:00Z",
    "comment": "I said good morning in the first turn.",
    "answer": "NO",
    "proposed": "YES",
    "decided_by": None,
    "decided_at": None,
    "reason": "",
    "decided_answer": None,
}
example(DISPUTE)(Dispute)
DECIDED: dict[str, Any] = {
    **DISPUTE,
    "state": "accepted",
    "decided_by": "sam@example.com",
    "decided_at": AT,
    "reason": "It is in the recording at 0:03.",
    "decided_answer": "YES",
}
REVIEW: dict[str, Any] = {
    "assignment_id": "as-3c4d",
    "conversation_id": "c-7f8b1f0e",
    "agent_id": "a-7",
    "auditor": "ann@example.com",
    "status": "pending_agent_review",
    "submitted_at": AT,
    "released_at": AT,
    "ends_at": "2026-04-15T09:00:00Z",
    "final_at": None,
    "score": 80,
    "passed": True,
    "rounds": 3,
    "reviewer": "other",
    "reviewers": [],
    "metrics": [
        {
            "metric_id": "em-greeting",
            "name": "Greeting",
            "answer": "NO",
            "comment": "",
            "status": "pending",
            "round": 0,
            "dispute_id": None,
            "disputable_until": "2026-04-15T09:00:00Z",
            "final_at": None,
        }
    ],
    "disputes": [],
}
example(REVIEW)(ShownReview)
ACCEPTED: dict[str, Any] = {
    **REVIEW,
    "final_at": "2026-04-01T09:10:00Z",
    "metrics": [
        {
            **REVIEW["metrics"][0],
            "status": "agent_accepted",
            "disputable_until": None,
            "final_at": "2026-04-01T09:10:00Z",
        }
    ],
}
FIGURES: dict[str, Any] = {
    "key": "em-greeting",
    "raised": 9,
    "open": 0,
    "decided": 9,
    "overturned": 6,
    "rate": {"value": 0.6667, "low": 0.3542, "high": 0.8794},
    "hours": 27.0,
    "is_flagged": True,
}
POLICY: dict[str, Any] = asdict(ReviewPolicy()) | {"reviewers": []}
example(POLICY)(ReviewPolicy)
_ANSWERING = {
    403: "The caller is neither the agent nor may answer for them, or lacks the permission.",
    409: "The audit is not submitted or not released, its window has ended, or the metric is settled or disputed.",
    422: "The audit has no such metric, the comment is missing, or the proposed answer cannot be used.",
}
_DECIDING = {
    403: "Duties are separated: the caller audited, is the agent, raised it, or is not the reviewer; or lacks the permission.",
    409: "The dispute is decided already, or its conversation was erased.",
    422: "The reason is missing, or no answer is named where one is needed.",
}
example({"all": {**FIGURES, "key": ""}, "metrics": [FIGURES], "auditors": [], "queues": []})(DisputeStatistics)


@operation.get("/reviews", may=reading("audits"))
def list_reviews(
    work: Work,
    rights: Rights,
    server: Basis,
    agent_id: Annotated[str | None, query("Only of this agent; the caller's own unless given.")] = None,
    status: Annotated[ReviewStatus | None, query("Only in this status.")] = None,
) -> ReviewPage:
    """List the reviews of agents. Released audits, the newest first, at most 500: one's own, or those of ``agent_id``."""
    found = work.of_agents(frozenset({agent_id}) if agent_id else rights.agent_ids, _MOST)
    wanted = (each for each in found if status in {None, each.status})
    return Items(items=tuple(each.shown_to(rights, server.now()) for each in wanted))


@operation.get(
    "/assignments/{assignment_id}/review",
    may=reading("audits"),
    refuses={409: "There is no review."},
    summary="The review of an audit",
    command="disputes review",
)
def get_review(assignment_id: AssignmentId, work: Work, rights: Rights, server: Basis) -> ShownReview:
    """Return the review status of a submitted audit, per metric and as a whole, with its disputes.

    An agent does not see it before its release.
    """
    return work.show(assignment_id).shown_to(rights, server.now())


@operation.post(
    "/assignments/{assignment_id}/release",
    may=writing("audits", "audit.read", reach="some"),
    refuses={403: _ANSWERING[403], 409: _ANSWERING[409]},
    command="disputes release",
)
def release_review(assignment_id: AssignmentId, work: Work, rights: Rights, server: Basis) -> ShownReview:
    """Release an audit to its agent. After a second check, or before its time.

    Needs the permission to decide disputes. Neither the auditor nor the agent may.
    """
    return work.release(assignment_id).shown_to(rights, server.now())


@operation.post(
    "/assignments/{assignment_id}/accept",
    may=writing("audits", RAISE, reach="some"),
    refuses=_ANSWERING,
    example=ACCEPTED,
    command="disputes accept",
    arguments=("metric_ids",),
)
def accept_review(
    assignment_id: AssignmentId, data: JSONBody[AcceptBody], work: Work, rights: Rights, server: Basis
) -> ShownReview:
    """Accept an audit. It may be some metrics, or all that the agent has not answered. Repeating this changes nothing.

    It can be undone for ten minutes, until ``final_at``; the audit stays in ``pending_agent_review`` until then.
    """
    return work.accept(assignment_id, data.metric_ids).shown_to(rights, server.now())


@operation.post(
    "/assignments/{assignment_id}/undo-accept",
    may=writing("audits", RAISE, reach="some"),
    refuses={**_ANSWERING, 409: "The audit is not submitted or not released, or the acceptance is final."},
    command="disputes undo-accept",
    arguments=("metric_ids",),
)
def undo_acceptance(
    assignment_id: AssignmentId, data: JSONBody[AcceptBody], work: Work, rights: Rights, server: Basis
) -> ShownReview:
    """Undo an acceptance. Some metrics, or all that are not final, wait for an answer as before.

    An acceptance is final ten minutes after it was made. Repeating this changes nothing.
    """
    return work.undo(assignment_id, data.metric_ids).shown_to(rights, server.now())


@operation.post(
    "/assignments/{assignment_id}/disputes",
    may=writing("audits", RAISE, reach="some"),
    status=201,
    refuses=_ANSWERING,
    command="disputes raise",
    arguments=("metric_id",),
)
def raise_dispute(assignment_id: AssignmentId, data: JSONBody[DisputeBody], work: Work) -> Dispute:
    """Dispute an answer of an audit. It is the answer to one metric. The agent of the audit and their supervisors may."""
    return work.dispute(assignment_id, data.metric_id, data.comment, data.proposed)


@operation.get(
    "/disputes",
    may=reading("audits"),
    command="disputes list",
    columns=(
        "dispute_id",
        "conversation_id",
        "metric_id",
        "round",
        "answer",
        "proposed",
        "decided_answer",
        "state",
        "due_at",
    ),
)
def list_disputes(
    work: Work,
    in_state: Annotated[DisputeState | None, query("Only in this state.", name="state")] = None,
    metric_id: Annotated[str | None, query("Only of this metric.")] = None,
    auditor: Annotated[str | None, query("Only about audits of this auditor.")] = None,
    assignment_id: Annotated[str | None, query("Only about this assignment's audit.")] = None,
    sort: Annotated[DisputeOrder, query(f"{LEAST_FIRST} Those that are not decided are last.")] = "raised_at",
    limit: Limit = 100,
    cursor: Cursor = None,
) -> DisputePage:
    """List disputes. They are of the conversations that the caller sees; by default the oldest is first."""
    after = read_sort_key(cursor, sort)
    asked = DisputeQuery(in_state, auditor, metric_id, assignment_id, order=sort, after=after, limit=limit + 1)
    found = work.listing(asked)
    return Page(
        items=tuple(each.dispute for each in found[:limit]),
        next_cursor=write_sort_key(found[limit - 1].key, sort) if len(found) > limit else None,
    )


@operation.get(
    "/disputes/statistics", may=reading("audits", DECIDE), summary="Figures of disputes", command="disputes statistics"
)
def get_dispute_statistics(
    work: Work,
    since: Annotated[datetime | None, query("Raised at this instant or later.")] = None,
    until: Annotated[datetime | None, query("Raised before this instant.")] = None,
) -> DisputeStatistics:
    """Return the rate of changed answers by metric, auditor and queue, with intervals, and the time to decide.

    A metric is flagged if at least five decisions were made and more than a third of them changed the answer.
    """
    return work.statistics(DisputeQuery(since=since, until=until))


@operation.get(
    "/disputes/examples",
    may=reading("audits", DECIDE),
    summary="Overturned answers as labelled examples",
    answers={200: answer("Labels, a conversation a line.", {"type": "string"}, '{"id":"c-1","metrics":{}}', NDJSON)},
)
def get_dispute_examples(app: App) -> ApiResponse[bytes]:
    """Return answers changed by accepted disputes as gold labels for `auscult agree` and `auscult tune --labels`."""
    lines = [msgspec.json.encode(each) + b"\n" for each in overturned_labels(app)]
    return ApiResponse(b"".join(lines), media_type=NDJSON)


@operation.get("/disputes/{dispute_id}", may=reading("audits"), summary="One dispute", command="disputes show")
def get_dispute(dispute_id: DisputeId, work: Work) -> Dispute:
    """Return the dispute with its decision. Of an erased conversation only metric, people, times and outcome stay."""
    return work.get(dispute_id)


@operation.post(
    "/disputes/{dispute_id}/decide",
    may=writing("audits", "audit.read", reach="some"),
    refuses=_DECIDING,
    example=DECIDED,
    command="disputes decide",
    arguments=("decision",),
)
def decide_dispute(dispute_id: DisputeId, data: JSONBody[DecisionBody], work: Work) -> Dispute:
    """Decide a dispute. Needs the permission `dispute.decide`, unless the policy names the caller.

    Accepting changes the answer, the score of the audit, and the reports. Of two decisions at once one counts, and the
    other is refused.
    """
    return work.decide(dispute_id, data.decision, data.reason, data.answer)


@operation.post(
    "/disputes/{dispute_id}/withdraw",
    may=writing("audits", RAISE, reach="some"),
    refuses={403: "The caller may not answer for the agent.", 409: _DECIDING[409]},
    example={"state": "withdrawn"},
    command="disputes withdraw",
)
def withdraw_dispute(dispute_id: DisputeId, work: Work) -> Dispute:
    """Withdraw a dispute. It is open until then; the answer counts as accepted by the agent."""
    return work.withdraw(dispute_id)


@operation.get(
    "/review-policy",
    may=reading("audits"),
    summary="The policy for reviews and disputes",
    answers={200: answer("The policy.", ReviewPolicy)},
    command="disputes policy",
)
def get_review_policy(work: Work) -> dict[str, Any]:
    """Return the policy for audits whose plan has none of its own."""
    return asdict(work.policy())


@operation.put(
    "/review-policy",
    may=writing("audits", "plan.edit"),
    refuses={422: "A value cannot be used."},
    answers={200: answer("The policy.", ReviewPolicy)},
    command="disputes policy",
)
def set_review_policy(data: JSONBody[ReviewPolicy], work: Work) -> dict[str, Any]:
    """Set the policy for reviews and disputes. Audits that are submitted from now on have it; earlier ones keep theirs."""
    return asdict(work.set_policy(data))


ROUTER = operation.router(__name__, work=work)
