"""Batches of every app: the work list."""

import sqlalchemy as sa

from auscult.domain.errors import NotFoundError
from auscult.domain.tenancy import Tenant
from auscult.pipeline.ports import Batch
from auscult.storage.database import AnyRow, Database
from auscult.storage.instants import instant_of
from auscult.storage.tables import apps, batches

_BATCH = sa.select(
    batches.c.batch_id,
    batches.c.size,
    batches.c.state,
    batches.c.accepted_at,
    batches.c.reason,
    apps.c.account_id,
    apps.c.org_id,
    apps.c.app_id,
).join(apps, apps.c.app == batches.c.app)


class Batches:
    """The table of batches. They are made by ``accept`` and ended by ``record`` or here."""

    def __init__(self, database: Database) -> None:
        """Nothing is read yet."""
        self._database = database

    def waiting(self, limit: int = 1000) -> list[Batch]:
        """Batches that are accepted and not done, oldest first."""
        query = _BATCH.where(batches.c.state == "accepted").order_by(batches.c.batch).limit(limit)
        with self._database.reading() as connection:
            return [_batch(row) for row in connection.execute(query)]

    def failed(self, limit: int = 1000) -> list[Batch]:
        """Batches that could not be processed, newest first."""
        query = _BATCH.where(batches.c.state == "failed").order_by(batches.c.batch.desc()).limit(limit)
        with self._database.reading() as connection:
            return [_batch(row) for row in connection.execute(query)]

    def get(self, batch_id: str) -> Batch | None:
        """One batch."""
        with self._database.reading() as connection:
            row = connection.execute(_BATCH.where(batches.c.batch_id == batch_id)).one_or_none()
        return None if row is None else _batch(row)

    def begin(self, batch_id: str) -> int:
        """Count a start; how many there have been. Raises ``NotFoundError`` when there is no such batch."""
        once_more = (
            sa.update(batches)
            .where(batches.c.batch_id == batch_id)
            .values(starts=batches.c.starts + 1)
            .returning(batches.c.starts)
        )
        with self._database.writing() as connection:
            starts = connection.execute(once_more).scalar_one_or_none()
        if starts is None:
            raise NotFoundError(f"There is no batch {batch_id}", code="batch.unknown", value=batch_id)
        return starts

    def fail(self, batch_id: str, reason: str) -> None:
        """Say that a batch cannot be processed, and why. A batch that another worker ended meanwhile stays ended."""
        given_up = sa.update(batches).where(batches.c.batch_id == batch_id, batches.c.state == "accepted")
        with self._database.writing() as connection:
            connection.execute(given_up.values(state="failed", reason=reason))


def _batch(row: AnyRow) -> Batch:
    return Batch(
        batch_id=row.batch_id,
        tenant=Tenant(account_id=row.account_id, org_id=row.org_id, app_id=row.app_id),
        size=row.size,
        state=row.state,
        accepted_at=instant_of(row.accepted_at),
        reason=row.reason,
    )
