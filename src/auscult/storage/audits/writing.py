"""Writes audits and their assignments, and decides which audit of a conversation reports show."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.domain.audits.assignment import WHOLE, Assignment, AssignmentState, Shown, effective_of
from auscult.domain.audits.audit import Audit, Sheet
from auscult.domain.audits.draw import DrawnItem
from auscult.storage.audits.segments import shown_segment_of
from auscult.storage.conversations.evaluations import EvaluationReader
from auscult.storage.core.database import Database
from auscult.storage.core.dialect import Dialect
from auscult.storage.core.instants import ms_of, optional_instant
from auscult.storage.core.result_seals import ResultSeals
from auscult.storage.core.rows import columns_of
from auscult.storage.core.tables.audits import assignments, audits, draws
from auscult.storage.core.tables.conversations import conversations
from auscult.storage.people.parties import erase_auditor, write_auditor

IS_SHOWN = audits.c.is_shown == sa.literal_column("1")
"""Of an audit: reports show it."""


SEALED = ("state", "auditor", "submitted_at", "answers", "score", "changes", "body")
"""Columns that the seal of an audit covers, with the ids of its conversation and its assignment."""


class AssignmentChange(NamedTuple):
    """An assignment before and after it changed. ``instead`` is drawn in its place once declined, with its due date."""

    before: Assignment
    after: Assignment
    instead: tuple[DrawnItem, datetime | None] | None = None


def mark_of_audit(audit: Audit | None) -> tuple[str, int] | None:
    """Return the part of an audit that identifies its state."""
    return None if audit is None else (audit.assignment_id, audit.changes)


def write_audit(connection: Connection, database: Database, app: int, conversation: int, audit: Audit) -> None:
    """Write an audit and bring its assignment to the same state; make the assignment where there is none yet."""
    query = sa.select(assignments.c.assignment, assignments.c.state, assignments.c.rater)
    query = query.where(assignments.c.app == app, assignments.c.assignment_id == audit.assignment_id)
    found = connection.execute(query).one_or_none()
    is_same_rater = found is not None and found.rater == audit.auditor
    state = _state_of(audit, has_begun=is_same_rater and found is not None and found.state == "begun")
    submitted_at = ms_of(audit.result.audited_at) if audit.result else None
    columns: dict[str, Any] = {"rater": audit.auditor, "state": state}
    if not audit.is_declined:  # when and why stand there already
        columns |= {"ended_at": submitted_at, "reason": "", "reason_code": None}
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
        "submitted_at": submitted_at,
        "answers": len(audit.draft.answers),
        "score": None if audit.result is None or audit.result.score is None else int(audit.result.score),
        "changes": audit.changes,
        "held_until": None,
        "body": msgspec.json.encode(audit),
    }
    covered = [written[name] for name in SEALED]
    written["seal"] = seal_of_audit(database.seals, connection, audit.conversation_id, audit.assignment_id, covered)
    _write_party(connection, database.dialect, app, number, audit)
    if audit.changes > 1:
        connection.execute(sa.update(audits).where(audits.c.assignment == number).values(**written))
    else:
        ids = {"assignment_id": audit.assignment_id, "conversation_id": audit.conversation_id}
        keys = {"assignment": number, "conversation": conversation, "app": app, "is_shown": 0}
        connection.execute(sa.insert(audits).values(**ids, **keys, **written))


def seal_of_audit(
    seals: ResultSeals, connection: Connection, conversation_id: str, assignment_id: str, covered: Iterable[object]
) -> bytes:
    """Return the seal of an audit: of its ids, and of ``SEALED``."""
    return seals.of(connection, "audit", conversation_id, assignment_id, *covered)


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
            audits.c.state,
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
    made = (
        Shown(row.assignment_id, row.role, row.segment, optional_instant(row.submitted_at), row.state == "not_assigned")
        for row in rows
    )
    shown = effective_of(made, segment)
    mine = sa.update(audits).where(audits.c.conversation == conversation)
    for row in rows:
        if row.is_shown and row.assignment_id != shown:
            connection.execute(mine.where(audits.c.assignment_id == row.assignment_id).values(is_shown=0))
    for row in rows:
        if not row.is_shown and row.assignment_id == shown:
            connection.execute(mine.where(audits.c.assignment_id == row.assignment_id).values(is_shown=1))
    return next(((row.assignment_id, row.changes) for row in rows if row.assignment_id == shown), None)


def _state_of(audit: Audit, *, has_begun: bool) -> AssignmentState:
    if audit.is_declined:
        return "declined"
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
    }


def change_assignment(connection: Connection, app: int, change: AssignmentChange) -> bool:
    """Write a change of state, rater or reason. The app's turn must have been taken.

    False, and nothing is written, where it changed meanwhile, or the item that was to be drawn instead was drawn.
    """
    before, after, instead = change
    drawn = None if instead is None else _drawn_instead(connection, app, after, *instead)
    if drawn is not None and _is_drawn(connection, drawn):
        return False
    same = (
        assignments.c.app == app,
        assignments.c.assignment_id == before.assignment_id,
        assignments.c.state == before.state,
        assignments.c.rater.is_not_distinct_from(before.rater),
    )
    columns: dict[str, Any] = {
        "state": after.state,
        "rater": after.rater,
        "reason": after.reason,
        "reason_code": after.reason_code,
        "begun_at": None if after.begun_at is None else ms_of(after.begun_at),
        "ended_at": None if after.ended_at is None else ms_of(after.ended_at),
    }
    if connection.execute(sa.update(assignments).where(*same).values(**columns)).rowcount != 1:
        return False
    if drawn is not None:
        connection.execute(sa.insert(assignments).values(**drawn))
    return True


def _drawn_instead(
    connection: Connection, app: int, declined: Assignment, item: DrawnItem, due_at: datetime | None
) -> dict[str, Any] | None:
    """Return the columns of an item in place of a declined one; None where its conversation was erased meanwhile."""
    its = sa.select(conversations.c.conversation).where(
        conversations.c.app == app, conversations.c.conversation_id == item.conversation_id
    )
    number = connection.scalar(its)
    of_draw = sa.select(draws.c.draw).where(draws.c.app == app, draws.c.draw_id == declined.draw_id)
    if number is None or declined.ended_at is None:
        return None
    return drawn_columns(
        item,
        declined.ended_at,
        due_at,
        app=app,
        conversation=number,
        role="audit",
        state="open" if item.rater is None else "assigned",
        draw=connection.scalar(of_draw),
        replaces=declined.assignment_id,
    )


def drawn_columns(item: DrawnItem, drawn_at: datetime, due_at: datetime | None, **others: Any) -> dict[str, Any]:  # noqa: ANN401  (of any column)
    """Return the columns of a new assignment of an item: the item's own, and ``others``, which are given."""
    return columns_of(
        assignments,
        item,
        assignment_id=f"as-{uuid.uuid4()}",
        hidden=msgspec.json.encode(item.hidden).decode(),
        due_at=None if due_at is None else ms_of(due_at),
        created_at=ms_of(drawn_at),
        reason="",
        **others,
    )


def _is_drawn(connection: Connection, drawn: dict[str, Any]) -> bool:
    """Return whether a draw has an item already."""
    its = [assignments.c[name] == drawn[name] for name in ("draw", "conversation", "segment", "agent_id")]
    return connection.scalar(sa.select(sa.literal(1)).where(*its).limit(1)) is not None
