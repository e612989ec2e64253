"""Auditors: their load, pace and agreement."""

from collections import Counter
from datetime import timedelta

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from auscult.server.console.audits.auditors_view import Load, auditor_view, auditors_view
from auscult.server.console.definitions.in_force import metric_names
from auscult.server.console.frame.counts import Leads
from auscult.server.console.frame.visit import BASE, Visit
from auscult.server.console.people.names import names_of_people
from auscult.services.audits.agreement import Selection, agreement_of
from auscult.services.audits.blind import blindness_of
from auscult.services.audits.raters import RaterQuery, rater_report

_PERIOD = timedelta(days=90)
_MOST = 10_000
_DIFFERENCES = 6
"""Number of differences shown for each metric."""


class AuditorsPage(Controller):
    """The people who audit."""

    path = "/auditors"

    @get(sync_to_thread=True)
    def show(self, visit: NamedDependency[SkipValidation[Visit]]) -> Response[str]:
        """Show the load, pace and agreement of each auditor."""
        visit.require_everywhere("audit.assign")
        since = visit.now - _PERIOD
        report = rater_report(visit.app, RaterQuery(since=since))
        waiting = visit.app.queue.waiting(limit=_MOST)
        load = Load(
            waiting=Counter(each.assignment.rater or "" for each in waiting),
            late=Counter(each.assignment.rater or "" for each in waiting if each.is_late(visit.now)),
            since=since,
        )
        leads = Leads(visit.reader, {}, f"{BASE}/conversations")
        view = auditors_view(report, load, names_of_people(visit), metric_names(visit.app), leads)
        return visit.page("audits/auditors", "Auditors", view)

    @get("/me", sync_to_thread=True)
    def own(self, visit: NamedDependency[SkipValidation[Visit]]) -> Response[str]:
        """Show an auditor their own pace, severity and agreement, and their differences from the machine."""
        visit.require("audit.perform")
        me, since = visit.visitor.email, visit.now - _PERIOD
        app = visit.app_for("audit.perform")
        report = rater_report(app, RaterQuery(since=since))
        found = agreement_of(app, Selection(auditor=me, since=since), _DIFFERENCES)
        hidden = blindness_of(app, me, visit.principal.agent_ids)
        differences = [
            (metric.name, each)
            for form in found.forms
            for metric in form.metrics
            for each in metric.disagreements
            if not hidden.get(each.conversation_id)
        ]
        leads = Leads(visit.reader, {"auditor": (me,)}, f"{BASE}/conversations")
        rater = next((each for each in report.raters if each.auditor == me), None)
        return visit.page("audits/auditor", "My audits", auditor_view(rater, differences, since, leads, BASE))
