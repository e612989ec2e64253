"""The quality overview."""

from collections.abc import Sequence
from datetime import datetime

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from msgspec.structs import replace

from auscult.server.console.ai_agents.handlers import HANDLERS, handlers_of, in_tabs
from auscult.server.console.conversations.listing import names_of
from auscult.server.console.conversations.listing_view import RowView, row_view
from auscult.server.console.definitions.in_force import forms_in_force
from auscult.server.console.explanations import box_of_overview
from auscult.server.console.frame.filters import filter_view
from auscult.server.console.frame.kept import KEPT
from auscult.server.console.frame.verdicts import kind_of
from auscult.server.console.frame.visit import BASE, Visit
from auscult.server.console.insights.contact_reasons import Named, named_in
from auscult.server.console.insights.overview_view import Counts, Reason, overview_view
from auscult.services.audits.blind import without_blind
from auscult.services.conversations.latest import Sought, details, newest
from auscult.services.insights.drivers import lately, passed_change
from auscult.services.insights.quality import NOTHING, WEEK, Period, by_name, by_period, periods

_PATH = f"{BASE}/overview"
_WEEKS, _HEAT_WEEKS = 26, 11
_REASONS, _FATAL, _NEWEST = 6, 3, 500
_FILTERS = ("queue", "agent", "channel", "direction", "intent", *HANDLERS)


class OverviewPage(Controller):
    """The page of quality over time."""

    path = "/overview"

    @get(opt=KEPT, sync_to_thread=True)
    def show(self, visit: NamedDependency[SkipValidation[Visit]]) -> Response[str]:
        """Show the last 26 weeks."""
        visit.require("insight.read")
        query = {name: found for name, found in visit.query.items() if name in _FILTERS}
        query, handlers = handlers_of(visit, query, _PATH)
        sought = visit.sought(query)
        end = visit.reader.end_of_today
        known = {metric.id: metric.name for form in forms_in_force(visit.app) for metric in form.metrics}
        spans = periods(end, _WEEKS)
        weeks = by_period(visit.app, sought, spans)
        heat_weeks = weeks[-_HEAT_WEEKS:]
        asked = {each for week in heat_weeks for each in week.metrics} if handlers else set(known)
        metrics = {each: name for each, name in known.items() if each in asked}
        recent = replace(sought, since=end - 4 * WEEK, until=end)
        named = named_in(visit, newest(visit.app, recent, _NEWEST))
        counts = Counts(
            weeks=_from_first(weeks),
            metrics=metrics,
            heat={each: [week.metrics.get(each, NOTHING) for week in heat_weeks] for each in metrics},
            heat_weeks=[week.passed for week in heat_weeks],
            reasons=_reasons(visit, sought, named, end),
            last=passed_change(visit.app, sought, lately(end)),
            fatal=_fatal(visit, sought, end),
            fatal_span=(end - WEEK, end),
        )
        filters = in_tabs(filter_view(query, _PATH, names_of(visit), visit.reader, _FILTERS), handlers)
        view = overview_view(counts, filters, query, visit.reader, BASE)
        return visit.page("insights/overview", "Overview", view, ask=box_of_overview(visit, query), handlers=handlers)


def _from_first(weeks: Sequence[Period]) -> Sequence[Period]:
    """Skip the weeks before the first one with a score."""
    first = next((n for n, week in enumerate(weeks) if week.passed.scored), len(weeks))
    return weeks[first:]


def _reasons(visit: Visit, sought: Sought, named: Named, end: datetime) -> list[Reason]:
    """Count the most frequent reasons for contact of the last four weeks."""
    names, spans = named.reasons[:_REASONS], ((end - 4 * WEEK, end),)
    counted = by_name(visit.app, sought, "intent", names, spans)
    return [Reason(name, passed) for name, (passed,) in counted.items() if passed.scored]


def _fatal(visit: Visit, sought: Sought, end: datetime) -> list[tuple[RowView, str]]:
    within = replace(sought, since=end - WEEK, until=end, outcomes=("fatal",))
    items = newest(visit.app, within, _FATAL)
    items = without_blind(visit.app, visit.visitor.email, items, visit.principal.agent_ids)
    known = details(visit.app, items)
    found: list[tuple[RowView, str]] = []
    for each in items:
        results = known[each.id].evaluation.results if each.id in known else ()
        missed = [result.metric.name for result in results if result.is_fatal_error and kind_of(result) == "no"]
        found.append((row_view(each, known.get(each.id), visit.reader, BASE), ", ".join(missed)))
    return found
