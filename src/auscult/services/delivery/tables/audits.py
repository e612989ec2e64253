"""The table ``audits``: one row per conversation that is assigned to an auditor or audited."""

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from auscult.domain.audits.audit import state_of
from auscult.domain.scoring.stored import EvaluatedConversation


class Row(Struct, frozen=True, kw_only=True):
    """One audit. What was answered per metric is in ``verdicts.audit_qualification``."""

    conversation_id: str
    started_at: datetime
    auditor: str
    state: str
    assigned_at: datetime
    audited_at: datetime | None
    form_id: str | None
    form_version: int | None
    score: int | None
    passed: bool | None
    fatal_errors: int | None
    comment: str


def rows(each: EvaluatedConversation) -> Iterator[Row]:
    """Yield the row of an audit; none without an assignment. Drafts are left out."""
    audit = each.audit
    if audit is None:
        return
    result = audit.result
    yield Row(
        conversation_id=each.conversation.id,
        started_at=each.conversation.started_at,
        auditor=audit.auditor,
        state=state_of(audit),
        assigned_at=audit.assigned_at,
        audited_at=result.audited_at if result else None,
        form_id=result.form_id if result else None,
        form_version=result.form_version if result else None,
        score=None if result is None or result.score is None else int(result.score),
        passed=result.passed if result else None,
        fatal_errors=result.fatal_errors if result else None,
        comment=result.sheet.comment if result else "",
    )
