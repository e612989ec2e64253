"""Working days over HTTP and as commands."""

from typing import Any

from litestar import Router, get, put
from litestar.di import NamedDependency, Provide
from litestar.params import JSONBody, SkipValidation

from auscult.domain.workdays import WorkingDays
from auscult.server.rest.context import App, Basis, Rights
from auscult.server.rest.guards import reading, writing
from auscult.server.rest.openapi import answer, refusal
from auscult.server.rest.request import Takes
from auscult.server.rest.threads import in_slow_thread, in_thread
from auscult.services.workdays import Calendar

Work = NamedDependency[SkipValidation[Calendar]]


def work(app: App, rights: Rights, server: Basis) -> Calendar:
    """Return the working days of the app as the caller sets them."""
    return Calendar(app, server.now, rights)


DAYS: dict[str, Any] = {
    "week": ["mon", "tue", "wed", "thu", "fri"],
    "country": "DE",
    "subdivision": "BY",
    "days_off": ["2026-12-24"],
}


@get(
    "/working-days",
    operation_id="get_working_days",
    summary="The working days",
    guards=[reading("plans")],
    responses={200: answer("The working days.", WorkingDays, DAYS)},
    command="apps working-days",
)
@in_thread
def show(work: Work) -> WorkingDays:
    """Return the days by which deadlines of the app are counted: every day unless the app has set others."""
    return work.get()


@put(
    "/working-days",
    operation_id="set_working_days",
    summary="Set the working days",
    guards=[writing("plans", "settings.manage")],
    responses={
        200: answer("The working days.", WorkingDays, DAYS),
        422: refusal("A day, the country or the subdivision cannot be used."),
    },
    takes=Takes("The working days.", DAYS),
    command="apps working-days",
)
@in_slow_thread
def change(data: JSONBody[WorkingDays], work: Work) -> WorkingDays:
    """Set the days by which deadlines are counted from now on. Existing deadlines stay as they are."""
    return work.set(data)


ROUTER = Router("/", route_handlers=[show, change], dependencies={"work": Provide(work, sync_to_thread=False)})
