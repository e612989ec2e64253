"""The page of an app's working days, with the days off that come next."""

from collections.abc import Iterator
from datetime import date, timedelta

from babel.dates import get_day_names
from litestar import Controller, Response, get, post
from litestar.response import Redirect

from auscult.domain.errors import AuscultError, RequestError
from auscult.domain.workdays import WEEK, Weekday, WorkingDays, countries, holidays_of, subdivisions_of
from auscult.language import gettext as _
from auscult.language import later
from auscult.server.console.frame.posted import Given, Posted, lines, one, sentence_of, several
from auscult.server.console.frame.reader import Reader
from auscult.server.console.frame.visit import TheVisit, Visit
from auscult.server.console.operations.tabs import PATH, administration
from auscult.services.workdays import Calendar

AnyVisit = TheVisit
_PATH = f"{PATH}/working-days"
_LABELS = {
    "week": later("Days of the week"),
    "country": later("Country"),
    "subdivision": later("Part of the country"),
    "days_off": later("Further days off"),
}
_NEXT = 8
_AHEAD = timedelta(days=400)


class WorkingDaysPage(Controller):
    """The working days of an app."""

    path = "/administration/working-days"

    @get(sync_to_thread=True)
    def show(self, visit: AnyVisit) -> Response[str]:
        """Show the working days."""
        visit.require_everywhere("settings.manage")
        return _page(visit, None)

    @post(sync_to_thread=True)
    def change(self, data: Posted, visit: AnyVisit) -> Response[str] | Redirect:
        """Set the working days, for deadlines from now on."""
        visit.require_everywhere("settings.manage")
        try:
            calendar(visit).set(_wanted(data, visit.app.working_days.get()))
        except AuscultError as error:
            return _page(visit, data, sentence_of(error, _LABELS))
        return Redirect(f"{_PATH}?done=set", status_code=303)


def calendar(visit: Visit) -> Calendar:
    """Return the working days of this visit's app as the visitor sets them."""
    return Calendar(visit.app, lambda: visit.now, visit.principal)


def _wanted(data: Given, before: WorkingDays) -> WorkingDays:
    """Return the working days of the form. A part of another country than the one that is chosen counts no more."""
    chosen, country = several(data, "week"), one(data, "country") or None
    is_same = country == before.country
    week: tuple[Weekday, ...] = tuple(each for each in WEEK if each in chosen)
    return WorkingDays(
        week=week,
        country=country,
        subdivision=(one(data, "subdivision") or None) if is_same else None,
        days_off=tuple(dict.fromkeys(_day(each) for each in lines(data, "days_off"))),
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        words = _("{text} is not a date; give one as 2026-12-24").format(text=text[:40])
        raise RequestError(words, code="date.invalid", field="days_off", value=text) from error


def _page(visit: Visit, given: Given | None, problem: str = "") -> Response[str]:
    stored, reader = visit.app.working_days.get(), visit.reader
    names = get_day_names("wide", locale=reader.locale)
    week = stored.week if given is None else several(given, "week")
    country = stored.country or "" if given is None else one(given, "country")
    return administration(
        visit,
        "Working days",
        week=tuple((each, names[n], each in week) for n, each in enumerate(WEEK)),
        countries=tuple(sorted(_countries(reader), key=lambda each: each[1])),
        country=country,
        subdivisions=subdivisions_of(country),
        subdivision=stored.subdivision or "" if given is None else one(given, "subdivision"),
        days_off=", ".join(map(str, stored.days_off)) if given is None else one(given, "days_off"),
        ahead=tuple(_ahead(stored, reader))[:_NEXT],
        note=_("Set, for deadlines from now on.") if not problem and "set" in visit.query.get("done", ()) else "",
        problem=problem,
    )


def _countries(reader: Reader) -> Iterator[tuple[str, str]]:
    for each in countries():
        yield each, reader.locale.territories[each]


def _ahead(stored: WorkingDays, reader: Reader) -> Iterator[tuple[str, str]]:
    """Yield the public holidays and days off to come, in order."""
    today, found = reader.today, dict.fromkeys(stored.days_off, "")
    if stored.country:
        for year in (today.year, today.year + 1):
            found = {**found, **holidays_of(stored.country, stored.subdivision, year, reader.language)}
    for day in sorted(found):
        if today <= day <= today + _AHEAD:
            yield f"{reader.weekday_name(day)}, {reader.day(day)}", found[day] or _("Day off")
