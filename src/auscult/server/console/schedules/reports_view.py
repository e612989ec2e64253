"""Texts of schedules: what each is about, how often it runs, and where it is sent."""

from collections.abc import Mapping
from datetime import date

from msgspec import Struct

from auscult.domain.schedules.schedule import Run, Schedule
from auscult.language import gettext as _
from auscult.language import later
from auscult.server.console.frame.reader import Reader

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
