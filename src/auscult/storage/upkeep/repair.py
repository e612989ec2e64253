"""Repair of the differences of a recount that rendering does not repair: lost work, statuses, orphaned rows."""

import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.storage.access.apps import lock_app
from auscult.storage.conversations.evaluated import newest_evaluation
from auscult.storage.core.database import Database
from auscult.storage.core.tables.conversations import IS_CHUNK, batches, conversations, evaluations
from auscult.storage.core.tables.history import backfills
from auscult.storage.core.tables.pages import listings, report_rows
from auscult.storage.work.batches import HAS_UNRECORDED
from auscult.storage.work.work_list import REQUEUED


def repair(database: Database, app: int) -> None:
    """Repair an app, in one transaction. Rows, facets and tallies must be computed again after it."""
    with database.writing() as connection:
        lock_app(connection, app)
        _requeue(connection, app)
        _copy_status(connection, app)
        _drop_strays(connection, app)
        _end_backfills(connection, app)


def _requeue(connection: Connection, app: int) -> None:
    """Put batches back in line that are done and have conversations that are not recorded."""
    lost = sa.update(batches).where(batches.c.app == app, batches.c.state == "done", HAS_UNRECORDED)
    connection.execute(lost.values(REQUEUED))


def _copy_status(connection: Connection, app: int) -> None:
    """Copy the status of the current evaluation into each conversation."""
    decided = sa.select(evaluations.c.status).where(evaluations.c.evaluation == newest_evaluation()).scalar_subquery()
    wrong = sa.update(conversations).where(
        conversations.c.app == app,
        conversations.c.recorded_revision.is_not(None),
        conversations.c.status.is_distinct_from(decided),
        decided.is_not(None),
    )
    connection.execute(wrong.values(status=decided))


def _drop_strays(connection: Connection, app: int) -> None:
    """Remove rows that are filed under the wrong key; those of the conversation are rendered again."""
    mine = sa.select(listings.c.listing).where(listings.c.app == app)
    at_home = sa.exists().where(
        conversations.c.app == app,
        conversations.c.conversation_id == report_rows.c.conversation_id,
        conversations.c.filed_at == report_rows.c.started_at,
    )
    connection.execute(sa.delete(report_rows).where(report_rows.c.listing.in_(mine), ~at_home))


def _end_backfills(connection: Connection, app: int) -> None:
    """Let backfills run that have chunks waiting, and those be over that have none."""
    waits = sa.exists().where(sa.text(IS_CHUNK), batches.c.line == backfills.c.backfill, batches.c.state == "accepted")
    mine = sa.update(backfills).where(backfills.c.app == app)
    connection.execute(mine.where(backfills.c.state == "running", ~waits).values(state="done"))
    connection.execute(mine.where(backfills.c.state.in_(("done", "failed")), waits).values(state="running"))
