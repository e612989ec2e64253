"""Batches of every app: the items of the work list whose conversations are to be scored for the first time."""

import logging
import uuid

import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.domain.errors import coded
from auscult.domain.operations.guarding import guarded
from auscult.domain.operations.tracing import MOST_LINKS, TRACING
from auscult.domain.scoring.batches import Backlog, Batch, Priority
from auscult.domain.tenancy import Tenant
from auscult.storage.access.apps import lock_app
from auscult.storage.core.database import AnyRow, Database
from auscult.storage.core.instants import instant_of
from auscult.storage.core.rows import record_of
from auscult.storage.core.tables.base import apps
from auscult.storage.core.tables.conversations import (
    IS_BATCH,
    IS_POSTPONED,
    IS_UNFINISHED,
    WAITS,
    batches,
    conversations,
)
from auscult.storage.work.queue_order import BACKFILL, LIVE, QueueOrder
from auscult.storage.work.work_list import ended, open_work

_LOG = logging.getLogger(__name__)

BATCH = (
    sa.select(
        batches.c.batch_id,
        batches.c.size,
        batches.c.state,
        batches.c.priority,
        batches.c.starts,
        batches.c.accepted_at,
        batches.c.ended_at,
        batches.c.reason,
        batches.c.not_before,
        batches.c.postponements,
        batches.c.traces,
        batches.c.batch,
        apps.c.account_id,
        apps.c.org_id,
        apps.c.app_id,
    )
    .join(apps, apps.c.app == batches.c.app)
    .where(sa.text(IS_BATCH))
)
"""What ``batch_of`` reads."""

MOST_TOGETHER = 250
MOST_BYTES = 1_000_000
"""Conversations that were sent one by one and are processed together, and what their bodies take in the database."""

NUMBERS: dict[Priority, int] = {"live": LIVE, "backfill": BACKFILL}
_NAMES: dict[int, Priority] = {number: name for name, number in NUMBERS.items()}

_UNTOUCHED = f"{WAITS} AND priority = {LIVE} AND starts = 0 AND postponements = 0 AND reason IS NULL"
"""Live, and never begun, postponed or put back in line, when somebody may still be at it; nor made of one that was split."""
_JOINABLE = f"SELECT app FROM batches WHERE {_UNTOUCHED} GROUP BY app HAVING count(*) > 1"  # noqa: S608

UNRECORDED = conversations.c.recorded_revision.is_distinct_from(conversations.c.revision)
HAS_UNRECORDED = sa.exists().where(conversations.c.batch == batches.c.batch, UNRECORDED)
"""Of a batch: whether something is left of it."""


