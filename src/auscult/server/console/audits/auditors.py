"""Auditors: their load, pace and agreement."""

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from auscult.server.console.audits.auditors_view import (
    agreement_in_words,
    chart_of,
    pace_of,
    scores_in_words,
    severity_of,
    share_of,
    swayed,
)
from auscult.server.console.definitions.in_force import metric_names
from auscult.server.console.frame.counts import Leads
from auscult.server.console.frame.visit import BASE, Visit
from auscult.server.console.people.names import names_of_people
from auscult.services.audits.agreement import Selection, agreement_of
from auscult.services.audits.blind import blindness_of
from auscult.services.audits.raters import RaterQuery, rater_report
from auscult.services.conversations.list_query import NOBODY

_PERIOD = timedelta(days=90)
_MOST = 10_000
_DIFFERENCES = 6
"""Number of differences shown for each metric."""
_WORDS: Mapping[str, Any] = {"pace_of": pace_of, "share_of": share_of, "severity_of": severity_of}
"""Functions that the templates call."""


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

        def leads_of(email: str) -> Leads:
            return Leads(visit.reader, {"auditor": (email or NOBODY,)}, f"{BASE}/conversations")

        waiting_of = Counter(each.assignment.rater or "" for each in waiting)
        raters = {each.auditor: each for each in report.raters}
        names = names_of_people(visit)

        return visit.page(
            "audits/auditors",
            "Auditors",
            auditors=sorted({*raters, *waiting_of}, key=lambda each: names.get(each, each).lower()),
            report=report,
            raters=raters,
            waiting=waiting_of,
            late=Counter(each.assignment.rater or "" for each in waiting if each.is_late(visit.now)),
            since=since,
            names=names,
            metrics=metric_names(visit.app),
            leads_of=leads_of,
            chart=chart_of(report, names, visit.reader),
            swayed=swayed(report.anchoring.difference, visit.reader),
            scores=scores_in_words(report, visit.reader),
            agreement_in_words=agreement_in_words,
            **_WORDS,
        )

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
        return visit.page(
            "audits/auditor",
            "My audits",
            rater=next((each for each in report.raters if each.auditor == me), None),
            differences=sorted(differences, key=lambda each: each[1].started_at, reverse=True),
            since=since,
            leads=leads,
            **_WORDS,
        )
