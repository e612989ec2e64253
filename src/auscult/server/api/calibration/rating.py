"""Operations of raters in a session: answer, submit, leave; and reference answers of the debrief."""

from typing import Annotated, Any

from litestar import Router, post, put
from litestar.params import JSONBody
from msgspec import Meta, Struct

from auscult.domain.calibration.session import ReferenceKind
from auscult.domain.errors import RequestError
from auscult.server.api.calibration.sessions import RUNNING, SCOPES, TAKE_PART, SessionId, calibrating, open_to
from auscult.server.api.calibration.views import SESSION, ShownSession, shown
from auscult.server.rest.context import App, Caller, Rights, Server
from auscult.server.rest.guards import Scopes
from auscult.server.rest.openapi import answer, refusals
from auscult.server.rest.parameters import path_id
from auscult.server.rest.request import Takes
from auscult.server.rest.threads import in_slow_thread
from auscult.services.calibration import answers_of

Number = Annotated[str, path_id("The number of the conversation in the session.", "1", pattern=r"^[0-9]{1,3}$")]
RATING = Scopes(*SCOPES, permission=TAKE_PART)


class RatingBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Answers to one conversation by metric id: YES, NO, NA or a level; "-" withdraws one. ``comments`` likewise."""

    answers: Annotated[dict[str, str], Meta(max_length=1000)]
    comments: Annotated[dict[str, str], Meta(max_length=1000)] = {}


class ReferenceBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The right answer to a metric, by an expert or by agreement in the debrief, with its reason."""

    metric_id: str
    answer: str
    reason: str
    kind: ReferenceKind = "consensus"


_REFUSALS = {
    403: "The caller takes no part in the session.",
    409: "The session is not active, the caller has submitted, or the conversation was erased.",
    422: "There is no such conversation or metric in it, answers are missing, or one cannot be used.",
}


@put(
    "/calibrations/{session_id:str}/items/{number:str}",
    operation_id="rate_calibration",
    summary="Rate a conversation of a session",
    guards=[RATING],
    responses={200: answer("The session.", ShownSession, SESSION), **refusals(_REFUSALS)},
    takes=Takes("Answers.", {"answers": {"em-greeting": "NO"}, "comments": {"em-greeting": "No company."}}),
)
@in_slow_thread
def rate(
    session_id: SessionId,
    number: Number,
    data: JSONBody[RatingBody],
    app: App,
    server: Server,
    caller: Caller,
    rights: Rights,
) -> ShownSession:
    """Store the caller's answers to one conversation; they can change until the caller submits."""
    service = calibrating(app, server)
    open_to(service.get(session_id), caller.name, rights)
    answers = answers_of(data.answers, data.comments)
    return shown(service.rate(session_id, _number(number), caller.name, answers), caller.name, service)


@post(
    "/calibrations/{session_id:str}/submit",
    operation_id="submit_calibration",
    summary="Submit one's part of a session",
    guards=[RATING],
    status_code=200,
    responses={200: answer("The session.", ShownSession, SESSION), **refusals(_REFUSALS)},
)
@in_slow_thread
def submit(session_id: SessionId, app: App, server: Server, caller: Caller, rights: Rights) -> ShownSession:
    """End the caller's part: every conversation must be answered, and answers can no longer change."""
    service = calibrating(app, server)
    open_to(service.get(session_id), caller.name, rights)
    return shown(service.submit(session_id, caller.name), caller.name, service)


@post(
    "/calibrations/{session_id:str}/leave",
    operation_id="leave_calibration",
    summary="Leave a session",
    guards=[RATING],
    status_code=200,
    responses={200: answer("The session.", ShownSession, SESSION), **refusals(_REFUSALS)},
)
@in_slow_thread
def leave(session_id: SessionId, app: App, server: Server, caller: Caller, rights: Rights) -> ShownSession:
    """Remove the caller from the session. Their answers are dropped, and the session no longer waits for them."""
    service = calibrating(app, server)
    open_to(service.get(session_id), caller.name, rights)
    left = service.leave(session_id, caller.name)
    return shown(left, caller.name, service)


@put(
    "/calibrations/{session_id:str}/items/{number:str}/reference",
    operation_id="set_calibration_reference",
    summary="Set a reference answer",
    guards=[RUNNING],
    responses={200: answer("The session.", ShownSession, SESSION), **refusals(_REFUSALS)},
    takes=Takes(
        "The reference.", {"metric_id": "em-greeting", "answer": "NO", "reason": "A greeting names the company."}
    ),
)
@in_slow_thread
def refer(
    session_id: SessionId,
    number: Number,
    data: JSONBody[ReferenceBody],
    app: App,
    server: Server,
    caller: Caller,
) -> ShownSession:
    """Set the right answer to a metric once every rater has submitted; accuracy is measured against it."""
    service = calibrating(app, server)
    found = service.refer(
        session_id, _number(number), data.metric_id, data.answer, data.kind, data.reason, by=caller.name
    )
    return shown(found, caller.name, service)


def _number(given: str) -> int:
    """Return the number of a conversation. Raises ``RequestError`` ``item.unknown``."""
    if not (given.isascii() and given.isdecimal() and len(given) < 4):  # noqa: PLR2004  (at most 50 conversations)
        raise RequestError(
            f"invalid number {given!r}; give the conversation's number in the session",
            code="item.unknown",
            field="number",
            value=given,
        )
    return int(given)


HANDLERS: tuple[Any, ...] = (rate, submit, leave, refer)
ROUTER = Router("/", route_handlers=HANDLERS)
