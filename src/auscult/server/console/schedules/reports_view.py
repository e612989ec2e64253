"""Schedules: the inbox, the schedules with their times, and the form that adds one."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from msgspec import Struct

from auscult.domain.delivery.exports import SavedView
from auscult.domain.form import Form
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
_MONDAY = date(2024, 1, 1)
"""A Monday, and the first of a year: the day on which weekly and yearly reports are due."""
EVERY = (
    ("demand", later("On demand")),
    ("hour", later("Every hour")),
    ("day", later("Every day")),
    ("week", later("Every week")),
    ("month", later("Every month")),
    ("year", later("Every year")),
)


class RunView(Struct, frozen=True, kw_only=True):
    """One run, or one alert."""

    title: str
    detail: str
    when: str
    href: str
    is_new: bool
    problem: str


class ScheduleView(Struct, frozen=True, kw_only=True):
    """One schedule."""

    schedule_id: str
    name: str
    about: str
    next: str
    can_test: bool
    runs: tuple[RunView, ...]


class Entered(Struct, frozen=True, kw_only=True):
    """The values of the form that adds a schedule. ``metric`` is ``metric id@form id``; texts are as they were typed."""

    name: str = ""
    kind: str = "agent_performance"
    every: str = "week"
    hour: str = "7"
    format: str = "csv"
    view_id: str = ""
    metric: str = ""
    days: str = "7"
    queues: tuple[str, ...] = ()
    emails: str = ""


class SchedulesView(Struct, frozen=True, kw_only=True):
    """The page. ``newest`` is the number up to which the inbox is shown."""

    lead: str
    inbox: tuple[RunView, ...]
    newest: int
    unread: int
    schedules: tuple[ScheduleView, ...]
    kinds: tuple[tuple[str, str], ...]
    every: tuple[tuple[str, str], ...]
    metrics: tuple[tuple[str, str], ...]
    views: tuple[tuple[str, str], ...]
    queues: tuple[tuple[str, str], ...]
    entered: Entered


class Offered(NamedTuple):
    """The subjects that a schedule can have: metrics of forms, saved views, and queues by what they are filtered by.

    ``sends_mail``: a mail server is set.
    """

    forms: Sequence[Form]
    views: Sequence[SavedView]
    queues: Mapping[str, str]
    sends_mail: bool


def schedules_view(
    found: Sequence[tuple[Schedule, Sequence[Run]]],
    inbox: Sequence[Run],
    offered: Offered,
    entered: Entered,
    reader: Reader,
) -> SchedulesView:
    """Show schedules and the inbox, and the form with the values entered so far."""
    views = {each.view_id: each.name for each in offered.views}
    unread = sum(not each.is_read for each in inbox)
    return SchedulesView(
        lead=_("{n} new.").format(n=reader.number(unread)) if unread else _("Nothing new."),
        inbox=tuple(_run(each, reader) for each in inbox[:20]),
        newest=max((each.number for each in inbox), default=0),
        unread=unread,
        schedules=tuple(
            ScheduleView(
                schedule_id=each.schedule_id,
                name=each.name,
                about=f"{_(dict(KINDS)[each.kind])}{_of(each, views)}. {_when(each, reader)}. {_sent(each, offered)}",
                next=reader.moment(each.next_at) if each.next_at else "",
                can_test=bool(each.emails and offered.sends_mail),
                runs=() if each.is_alert else tuple(_run(one, reader) for one in runs),
            )
            for each, runs in found
        ),
        kinds=tuple((kind, _(word)) for kind, word in KINDS),
        every=tuple((every, _(word)) for every, word in EVERY),
        metrics=tuple(
            (f"{metric.id}@{form.id}", f"{metric.name} ({form.name})")
            for form in offered.forms
            for metric in form.metrics
        ),
        views=tuple(views.items()),
        queues=tuple(offered.queues.items()),
        entered=entered,
    )


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


def _sent(one: Schedule, offered: Offered) -> str:
    """Return the kind of file, and where it is sent."""
    if not one.emails:
        to = _("To the inbox alone.")
    elif offered.sends_mail:
        to = _("To {emails}.")
    else:
        to = _("To {emails}: cannot be sent, as no mail server is set; your administrator can set one.")
    said = to.format(emails=", ".join(one.emails))
    return said if one.is_alert else f"{one.format.upper()}. {said}"


def _of(one: Schedule, views: Mapping[str, str]) -> str:
    """Return the saved view that a report is about, in words."""
    gone = _("a view that is gone")
    return f": {views.get(one.view_id, gone)}" if one.view_id else ""


def _run(each: Run, reader: Reader) -> RunView:
    href = f"/console/schedules/{each.schedule_id}/{each.number}" if each.size else each.href
    gone = _("Removed, as a conversation was erased.") if each.state == "withdrawn" else ""
    sent = _("Sent by e-mail.") if each.mailed_at else ""
    return RunView(
        title=each.title,
        detail=f"{each.detail} {sent}",
        when=reader.lately(each.at),
        href=href,
        is_new=not each.is_read,
        problem=gone or each.error,
    )
