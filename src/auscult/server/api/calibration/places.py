"""Places of people who are away, in calibration sessions, which others may take, over HTTP and as commands."""

from datetime import date, datetime

from litestar import Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import SkipValidation
from msgspec import Struct

from auscult.server.api.calibration.rating import RATING
from auscult.server.api.calibration.sessions import READING, SessionId, calibrating
from auscult.server.api.calibration.views import SESSION, ShownSession, shown
from auscult.server.rest.context import App, Basis, Caller, Rights, Server
from auscult.server.rest.openapi import answer, refusals
from auscult.server.rest.threads import in_slow_thread, in_thread
from auscult.services.absences import Places

Offering = NamedDependency[SkipValidation[Places]]


def offering(app: App, rights: Rights, server: Basis) -> Places:
    """Return the places that the caller may take."""
    return Places(app, server.now, rights)


class OfferedSession(Struct, frozen=True, kw_only=True):
    """A session with a place that may be taken. ``away_until`` is the last day on which its rater is away."""

    session_id: str
    name: str
    conversations: int
    rater: str
    away_until: date
    due_at: datetime | None


class OfferedSessions(Struct, frozen=True, kw_only=True):
    """Sessions with a place that may be taken, the first due first."""

    items: tuple[OfferedSession, ...]


@get(
    "/calibrations/offered",
    operation_id="list_offered_calibrations",
    summary="Calibration sessions with a place of a person who is away",
    guards=[READING],
    responses={
        200: answer(
            "The sessions.",
            OfferedSessions,
            {
                "items": [
                    {
                        "session_id": "ca-77e1",
                        "name": "April",
                        "conversations": 3,
                        "rater": "bob@example.com",
                        "away_until": "2026-04-14",
                        "due_at": None,
                    }
                ]
            },
        )
    },
    command="calibration offered",
    columns=("session_id", "name", "conversations", "rater", "away_until"),
)
@in_thread
def offered(offering: Offering) -> OfferedSessions:
    """List sessions in which the caller may rate in place of a person who is away today and has not begun."""
    return OfferedSessions(
        items=tuple(
            OfferedSession(
                session_id=each.session.session_id,
                name=each.session.name,
                conversations=len(each.session.items),
                rater=each.rater,
                away_until=each.away_until,
                due_at=each.session.due_at,
            )
            for each in offering.listing()
        )
    )


@post(
    "/calibrations/{session_id:str}/take",
    operation_id="take_calibration",
    summary="Take the place of a person who is away in a session",
    guards=[RATING],
    status_code=200,
    responses={
        200: answer("The session, which the caller rates.", ShownSession, SESSION),
        **refusals({409: "No place of it is offered to the caller."}),
    },
    command="calibration take",
)
@in_slow_thread
def take(session_id: SessionId, offering: Offering, app: App, server: Server, caller: Caller) -> ShownSession:
    """Rate in place of a person who is away, and counts as having left. Repeating this changes nothing."""
    return shown(offering.take(session_id), caller.name, calibrating(app, server))


ROUTER = Router(
    "/",
    route_handlers=[offered, take],
    dependencies={"offering": Provide(offering, sync_to_thread=False)},
)
