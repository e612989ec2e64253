"""Reviews: an agent sees an audit once it is released, and accepts or disputes its answers."""

from typing import Annotated, Any

from litestar import Router, get, post
from litestar.params import JSONBody
from msgspec import Meta, Struct

from auscult.domain.audits.assignment import Hidden
from auscult.domain.disputes.review import ReviewStatus
from auscult.domain.people.principal import Principal
from auscult.server.api.audits.assignments import AssignmentId
from auscult.server.api.disputes.people import DECIDE, RAISE, person_of, represents, require_for
from auscult.server.api.disputes.views import DISPUTE, REVIEW, ShownDispute, ShownReview, shown_dispute, shown_review
from auscult.server.rest.context import App, Caller, Rights, Server, Services
from auscult.server.rest.guards import reading, writing
from auscult.server.rest.openapi import answer, refusals
from auscult.server.rest.parameters import query
from auscult.server.rest.request import Takes
from auscult.server.rest.threads import in_slow_thread, in_thread
from auscult.services.audits.handover import unknown_assignment
from auscult.services.disputes.reviewing import Reviewing, ReviewView
from auscult.storage.store import AppStore

_AUDITOR: Hidden = "auditor"
_MOST = 500


class DisputeBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The disputed metric, the agent's comment, and the answer that they propose: YES, NO, NA or a level."""

    metric_id: str
    comment: str
    proposed: str | None = None


class AcceptBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The metrics to accept; without any, all pending ones."""

    metric_ids: Annotated[tuple[str, ...], Meta(max_length=1000)] = ()


class ReviewPage(Struct, frozen=True, kw_only=True):
    """Reviews, the newest release first."""

    items: tuple[ShownReview, ...]


_REFUSALS = {
    403: "The caller is neither the agent nor may answer for them, or lacks the permission.",
    409: "The audit is not submitted or not released, its window has ended, or the metric is settled or disputed.",
    413: "The body is too large.",
    415: "The body is not application/json in UTF-8.",
    422: "The audit has no such metric, the comment is missing, or the proposed answer cannot be used.",
}


@get(
    "/reviews",
    operation_id="list_reviews",
    summary="List the reviews of agents",
    guards=[reading("audits")],
    responses={200: answer("Reviews.", ReviewPage, {"items": [REVIEW]})},
)
@in_thread
def listing(
    app: App,
    server: Server,
    rights: Rights,
    agent_id: Annotated[str | None, query("Only of this agent; the caller's own unless given.")] = None,
    status: Annotated[ReviewStatus | None, query("Only in this status.")] = None,
) -> ReviewPage:
    """List released audits of an agent, the newest first, at most 500: the caller's own, or those of ``agent_id``."""
    agents = frozenset({agent_id}) if agent_id else rights.agent_ids
    reviewing = _reviewing(app, server)
    return ReviewPage(
        items=tuple(
            _shown(view, server, rights) for view in reviewing.of_agents(agents, _MOST) if status in {None, view.status}
        )
    )


@get(
    "/assignments/{assignment_id:str}/review",
    operation_id="get_review",
    summary="The review of an audit",
    guards=[reading("audits")],
    responses={200: answer("The review.", ShownReview, REVIEW), **refusals({409: "There is no review."})},
)
@in_thread
def show(assignment_id: AssignmentId, app: App, server: Server, rights: Rights) -> ShownReview:
    """Return the review status of a submitted audit, per metric and as a whole, with its disputes.

    An agent does not see it before its release.
    """
    view = _reviewing(app, server).show(assignment_id)
    if not view.review.is_released(server.now()) and is_agents_own(view, rights):
        raise unknown_assignment(assignment_id)
    return _shown(view, server, rights)


