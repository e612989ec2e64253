"""The example disputes and the example calibration session of the demo, each marked as an example."""

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from auscult.cli.operations.demo.audits import AUDITORS
from auscult.cli.operations.demo.together import MANAGER
from auscult.domain.audits.audit import AuditAnswer, results_of
from auscult.domain.evaluation import Qualification
from auscult.domain.people.principal import operator
from auscult.domain.tenancy import Tenant

if TYPE_CHECKING:
    from auscult.domain.disputes.dispute import ReviewedAudit
    from auscult.services.disputes.reviewing import Reviewing
    from auscult.storage.store import AppStore, Store

NAME = "Example session"
COMMENTS: tuple[tuple[Qualification, str], ...] = (
    ("NA", "Example: the customer spoke first, so there was nothing left to ask."),
    ("YES", "Example: it is there, in other words."),
    ("NA", "Example: the caller was in a hurry, and I went straight to the request."),
)
"""Answer that the agent asks for instead, and the reason."""
_NOW = partial(datetime.now, UTC)


def review_and_calibrate(store: "Store", tenant: Tenant) -> None:
    """Dispute three missed metrics of submitted audits, decide two of them, and rate one session. Done once."""
    from auscult.reports import REPORTS
    from auscult.services.disputes.reviewing import Reviewing
    from auscult.storage.disputes import DisputeQuery

    app = store.within(tenant)
    if app.disputes.disputes(DisputeQuery(limit=1)):
        return
    manager = Reviewing(app, REPORTS, _NOW, operator(MANAGER))
    supervisor = Reviewing(app, REPORTS, _NOW, operator("example-agent@demo.example"))
    views = [manager.show(each.assignment_id) for each in app.disputes.reviews()]
    missed = [(view, metric) for view in views if (metric := _missed(view, manager))][: len(COMMENTS)]
    for (view, metric), (answer, comment) in zip(missed, COMMENTS, strict=False):
        supervisor.dispute(view.review.assignment_id, metric, comment, answer)
    for each, ruling in zip(app.disputes.disputes(DisputeQuery(state="open")), ("accept", "deny"), strict=False):
        reason = (
            "Example: right, there was no occasion."
            if ruling == "accept"
            else "Example: it was asked for, and missing."
        )
        manager.decide(each.dispute.dispute_id, "accept" if ruling == "accept" else "deny", reason)
    _calibrate(app, views)


def _missed(view: "ReviewedAudit", reviewing: "Reviewing") -> str | None:
    """Return the first metric that an audit says was missed."""
    result = view.audit.result
    results = results_of(reviewing.form_of(view), result.sheet) if result else ()
    return next((each.metric.id for each in results if each.adhered is False and each.metric.grades is None), None)


def _calibrate(app: "AppStore", views: "list[ReviewedAudit]") -> None:
    from auscult.services.calibration import Calibrating, Wanted

    forms = [each.audit.result.form_id for each in views if each.audit.result]
    if not forms:
        return
    form_id = max(set(forms), key=forms.count)
    service = Calibrating(app, _NOW)
    found = [each.conversation_id for each in service.suggest(form_id, 3)]
    found = (
        found
        or [
            each.review.conversation_id for each in views if each.audit.result and each.audit.result.form_id == form_id
        ][:2]
    )
    wanted = Wanted(
        name=NAME, form_id=form_id, conversations=tuple(found), raters=AUDITORS, description="Made for the demo."
    )
    session = service.create(wanted, MANAGER)
    service.activate(session.session_id)
    machine = service.machine(session)
    form = service.form_of(session)
    for index, rater in enumerate(AUDITORS):
        for item in session.items:
            answers = [
                AuditAnswer(metric_id=metric.id, answer="NO" if machine[item.number].get(metric.id) == "NO" else "YES")
                for metric in form.metrics
                if metric.grades is None
            ]
            if index:  # the second rater differs on the first metric
                answers[0] = AuditAnswer(metric_id=answers[0].metric_id, answer="NA", comment="Example: no occasion.")
            service.rate(session.session_id, item.number, rater, answers)
        service.submit(session.session_id, rater)
