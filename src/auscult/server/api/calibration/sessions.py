"""Operations of those who run sessions: create, start, close, report, and suggest conversations."""

from typing import Annotated, Any

from litestar import Router, get, post
from litestar.params import JSONBody
from msgspec import Meta, Struct
from msgspec.structs import asdict

from auscult.domain.audits.audit import LONGEST_NAME
from auscult.domain.calibration.report import CalibrationReport
from auscult.domain.calibration.session import LEAST_RATERS, MOST_ITEMS, MOST_RATERS, MachineShown, OthersShown, Session
from auscult.domain.errors import ConflictError, NotFoundError
from auscult.domain.people.principal import Principal
from auscult.domain.stated import stated, text
from auscult.server.api.calibration.views import REPORT, SESSION, ShownSession, shown
from auscult.server.rest.context import App, Caller, Rights, Server, Services
from auscult.server.rest.guards import Scopes
from auscult.server.rest.openapi import answer, refusals
from auscult.server.rest.parameters import Instant, path_id, query
from auscult.server.rest.request import Takes
from auscult.server.rest.threads import in_slow_thread, in_thread
from auscult.services.calibration import Calibrating, Suggestion, Wanted
from auscult.services.people.known import check_known
from auscult.storage.store import AppStore

RUN = "calibration.run"
TAKE_PART = "calibration.take_part"
SCOPES = ("plans:write", "audits:write")
RUNNING = Scopes(*SCOPES, permission=RUN, reach="app")
READING = Scopes(*SCOPES, "plans:read", "audits:read", permission=TAKE_PART)
SessionId = Annotated[str, path_id("The session.", "ca-77e1")]


class SessionBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new session: at least two raters, by e-mail address, and at least one conversation.

    ``machine``: its answers are shown once all have submitted, to each rater who has, or throughout. ``others``: other
    raters' answers are shown once all have submitted, or to each who has. With ``needs_reason`` each answer that is
    not met needs a comment.
    """

    name: Annotated[str, text(LONGEST_NAME)]
    form_id: str
    conversations: Annotated[tuple[str, ...], Meta(max_length=MOST_ITEMS), stated(minItems=1, uniqueItems=True)]
    raters: Annotated[tuple[str, ...], Meta(max_length=MOST_RATERS), stated(minItems=LEAST_RATERS, uniqueItems=True)]
    description: str = ""
    machine: MachineShown = "hidden"
    others: OthersShown = "all"
    needs_reason: bool = False
    due_at: Instant | None = None


class SessionPage(Struct, frozen=True, kw_only=True):
    """Sessions, the newest first, at most 200."""

    items: tuple[ShownSession, ...]


class Suggestions(Struct, frozen=True, kw_only=True):
    """Conversations, those with the most differences first."""

    items: tuple[Suggestion, ...]


@post(
    "/calibrations",
    operation_id="create_calibration",
    summary="Create a calibration session",
    guards=[RUNNING],
    responses={
        201: answer("The session, a draft.", ShownSession, {**SESSION, "state": "draft", "activated_at": None}),
        **refusals({422: "The name, the raters or the conversations cannot be used."}),
    },
    takes=Takes(
        "The session.",
        {
            "name": "April",
            "form_id": "ef-billing",
            "conversations": ["c-7f8b1f0e"],
            "raters": ["ann@example.com", "bob@example.com"],
        },
    ),
)
@in_slow_thread
def create(data: JSONBody[SessionBody], app: App, server: Server, caller: Caller) -> ShownSession:
    """Store a draft. Its raters see it once it is started. A session never changes a score."""
    service = calibrating(app, server)
    check_known(server.store, app.tenant, data.raters, "raters")
    return shown(service.create(Wanted(**asdict(data)), caller.name), caller.name, service)


@get(
    "/calibrations",
    operation_id="list_calibrations",
    summary="List calibration sessions",
    guards=[READING],
    responses={200: answer("Sessions.", SessionPage, {"items": [SESSION]})},
)
@in_thread
def listing(app: App, server: Server, caller: Caller, rights: Rights) -> SessionPage:
    """List all sessions for callers who run them, and for others the sessions that they take part in."""
    service = calibrating(app, server)
    found = service.listing(None if rights.may(RUN) else caller.name)
    return SessionPage(items=tuple(shown(each, caller.name, service) for each in found))


@get(
    "/calibrations/suggestions",
    operation_id="suggest_calibration",
    summary="Conversations suggested for calibration",
    guards=[RUNNING],
    responses={
        200: answer(
            "Conversations.",
            Suggestions,
            {
                "items": [
                    {
                        "conversation_id": "c-7f8b1f0e",
                        "differ": 2,
                        "metrics": ["em-greeting", "em-empathy"],
                        "why": "auditors differ on 2",
                    }
                ]
            },
        )
    },
)
@in_slow_thread
def suggest(
    app: App,
    server: Server,
    form_id: Annotated[str, query("The form of the session.")],
    limit: Annotated[int, query("Most conversations.", ge=1, le=50)] = 12,
) -> Suggestions:
    """Suggest audited conversations on which two auditors differ, or machine and auditor."""
    return Suggestions(items=tuple(calibrating(app, server).suggest(form_id, limit)))


@get(
    "/calibrations/{session_id:str}",
    operation_id="get_calibration",
    summary="One calibration session",
    guards=[READING],
    responses={200: answer("The session.", ShownSession, SESSION)},
)
@in_thread
def show(session_id: SessionId, app: App, server: Server, caller: Caller, rights: Rights) -> ShownSession:
    """Return the session with the answers that the caller may see: their own, and later those of others."""
    service = calibrating(app, server)
    return shown(open_to(service.get(session_id), caller.name, rights), caller.name, service)


@post(
    "/calibrations/{session_id:str}/activate",
    operation_id="activate_calibration",
    summary="Start a calibration session",
    guards=[RUNNING],
    status_code=200,
    responses={200: answer("The session.", ShownSession, SESSION), **refusals({409: "It is no draft."})},
)
@in_slow_thread
def activate(session_id: SessionId, app: App, server: Server, caller: Caller) -> ShownSession:
    """Open a draft to its raters."""
    service = calibrating(app, server)
    return shown(service.activate(session_id), caller.name, service)


@post(
    "/calibrations/{session_id:str}/close",
    operation_id="close_calibration",
    summary="Close a calibration session",
    guards=[RUNNING],
    status_code=200,
    responses={
        200: answer("The session.", ShownSession, {**SESSION, "state": "closed"}),
        **refusals({409: "It is not active."}),
    },
)
@in_slow_thread
def close(session_id: SessionId, app: App, server: Server, caller: Caller) -> ShownSession:
    """End a session. Raters who have not submitted do not count in its figures."""
    service = calibrating(app, server)
    return shown(service.close(session_id), caller.name, service)


@get(
    "/calibrations/{session_id:str}/report",
    operation_id="get_calibration_report",
    summary="The figures of a calibration session",
    guards=[READING],
    responses={
        200: answer("The figures.", CalibrationReport, REPORT),
        **refusals({409: "Not every rater has submitted, or fewer than two have."}),
    },
)
@in_thread
def report(session_id: SessionId, app: App, server: Server, caller: Caller, rights: Rights) -> CalibrationReport:
    """Return agreement, deviations by rater, and accuracy against the reference; split answers first."""
    service = calibrating(app, server)
    found = open_to(service.get(session_id), caller.name, rights)
    if not found.is_debrief:
        raise ConflictError(
            "the figures are there once every rater has submitted, or the session is closed",
            code="calibration.not_debrief",
            field="session_id",
            value=session_id,
        )
    return service.report(found)


def open_to(found: Session, name: str, rights: Principal) -> Session:
    """Return a session that a caller may see. Raises ``NotFoundError`` ``calibration.unknown``."""
    if rights.may(RUN) or (found.state != "draft" and found.rater(name) is not None):
        return found
    raise NotFoundError(
        f"unknown session {found.session_id!r}",
        code="calibration.unknown",
        field="session_id",
        value=found.session_id,
    )


def calibrating(app: AppStore, server: Services) -> Calibrating:
    """Return the service of calibration sessions."""
    return Calibrating(app, server.now)


HANDLERS: tuple[Any, ...] = (create, listing, suggest, show, activate, close, report)
ROUTER = Router("/", route_handlers=HANDLERS)
