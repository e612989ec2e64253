"""Operations of those who run sessions: create, start, close, report, and suggest conversations."""

from collections.abc import Callable
from typing import Annotated

from litestar.params import JSONBody
from msgspec import Meta

from auscult.domain.calibration.report import CalibrationReport
from auscult.domain.calibration.session import Session
from auscult.domain.errors import ConflictError, unknown
from auscult.domain.people.principal import Principal
from auscult.server.api.calibration.views import ShownSession, shown
from auscult.server.rest import operation
from auscult.server.rest.context import App, Basis, Rights, Use
from auscult.server.rest.examples import example
from auscult.server.rest.guards import Scopes
from auscult.server.rest.lists import Called, Items
from auscult.server.rest.parameters import Instant, path_id, query
from auscult.services.calibration import Calibrating, Suggestion, Wanted
from auscult.services.people.known import check_known

RUN = "calibration.run"
TAKE_PART = "calibration.take_part"
SCOPES = ("plans:write", "audits:write")
RUNNING = Scopes(*SCOPES, permission=RUN, reach="app")
READING = Scopes(*SCOPES, "plans:read", "audits:read", permission=TAKE_PART)
Sessions = Use[Calibrating]
Seen = Use[Callable[[Session], ShownSession]]
SessionId = Annotated[str, path_id("The session.", "ca-77e1")]


@example(
    {
        "name": "April",
        "form_id": "ef-billing",
        "conversations": ["c-7f8b1f0e"],
        "raters": ["ann@example.com", "bob@example.com"],
    }
)
class SessionBody(Wanted, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new session: at least two raters, by e-mail address, and at least one conversation.

    ``machine``: its answers are shown once all have submitted, to each rater who has, or throughout. ``others``: other
    raters' answers are shown once all have submitted, or to each who has. With ``needs_reason`` each answer that is
    not met needs a comment.
    """

    due_at: Annotated[Instant | None, Meta(description="When the raters are to be done.")] = None


def calibrating(app: App, server: Basis) -> Calibrating:
    """Return the service of calibration sessions."""
    return Calibrating(app, server.now)


def seen(sessions: Sessions, rights: Rights) -> Callable[[Session], ShownSession]:
    """Return the function that shows the caller a session."""
    return lambda found: shown(found, rights.name, sessions)


SessionPage = Annotated[Items[ShownSession], Called("SessionPage", "Sessions, the newest first, at most 200.")]


example(
    {
        "conversation_id": "c-7f8b1f0e",
        "differ": 2,
        "metrics": ["em-greeting", "em-empathy"],
        "why": "auditors differ on 2",
    }
)(Suggestion)
Suggestions = Annotated[
    Items[Suggestion], Called("Suggestions", "Conversations, those with the most differences first.")
]


@operation.post(
    "/calibrations",
    may=RUNNING,
    status=201,
    refuses={422: "The name, the raters or the conversations cannot be used."},
    example={"state": "draft", "activated_at": None},
    command="calibration create",
    arguments=("name",),
)
def create_calibration(
    data: JSONBody[SessionBody], sessions: Sessions, seen: Seen, app: App, server: Basis, rights: Rights
) -> ShownSession:
    """Create a calibration session. Its raters see it once it is started. A session never changes a score."""
    check_known(server.store, app.tenant, data.raters, "raters")
    return seen(sessions.create(data, rights.name))


@operation.get(
    "/calibrations",
    may=READING,
    command="calibration list",
    columns=("session_id", "name", "state", "form_id", "due_at"),
)
def list_calibrations(sessions: Sessions, seen: Seen, rights: Rights) -> SessionPage:
    """List calibration sessions. All for callers who run them, and for others those that they take part in."""
    found = sessions.listing(None if rights.may(RUN) else rights.name)
    return Items(items=tuple(seen(each) for each in found))


@operation.get(
    "/calibrations/suggestions",
    may=RUNNING,
    summary="Conversations suggested for calibration",
    is_slow=True,
    command="calibration suggest",
    columns=("conversation_id", "why", "metrics"),
)
def suggest_calibration(
    sessions: Sessions,
    form_id: Annotated[str, query("The form of the session.")],
    limit: Annotated[int, query("Most conversations.", ge=1, le=50)] = 12,
) -> Suggestions:
    """Suggest audited conversations on which two auditors differ, or machine and auditor."""
    return Items(items=tuple(sessions.suggest(form_id, limit)))


@operation.get("/calibrations/{session_id}", may=READING, summary="One calibration session", command="calibration show")
def get_calibration(session_id: SessionId, sessions: Sessions, seen: Seen, rights: Rights) -> ShownSession:
    """Return the session with the answers that the caller may see: their own, and later those of others."""
    return seen(open_to(sessions.get(session_id), rights))


@operation.post(
    "/calibrations/{session_id}/activate", may=RUNNING, refuses={409: "It is no draft."}, command="calibration activate"
)
def activate_calibration(session_id: SessionId, sessions: Sessions, seen: Seen) -> ShownSession:
    """Start a calibration session. It is open to its raters from now on."""
    return seen(sessions.activate(session_id))


@operation.post(
    "/calibrations/{session_id}/close",
    may=RUNNING,
    refuses={409: "It is not active."},
    example={"state": "closed"},
    command="calibration close",
)
def close_calibration(session_id: SessionId, sessions: Sessions, seen: Seen) -> ShownSession:
    """Close a calibration session. Raters who have not submitted do not count in its figures."""
    return seen(sessions.close(session_id))


@operation.get(
    "/calibrations/{session_id}/report",
    may=READING,
    refuses={409: "Not every rater has submitted, or fewer than two have."},
    summary="The figures of a calibration session",
    command="calibration report",
)
def get_calibration_report(session_id: SessionId, sessions: Sessions, rights: Rights) -> CalibrationReport:
    """Return agreement, deviations by rater, and accuracy against the reference; split answers first."""
    found = open_to(sessions.get(session_id), rights)
    if not found.is_debrief:
        raise ConflictError(
            "the figures are there once every rater has submitted, or the session is closed",
            code="calibration.not_debrief",
            field="session_id",
            value=session_id,
        )
    return sessions.report(found)


def open_to(found: Session, rights: Principal) -> Session:
    """Return a session that a caller may see. Raises ``NotFoundError`` ``calibration.unknown``."""
    if rights.may(RUN) or (found.state != "draft" and found.rater(rights.name) is not None):
        return found
    raise unknown("calibration", found.session_id, "unknown session {value!r}", field="session_id")


ROUTER = operation.router(__name__, sessions=calibrating, seen=seen)