@post(
    "/assignments/{assignment_id:str}/release",
    operation_id="release_review",
    summary="Release an audit to its agent",
    guards=[writing("audits", "audit.read", reach="some")],
    status_code=200,
    responses={200: answer("The review.", ShownReview, REVIEW), **refusals({403: _REFUSALS[403], 409: _REFUSALS[409]})},
)
@in_slow_thread
def release(assignment_id: AssignmentId, app: App, server: Server, caller: Caller, rights: Rights) -> ShownReview:
    """Release an audit after a second check, or before its time. Needs the permission to decide disputes.

    Neither the auditor nor the agent may.
    """
    reviewing = _reviewing(app, server)
    view = reviewing.show(assignment_id)
    require_for(app, rights, DECIDE, view.review.conversation_id)
    return _shown(reviewing.release(assignment_id, person_of(caller, rights)), server, rights)


@post(
    "/assignments/{assignment_id:str}/accept",
    operation_id="accept_review",
    summary="Accept an audit",
    guards=[writing("audits", RAISE, reach="some")],
    status_code=200,
    responses={
        200: answer("The review.", ShownReview, {**REVIEW, "status": "resolved"}),
        **refusals(_REFUSALS),
    },
    takes=Takes("The metrics.", {"metric_ids": ["em-greeting"]}),
)
@in_slow_thread
def accept(
    assignment_id: AssignmentId, data: JSONBody[AcceptBody], app: App, server: Server, caller: Caller, rights: Rights
) -> ShownReview:
    """Accept the answers to some metrics, or all that the agent has not answered. Repeating this changes nothing."""
    reviewing = _reviewing(app, server)
    view = _own(reviewing.show(assignment_id), server, rights)
    acts = represents(app, rights, view.review.conversation_id)
    done = reviewing.accept(assignment_id, person_of(caller, rights), data.metric_ids, represents=acts)
    return _shown(done, server, rights)


@post(
    "/assignments/{assignment_id:str}/disputes",
    operation_id="raise_dispute",
    summary="Dispute an answer of an audit",
    guards=[writing("audits", RAISE, reach="some")],
    responses={201: answer("The dispute.", ShownDispute, DISPUTE), **refusals(_REFUSALS)},
    takes=Takes("The dispute.", {"metric_id": "em-greeting", "comment": "I said good morning.", "proposed": "YES"}),
)
@in_slow_thread
def dispute(
    assignment_id: AssignmentId, data: JSONBody[DisputeBody], app: App, server: Server, caller: Caller, rights: Rights
) -> ShownDispute:
    """Dispute the answer to one metric. The agent of the audit and their supervisors may."""
    reviewing = _reviewing(app, server)
    view = _own(reviewing.show(assignment_id), server, rights)
    acts = represents(app, rights, view.review.conversation_id)
    made = reviewing.dispute(
        assignment_id,
        person_of(caller, rights),
        data.metric_id,
        data.comment,
        proposed=data.proposed,
        represents=acts,
    )
    return shown_dispute(made, hides_auditor=hides_auditor(view, rights))


def is_agents_own(view: ReviewView, rights: Principal) -> bool:
    """Return whether a review is about the caller."""
    return view.review.agent_id is not None and view.review.agent_id in rights.agent_ids


def hides_auditor(view: ReviewView, rights: Principal) -> bool:
    """Return whether the auditor's name is hidden from the caller."""
    return _AUDITOR in view.assignment.hidden and is_agents_own(view, rights)


def _own(view: ReviewView, server: Services, rights: Principal) -> ReviewView:
    """Return a review that the caller may see. Raises ``NotFoundError`` if it is not released to them."""
    if not view.review.is_released(server.now()) and is_agents_own(view, rights):
        raise unknown_assignment(view.review.assignment_id)
    return view


def _reviewing(app: AppStore, server: Services) -> Reviewing:
    return Reviewing(app, server.reports, server.now)


def _shown(view: ReviewView, server: Services, rights: Principal) -> ShownReview:
    return shown_review(view, server.now(), hides_auditor=hides_auditor(view, rights))


HANDLERS: tuple[Any, ...] = (listing, show, release, accept, dispute)
ROUTER = Router("/", route_handlers=HANDLERS)
