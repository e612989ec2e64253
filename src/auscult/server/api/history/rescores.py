"""Re-scores: stored conversations scored again with a version of a form, as durable work that can be cancelled."""

from typing import Annotated, Any

from litestar.params import JSONBody
from msgspec import Meta, Struct

from auscult.server.rest import operation
from auscult.server.rest.context import App, Basis, Rights
from auscult.server.rest.examples import example
from auscult.server.rest.guards import reading, writing
from auscult.server.rest.lists import Called, OnePage
from auscult.server.rest.parameters import Instant, Limit, path_id
from auscult.server.rest.request import ApiResponse
from auscult.services.history import rescores
from auscult.services.history.rescores import RescoreLine

LARGEST_VERSION = 2**31 - 1
Version = Annotated[int, Meta(ge=1, le=LARGEST_VERSION)]
QueueName = Annotated[str, Meta(min_length=1, max_length=1000)]
RescoreId = Annotated[str, path_id("The re-score's id.", "rs-0b6f2f3e-5a0e-4f0b-8d3c-9d1f6f11a2b3")]
Queues = Annotated[tuple[QueueName, ...], Meta(max_length=1000)]


@example({"form_id": "ef-billing", "since": "2026-01-01T00:00:00Z"})
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


RescoreList = Annotated[OnePage[RescoreLine], Called("RescoreList", "Re-scores, the newest first.")]


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
example(_LINE)(RescoreLine)
_DONE = {**_LINE, "state": "done", "looked": 20000, "rescored": 18544, "other_form": 1456}


@operation.post(
    "/rescores",
    may=writing("forms"),
    status=202,
    refuses={
        409: "A re-score of this form is under way.",
        422: "The version can no longer be read as a form.",
        503: "The form asks what no engine here answers.",
    },
)
def begin_rescore(data: JSONBody[RescoreBody], app: App, server: Basis, rights: Rights) -> ApiResponse[RescoreLine]:
    """Start a re-score. A version of a form scores stored conversations again, whatever form scored them before.

    Answers are kept if a metric asks the same. Earlier evaluations are kept, and the trail of each conversation gets an
    entry. Workers do it, and it survives a crash of any process. `Location` is the address of the progress.
    """
    line = rescores.begin_rescore(
        app,
        server.answered(),
        form_id=data.form_id,
        version=data.version,
        since=data.since,
        until=data.until,
        queues=data.queues,
        afresh=data.afresh,
        by=rights.acting_as(data.by),
    )
    return ApiResponse(line, status_code=202, headers={"Location": f"/api/v1/rescores/{line.id}"})


@operation.get(
    "/rescores",
    may=reading("forms", reach="app"),
    is_slow=True,
    command="rescores list",
    columns=("id", "state", "form_id", "version", "total", "looked", "rescored", "failed"),
)
def list_rescores(app: App, limit: Limit = 100) -> RescoreList:
    """List re-scores. The newest is first."""
    return OnePage(items=tuple(rescores.list_rescores(app, limit)))


@operation.get(
    "/rescores/{rescore_id}",
    may=reading("forms", reach="app"),
    summary="One re-score",
    example=_DONE,
    is_slow=True,
    command="rescores show",
)
def get_rescore(rescore_id: RescoreId, app: App) -> RescoreLine:
    """Return the progress of a re-score, with counts of the conversations processed by outcome."""
    return rescores.view_rescore(app, rescore_id)


@operation.post(
    "/rescores/{rescore_id}/cancel", may=writing("forms"), example={"state": "cancelled"}, command="rescores cancel"
)
def cancel_rescore(rescore_id: RescoreId, app: App) -> RescoreLine:
    """Cancel a re-score. Nothing more is written, and written results stay. One that is over is not changed."""
    return rescores.cancel_rescore(app, rescore_id)


@operation.post(
    "/rescores/{rescore_id}/resume", may=writing("forms"), refuses={409: "Another re-score of this form is under way."}
)
def resume_rescore(rescore_id: RescoreId, app: App) -> RescoreLine:
    """Resume a re-score. A cancelled or failed one continues where it stopped; others are not changed."""
    return rescores.resume_rescore(app, rescore_id)


ROUTER = operation.router(__name__)
