"""Writes audits and their assignments, and decides which audit of a conversation reports show."""

from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.domain.audits.assignment import WHOLE, AssignmentState, Shown, effective_of
from auscult.domain.audits.audit import Audit, Sheet
from auscult.storage.audits.segments import shown_segment_of
from auscult.storage.conversations.evaluations import EvaluationReader
from auscult.storage.core.audit_tables import assignments, audits
from auscult.storage.core.dialect import Dialect
from auscult.storage.core.instants import ms_of, optional_instant
from auscult.storage.people.parties import erase_auditor, write_auditor

IS_SHOWN = audits.c.is_shown == sa.literal_column("1")
"""Of an audit: reports show it."""


def mark_of_audit(audit: Audit | None) -> tuple[str, int] | None:
    """Return the part of an audit that identifies its state."""
    return None if audit is None else (audit.assignment_id, audit.changes)


def write_audit(connection: Connection, dialect: Dialect, app: int, conversation: int, audit: Audit) -> None:
    """Write an audit and bring its assignment to the same state; make the assignment where there is none yet."""
    query = sa.select(assignments.c.assignment, assignments.c.state, assignments.c.rater)
    query = query.where(assignments.c.app == app, assignments.c.assignment_id == audit.assignment_id)
    found = connection.execute(query).one_or_none()
    is_same_rater = found is not None and found.rater == audit.auditor
    state = _state_of(audit, has_begun=is_same_rater and found is not None and found.state == "begun")
    columns: dict[str, Any] = {"rater": audit.auditor, "state": state}
    columns["ended_at"] = ms_of(audit.result.audited_at) if audit.result else None
    if found is None:
        made = _by_hand(app, conversation, audit)
        number = connection.scalar(sa.insert(assignments).values(**made, **columns).returning(assignments.c.assignment))
    else:
        number = found.assignment
        mine = sa.update(assignments).where(assignments.c.assignment == number)
        connection.execute(mine.values(**columns))
    written = {
        "state": audit.state,
        "auditor": audit.auditor,
        "submitted_at": columns["ended_at"],
        "changes": audit.changes,
        "body": msgspec.json.encode(audit),
    }
    _write_party(connection, dialect, app, number, audit)
    if audit.changes > 1:
        connection.execute(sa.update(audits).where(audits.c.assignment == number).values(**written))
    else:
        ids = {"assignment_id": audit.assignment_id, "conversation_id": audit.conversation_id}
        keys = {"assignment": number, "conversation": conversation, "app": app, "is_shown": 0}
        connection.execute(sa.insert(audits).values(**ids, **keys, **written))


def _write_party(connection: Connection, dialect: Dialect, app: int, number: int | None, audit: Audit) -> None:
    """Record the auditor of the conversation, who may see it; remove one who has no assignment of it left."""
    before = connection.scalar(sa.select(audits.c.auditor).where(audits.c.assignment == number))
    if before == audit.auditor:
        return
    if before is not None:
        mine = (audits.c.app == app, audits.c.conversation_id == audit.conversation_id, audits.c.auditor == before)
        others = sa.select(sa.func.count()).where(*mine, audits.c.assignment != number)
        if not connection.scalar(others):
            erase_auditor(connection, app, audit.conversation_id, before)
    write_auditor(connection, dialect, app, audit.conversation_id, audit.auditor)


def show_effective(connection: Connection, reader: EvaluationReader, conversation: int) -> tuple[str, int] | None:
    """Mark the audit of a conversation that reports show; return its assignment and how often it was written."""
    query = (
        sa.select(
            assignments.c.assignment_id,
            assignments.c.role,
            assignments.c.segment,
            audits.c.submitted_at,
            audits.c.changes,
            audits.c.is_shown,
        )
        .select_from(audits)
        .join(assignments, assignments.c.assignment == audits.c.assignment)
        .where(audits.c.conversation == conversation)
        .order_by(assignments.c.assignment)
    )
    rows = connection.execute(query).all()
    segment = shown_segment_of(connection, reader, conversation) if any(row.segment for row in rows) else WHOLE
    shown = effective_of(
        (Shown(row.assignment_id, row.role, row.segment, optional_instant(row.submitted_at)) for row in rows), segment
    )
    mine = sa.update(audits).where(audits.c.conversation == conversation)
    for row in rows:
        if row.is_shown and row.assignment_id != shown:
            connection.execute(mine.where(audits.c.assignment_id == row.assignment_id).values(is_shown=0))
    for row in rows:
        if not row.is_shown and row.assignment_id == shown:
            connection.execute(mine.where(audits.c.assignment_id == row.assignment_id).values(is_shown=1))
    return next(((row.assignment_id, row.changes) for row in rows if row.assignment_id == shown), None)


def _state_of(audit: Audit, *, has_begun: bool) -> AssignmentState:
    if audit.result is not None:
        return "submitted"
    return "begun" if has_begun or audit.draft != Sheet() else "assigned"


def _by_hand(app: int, conversation: int, audit: Audit) -> dict[str, Any]:
    """Return the columns of an assignment without a plan."""
    return {
        "app": app,
        "assignment_id": audit.assignment_id,
        "conversation": conversation,
        "segment": WHOLE,
        "agent_id": "",
        "role": "audit",
        "stratum": "",
        "hidden": "[]",
        "created_at": ms_of(audit.assigned_at),
        "reason": "",
    }
