"""Golden conversations on their way from the native format to a report's rows, without a database."""

from datetime import UTC, datetime
from pathlib import Path

from auscult.domain.record import Record
from auscult.domain.scoring.stored import PendingConversation
from auscult.domain.tenancy import Tenant
from auscult.formats import Limits, Rejected
from auscult.metrics import METRICS
from auscult.services.scoring.evaluate import Evaluator
from auscult.services.scoring.intake.read import read_file

HERE = Path(__file__).parent


def records(name: str, tenant: Tenant) -> list[Record]:
    """What the reports render of the golden conversations of a report, in the order of pages; there are no forms."""
    batch: list[PendingConversation] = []
    for read in read_file(HERE / f"{name}.conversations.ndjson", tenant.app_id, Limits()):
        assert not isinstance(read, Rejected), read.error.message
        batch.append(PendingConversation(conversation=read, revision=1))
    batch.sort(key=lambda pending: (pending.conversation.started_at, pending.conversation.id))
    judged = Evaluator(METRICS, {}).evaluate(batch, [], datetime(2026, 6, 8, tzinfo=UTC))
    return [
        Record(tenant=tenant, conversation=pending.conversation, revision=1, evaluation=evaluation)
        for pending, (evaluation, _) in zip(batch, judged, strict=True)
    ]
