"""Operations of raters in a session: answer, submit, leave; and reference answers of the debrief."""

from typing import Annotated

from litestar.params import JSONBody
from msgspec import Meta, Struct

from auscult.domain.calibration.session import ReferenceKind
from auscult.domain.errors import RequestError
from auscult.server.api.calibration.sessions import (
    RUNNING,
    SCOPES,
    TAKE_PART,
    Seen,
    SessionId,
    Sessions,
    calibrating,
    open_to,
    seen,
)
from auscult.server.api.calibration.views import ShownSession
from auscult.server.rest import operation
from auscult.server.rest.context import Rights
from auscult.server.rest.examples import example
from auscult.server.rest.guards import Scopes
from auscult.server.rest.parameters import path_id
from auscult.services.calibration import answers_of

Number = Annotated[str, path_id("The number of the conversation in the session.", "1", pattern=r"^[0-9]{1,3}$")]
RATING = Scopes(*SCOPES, permission=TAKE_PART)


@example({"answers": {"em-greeting": "NO"}, "comments": {"em-greeting": "No company."}})
class RatingBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Answers to one conversation by metric id: YES, NO, NA or a level; "-" withdraws one. ``comments`` likewise."""

    answers: Annotated[dict[str, str], Meta(max_length=1000, description="YES, NO, NA or a level; - withdraws one.")]
    comments: Annotated[dict[str, str], Meta(max_length=1000, description="A remark on an answer.")] = {}


@example({"metric_id": "em-greeting", "answer": "NO", "reason": "A greeting names the company."})
class ReferenceBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The right answer to a metric, by an expert or by agreement in the debrief, with its reason."""

    metric_id: Annotated[str, Meta(description="The metric, as em-greeting.")]
    answer: Annotated[str, Meta(description="YES, NO, NA or a level.")]
    reason: Annotated[str, Meta(description="Why this answer is right.")]
    kind: Annotated[ReferenceKind, Meta(description="Whose answer it is.")] = "consensus"


_REFUSALS = {
    403: "The caller takes no part in the session.",
    409: "The session is not active, the caller has submitted, or the conversation was erased.",
    422: "There is no such conversation or metric in it, answers are missing, or one cannot be used.",
}


@operation.put(
    "/calibrations/{session_id}/items/{number}",
    may=RATING,
    refuses=_REFUSALS,
    command="calibration rate",
    arguments=("answers",),
)
def rate_calibration(
    session_id: SessionId, number: Number, data: JSONBody[RatingBody], sessions: Sessions, seen: Seen, rights: Rights
) -> ShownSession:
    """Rate a conversation of a session. The answers can change until the caller submits."""
    open_to(sessions.get(session_id), rights)
    answers = answers_of(data.answers, data.comments)
    return seen(sessions.rate(session_id, _number(number), rights.name, answers))


@operation.post("/calibrations/{session_id}/submit", may=RATING, refuses=_REFUSALS, command="calibration submit")
def submit_calibration(session_id: SessionId, sessions: Sessions, seen: Seen, rights: Rights) -> ShownSession:
    """Submit one's part of a session. Every conversation must be answered, and answers can no longer change."""
    open_to(sessions.get(session_id), rights)
    return seen(sessions.submit(session_id, rights.name))


@operation.post(
    "/calibrations/{session_id}/leave",
    may=RATING,
    refuses=_REFUSALS,
    summary="Leave a session",
    command="calibration leave",
)
def leave_calibration(session_id: SessionId, sessions: Sessions, seen: Seen, rights: Rights) -> ShownSession:
    """Remove the caller from the session. Their answers are dropped, and the session no longer waits for them."""
    open_to(sessions.get(session_id), rights)
    return seen(sessions.leave(session_id, rights.name))


@operation.put(
    "/calibrations/{session_id}/items/{number}/reference",
    may=RUNNING,
    refuses=_REFUSALS,
    command="calibration reference",
    arguments=("metric_id", "answer"),
)
def set_calibration_reference(
    session_id: SessionId, number: Number, data: JSONBody[ReferenceBody], sessions: Sessions, seen: Seen, rights: Rights
) -> ShownSession:
    """Set a reference answer. Every rater must have submitted; accuracy is measured against it."""
    found = sessions.refer(
        session_id, _number(number), data.metric_id, data.answer, data.kind, data.reason, by=rights.name
    )
    return seen(found)


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


ROUTER = operation.router(__name__, sessions=calibrating, seen=seen)
