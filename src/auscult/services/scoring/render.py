"""Stage 5: what is known of a conversation becomes the finished row of every report."""

from collections.abc import Callable, Mapping

from auscult.domain.directory import Aliases
from auscult.domain.operations.records import made_from
from auscult.domain.record import Record
from auscult.domain.scoring.stored import EvaluatedConversation, RenderedRows
from auscult.domain.tenancy import LATEST, Tenant
from auscult.reports import _wires
from auscult.reports._contract import Report
from auscult.services.scoring.listing import LISTING, Listing
from auscult.storage.store import AppStore

Reports = Mapping[str, Report]


def renderer(app: AppStore, reports: Reports) -> Callable[[EvaluatedConversation], RenderedRows]:
    """Return what renders one conversation of an app with the names in force."""
    return lambda case: render(app.tenant, case, reports, app.aliases.in_force())


def render(tenant: Tenant, case: EvaluatedConversation, reports: Reports, aliases: Aliases) -> RenderedRows:
    """Render one conversation for every report, and for our own listing. One that never lists it has no row of it.

    Queues and agents have the names that ``aliases`` of the app give them; ids stay.
    """
    named = aliases.as_rendered(case.conversation)
    record = made_from(Record, case, tenant=tenant, conversation=named, revision=case.evaluation.revision)
    is_listed_only = case.evaluation.status == "sides_unknown"  # no row of a report could say so
    shown: dict[str, Report | Listing] = (
        {LISTING.name: LISTING} if is_listed_only else {**reports, LISTING.name: LISTING}
    )
    rows = {name: row for name, report in shown.items() if (row := _stored(report, record)) is not None}
    return made_from(
        RenderedRows,
        case,
        named=named,
        directory_version=aliases.version,
        rows=rows,
        filters={name: shown[name].filters for name in rows},
    )


def _stored(report: Report | Listing, record: Record) -> bytes | None:
    """Return a row as it is stored: with what a later version of the wire adds, where it adds something."""
    if isinstance(report, Listing) or not report.added:
        return report.row(record)
    row = report.row(record, LATEST)
    return row and _wires.stored(row, report.added)
