"""Absences in the console: what pages of a person show of them, and taking an audit over from who is away."""

from datetime import date

from litestar import Controller, post
from litestar.params import FromPath
from litestar.response import Redirect

from auscult.domain.absences import NewAbsence
from auscult.domain.errors import ConflictError
from auscult.language import gettext as _
from auscult.language import later
from auscult.server.console.frame.posted import Given, day, one
from auscult.server.console.frame.reader import Reader
from auscult.server.console.frame.visit import BASE, TheVisit, Visit
from auscult.services.absences import Absences, Offers, Places

AnyVisit = TheVisit
LABELS = {"since": later("First day"), "until": later("Last day"), "note": later("Note")}
"""Names of fields on the page."""


class OfferedPage(Controller):
    """Audits of people who are away."""

    path = "/offered"

    @post("/{assignment_id:str}", sync_to_thread=True)
    def take(self, assignment_id: FromPath[str], visit: AnyVisit) -> Redirect:
        """Claim an audit of a person who is away."""
        visit.require("audit.perform")
        try:
            offers(visit).take(assignment_id)
        except ConflictError:  # another person was faster, or its auditor has begun it
            return Redirect(f"{BASE}/audits?done=gone", status_code=303)
        return Redirect(f"{BASE}/audits?done=taken", status_code=303)


def offers(visit: Visit) -> Offers:
    """Return what the visitor may take of people who are away."""
    return Offers(visit.app, visit.reports, lambda: visit.now, visit.principal)


def places(visit: Visit) -> Places:
    """Return the places in calibration sessions that the visitor may take of people who are away."""
    return Places(visit.app, lambda: visit.now, visit.principal)


def absences_of(visit: Visit) -> Absences:
    """Return the absences of this visit's account as the visitor sees and states them."""
    return Absences(visit.app.absences, visit.app, lambda: visit.now, visit.principal)


def days_in_words(since: date, until: date, reader: Reader) -> str:
    """Return the days of an absence: ``1 April 2026 to 14 April 2026``, or the one day."""
    if since == until:
        return reader.day(since)
    return _("{first} to {last}").format(first=reader.day(since, year=since.year != until.year), last=reader.day(until))


def wanted_of(data: Given, person: str) -> NewAbsence:
    """Return the absence that a form asks for. Raises ``RequestError`` ``date.invalid``."""
    since, until = (day(data, name, _(LABELS[name])) for name in ("since", "until"))
    return NewAbsence(since=since, until=until, note=one(data, "note"), person=person)
