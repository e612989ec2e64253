"""Schedules and the inbox: recurring reports, and alerts."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, cast

from litestar import Controller, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Redirect
from msgspec import Struct

from auscult.domain.errors import NotFoundError, RequestError
from auscult.domain.schedules.schedule import ALERTS, LAST_HOUR, AlertKind, Every, ReportKind, Run, Schedule
from auscult.language import gettext as _
from auscult.language import later
from auscult.server.console.definitions.in_force import forms_in_force
from auscult.server.console.frame.posted import Field, Posted, one, sentence_of, several, whole
from auscult.server.console.frame.reader import Reader
from auscult.server.console.frame.visit import BASE, TheVisit, Visit, file_response, missing
from auscult.server.rest.parameters import number_in
from auscult.services.conversations.names import names_in_use
from auscult.services.delivery.spreadsheets import type_of
from auscult.services.schedules.scheduling import Scheduling

Fields = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
AnyVisit = TheVisit
EXPORT = "report.export"
_HOUR = Field(later("At"), 0, LAST_HOUR, is_whole=True)
_DAYS = Field(later("Days covered"), 1, 366, is_whole=True)
_LABELS = {
    "name": later("Name"),
    "days": _DAYS.label,
    "metric_id": later("Metric"),
    "view_id": later("Saved view"),
    "emails": later("Also by e-mail to"),
}
KINDS = (
    ("agent_performance", later("Report: agents")),
    ("interactions", later("Report: conversations with every metric")),
    ("form_summary", later("Report: metrics of forms")),
    ("view", later("Report: list of conversations")),
    ("fatal", later("Alert: a fatal error")),
    ("limits", later("Alert: a metric leaves its limits")),
    ("dispute_due", later("Alert: a dispute is about to lapse")),
)
EVERY = (
    ("demand", later("On demand")),
    ("hour", later("Every hour")),
    ("day", later("Every day")),
    ("week", later("Every week")),
    ("month", later("Every month")),
    ("year", later("Every year")),
)
_MONDAY = date(2024, 1, 1)
"""A Monday, and the first of a year: the day on which weekly and yearly reports are due."""


class Entered(Struct, frozen=True, kw_only=True):
    """The values of the form that adds a schedule. ``metric`` is ``metric id@form id``; texts are as they were typed."""

    name: str = ""
    kind: str = "agent_performance"
    every: str = "week"
    format: str = "csv"
    view_id: str = ""
    metric: str = ""
    days: str = "7"
    queues: tuple[str, ...] = ()
    emails: str = ""
    hour: str = "7"


class SchedulesPage(Controller):
    """The page of the visitor's schedules and inbox."""

    path = "/schedules"

    @get(sync_to_thread=True)
    def show(self, visit: AnyVisit) -> Response[str]:
        """Show the inbox, the schedules with their last runs, and a form for another one."""
        return self._page(visit)

    @post(sync_to_thread=True)
    def create(self, data: Posted, visit: AnyVisit) -> Response[str] | Redirect:
        """Create a schedule."""
        visit.require(EXPORT)
        entered = Entered(
            name=one(data, "name"),
            kind=one(data, "kind") if one(data, "kind") in dict(KINDS) else "view",
            hour=one(data, "hour", "7"),
            every=one(data, "every") if one(data, "every") in dict(EVERY) else "demand",
            format="xlsx" if one(data, "format") == "xlsx" else "csv",
            view_id=one(data, "view"),
            metric=one(data, "metric"),
            days=one(data, "days", "7"),
            queues=several(data, "queue"),
            emails=one(data, "emails"),
        )
        if problem := _missing(entered):
            return self._page(visit, problem, entered)
        try:
            service(visit).create(_wanted(entered, visit), visit.visitor.email)
        except (RequestError, NotFoundError) as error:
            return self._page(visit, sentence_of(error, _LABELS), entered)
        return Redirect(f"{BASE}/schedules", status_code=303)

    @post("/read", sync_to_thread=True)
    def read(self, data: Fields, visit: AnyVisit) -> Redirect:
        """Mark the inbox as read."""
        visit.require(EXPORT)
        number = data.get("number", "")
        visit.app.schedules.mark_read(visit.visitor.email, number_in(number) or 0)
        return Redirect(f"{BASE}/schedules", status_code=303)

    @post("/{schedule_id:str}/run", sync_to_thread=True)
    def run(self, schedule_id: FromPath[str], visit: AnyVisit) -> Redirect:
        """Run a schedule now."""
        visit.require(EXPORT)
        service(visit).run(service(visit).get(schedule_id, visit.visitor.email))
        return Redirect(f"{BASE}/schedules", status_code=303)

    @post("/{schedule_id:str}/test", sync_to_thread=True)
    def test(self, schedule_id: FromPath[str], visit: AnyVisit) -> Redirect:
        """Send a test message to the recipients of a schedule."""
        visit.require(EXPORT)
        service(visit).test(service(visit).get(schedule_id, visit.visitor.email))
        return Redirect(f"{BASE}/schedules", status_code=303)

    @post("/{schedule_id:str}/remove", sync_to_thread=True)
    def remove(self, schedule_id: FromPath[str], visit: AnyVisit) -> Redirect:
        """Remove a schedule."""
        visit.require(EXPORT)
        service(visit).remove(schedule_id, visit.visitor.email)
        return Redirect(f"{BASE}/schedules", status_code=303)

    @get("/{schedule_id:str}/{number:str}", sync_to_thread=True)
    def file(self, schedule_id: FromPath[str], number: FromPath[str], visit: AnyVisit) -> Response[bytes]:
        """Return the file of a run to the maker of the schedule."""
        visit.require(EXPORT)
        service(visit).get(schedule_id, visit.visitor.email)
        found = visit.app.schedules.content(schedule_id, number_in(number) or 0)
        if found is None:
            raise missing("file", number)
        name, content = found
        return file_response(content, name, type_of(name))

    def _page(self, visit: Visit, problem: str = "", entered: Entered | None = None) -> Response[str]:
        visit.require(EXPORT)
        me = visit.visitor.email
        found = [(each, visit.app.schedules.runs(each.schedule_id)) for each in visit.app.schedules.listing(me)]
        if entered is None:
            chosen = visit.asked("view")
            entered = Entered(kind="view", view_id=chosen) if chosen else Entered()
        return visit.page(
            "schedules/schedules",
            "Schedules",
            status=422 if problem else 200,
            problem=problem,
            schedules=found,
            inbox=visit.app.schedules.inbox(me),
            entered=entered,
            kinds=KINDS,
            every=EVERY,
            forms=forms_in_force(visit.app),
            views={each.view_id: each.name for each in visit.app.people.views.listing(me)},
            queues=visit.reader.queues.offered(names_in_use(visit.app).queues),
            sends_mail=visit.services.settings.mail is not None,
            about=about,
            address_of=address_of,
            problem_of=problem_of,
        )


