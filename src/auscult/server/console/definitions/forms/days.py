"""First days of versions: one that is chosen when a form is published, and the version that scores until then."""

from datetime import UTC, date, timedelta

from auscult.domain.definitions.form_version import FormVersion
from auscult.domain.errors import FormError, RequestError
from auscult.domain.form import Form
from auscult.language import gettext as _
from auscult.server.console.frame.posted import Given, day, one
from auscult.server.console.frame.visit import Visit
from auscult.services.definitions.forms.cache import earlier_versions, read_kept
from auscult.services.definitions.forms.document import read_document
from auscult.services.definitions.forms.editing.changes import Put, Remove, changed

_KEY = "valid_from"
FROM_DAY = "day"
"""Value of ``history``: conversations from a day to come on."""


def today(visit: Visit) -> date:
    """Return the current day as forms count days: in UTC."""
    return visit.now.astimezone(UTC).date()


def form_of(version: FormVersion) -> Form | None:
    """Return a version as a form; None of one that an older program took and this one does not."""
    try:
        return read_kept(version.document, version.version)
    except FormError:
        return None


def first_day_to_come(version: FormVersion, visit: Visit) -> date | None:
    """Return the first day of a version that does not score yet, None of one that does or cannot be read."""
    form = form_of(version)
    first = form.valid_from if form else None
    return first if first is not None and first > today(visit) else None


def scoring_until(version: FormVersion, visit: Visit) -> Form | None:
    """Return the version that scores today's conversations until the first day of this one; None without one."""
    form = form_of(version)
    earlier = earlier_versions(visit.app.forms, form) if form else ()
    return next((each for each in earlier if each.valid_from is None or each.valid_from <= today(visit)), None)


def day_in(document: bytes, visit: Visit) -> str:
    """Return the first day in a document, where it is one to come; else nothing."""
    value = read_document(document).value
    text = str(value.get(_KEY) or "") if isinstance(value, dict) else ""
    return text if text > today(visit).isoformat() else ""


def with_first_day(visit: Visit, document: bytes, given: Given) -> bytes:
    """Return the document with the first day that was chosen, or without the one that the page had and that was taken back.

    Raises ``RequestError`` for a day that cannot be, and where the document cannot be changed.
    """
    chosen = one(given, "history")
    if chosen != FROM_DAY:
        is_taken_back = one(given, "had_day") and one(given, "had_day") == day_in(document, visit)
        return changed(document, Remove((_KEY,))) if is_taken_back else document
    first = day(given, "day", _("From which day"))
    if first <= today(visit):
        text = _("From which day: {day} is not a day to come; choose one from {next} on, or conversations from now on")
        message = text.format(day=visit.reader.day(first), next=visit.reader.day(today(visit) + timedelta(days=1)))
        raise RequestError(message, code="date.invalid", field="day", value=first.isoformat())
    return changed(document, Put((_KEY,), first.isoformat()))
