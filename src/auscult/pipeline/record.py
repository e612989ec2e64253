"""Stage 5: what is known of a conversation becomes the finished row of every report."""

from collections.abc import Mapping

from auscult.domain.audit import Audit
from auscult.domain.conversation import Conversation
from auscult.domain.evaluation import Evaluation
from auscult.domain.record import Record
from auscult.domain.tenancy import Tenant
from auscult.pipeline.ports import Rendered
from auscult.reports._contract import Report

Reports = Mapping[str, Report]


def render(
    tenant: Tenant,
    conversation: Conversation,
    evaluation: Evaluation,
    reports: Reports,
    *,
    audit: Audit | None = None,
) -> Rendered:
    """Render one conversation for every report. A report that never lists it has no row of it."""
    record = Record(
        tenant=tenant,
        conversation=conversation,
        revision=evaluation.revision,
        evaluation=evaluation,
        audit=audit,
    )
    rows = {name: row for name, report in reports.items() if (row := report.row(record)) is not None}
    filters = {name: reports[name].filters for name in rows}
    return Rendered(conversation=conversation, evaluation=evaluation, rows=rows, audit=audit, filters=filters)
