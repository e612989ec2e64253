"""Stage 5: what is known of a conversation becomes the finished row of every report."""

from collections.abc import Mapping

from auscult.domain.audit import Audit
from auscult.domain.conversation import Conversation
from auscult.domain.evaluation import Evaluation
from auscult.domain.record import Record
from auscult.domain.tenancy import Tenant
from auscult.pipeline.listing import LISTING, Listing
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
    """Render one conversation for every report, and for our own listing. One that never lists it has no row of it."""
    record = Record(
        tenant=tenant,
        conversation=conversation,
        revision=evaluation.revision,
        evaluation=evaluation,
        audit=audit,
    )
    shown: dict[str, Report | Listing] = {**reports, LISTING.name: LISTING}
    rows = {name: row for name, report in shown.items() if (row := report.row(record)) is not None}
    filters = {name: shown[name].filters for name in rows}
    return Rendered(conversation=conversation, evaluation=evaluation, rows=rows, audit=audit, filters=filters)
