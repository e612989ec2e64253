"""Places of people who are away, in calibration sessions, which others may take, over HTTP and as commands."""

from datetime import date, datetime
from typing import Annotated

from msgspec import Struct

from auscult.domain.operations.records import made_from
from auscult.server.api.calibration.rating import RATING
from auscult.server.api.calibration.sessions import READING, Seen, SessionId, calibrating, seen
from auscult.server.api.calibration.views import ShownSession
from auscult.server.rest import operation
from auscult.server.rest.context import App, Basis, Rights, Use
from auscult.server.rest.examples import example
from auscult.server.rest.lists import Called, Items
from auscult.services.absences import Places

Offering = Use[Places]


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


example(
    {
        "session_id": "ca-77e1",
        "name": "April",
        "conversations": 3,
        "rater": "bob@example.com",
        "away_until": "2026-04-14",
        "due_at": None,
    }
)(OfferedSession)
OfferedSessions = Annotated[
    Items[OfferedSession], Called("OfferedSessions", "Sessions with a place that may be taken, the first due first.")
]


@operation.get(
    "/calibrations/offered",
    may=READING,
    summary="Calibration sessions with a place of a person who is away",
    command="calibration offered",
    columns=("session_id", "name", "conversations", "rater", "away_until"),
)
def list_offered_calibrations(offering: Offering) -> OfferedSessions:
    """List sessions in which the caller may rate in place of a person who is away today and has not begun."""
    return Items(
        items=tuple(
            made_from(
                OfferedSession,
                each.session,
                conversations=len(each.session.items),
                rater=each.rater,
                away_until=each.away_until,
            )
            for each in offering.listing()
        )
    )


@operation.post(
    "/calibrations/{session_id}/take",
    may=RATING,
    refuses={409: "No place of it is offered to the caller."},
    summary="Take the place of a person who is away in a session",
    command="calibration take",
)
def take_calibration(session_id: SessionId, offering: Offering, seen: Seen) -> ShownSession:
    """Rate in place of a person who is away, and counts as having left. Repeating this changes nothing."""
    return seen(offering.take(session_id))


ROUTER = operation.router(__name__, offering=offering, sessions=calibrating, seen=seen)
