"""Working days over HTTP and as commands."""

from typing import Any

from litestar.params import JSONBody

from auscult.domain.workdays import WorkingDays
from auscult.server.rest import operation
from auscult.server.rest.context import App, Basis, Rights, Use
from auscult.server.rest.examples import example
from auscult.server.rest.guards import reading, writing
from auscult.services.workdays import Calendar

Work = Use[Calendar]


def work(app: App, rights: Rights, server: Basis) -> Calendar:
    """Return the working days of the app as the caller sets them."""
    return Calendar(app, server.now, rights)


DAYS: dict[str, Any] = {
    "week": ["mon", "tue", "wed", "thu", "fri"],
    "country": "DE",
    "subdivision": "BY",
    "days_off": ["2026-12-24"],
}
example(DAYS)(WorkingDays)


@operation.get("/working-days", may=reading("plans"), summary="The working days", command="apps working-days")
def get_working_days(app: App) -> WorkingDays:
    """Return the days by which deadlines of the app are counted: every day unless the app has set others."""
    return app.working_days.get()


@operation.put(
    "/working-days",
    may=writing("plans", "settings.manage"),
    refuses={422: "A day, the country or the subdivision cannot be used."},
    command="apps working-days",
)
def set_working_days(data: JSONBody[WorkingDays], work: Work) -> WorkingDays:
    """Set the working days. Deadlines are counted by them from now on. Existing deadlines stay as they are."""
    return work.set(data)


ROUTER = operation.router(__name__, work=work)
