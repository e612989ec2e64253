"""Scheduled reports and alerts: created and run on demand, with their last files, and the inbox."""

from datetime import datetime
from typing import Annotated, Any

from litestar import Router, delete, get, post
from litestar.params import JSONBody
from msgspec import Meta, Struct
from msgspec.structs import asdict

from auscult.domain.audits.audit import LONGEST_NAME
from auscult.domain.delivery.addresses import without_login
from auscult.domain.errors import NotFoundError
from auscult.domain.schedules.schedule import (
    MOST_DAYS,
    MOST_HOURS,
    MOST_RECIPIENTS,
    Address,
    AlertKind,
    Every,
    FileFormat,
    ReportKind,
    Run,
    Schedule,
)
from auscult.domain.stated import between, stated, text
from auscult.server.rest.context import App, Caller, Server, Services
from auscult.server.rest.guards import Scopes
from auscult.server.rest.openapi import answer, refusal
from auscult.server.rest.parameters import path_id
from auscult.server.rest.request import ApiResponse, Takes
from auscult.server.rest.threads import in_slow_thread, in_thread
from auscult.services.schedules.scheduling import Scheduling
from auscult.storage.store import AppStore

EXPORTING = Scopes("conversations:read", "conversations:write", permission="report.export")
ScheduleId = Annotated[str, path_id("The schedule.", "sc-1b2c")]
_TYPES = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


class ScheduleBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A report (agent_performance, interactions, form_summary, view) or an alert (fatal, limits, dispute_due).

    A report covers ``days``. ``view`` uses the saved view ``view_id``; the period of the view, if it has one, overrides
    ``days`` and has its days in ``timezone``. ``limits`` needs ``form_id`` and ``metric_id``; ``dispute_due`` reports
    ``hours`` ahead.
    """

    name: Annotated[str, text(LONGEST_NAME)]
    kind: ReportKind | AlertKind
    every: Every = "demand"
    format: FileFormat = "csv"
    form_id: str = ""
    metric_id: str = ""
    view_id: str = ""
    timezone: str = "UTC"
    queues: Annotated[tuple[str, ...], Meta(max_length=100)] = ()
    agents: Annotated[tuple[str, ...], Meta(max_length=100)] = ()
    channels: Annotated[tuple[str, ...], Meta(max_length=10)] = ()
    days: Annotated[int, between(1, MOST_DAYS)] = 7
    hours: Annotated[int, between(1, MOST_HOURS)] = 24
    emails: Annotated[tuple[Address, ...], Meta(max_length=MOST_RECIPIENTS)] = ()
    webhook_url: Annotated[str, stated(pattern="^(https://|$)")] = ""
    to_inbox: bool = True


class ShownSchedule(ScheduleBody, frozen=True, kw_only=True):
    """A schedule. ``webhook_secret`` signs posted messages; only the answer to the creation shows it."""

    schedule_id: str
    created_by: str
    created_at: datetime
    next_at: datetime | None
    runs: tuple[Run, ...] = ()
    webhook_secret: str | None = None


class SchedulePage(Struct, frozen=True, kw_only=True):
    """The caller's schedules, in the order of creation."""

    items: tuple[ShownSchedule, ...]


class Inbox(Struct, frozen=True, kw_only=True):
    """Runs of the caller's schedules, the newest first, at most 100."""

    items: tuple[Run, ...]


class ReadBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The number of the last run to mark as read, with all before it."""

    number: Annotated[int, Meta(ge=0, le=2**53)]


_AT = "2026-04-01T09:00:00Z"
_RUN: dict[str, Any] = {
    "number": 12,
    "schedule_id": "sc-1b2c",
    "at": _AT,
    "title": "Weekly agents",
    "detail": "41 rows",
    "href": "",
    "filename": "AgentPerformance-2026-04-01-09-00-00.csv",
    "rows": 41,
    "size": 3100,
    "state": "sent",
    "error": "",
    "is_read": False,
    "mailed_at": _AT,
    "posted_at": None,
}
_SCHEDULE: dict[str, Any] = {
    "name": "Weekly agents",
    "kind": "agent_performance",
    "every": "week",
    "format": "csv",
    "form_id": "",
    "metric_id": "",
    "view_id": "",
    "timezone": "UTC",
    "queues": [],
    "agents": [],
    "channels": [],
    "days": 7,
    "hours": 24,
    "emails": [],
    "webhook_url": "",
    "to_inbox": True,
    "schedule_id": "sc-1b2c",
    "created_by": "mia@example.com",
    "created_at": _AT,
    "next_at": "2026-04-06T00:00:00Z",
    "runs": [_RUN],
    "webhook_secret": None,
}


@post(
    "/schedules",
    operation_id="create_schedule",
    summary="Schedule a report or an alert",
    guards=[EXPORTING],
    responses={
        201: answer("The schedule.", ShownSchedule, {**_SCHEDULE, "runs": []}),
        422: refusal("A value cannot be used."),
    },
    takes=Takes("The schedule.", {"name": "Weekly agents", "kind": "agent_performance", "every": "week"}),
)
@in_slow_thread
def create(data: JSONBody[ScheduleBody], app: App, server: Server, caller: Caller) -> ShownSchedule:
    """Store a schedule. Each run reads only data that the caller may see at that time."""
    wanted = Schedule(schedule_id="", created_by="", created_at=server.now(), **asdict(data))
    made = scheduling(app, server).create(wanted, caller.name)
    return _shown(made, (), secret=made.webhook_secret or None)


@get(
    "/schedules",
    operation_id="list_schedules",
    summary="List schedules",
    guards=[EXPORTING],
    responses={200: answer("Schedules.", SchedulePage, {"items": [_SCHEDULE]})},
)
@in_thread
def listing(app: App, server: Server, caller: Caller) -> SchedulePage:
    """List the caller's schedules with their last runs: five of a report."""
    found = scheduling(app, server).listing(caller.name)
    return SchedulePage(items=tuple(_shown(each, tuple(app.schedules.runs(each.schedule_id))) for each in found))