class Batches:
    """The table of batches. They are made by ``accept`` and ended by ``record`` or here."""

    def __init__(self, database: Database) -> None:
        """Nothing is read yet."""
        self._database = database
        self._line = QueueOrder(database)
        self._joinable = database.text(sa.text(_JOINABLE))

    def waiting(self, limit: int = 1000, priority: Priority | None = None) -> list[Batch]:
        """Batches that are accepted and not done, those that are postponed left out, in the order of the work list.

        Live ones go before backfill; within each the apps take turns, and of an app the oldest goes first.
        """
        ids: list[str] = []
        for number in NUMBERS.values() if priority is None else [NUMBERS[priority]]:
            if len(ids) < limit:
                ids += self._line.next(number, limit - len(ids))
        with self._database.reading() as connection:
            rows = connection.execute(BATCH.where(batches.c.batch_id.in_(ids))) if ids else ()
            found = {row.batch_id: batch_of(row) for row in rows}
        return [found[each] for each in ids if each in found]

    def has_waiting(self, tenant: Tenant) -> bool:
        """Return whether a batch of this app is waiting."""
        of_it = sa.select(batches.c.batch).join(apps, apps.c.app == batches.c.app)
        query = of_it.where(sa.text(IS_UNFINISHED), sa.text(WAITS), apps.c.app_id == tenant.app_id).limit(1)
        with self._database.reading() as connection:
            return connection.execute(query).first() is not None

    def backlog(self) -> Backlog:
        """Return how many conversations wait to be processed, those that are postponed left out."""
        total = sa.func.coalesce(sa.func.sum(batches.c.size), 0)
        query = (
            sa.select(batches.c.priority, total).where(sa.text(f"{WAITS} AND {IS_BATCH}")).group_by(batches.c.priority)
        )
        found = {priority: int(n) for priority, n in self._database.rows(query)}
        return Backlog(live=found.get(LIVE, 0), backfill=found.get(BACKFILL, 0))

    def postponed(self, limit: int = 1000) -> list[Batch]:
        """Batches whose time has not come yet, the next first."""
        query = BATCH.where(sa.text(IS_POSTPONED)).order_by(batches.c.not_before).limit(limit)
        return [batch_of(row) for row in self._database.rows(query)]

    def failed(self, limit: int = 1000) -> list[Batch]:
        """Return batches that could not be processed, newest first, for ``doctor``."""
        query = BATCH.where(sa.text(IS_UNFINISHED), batches.c.state == "failed")
        return [batch_of(row) for row in self._database.rows(query.order_by(batches.c.batch.desc()).limit(limit))]

    def get(self, batch_id: str) -> Batch | None:
        """One batch."""
        row = self._database.row(BATCH.where(batches.c.batch_id == batch_id))
        return None if row is None else batch_of(row)

    def join(self) -> None:
        """Join live batches that are not begun into the first of their app: together they cost a fraction.

        Batches that were postponed, or left alone by a split, stay alone.
        """
        for (app,) in self._database.read(lambda reader: reader.fetch(self._joinable, {})):
            with guarded(_LOG, f"joining batches of app number {app}"), self._database.writing() as connection:
                lock_app(connection, app)
                _join(connection, app)

    def split(self, batch_id: str) -> int:
        """Split a batch into one batch for each unrecorded conversation, and end it; return their number.

        Does nothing and returns 0 where only one is left: it cannot be split.
        """
        query = sa.select(batches.c.batch, batches.c.app, batches.c.priority, batches.c.accepted_at)
        with self._database.writing() as connection:
            found = connection.execute(query.where(batches.c.batch_id == batch_id)).one()
            lock_app(connection, found.app)
            left = sa.select(conversations.c.conversation).where(conversations.c.batch == found.batch, UNRECORDED)
            numbers = list(connection.scalars(left.order_by(conversations.c.conversation)))
            is_open = sa.select(batches.c.state == "accepted").where(batches.c.batch == found.batch)
            if len(numbers) <= 1 or not connection.execute(is_open).scalar_one():
                return 0
            for number in numbers:
                one = insert_batch(found.app, 1, found.priority, found.accepted_at)
                made = one.values(reason=coded("alone, for {id} was begun again and again", id=batch_id)).returning(
                    batches.c.batch
                )
                alone = connection.execute(made).scalar_one()
                moved = sa.update(conversations).where(conversations.c.conversation == number)
                connection.execute(moved.values(batch=alone))
            reason = coded(
                "split into {n} batches of one conversation, for it was begun again and again", n=len(numbers)
            )
            over = sa.update(batches).where(batches.c.batch == found.batch)
            connection.execute(over.values(ended("done", reason)))
        return len(numbers)

    def set_aside(self, batch_id: str, conversation_id: str, reason: str) -> None:
        """Fail one conversation of a batch, in a batch of its own, and leave the others where they are.

        Nothing is done where it is recorded already, or the batch has ended.
        """
        query = sa.select(batches.c.batch, batches.c.app, batches.c.priority, batches.c.accepted_at)
        with self._database.writing() as connection:
            found = connection.execute(
                query.where(batches.c.batch_id == batch_id, batches.c.state == "accepted")
            ).first()
            if found is None:
                return
            lock_app(connection, found.app)
            number = connection.scalar(
                sa.select(conversations.c.conversation).where(
                    conversations.c.batch == found.batch, conversations.c.conversation_id == conversation_id, UNRECORDED
                )
            )
            if number is None:
                return
            one = insert_batch(found.app, 1, found.priority, found.accepted_at)
            failed = one.values(ended("failed", reason)).returning(batches.c.batch)
            alone = connection.execute(failed).scalar_one()
            moved = sa.update(conversations).where(conversations.c.conversation == number)
            connection.execute(moved.values(batch=alone))
            rest = sa.update(batches).where(batches.c.batch == found.batch)
            connection.execute(rest.values(size=batches.c.size - 1))


def _join(connection: Connection, app: int) -> None:
    """Join batches that are not begun. Locked, so that none is begun while its conversations move."""
    free = sa.select(batches.c.batch).where(sa.text(_UNTOUCHED), batches.c.app == app).order_by(batches.c.batch)
    held = list(connection.scalars(free.limit(MOST_TOGETHER).with_for_update(skip_locked=True)))
    query = (
        sa.select(
            batches.c.batch,
            batches.c.batch_id,
            batches.c.size,
            batches.c.traces,
            sa.func.sum(conversations.c.size).label("bytes"),
        )
        .join(conversations, conversations.c.batch == batches.c.batch)
        .where(batches.c.batch.in_(held))
        .group_by(batches.c.batch)
        .order_by(batches.c.batch)
    )
    untouched = connection.execute(query).all()
    along: list[int] = []
    traces: dict[str, None] = {}
    size = total = 0
    for one in untouched:
        size, total = size + one.size, total + one.bytes
        if along and (size > MOST_TOGETHER or total > MOST_BYTES):
            break
        along.append(one.batch)
        traces |= dict.fromkeys((one.traces or "").split())
    if len(along) > 1:
        first = untouched[0]
        moved = sa.update(conversations).where(conversations.c.batch.in_(along))
        connection.execute(moved.values(batch=first.batch))
        over = sa.update(batches).where(batches.c.batch.in_(along[1:]))
        reason = coded("went along with {id}", id=first.batch_id)
        connection.execute(over.values(ended("done", reason)))
        now_of = sa.select(sa.func.count()).where(conversations.c.batch == first.batch).scalar_subquery()
        kept = " ".join(list(traces)[:MOST_LINKS]) or None
        connection.execute(sa.update(batches).where(batches.c.batch == first.batch).values(size=now_of, traces=kept))


def insert_batch(app: int, size: int, priority: int, accepted_at: int) -> sa.Insert:
    """Make a batch that waits, with an id of its own."""
    its_own = {"batch_id": f"b-{uuid.uuid4()}", "accepted_at": accepted_at, "traces": TRACING.traceparent()}
    return sa.insert(batches).values(open_work(app, app, priority, size) | its_own)


def batch_of(row: AnyRow) -> Batch:
    """The batch that a row of ``BATCH`` is."""
    return record_of(
        Batch,
        row,
        tenant=record_of(Tenant, row),
        priority=_NAMES[row.priority],
        postponed_until=None if row.not_before is None else instant_of(row.not_before),
        traces=tuple((row.traces or "").split()),
    )
