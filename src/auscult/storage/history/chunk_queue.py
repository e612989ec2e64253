"""Chunks of the backfills of every app: a second work list next to that of batches."""

from datetime import datetime
from itertools import chain, zip_longest

import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.domain.errors import NotFoundError
from auscult.domain.history.backfills import Backfill, Chunk, ChunkRange
from auscult.domain.tenancy import Tenant
from auscult.storage.access.apps import lock_app
from auscult.storage.core.database import Database
from auscult.storage.core.instants import ms_of
from auscult.storage.core.tables.base import apps
from auscult.storage.core.tables.history import sweep_portions, sweeps
from auscult.storage.history.backfills import fail_portion, is_due, sweep_of, sweep_query

_RUNNING = "SELECT sweep FROM sweeps WHERE state = 'running' ORDER BY sweep LIMIT 20"


class ChunkQueue:
    """Open work of all running backfills."""

    def __init__(self, database: Database) -> None:
        """Nothing is read yet."""
        self._database = database
        self._running = database.text(sa.text(_RUNNING))

    def waiting(self, limit: int = 100) -> list[str]:
        """Portions to be done next, by their ids; of each running sweep some, so that all of them go on."""
        running = self._database.read(lambda reader: reader.fetch(self._running, {}))
        if not running:  # as most times
            return []
        query = (
            sa.select(sweep_portions.c.portion_id)
            .where(sweep_portions.c.sweep == sa.bindparam("sweep"), *is_due())
            .order_by(sweep_portions.c.portion)
        )
        with self._database.reading() as connection:
            some = query.limit(-(-limit // len(running)))
            found = [list(connection.scalars(some, {"sweep": number})) for (number,) in running]
        return [each for each in chain.from_iterable(zip_longest(*found)) if each is not None]

    def unfinished(self, limit: int = 100) -> list[Backfill]:
        """Sweeps of every app that run or failed, the oldest first."""
        query = sweep_query().where(sweeps.c.state.in_(("running", "failed"))).order_by(sweeps.c.sweep).limit(limit)
        with self._database.reading() as connection:
            return [sweep_of(connection, row, _tenant_of(connection, row.app)) for row in connection.execute(query)]

    def get(self, portion_id: str) -> Chunk | None:
        """A portion that is to be done; None when it is done, or its sweep does not run."""
        portion = (
            sa.select(sweep_portions)
            .join(sweeps, sweeps.c.sweep == sweep_portions.c.sweep)
            .where(
                sweep_portions.c.portion_id == portion_id,
                sweep_portions.c.state == "waiting",
                sweeps.c.state == "running",
            )
        )
        with self._database.reading() as connection:
            found = connection.execute(portion).one_or_none()
            if found is None:
                return None
            row = connection.execute(sweep_query().where(sweeps.c.sweep == found.sweep)).one()
            sweep = sweep_of(connection, row, _tenant_of(connection, row.app))
        stretch = ChunkRange(
            first=(found.first_at, found.first),
            last=(found.last_at, found.last),
            size=found.size,
            sieve=found.sieve,
        )
        return Chunk(portion_id=portion_id, sweep=sweep, stretch=stretch)

    def begin(self, portion_id: str) -> int:
        """Count a start; how many there have been. Raises ``NotFoundError`` when there is no such portion."""
        once_more = (
            sa.update(sweep_portions)
            .where(sweep_portions.c.portion_id == portion_id)
            .values(starts=sweep_portions.c.starts + 1)
            .returning(sweep_portions.c.starts)
        )
        with self._database.writing() as connection:
            starts = connection.execute(once_more).scalar_one_or_none()
        if starts is None:
            raise NotFoundError(f"There is no portion {portion_id}", code="portion.unknown", value=portion_id)
        return starts

    def postpone(self, portion_id: str, reason: str, until: datetime) -> None:
        """Postpone a chunk, with the reason; its starts are counted from 0 again."""
        later = sa.update(sweep_portions).where(
            sweep_portions.c.portion_id == portion_id, sweep_portions.c.state == "waiting"
        )
        with self._database.writing() as connection:
            connection.execute(later.values(not_before=ms_of(until), reason=reason, starts=0))

    def wake(self) -> None:
        """Let the time of every postponed portion come now."""
        now = sa.update(sweep_portions).where(sweep_portions.c.not_before.is_not(None))
        with self._database.writing() as connection:
            connection.execute(now.values(not_before=None))

    def fail(self, portion_id: str, reason: str) -> None:
        """Fail a chunk, with the reason; the others go on."""
        query = (
            sa.select(sweeps.c.sweep, sweeps.c.app)
            .join(sweep_portions, sweep_portions.c.sweep == sweeps.c.sweep)
            .where(sweep_portions.c.portion_id == portion_id)
        )
        with self._database.writing() as connection:
            found = connection.execute(query).one_or_none()
            if found is not None:
                lock_app(connection, found.app)
                fail_portion(connection, portion_id, found.sweep, reason)


def _tenant_of(connection: Connection, app: int) -> Tenant:
    query = sa.select(apps.c.account_id, apps.c.org_id, apps.c.app_id).where(apps.c.app == app)
    owner = connection.execute(query).one()
    return Tenant(account_id=owner.account_id, org_id=owner.org_id, app_id=owner.app_id)
