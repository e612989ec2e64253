"""Schedules and the inbox: recurring reports, and alerts."""

from typing import Annotated, cast

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, SkipValidation
from litestar.response import Redirect

from auscult.domain.errors import NotFoundError, RequestError
from auscult.domain.schedules.schedule import AlertKind, Every, ReportKind, Schedule
from auscult.server.console.forms import forms_in_force
from auscult.server.console.views.review.schedules import EVERY, KINDS, Offered, schedules_view
from auscult.server.console.visit import BASE, Visit, missing
from auscult.services.schedules.scheduling import Scheduling

Fields = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
AnyVisit = NamedDependency[SkipValidation[Visit]]
_TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
EXPORT = "report.export"


class SchedulesPage(Controller):
    """The page of the visitor's schedules and inbox."""

    path = "/schedules"

    @get(sync_to_thread=True)
    def show(self, visit: AnyVisit) -> Response[str]:
        """Show the inbox, the schedules with their last runs, and a form for another one."""
        return self._page(visit)

    @post(sync_to_thread=True)
    def create(self, data: Fields, visit: AnyVisit) -> Response[str] | Redirect:
        """Create a schedule."""
        visit.require(EXPORT)
        metric, _, form = data.get("metric", "").partition("@")
        kind, every = data.get("kind", ""), data.get("every", "demand")
        wanted = Schedule(
            schedule_id="",
            name=data.get("name", ""),
            kind=cast("ReportKind | AlertKind", kind if kind in dict(KINDS) else "view"),
            every=cast("Every", every if every in dict(EVERY) else "demand"),
            format="xlsx" if data.get("format") == "xlsx" else "csv",
            form_id=form if kind == "limits" else "",
            metric_id=metric if kind == "limits" else "",
            view_id=data.get("view", "") if kind == "view" else "",
            timezone=str(visit.reader.timezone),
            days=int(days) if (days := data.get("days", "7")).isdecimal() else 0,
            queues=tuple(filter(None, (each.strip() for each in data.get("queues", "").split(",")))),
            emails=tuple(data.get("emails", "").replace(",", " ").split()),
            created_by="",
            created_at=visit.now,
        )
        try:
            service(visit).create(wanted, visit.visitor.email)
        except (RequestError, NotFoundError) as error:
            return self._page(visit, error.message, 422)
        return Redirect(f"{BASE}/schedules", status_code=303)

    @post("/read", sync_to_thread=True)
    def read(self, data: Fields, visit: AnyVisit) -> Redirect:
        """Mark the inbox as read."""
        visit.require(EXPORT)
        number = data.get("number", "")
        visit.app.schedules.mark_read(visit.visitor.email, int(number) if number.isdecimal() else 0)
        return Redirect(f"{BASE}/schedules", status_code=303)

    @post("/{schedule_id:str}/run", sync_to_thread=True)
    def run(self, schedule_id: FromPath[str], visit: AnyVisit) -> Redirect:
        """Run a schedule now."""
        visit.require(EXPORT)
        service(visit).run(service(visit).get(schedule_id, visit.visitor.email))
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
        found = visit.app.schedules.content(schedule_id, int(number)) if number.isdecimal() else None
        if found is None:
            raise missing("file", number)
        name, content = found
        headers = {
            "content-disposition": f'attachment; filename="{name}"',
            "cache-control": "no-store",
            "x-content-type-options": "nosniff",
        }
        return Response(content, media_type=_TYPES[name.rpartition(".")[2]], headers=headers)

    def _page(self, visit: Visit, problem: str = "", status: int = 200) -> Response[str]:
        visit.require(EXPORT)
        me = visit.visitor.email
        found = [(each, visit.app.schedules.runs(each.schedule_id)) for each in service(visit).listing(me)]
        chosen = next(iter(visit.query.get("view", ())), "")
        offered = Offered(forms_in_force(visit.app), visit.app.people.views.listing(me), chosen)
        view = schedules_view(found, visit.app.schedules.inbox(me), offered, visit.reader)
        return visit.page("schedules", "Schedules", view, status, problem=problem)


def service(visit: Visit) -> Scheduling:
    """Return the service of schedules for this visit's app."""
    return Scheduling(visit.store, visit.app.tenant, lambda: visit.now)
