"""Reads assignments, each with its audit."""

import msgspec
import sqlalchemy as sa

from auscult.domain.audits.assignment import Assigned, Assignment, Hidden
from auscult.storage.conversations.evaluated import read_audit
from auscult.storage.core.database import AnyRow, AnySelect
from auscult.storage.core.instants import optional_instant
from auscult.storage.core.rows import record_of
from auscult.storage.core.tables.audits import assignments, audits, draws
from auscult.storage.core.tables.conversations import conversations

HIDDEN = msgspec.json.Decoder(tuple[Hidden, ...])


def assigned_query(app: int) -> AnySelect:
    """Return the query of all assignments of an app, each with its conversation, draw and audit."""
    return (
        sa.select(
            assignments,
            conversations.c.conversation_id,
            draws.c.draw_id,
            draws.c.plan_id,
            draws.c.plan_version,
            audits.c.body.label("audit_body"),
            audits.c.held_until,
        )
        .select_from(assignments)
        .outerjoin(conversations, conversations.c.conversation == assignments.c.conversation)
        .outerjoin(draws, draws.c.draw == assignments.c.draw)
        .outerjoin(audits, audits.c.assignment == assignments.c.assignment)
        .where(assignments.c.app == app)
    )


def read_assigned(row: AnyRow) -> Assigned:
    """Return an assignment with its audit, of a row of ``assigned_query``."""
    held_until = optional_instant(row.held_until)
    return Assigned(assignment=_assignment(row), audit=read_audit(row.audit_body), held_until=held_until)


def _assignment(row: AnyRow) -> Assignment:
    return record_of(Assignment, row, agent_id=row.agent_id or None, hidden=HIDDEN.decode(row.hidden))
