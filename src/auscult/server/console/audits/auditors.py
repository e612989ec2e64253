"""Auditors: their load, pace and agreement."""

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from litestar import Controller, Response, get
from markupsafe import Markup

from auscult.domain.statistics.agreement import PairAgreement
from auscult.domain.statistics.intervals import Figure
from auscult.language import gettext as _
from auscult.server.console.definitions.in_force import metric_names
from auscult.server.console.frame.charts.drivers import Axis, IntervalRow, intervals
from auscult.server.console.frame.counts import Leads
from auscult.server.console.frame.reader import FEW, Reader
from auscult.server.console.frame.visit import BASE, TheVisit
from auscult.server.console.people.names import names_of_people
from auscult.services.audits.agreement import Selection, agreement_of
from auscult.services.audits.blind import blindness_of
from auscult.services.audits.raters import Rater, RaterQuery, RaterReport, rater_report
from auscult.services.conversations.list_query import NOBODY

_PERIOD = timedelta(days=90)
_MOST = 10_000
_DIFFERENCES = 6
"""Number of differences shown for each metric."""
_MINUTE_S = 60


class AuditorsPage(Controller):
    """The people who audit."""

    path = "/auditors"

    @get(sync_to_thread=True)
    def show(self, visit: TheVisit) -> Response[str]:
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
    def own(self, visit: TheVisit) -> Response[str]:
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


def agreement_in_words(pairs: PairAgreement, reader: Reader) -> str:
    """Return how often two people agree: with its margin, or as a count where there are few pairs."""
    if pairs.raw is None or pairs.n >= FEW:
        return share_of(pairs.raw, pairs.n, reader)
    return reader.rate(round(pairs.raw.value * pairs.n), pairs.n)


def chart_of(report: RaterReport, names: Mapping[str, str], reader: Reader) -> Markup | None:
    """Draw each auditor's agreement with the machine, for those with enough audits."""
    rows = [
        IntervalRow(
            name=names.get(each.auditor, each.auditor),
            value=each.machine.value * 100,
            low=each.machine.low * 100,
            high=each.machine.high * 100,
            end=reader.number(each.audits),
            kind="",
            is_strong=False,
        )
        for each in sorted(report.raters, key=lambda each: names.get(each.auditor, each.auditor).lower())
        if each.machine is not None and each.audits >= FEW
    ]
    return intervals(rows, Axis(label=_("Agreement with the machine"), heading=_("audits"), unit="%")) if rows else None


def pace_of(rater: Rater | None, reader: Reader) -> str:
    """Return the median time of an audit; a dash for few audits."""
    if rater is None or rater.pace is None or rater.pace.n < FEW:
        return "\u2013"
    seconds = rater.pace.median.value
    return f"{reader.number(seconds / 60, 1)} min" if seconds >= _MINUTE_S else f"{reader.number(seconds)} s"


def severity_of(rater: Rater | None, reader: Reader) -> str:
    """Return an auditor's strictness against colleagues on the same conversations, or that chance explains it."""
    if rater is None or rater.severity is None or rater.severity.shared < FEW:
        return _("Too few shared")
    figure = rater.severity.figure
    if figure.low <= 0 <= figure.high:
        return _("Like the others")
    points = reader.number(abs(figure.value), 1)
    text = _("{points} points stricter") if figure.value > 0 else _("{points} points milder")
    return text.format(points=points)


def share_of(figure: Figure | None, n: int, reader: Reader) -> str:
    """Return a share with its margin; a dash where it rests on few audits."""
    if figure is None or n < FEW:
        return "\u2013"
    return f"{reader.share(figure.value)} {reader.interval(figure)}"


def swayed(found: Figure | None, reader: Reader) -> str:
    """Return how far the sight of the machine's answers moves people."""
    if found is None:
        return _("A plan that hides the machine's answers in half of its items shows how far they sway people.")
    points = reader.number(found.value * 100, 1)
    if found.low <= 0 <= found.high:
        text = _("Seeing the machine's answers moves people by {points} points: could still be chance.")
    else:
        text = _("Seeing the machine's answers moves people {points} points towards them.")
    return text.format(points=points)


def scores_in_words(report: RaterReport, reader: Reader) -> str:
    """Return how far the scores of two people differ; empty for few pairs."""
    limits = report.scores
    if limits is None or limits.n < FEW:
        return ""
    text = _(
        "Two people give the same conversation scores that differ by {low} to {high} points in nineteen of twenty cases."
    )
    return text.format(low=reader.number(limits.low, 1), high=reader.number(limits.high, 1))


_WORDS: Mapping[str, Any] = {"pace_of": pace_of, "share_of": share_of, "severity_of": severity_of}
"""Functions that the templates call."""
