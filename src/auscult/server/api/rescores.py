"""Re-scores: history scored once more with a version of a form, as durable work that can be watched and cancelled."""

from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta, Struct

from auscult.pipeline.rescore import (
    RescoreLine,
    RescoreView,
    begin_rescore,
    cancel_rescore,
    line_of,
    list_rescores,
    resume_rescore,
    view_rescore,
)
from auscult.server.api import _query, _shown
from auscult.server.api._contract import Answer, Body, Call, Operation, Shown, reading, writing

Instant = Annotated[datetime, Meta(tz=True)]
LARGEST_VERSION = 2**31 - 1
Version = Annotated[int, Meta(ge=1, le=LARGEST_VERSION)]
QueueName = Annotated[str, Meta(min_length=1, max_length=1000)]
Queues = Annotated[tuple[QueueName, ...], Meta(max_length=1000)]


class RescoreBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be re-scored. Without ``version`` the newest; ``queues`` are ids or names, empty means all.

    ``afresh`` judges every metric anew, also where this version decided before. ``by``: who does it, else the client.
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


def begin(call: Call) -> Answer:
    """Begin a re-score."""
    body = _query.read_body(call.body, RescoreBody)
    view = begin_rescore(
        call.app,
        call.services.answered(),
        form_id=body.form_id,
        version=body.version,
        since=body.since,
        until=body.until,
        queues=body.queues,
        afresh=body.afresh,
        by=body.by or call.client.client_id,
    )
    return _told(view, 202)._replace(headers=(("location", f"{_PATH}/{view.sweep.sweep_id}"),))


def listing(call: Call) -> Answer:
    """List re-scores."""
    found = list_rescores(call.app, _query.limit(call.query))
    return Answer(200, _shown.encode(RescoreList(items=tuple(map(line_of, found)))))


def show(call: Call) -> Answer:
    """Show how far a re-score is."""
    return _told(view_rescore(call.app, call.path["rescore_id"]))


def cancel(call: Call) -> Answer:
    """Do nothing more of a re-score."""
    return _told(cancel_rescore(call.app, call.path["rescore_id"]))


def resume(call: Call) -> Answer:
    """Go on with a re-score."""
    return _told(resume_rescore(call.app, call.path["rescore_id"]))


def _told(view: RescoreView, status: int = 200) -> Answer:
    return Answer(status, _shown.encode(line_of(view)))


_PATH = "/api/v1/rescores"
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

OPERATIONS = (
    Operation(
        method="GET",
        path=_PATH,
        name="list_rescores",
        summary="List re-scores",
        text="The newest first.",
        scopes=reading("forms"),
        handle=listing,
        parameters=(_query.LIMIT,),
        answers={200: Shown("The re-scores.", RescoreList, {"items": [_LINE], "next_cursor": None})},
        may_take_long=True,
    ),
    Operation(
        method="POST",
        path=_PATH,
        name="begin_rescore",
        summary="Begin a re-score",
        text="Scores stored conversations once more with a version of a form: those that it is for now, whatever scored "
        "them before. Answers are kept where a metric asks the same. The evaluations before are kept, and the trail of "
        "each conversation tells of it. It is done by workers, and survives whatever dies.",
        scopes=writing("forms"),
        handle=begin,
        body=Body(
            "object", RescoreBody, {"form_id": "ef-billing", "since": "2026-01-01T00:00:00Z"}, "What to re-score."
        ),
        answers={202: Shown("It is begun; `Location` is where it can be watched.", RescoreLine, _LINE)},
        statuses={
            409: "A re-score of this form is under way.",
            413: "The body is too large.",
            415: "The body is not application/json in UTF-8.",
            422: "The version can no longer be read as a form.",
            503: "The form asks what no engine here answers.",
        },
        may_take_long=True,
    ),
    Operation(
        method="GET",
        path=_PATH + "/{rescore_id}",
        name="get_rescore",
        summary="One re-score",
        text="How far it is, and what became of the conversations that were looked at.",
        scopes=reading("forms"),
        handle=show,
        answers={200: Shown("The re-score.", RescoreLine, _DONE)},
        may_take_long=True,
    ),
    Operation(
        method="POST",
        path=_PATH + "/{rescore_id}/cancel",
        name="cancel_rescore",
        summary="Cancel a re-score",
        text="From the answer on nothing of it is written; what is written stays. One that is over stays as it is.",
        scopes=writing("forms"),
        handle=cancel,
        answers={200: Shown("As it stands.", RescoreLine, {**_LINE, "state": "cancelled"})},
        may_take_long=True,
    ),
    Operation(
        method="POST",
        path=_PATH + "/{rescore_id}/resume",
        name="resume_rescore",
        summary="Resume a re-score",
        text="Goes on with one that was cancelled or failed, where it was; others stay as they are.",
        scopes=writing("forms"),
        handle=resume,
        answers={200: Shown("As it stands.", RescoreLine, _LINE)},
        statuses={409: "Another re-score of this form is under way."},
        may_take_long=True,
    ),
)
