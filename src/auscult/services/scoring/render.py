"""Stage 5: what is known of a conversation becomes the finished row of every report."""

from collections.abc import Mapping

from auscult.domain.record import Record
from auscult.domain.scoring.stored import EvaluatedConversation, RenderedRows
from auscult.domain.tenancy import Tenant
from auscult.reports._contract import Report
from auscult.services.scoring.listing import LISTING, Listing

Reports = Mapping[str, Report]


def render(tenant: Tenant, case: EvaluatedConversation, reports: Reports) -> RenderedRows:
    """Render one conversation for every report, and for our own listing. One that never lists it has no row of it."""
    record = Record(
        tenant=tenant,
        conversation=case.conversation,
        revision=case.evaluation.revision,
        evaluation=case.evaluation,
        insights=case.insights,
        audit=case.audit,
    )
    shown: dict[str, Report | Listing] = {**reports, LISTING.name: LISTING}
    rows = {name: row for name, report in shown.items() if (row := report.row(record)) is not None}
    return RenderedRows(
        conversation=case.conversation,
        evaluation=case.evaluation,
        insights=case.insights,
        audit=case.audit,
        rows=rows,
        filters={name: shown[name].filters for name in rows},
    )
