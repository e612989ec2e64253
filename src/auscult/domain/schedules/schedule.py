"""Schedules: a report that is written again and again, or an alert that watches."""

import re
import uuid
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from msgspec import Struct

from auscult.domain import errors
from auscult.domain.audits.audit import LONGEST_NAME
from auscult.domain.delivery.addresses import without_login
from auscult.domain.errors import RequestError, coded
from auscult.domain.people.timezones import is_timezone
from auscult.domain.stated import stated

ReportKind = Literal["agent_performance", "interactions", "form_summary", "view"]
AlertKind = Literal["fatal", "limits", "dispute_due"]
Every = Literal["demand", "hour", "day", "week", "month", "year"]
FileFormat = Literal["csv", "xlsx"]
RunState = Literal["stored", "sent", "failed", "withdrawn"]
Way = Literal["mailed", "posted"]
"""By e-mail, or to a webhook."""

KEPT = 5
"""Runs of a report that are kept."""
ALERTS: tuple[str, ...] = ("fatal", "limits", "dispute_due")
MOST_RECIPIENTS = 20
MOST_DAYS = 366
MOST_HOURS = 24 * 14
LAST_HOUR = 23
MOST_TRIES = 5
"""Times that a run is sent before it has failed."""
_ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+")
Address = Annotated[str, stated(pattern=f"^{_ADDRESS.pattern}$")]
_NAMES = {
    "agent_performance": "AgentPerformance",
    "interactions": "InteractionEvaluation",
    "form_summary": "EvaluationFormSummary",
    "view": "SavedView",
}


class Schedule(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A report or an alert. It reads what its maker may see at the time of a run, and nothing else.

    A report covers the ``days`` before it; that of a saved view, by ``view_id``, the view's own period where it has one,
    whose days are of ``timezone``. It is due at ``hour`` there, every day or on the first day of its period. ``metric_id`` is watched by an alert ``limits``; ``hours`` before the end of a
    dispute's time ``dispute_due`` speaks up. ``next_at`` is None on demand.
    """

    schedule_id: str
    name: str
    kind: ReportKind | AlertKind
    every: Every = "demand"
    format: FileFormat = "csv"
    form_id: str = ""
    metric_id: str = ""
    view_id: str = ""
    timezone: str = "UTC"
    hour: int = 0
    queues: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    days: int = 7
    hours: int = 24
    emails: tuple[str, ...] = ()
    webhook_url: str = ""
    webhook_secret: str = ""
    to_inbox: bool = True
    created_by: str
    created_at: datetime
    next_at: datetime | None = None

    @property
    def is_alert(self) -> bool:
        """Return whether it watches, and writes no file."""
        return self.kind in ALERTS


class Run(Struct, frozen=True, kw_only=True):
    """One run of a report, or one alert. ``size`` is that of its file in bytes, None without one.

    ``mailed_at`` and ``posted_at``: when its e-mail and its webhook were accepted, None where none was.
    """

    number: int
    schedule_id: str
    at: datetime
    title: str
    detail: str
    href: str
    filename: str
    rows: int
    size: int | None
    state: RunState
    error: str
    is_read: bool
    mailed_at: datetime | None = None
    posted_at: datetime | None = None


class Fresh(Struct, frozen=True, kw_only=True):
    """Result of a run. ``key`` identifies it within its schedule: the same twice is one."""

    key: str
    at: datetime
    title: str
    detail: str = ""
    href: str = ""
    conversation_id: str = ""
    filename: str = ""
    content: bytes | None = None
    rows: int = 0


def new_schedule_id() -> str:
    """Make an id for a schedule."""
    return f"sc-{uuid.uuid4()}"


def check_schedule(one: Schedule) -> Schedule:
    """Return a schedule that can be stored. Raises ``RequestError`` ``schedule.invalid`` with the field."""
    if not 0 < len(one.name.strip()) <= LONGEST_NAME:
        raise _invalid("name", coded("a name has 1 to {n} characters", n=LONGEST_NAME), one.name)
    if one.is_alert and one.every == "demand":
        raise _invalid("every", coded("an alert watches by itself; give hour, day or longer"), one.every)
    if one.kind == "limits" and not (one.form_id and one.metric_id):
        raise _invalid("metric_id", coded("name the form and the metric that is watched"), one.metric_id)
    if one.view_id and (one.kind != "view" or one.form_id or one.queues or one.agents or one.channels):
        raise _invalid(
            "view_id", coded("a saved view is for a report of the kind view, and has all its filters"), one.view_id
        )
    if not is_timezone(one.timezone):
        raise _invalid("timezone", coded("give a name like Europe/Berlin"), one.timezone)
    for field, least, most in (("days", 1, MOST_DAYS), ("hours", 1, MOST_HOURS), ("hour", 0, LAST_HOUR)):
        if not least <= (value := getattr(one, field)) <= most:
            raise _invalid(field, coded("give {least} to {most}", least=least, most=most), value)
    _check_emails(one.emails)
    if one.webhook_url and not one.webhook_url.startswith("https://"):
        raise _invalid("webhook_url", coded("give an https address"), one.webhook_url)
    if without_login(one.webhook_url) != one.webhook_url:
        raise _invalid("webhook_url", coded("leave out name and password; messages are signed"))
    return one


def _check_emails(emails: tuple[str, ...]) -> None:
    bad = [each for each in emails if not _ADDRESS.fullmatch(each)]
    if bad:
        raise _invalid("emails", coded("{list!r} is no e-mail address; give them as name@host", list=bad[0]), bad)
    if len(emails) > MOST_RECIPIENTS:
        raise _invalid("emails", coded("give at most {n} e-mail addresses", n=MOST_RECIPIENTS), len(emails))


def following(one: Schedule, at: datetime) -> datetime | None:
    """Return the instant after one at which a schedule is due next, in UTC: None on demand.

    It is the next full hour, or the schedule's hour of a day, Monday, first of a month or year.
    """
    if one.every == "demand":
        return None
    if one.every == "hour":
        return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    zone = ZoneInfo(one.timezone)
    day = at.astimezone(zone).date()
    match one.every:
        case "day":
            first, then = day, day + timedelta(days=1)
        case "week":
            first = day - timedelta(days=day.weekday())
            then = first + timedelta(days=7)
        case "month":
            first = day.replace(day=1)
            then = (first + timedelta(days=32)).replace(day=1)
        case "year":
            first = day.replace(month=1, day=1)
            then = first.replace(year=first.year + 1)
    due = (datetime.combine(each, time(one.hour), zone).astimezone(UTC) for each in (first, then))
    return next(each for each in due if each > at)


def pause_after(tries: int) -> timedelta:
    """Return how long a run waits after a failure with ``tries`` before it: 2, 4, 8 and 16 minutes.

    It is longer than a try takes, so that no second worker sends the same meanwhile.
    """
    return timedelta(minutes=2 ** (tries + 1))


def filename_of(one: Schedule, at: datetime) -> str:
    """Return the name of a report's file, as the vendor names it."""
    return f"{_NAMES[one.kind]}-{at:%Y-%m-%d-%H-%M-%S}.{one.format}"


def _invalid(field: str, message: str, value: object = None) -> RequestError:
    return errors.invalid("schedule.invalid", field, message, value)