def _missing(entered: Entered) -> str:
    """Return what an alert still needs, empty where nothing is missing."""
    if entered.kind in ALERTS and entered.every == "demand":
        return _("An alert watches by itself: choose how often it looks.")
    if entered.kind == "limits" and not entered.metric:
        return _("Choose the metric that the alert watches.")
    return ""


def _wanted(entered: Entered, visit: Visit) -> Schedule:
    """Return the schedule of a form; fields that its kind does not have are left out."""
    metric, _at, form = entered.metric.partition("@")
    is_limits, view_id = entered.kind == "limits", entered.view_id if entered.kind == "view" else ""
    return Schedule(
        schedule_id="",
        name=entered.name,
        kind=cast("ReportKind | AlertKind", entered.kind),
        every=cast("Every", entered.every),
        format="xlsx" if entered.format == "xlsx" else "csv",
        form_id=form if is_limits else "",
        metric_id=metric if is_limits else "",
        view_id=view_id,
        timezone=str(visit.reader.timezone),
        hour=whole({"hour": entered.hour}, "hour", _HOUR) or 0,
        days=whole({"days": entered.days}, "days", _DAYS) or 0,
        queues=() if view_id or entered.kind in ALERTS else entered.queues,
        emails=tuple(re.split(r"[,;\s]+", entered.emails)) if entered.emails else (),
        created_by="",
        created_at=visit.now,
    )


def service(visit: Visit) -> Scheduling:
    """Return the service of schedules for this visit's app."""
    return Scheduling(visit.store, visit.app.tenant, lambda: visit.now, networks=visit.services.settings.networks)


def about(one: Schedule, views: Mapping[str, str], reader: Reader, *, sends_mail: bool) -> str:
    """Return the kind, subject, rhythm and receivers of a schedule. ``views``: names of saved views, by id."""
    return f"{_(dict(KINDS)[one.kind])}{_of(one, views)}. {_when(one, reader)}. {_sent(one, sends_mail=sends_mail)}"


def address_of(run: Run) -> str:
    """Return the address of the file of a run, or of what an alert is about; empty without any."""
    return f"/console/schedules/{run.schedule_id}/{run.number}" if run.size else run.href


def problem_of(run: Run) -> str:
    """Return why a run has no file; empty where it has one."""
    return _("Removed, as a conversation was erased.") if run.state == "withdrawn" else run.error


_AT = {
    "day": later("Every day at {hour}"),
    "week": later("Every {weekday} at {hour}"),
    "month": later("On the first of each month at {hour}"),
    "year": later("On {day} of each year at {hour}"),
}


def _when(one: Schedule, reader: Reader) -> str:
    """Return how often a schedule runs, of a report with day and hour, and their zone where it is not the reader's."""
    if one.is_alert or one.every not in _AT:
        return _(dict(EVERY)[one.every])
    zone = "" if one.timezone == str(reader.timezone) else f" ({one.timezone})"
    values = {"weekday": reader.weekday_name(_MONDAY), "day": reader.day(_MONDAY, year=False)}
    return _(_AT[one.every]).format(hour=f"{one.hour:02}:00", **values) + zone


def _sent(one: Schedule, *, sends_mail: bool) -> str:
    """Return the kind of file, and where it is sent."""
    if not one.emails:
        to = _("To the inbox alone.")
    elif sends_mail:
        to = _("To {emails}.")
    else:
        to = _("To {emails}: cannot be sent, as no mail server is set; your administrator can set one.")
    said = to.format(emails=", ".join(one.emails))
    return said if one.is_alert else f"{one.format.upper()}. {said}"


def _of(one: Schedule, views: Mapping[str, str]) -> str:
    """Return the saved view that a report is about, in words."""
    gone = _("a view that is gone")
    return f": {views.get(one.view_id, gone)}" if one.view_id else ""
