"""Scheduled reports and alerts: created and run on demand, with their last files, and the inbox."""

from datetime import datetime
from typing import Annotated, Any

from litestar.params import JSONBody
from msgspec import Meta, Struct
from msgspec.structs import asdict, replace

from auscult.domain.audits.audit import LONGEST_NAME
from auscult.domain.delivery.addresses import without_login
from auscult.domain.errors import NotFoundError
from auscult.domain.schedules.schedule import (
    LAST_HOUR,
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
from auscult.server.rest import operation
from auscult.server.rest.context import App, Basis, Rights, Use
from auscult.server.rest.examples import example
from auscult.server.rest.guards import Scopes
from auscult.server.rest.lists import Called, Items
from auscult.server.rest.openapi import answer
from auscult.server.rest.parameters import number_in, path_id
from auscult.server.rest.request import ApiResponse
from auscult.services.delivery.spreadsheets import type_of
from auscult.services.schedules.scheduling import Scheduling

EXPORTING = Scopes("conversations:read", "conversations:write", permission="report.export")
Schedules = Use[Scheduling]
ScheduleId = Annotated[str, path_id("The schedule.", "sc-1b2c")]


@example({"name": "Weekly agents", "kind": "agent_performance", "every": "week"})
class ScheduleBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A report (agent_performance, interactions, form_summary, view) or an alert (fatal, limits, dispute_due).

    A report covers ``days``. ``view`` uses the saved view ``view_id``; the period of the view, if it has one, overrides
    ``days`` and has its days in ``timezone``. A report is due at ``hour`` there. ``limits`` needs ``form_id`` and ``metric_id``; ``dispute_due`` reports
    ``hours`` ahead.
    """

    name: Annotated[str, text(LONGEST_NAME), Meta(description="The name.")]
    kind: Annotated[ReportKind | AlertKind, Meta(description="A report or an alert.")]
    every: Annotated[Every, Meta(description="When it runs by itself.")] = "demand"
    format: Annotated[FileFormat, Meta(description="The format of the file.")] = "csv"
    form_id: Annotated[str, Meta(description="Only this form.")] = ""
    metric_id: Annotated[str, Meta(description="The metric of an alert on limits.")] = ""
    view_id: Annotated[str, Meta(description="A saved view of the list, for the kind view.")] = ""
    timezone: Annotated[str, Meta(description="The time zone of its days.")] = "UTC"
    hour: Annotated[int, between(0, LAST_HOUR), Meta(description="The hour of the day at which it is due.")] = 0
    queues: Annotated[tuple[str, ...], Meta(max_length=100, description="Only this queue.")] = ()
    agents: Annotated[tuple[str, ...], Meta(max_length=100, description="Only this agent.")] = ()
    channels: Annotated[tuple[str, ...], Meta(max_length=10, description="Only this channel.")] = ()
    days: Annotated[int, between(1, MOST_DAYS), Meta(description="Days that a report covers.")] = 7
    hours: Annotated[int, between(1, MOST_HOURS), Meta(description="Hours before a dispute's time ends.")] = 24
    emails: Annotated[tuple[Address, ...], Meta(max_length=MOST_RECIPIENTS, description="Also by e-mail to.")] = ()
    webhook_url: Annotated[str, stated(pattern="^(https://|$)"), Meta(description="Also to this https address.")] = ""
    to_inbox: Annotated[bool, Meta(description="Whether it is in the inbox.")] = True


class ShownSchedule(ScheduleBody, frozen=True, kw_only=True):
    """A schedule. ``webhook_secret`` signs posted messages; only the answer to the creation shows it."""

    schedule_id: str
    created_by: str
    created_at: datetime
    next_at: datetime | None
    runs: tuple[Run, ...] = ()
    webhook_secret: str | None = None


SchedulePage = Annotated[
    Items[ShownSchedule], Called("SchedulePage", "The caller's schedules, in the order of creation.")
]


Inbox = Annotated[Items[Run], Called("Inbox", "Runs of the caller's schedules, the newest first, at most 100.")]


@example({"number": 12})
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
example(
    {
        "name": "Weekly agents",
        "kind": "agent_performance",
        "every": "week",
        "format": "csv",
        "form_id": "",
        "metric_id": "",
        "view_id": "",
        "timezone": "UTC",
        "hour": 0,
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
)(ShownSchedule)
example(_RUN)(Run)


@operation.post(
    "/schedules",
    may=EXPORTING,
    status=201,
    refuses={422: "A value cannot be used."},
    example={"runs": []},
    command="schedules create",
    arguments=("name",),
    named={"view_id": "view NAME", "webhook_url": "webhook URL", "emails": "email EMAIL"},
)
def create_schedule(data: JSONBody[ScheduleBody], schedules: Schedules, server: Basis, rights: Rights) -> ShownSchedule:
    """Schedule a report or an alert. Each run reads only data that the caller may see at that time."""
    wanted = Schedule(schedule_id="", created_by="", created_at=server.now(), **asdict(data))
    view_id = schedules.view_id(data.view_id, rights.name)
    made = schedules.create(replace(wanted, view_id=view_id), rights.name)
    return _shown(made, (), secret=made.webhook_secret or None)


@operation.get(
    "/schedules",
    may=EXPORTING,
    command="schedules list",
    columns=("schedule_id", "name", "kind", "every", "created_by", "next_at"),
)
def list_schedules(app: App, rights: Rights) -> SchedulePage:
    """List schedules. The caller's own, with their last runs: five of a report."""
    found = app.schedules.listing(rights.owner)
    return Items(items=tuple(_shown(each, tuple(app.schedules.runs(each.schedule_id))) for each in found))


@operation.post("/schedules/{schedule_id}/run", may=EXPORTING, command="schedules run")
def run_schedule(schedule_id: ScheduleId, schedules: Schedules, rights: Rights) -> ShownSchedule:
    """Run a schedule now. The report is written, or alerts checked, at once. The time of the next run stays."""
    one = schedules.get(schedule_id, rights.owner)
    return _shown(one, tuple(schedules.run(one)))


@operation.get(
    "/schedules/{schedule_id}/runs/{number}/file",
    may=EXPORTING,
    summary="The file of a run",
    command="schedules file",
    answers={200: answer("The file.", {"type": "string"}, "Agent Id,Agent Name", "text/csv")},
)
def get_schedule_file(
    schedule_id: ScheduleId,
    number: Annotated[str, path_id("The number of the run.", "12")],
    schedules: Schedules,
    app: App,
    rights: Rights,
) -> ApiResponse[bytes]:
    """Return the report as CSV or XLSX. Erasing a conversation of the app removes the files; run it again then."""
    schedules.get(schedule_id, rights.owner)
    found = app.schedules.content(schedule_id, number_in(number) or 0)
    if found is None:
        raise NotFoundError(
            f"run {number} has no file, or none any more", code="schedule.no_file", field="number", value=number
        )
    name, content = found
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return ApiResponse(content, media_type=type_of(name), headers=headers)


@operation.delete("/schedules/{schedule_id}", may=EXPORTING, command="schedules remove")
def remove_schedule(schedule_id: ScheduleId, schedules: Schedules, rights: Rights) -> None:
    """Remove a schedule. Its runs go with it."""
    schedules.remove(schedule_id, rights.owner)


@operation.get("/inbox", may=EXPORTING, summary="The caller's inbox")
def get_inbox(app: App, rights: Rights) -> Inbox:
    """List reports that are ready, and alerts."""
    return Items(items=tuple(app.schedules.inbox(rights.name)))


@operation.post("/inbox/read", may=EXPORTING)
def read_inbox(data: JSONBody[ReadBody], app: App, rights: Rights) -> None:
    """Mark the inbox as read. Everything up to a number is."""
    app.schedules.mark_read(rights.name, data.number)


def scheduling(app: App, server: Basis) -> Scheduling:
    """Return the scheduling service of an app."""
    return Scheduling(server.store, app.tenant, server.now, networks=server.settings.networks)


def _shown(one: Schedule, runs: tuple[Run, ...], secret: str | None = None) -> ShownSchedule:
    values = asdict(one)
    values.pop("webhook_secret")
    values["webhook_url"] = without_login(one.webhook_url)
    return ShownSchedule(**values, runs=runs, webhook_secret=secret)


ROUTER = operation.router(__name__, schedules=scheduling)