@post(
    "/schedules/{schedule_id:str}/run",
    operation_id="run_schedule",
    summary="Run a schedule now",
    guards=[EXPORTING],
    status_code=200,
    responses={200: answer("The schedule.", ShownSchedule, _SCHEDULE)},
)
@in_slow_thread
def run(schedule_id: ScheduleId, app: App, server: Server, caller: Caller) -> ShownSchedule:
    """Write the report, or check for alerts, at once. The time of the next run stays."""
    service = scheduling(app, server)
    one = service.get(schedule_id, caller.name)
    return _shown(one, tuple(service.run(one)))


@get(
    "/schedules/{schedule_id:str}/runs/{number:str}/file",
    operation_id="get_schedule_file",
    summary="The file of a run",
    guards=[EXPORTING],
    responses={200: answer("The file.", {"type": "string"}, "Agent Id,Agent Name", "text/csv")},
)
@in_thread
def file(
    schedule_id: ScheduleId,
    number: Annotated[str, path_id("The number of the run.", "12")],
    app: App,
    server: Server,
    caller: Caller,
) -> ApiResponse:
    """Return the report as CSV or XLSX. Erasing a conversation of the app removes the files; run it again then."""
    scheduling(app, server).get(schedule_id, caller.name)
    is_number = number.isascii() and number.isdecimal() and len(number) < 16  # noqa: PLR2004  (fits a number)
    found = app.schedules.content(schedule_id, int(number)) if is_number else None
    if found is None:
        raise NotFoundError(
            f"run {number} has no file, or none any more", code="schedule.no_file", field="number", value=number
        )
    name, content = found
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return ApiResponse(content, media_type=_TYPES[name.rpartition(".")[2]], headers=headers)


@delete(
    "/schedules/{schedule_id:str}",
    operation_id="remove_schedule",
    summary="Remove a schedule",
    guards=[EXPORTING],
    status_code=204,
    responses={204: answer("It is gone, with its files.")},
)
@in_slow_thread
def remove(schedule_id: ScheduleId, app: App, server: Server, caller: Caller) -> None:
    """Remove a schedule with its runs."""
    scheduling(app, server).remove(schedule_id, caller.name)


@get(
    "/inbox",
    operation_id="get_inbox",
    summary="The caller's inbox",
    guards=[EXPORTING],
    responses={200: answer("The inbox.", Inbox, {"items": [_RUN]})},
)
@in_thread
def inbox(app: App, caller: Caller) -> Inbox:
    """List reports that are ready, and alerts."""
    return Inbox(items=tuple(app.schedules.inbox(caller.name)))


@post(
    "/inbox/read",
    operation_id="read_inbox",
    summary="Mark the inbox as read",
    guards=[EXPORTING],
    status_code=204,
    responses={204: answer("Stored.")},
    takes=Takes("Up to which number.", {"number": 12}),
)
@in_slow_thread
def read(data: JSONBody[ReadBody], app: App, caller: Caller) -> None:
    """Mark everything up to a number as read."""
    app.schedules.mark_read(caller.name, data.number)


def scheduling(app: AppStore, server: Services) -> Scheduling:
    """Return the scheduling service of an app."""
    return Scheduling(server.store, app.tenant, server.now, networks=server.settings.networks)


def _shown(one: Schedule, runs: tuple[Run, ...], secret: str | None = None) -> ShownSchedule:
    values = asdict(one)
    values.pop("webhook_secret")
    values["webhook_url"] = without_login(one.webhook_url)
    return ShownSchedule(**values, runs=runs, webhook_secret=secret)


HANDLERS: tuple[Any, ...] = (create, listing, run, file, remove, inbox, read)
ROUTER = Router("/", route_handlers=HANDLERS)
