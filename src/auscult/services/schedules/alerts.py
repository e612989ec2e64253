"""Alerts: a fatal error, a metric outside its control limits, a dispute whose time is about to end."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from auscult.domain.errors import NotFoundError
from auscult.domain.schedules.schedule import Fresh, Schedule
from auscult.domain.statistics.charts import BEYOND
from auscult.services.audits.quality import Quality, QualityQuery
from auscult.services.schedules.reports import cases_of
from auscult.storage.disputes import DisputeQuery
from auscult.storage.store import AppStore

_CHART = timedelta(weeks=13)
CONSOLE = "/console"


def alerts_of(app: AppStore, one: Schedule, at: datetime) -> Iterator[Fresh]:
    """Yield what an alert has to say now; what it said before has the same key."""
    match one.kind:
        case "fatal":
            yield from _fatal(app, one, at)
        case "limits":
            yield from _limits(app, one, at)
        case _:
            yield from _disputes(app, one, at)


def _fatal(app: AppStore, one: Schedule, at: datetime) -> Iterator[Fresh]:
    for case in cases_of(app, one, at):
        failed = [each.metric.name for each in case.evaluation.results if each.is_fatal_error]
        if failed and case.evaluation.evaluated_at >= one.created_at:
            yield Fresh(
                key=f"{case.conversation.id}:{case.evaluation.evaluated_at:%Y%m%d%H%M%S}",
                at=at,
                title=f"Fatal: {', '.join(failed)}",
                detail=f"In a conversation of {case.conversation.started_at:%Y-%m-%d %H:%M} UTC.",
                href=f"{CONSOLE}/conversations/{case.conversation.id}",
                conversation_id=case.conversation.id,
            )


def _limits(app: AppStore, one: Schedule, at: datetime) -> Iterator[Fresh]:
    try:
        found = Quality(app).chart(QualityQuery(one.form_id, at - _CHART, at, one.metric_id), "week")
    except NotFoundError:  # nothing was evaluated yet
        return
    if not found.chart.points:
        return
    last = found.chart.points[-1]
    if BEYOND in last.signals:
        yield Fresh(
            key=f"{one.metric_id}:{last.name}",
            at=at,
            title=f"{one.metric_id} left its limits in the week of {last.name}",
            detail=f"{last.value:.1%}, expected between {last.low:.1%} and {last.high:.1%}, from {last.n}.",
            href=f"{CONSOLE}/metrics/{one.metric_id}",
        )


def _disputes(app: AppStore, one: Schedule, at: datetime) -> Iterator[Fresh]:
    for each in app.disputes.all(DisputeQuery(state="open")):
        if each.due_at <= at + timedelta(hours=one.hours):
            yield Fresh(
                key=f"due:{each.dispute_id}",
                at=at,
                title=f"A dispute of {each.metric_id} is to be decided by {each.due_at:%Y-%m-%d %H:%M} UTC",
                href=f"{CONSOLE}/disputes/{each.dispute_id}",
                conversation_id=each.conversation_id or "",
            )
    for review in app.disputes.reviews():
        ends_at = review.ends_at
        is_open = any(each.status == "pending" for each in review.metrics)
        if is_open and review.is_released(at) and ends_at and at <= ends_at <= at + timedelta(hours=one.hours):
            yield Fresh(
                key=f"answer:{review.assignment_id}:{ends_at:%Y%m%d%H%M}",
                at=at,
                title=f"An agent's time to answer an audit ends at {ends_at:%Y-%m-%d %H:%M} UTC",
                href=f"{CONSOLE}/conversations/{review.conversation_id}",
                conversation_id=review.conversation_id,
            )
