"""Records for the tests of the Quality reports: one conversation, scored with three metrics."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec

from auscult.domain.conversation import Conversation
from auscult.domain.evaluation import MetricResult, Status
from auscult.domain.form import Form, Metric
from auscult.domain.record import Record
from auscult.domain.tenancy import Tenant
from auscult.reports._contract import Report
from tests.strategies import cited, evaluation_of

AT = datetime(2026, 3, 23, 10, 17, 54, 120_000, tzinfo=UTC)
METRICS = (
    Metric(id="em-a", name="A", type="by_question", weight=Decimal("15.0"), negative_weight=Decimal(27)),
    Metric(id="em-b", name="B", type="by_question", weight=Decimal("2.50"), fatal=True),
    Metric(id="em-c", name="C", type="manual", weight=Decimal("82.5"), fatal=True),
)
FORM = Form(id="ef-1", name="Form", channel="voice", metrics=METRICS, pass_score=Decimal("72.50"))


def record(
    status: Status = "evaluated",
    answers: tuple[str, ...] = ("YES", "NO", "-"),
    score: Decimal | None = Decimal(80),
    form: Form | None = FORM,
    known: dict[str, Any] | None = None,
    **conversation: Any,
) -> Record:
    """A conversation with these answers; ``known`` may have its audit and what analysis found."""
    results = tuple(
        MetricResult(metric=metric, verdict=cited(answer))  # type: ignore[arg-type]
        for metric, answer in zip(form.metrics if form else METRICS, answers, strict=False)
    )
    evaluation = evaluation_of(
        form=form,
        status=status,
        score=score,
        passed=None if score is None else score >= 72,
        results=results if status == "evaluated" else (),
        evaluated_at=AT,
    )
    return Record(
        tenant=Tenant(account_id="acc", org_id="o", app_id="st-1"),
        conversation=Conversation(**{"id": "c-1", "channel": "voice", "started_at": AT} | conversation),
        revision=1,
        evaluation=evaluation,
        **known or {},
    )


def row_of(report: Report, *given: Any, **more: Any) -> dict[str, Any]:
    """The decoded row of a record with these values."""
    return msgspec.json.decode(report.row(record(*given, **more)) or b"")
