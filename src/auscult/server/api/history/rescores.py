"""Re-scores: stored conversations scored again with a version of a form, as durable work that can be cancelled."""

from typing import Annotated, Any

from litestar import Router, get, post
from litestar.params import JSONBody
from msgspec import Meta, Struct

from auscult.server.rest.context import App, Caller, Server
from auscult.server.rest.guards import reading, writing
from auscult.server.rest.openapi import answer, refusal
from auscult.server.rest.parameters import Instant, Limit, path_id
from auscult.server.rest.request import ApiResponse, Takes
from auscult.server.rest.threads import in_slow_thread
from auscult.services.history.rescores import (
    RescoreLine,
    begin_rescore,
    cancel_rescore,
    line_of,
    list_rescores,
    resume_rescore,
    view_rescore,
)

LARGEST_VERSION = 2**31 - 1
Version = Annotated[int, Meta(ge=1, le=LARGEST_VERSION)]
QueueName = Annotated[str, Meta(min_length=1, max_length=1000)]
RescoreId = Annotated[str, path_id("The re-score's id.", "rs-0b6f2f3e-5a0e-4f0b-8d3c-9d1f6f11a2b3")]
Queues = Annotated[tuple[QueueName, ...], Meta(max_length=1000)]


class RescoreBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Conversations to re-score. Without ``version`` the newest; ``queues`` are ids or names, empty means all.

    ``afresh`` judges every metric again, even if this version decided it before. ``by``: the person, else the client.
    """

    form_id: str
    version: Version | None = None
    since: Instant | None = None
    until: Instant | None = None
    queues: Queues = ()
    afresh: bool = False
    by: Annotated[str, Meta(min_length=1, max_length=200)] | None = None


class RescoreList(Struct, frozen=True, kw_only=True):
    """Re-scores, the newest first."""

    items: tuple[RescoreLine, ...]
    next_cursor: None = None


_LINE: dict[str, Any] = {
    "id": "rs-0b6f2f3e-5a0e-4f0b-8d3c-9d1f6f11a2b3",
    "state": "running",
    "form_id": "ef-billing",
    "version": 3,
    "since": "2026-01-01T00:00:00Z",
    "until": None,
    "queues": [],
    "afresh": False,
    "by": "cs-1",
    "total": 20000,
    "looked": 8000,
    "rescored": 7412,
    "already": 0,
    "other_form": 588,
    "other_queue": 0,
    "waiting": 0,
    "moved": 0,
    "failed": 0,
    "reason": None,
    "created_at": "2026-03-24T08:00:00Z",
    "ended_at": None,
}
_DONE = {**_LINE, "state": "done", "looked": 20000, "rescored": 18544, "other_form": 1456}


@post(
    "/rescores",
    operation_id="begin_rescore",
    summary="Start a re-score",
    guards=[writing("forms")],
    status_code=202,
    responses={
        202: answer("It is begun; `Location` is where it can be watched.", RescoreLine, _LINE),
        409: refusal("A re-score of this form is under way."),
        422: refusal("The version can no longer be read as a form."),
        503: refusal("The form asks what no engine here answers."),
    },
    takes=Takes("What to re-score.", {"form_id": "ef-billing", "since": "2026-01-01T00:00:00Z"}),
)
@in_slow_thread
def begin(data: JSONBody[RescoreBody], app: App, server: Server, caller: Caller) -> ApiResponse:
    """Score stored conversations again with a version of a form, regardless of the form that scored them before.

    Answers are kept if a metric asks the same. Earlier evaluations are kept, and the trail of each conversation
    gets an entry. Workers do it, and it survives a crash of any process.
    """
    view = begin_rescore(
        app,
        server.answered(),
        form_id=data.form_id,
        version=data.version,
        since=data.since,
        until=data.until,
        queues=data.queues,
        afresh=data.afresh,
        by=caller.acting_as(data.by),
    )
    headers = {"Location": f"/api/v1/rescores/{view.backfill.backfill_id}"}
    return ApiResponse(line_of(view), status_code=202, headers=headers)


@get(
    "/rescores",
    operation_id="list_rescores",
    summary="List re-scores",
    guards=[reading("forms", reach="app")],
    responses={200: answer("The re-scores.", RescoreList, {"items": [_LINE], "next_cursor": None})},
)
@in_slow_thread
def listing(app: App, limit: Limit = 100) -> RescoreList:
    """List re-scores, the newest first."""
    found = list_rescores(app, limit)
    return RescoreList(items=tuple(map(line_of, found)))


@get(
    "/rescores/{rescore_id:str}",
    operation_id="get_rescore",
    summary="One re-score",
    guards=[reading("forms", reach="app")],
    responses={200: answer("The re-score.", RescoreLine, _DONE)},
)
@in_slow_thread
def show(rescore_id: RescoreId, app: App) -> RescoreLine:
    """Return the progress of a re-score, with counts of the conversations processed by outcome."""
    return line_of(view_rescore(app, rescore_id))


@post(
    "/rescores/{rescore_id:str}/cancel",
    operation_id="cancel_rescore",
    summary="Cancel a re-score",
    guards=[writing("forms")],
    status_code=200,
    responses={200: answer("The current state.", RescoreLine, {**_LINE, "state": "cancelled"})},
)
@in_slow_thread
def cancel(rescore_id: RescoreId, app: App) -> RescoreLine:
    """Cancel a re-score: nothing more is written, and written results stay. One that is over is not changed."""
    return line_of(cancel_rescore(app, rescore_id))


@post(
    "/rescores/{rescore_id:str}/resume",
    operation_id="resume_rescore",
    summary="Resume a re-score",
    guards=[writing("forms")],
    status_code=200,
    responses={
        200: answer("The current state.", RescoreLine, _LINE),
        409: refusal("Another re-score of this form is under way."),
    },
)
@in_slow_thread
def resume(rescore_id: RescoreId, app: App) -> RescoreLine:
    """Resume a cancelled or failed re-score where it stopped; others are not changed."""
    return line_of(resume_rescore(app, rescore_id))


ROUTER = Router("/", route_handlers=[begin, listing, show, cancel, resume])
