"""Writing of re-scored evaluations, in addition to the earlier ones."""

from collections.abc import Iterator, Sequence

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.domain.audits.audit import AuditMovedError
from auscult.domain.history.backfills import Rescored
from auscult.storage.conversations.evaluated import (
    AUDIT_SHOWN,
    STORED,
    Stored,
    check_named,
    file_recorded,
    mark_of,
    newest_marks,
)
from auscult.storage.conversations.evaluations import write_evaluations
from auscult.storage.core.database import Database
from auscult.storage.core.instants import ms_of
from auscult.storage.core.tables.audits import audit_trail, audits
from auscult.storage.core.tables.conversations import conversations
from auscult.storage.delivery.feed import announce
from auscult.storage.pages.row_index import rewrite_rows

_IDS_AT_ONCE = 1_000


def write_rescored(
    connection: Connection, database: Database, app: int, backfill: int, rescored: Sequence[Rescored]
) -> int:
    """Store the new evaluations with the lines of the trail, and show them; return the number of conversations.

    One that was revised, decided again or erased since it was read is skipped.
    Raises ``AuditMovedError``, with nothing written, when an audit was changed since its rows were rendered.
    """
    fresh = list(_fresh(connection, app, rescored))
    if any(not stored.shows(each.rendered) for stored, each in fresh):
        raise AuditMovedError(
            "an audit or what the app leaves out changed since these rows were rendered; render them again"
        )
    if not fresh:
        return 0
    check_named(connection, app, [each.rendered for _, each in fresh])
    dialect = database.dialect
    decided = [(stored.number, each.rendered.evaluation) for stored, each in fresh]
    write_evaluations(connection, database, app, decided, backfill)
    lines = [
        (stored.number, ms_of(each.entry.at), each.entry.action, msgspec.json.encode(each.entry))
        for stored, each in fresh
    ]
    dialect.insert_many(connection, audit_trail, ("conversation", "at", "action", "body"), lines)
    moved = [(stored, each.rendered) for stored, each in fresh if not each.stays_filed]
    if moved:
        file_recorded(connection, dialect, app, moved)
    rewrite_rows(
        connection,
        dialect,
        app,
        [
            (stored.filed_at, stored.conversation_id, each.rendered.rows)
            for stored, each in fresh
            if each.stays_filed and stored.filed_at is not None
        ],
    )
    announce(connection, dialect, app, [(stored.conversation_id, "rescored") for stored, _ in fresh])
    return len(fresh)


def _fresh(connection: Connection, app: int, rescored: Sequence[Rescored]) -> Iterator[tuple[Stored, Rescored]]:
    """Yield those that are unchanged since they were read, in the order of their ids."""
    by_id = {each.case.conversation.id: each for each in rescored}
    ids = sorted(by_id)
    query = (
        sa.select(*STORED)
        .select_from(conversations)
        .outerjoin(audits, AUDIT_SHOWN)
        .where(conversations.c.app == app)
        .order_by(conversations.c.conversation_id)
    )
    for start in range(0, len(ids), _IDS_AT_ONCE):
        some = query.where(conversations.c.conversation_id.in_(ids[start : start + _IDS_AT_ONCE]))
        stored = [Stored(*row) for row in connection.execute(some)]
        marks = newest_marks(connection, [each.number for each in stored])
        for each in stored:
            case = by_id[each.conversation_id].case
            is_as_read = each.revision == case.evaluation.revision and marks.get(each.number) == mark_of(
                case.evaluation
            )
            if each.is_current and is_as_read and each.is_worded_as(case.conversation):
                yield each, by_id[each.conversation_id]
