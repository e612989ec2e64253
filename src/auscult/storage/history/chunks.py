"""Chunks of the backfills of every app, which the work list holds next to batches."""

import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.domain.history.backfills import Backfill, Chunk, ChunkRange
from auscult.domain.tenancy import Tenant
from auscult.storage.access.apps import lock_app
from auscult.storage.core.repository import OfDatabase
from auscult.storage.core.tables.base import apps
from auscult.storage.core.tables.conversations import IS_CHUNK, batches
from auscult.storage.core.tables.history import backfill_chunks, backfills
from auscult.storage.history.backfills import backfill_of, backfill_query, end_backfill
from auscult.storage.work.work_list import fail_work


class Chunks(OfDatabase):
    """Chunks that the work list names, and the backfills that they belong to."""

    def unfinished(self, limit: int = 100) -> list[Backfill]:
        """Re-scores and backtests of every app that run or failed, the oldest first."""
        query = (
            backfill_query()
            .where(backfills.c.state.in_(("running", "failed")), backfills.c.kind != "trial")
            .order_by(backfills.c.backfill)
            .limit(limit)
        )
        with self._database.reading() as connection:
            return [backfill_of(connection, row, _tenant_of(connection, row.app)) for row in connection.execute(query)]

    def get(self, chunk_id: str) -> Chunk | None:
        """A chunk that is to be done; None when it is done, or its backfill does not run."""
        chunk = (
            sa.select(batches.c.line, batches.c.size, backfill_chunks)
            .join(backfill_chunks, backfill_chunks.c.chunk == batches.c.batch)
            .where(batches.c.batch_id == chunk_id, batches.c.state == "accepted")
        )
        with self._database.reading() as connection:
            found = connection.execute(chunk).one_or_none()
            if found is None:
                return None
            row = connection.execute(backfill_query().where(backfills.c.backfill == found.line)).one()
            backfill = backfill_of(connection, row, _tenant_of(connection, row.app))
        chunk_range = ChunkRange(
            first=(found.first_at, found.first),
            last=(found.last_at, found.last),
            size=found.size,
            sample_limit=found.sample_limit,
        )
        return Chunk(chunk_id=chunk_id, backfill=backfill, range=chunk_range)

    def fail(self, chunk_id: str, reason: str) -> None:
        """Fail a chunk, with the reason; the others go on."""
        query = sa.select(batches.c.app, batches.c.line).where(batches.c.batch_id == chunk_id, sa.text(IS_CHUNK))
        with self._database.writing() as connection:
            found = connection.execute(query).one_or_none()
            if found is not None:
                lock_app(connection, found.app)
                fail_work(connection, chunk_id, reason)
                end_backfill(connection, found.line)


def _tenant_of(connection: Connection, app: int) -> Tenant:
    query = sa.select(apps.c.account_id, apps.c.org_id, apps.c.app_id).where(apps.c.app == app)
    owner = connection.execute(query).one()
    return Tenant(account_id=owner.account_id, org_id=owner.org_id, app_id=owner.app_id)
