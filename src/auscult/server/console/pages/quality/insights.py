"""Insights: reasons for contact, what is new, and what made the difference between two periods."""

from collections import Counter
from datetime import UTC, datetime, time, timedelta

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from msgspec.structs import replace

from auscult.domain.errors import RequestError
from auscult.server.console.forms import metric_names
from auscult.server.console.pages.conversations import names_of
from auscult.server.console.pages.quality.overview import end_of_today
from auscult.server.console.views.filters import filter_view, sought_of
from auscult.server.console.views.quality.insights import Compare, insights_page
from auscult.server.console.visit import BASE, Visit
from auscult.services.conversations.latest import latest
from auscult.services.insights.changes import Compared, changed_metrics, changed_reasons
from auscult.services.insights.quality import passed
from auscult.services.insights.reasons import parts

_FILTERS = ("queue", "agent", "channel", "intent")
_PERIOD = timedelta(days=28)
_NEWEST, _NAMES, _NEWS = 500, 20, 8


class InsightsPage(Controller):
    """The page on what customers are in touch about, and what moves the results."""

    path = "/insights"

    @get(sync_to_thread=True)
    def show(self, visit: NamedDependency[SkipValidation[Visit]]) -> Response[str]:
        """Compare a period with the one of the same length before it."""
        visit.require("insight.read")
        query = {name: found for name, found in visit.query.items() if name in _FILTERS}
        sought, compared = sought_of(query, visit.reader), _compared(visit)
        newest = latest(visit.app, replace(sought, since=compared.since, until=compared.until), limit=_NEWEST).items
        queues = Counter(queue.name or queue.id for row in newest for queue in row.queues)
        intents = Counter(each.name for row in newest if row.insights for each in row.insights.intents or ())
        names = [name for name, _ in intents.most_common(_NAMES)]
        changes = [
            *changed_reasons(visit.app, sought, names, compared),
            *changed_metrics(visit.app, sought, metric_names(visit.app), compared),
        ]
        found = Compare(
            compared,
            passed(visit.app, sought, compared.since, compared.until),
            passed(visit.app, sought, compared.since - compared.before, compared.since),
            parts(visit.app, sought, [name for name, _ in queues.most_common(_NAMES) if name], names, compared),
            changes[:_NEWS],
        )
        filters = filter_view(query, f"{BASE}/insights", names_of(visit), visit.reader, _FILTERS)
        return visit.page("quality/insights", "Insights", insights_page(found, filters, query, visit.reader, BASE))


def _compared(visit: Visit) -> Compared:
    """Read the period from the address, the last four weeks where it names none.

    Raises ``RequestError`` ``date.invalid``, ``range.reversed``.
    """
    since, last = (next(iter(visit.query.get(name, ())), "") for name in ("from", "to"))
    until = _begin(visit, last, "to") + timedelta(days=1) if last else end_of_today(visit)
    start = _begin(visit, since, "from") if since else until - _PERIOD
    if start >= until:
        raise RequestError("the period ends before it begins", code="range.reversed", field="to")
    return Compared(since=start, until=until, before=until - start)


def _begin(visit: Visit, day: str, name: str) -> datetime:
    try:
        found = datetime.fromisoformat(day).date()
    except ValueError as error:
        message = f"{name} is no date: {day!r}; give it as 2026-03-30"
        raise RequestError(message, code="date.invalid", field=name, value=day) from error
    return datetime.combine(found, time(), visit.reader.timezone).astimezone(UTC)
