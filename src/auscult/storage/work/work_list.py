"""The work list: batches of accepted conversations, and chunks of backfills. One claim, wait and end for both.

Processes hold no lease: work belongs to the durable workflow of its id, and workers recover those of crashed ones.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.domain.errors import NotFoundError
from auscult.domain.scoring.batches import BatchState
from auscult.storage.core.database import Database
from auscult.storage.core.instants import ms_of, now_ms
from auscult.storage.core.tables.conversations import IS_POSTPONED, batches
from auscult.storage.work.queue_order import BACKFILL, CHUNK, LIVE, QueueOrder

Queue = Literal["live", "backfill", "chunk"]

_NUMBERS: dict[Queue, int] = {"live": LIVE, "backfill": BACKFILL, "chunk": CHUNK}

REQUEUED = {
    "state": "accepted",
    "starts": 0,
    "reason": None,
    "not_before": None,
    "ended_at": None,
    "postponements": batches.c.postponements + 1,
}
"""Values of work that is put back in line. It counts as postponed, so that none is joined to it: a worker may process it."""


class WorkList:
    """Open work of every app, in queues by priority."""

    def __init__(self, database: Database) -> None:
        """Nothing is read yet."""
        self._database = database
        self._order = QueueOrder(database)

    def next(self, queue: Queue, limit: int) -> list[str]:
        """Return the ids of those of a queue that are next, in that order: workers ask many times a second."""
        return self._order.next(_NUMBERS[queue], limit)

    def arrivals(self, pause: Callable[[], object]) -> AbstractContextManager[Callable[[], bool]]:
        """Yield what waits for a moment, and returns whether there may be new work (``Dialect.arrivals``)."""
        return self._database.dialect.arrivals(self._database.engine, pause)

    def begin(self, work_id: str) -> int:
        """Count a start; return how many there have been since it was postponed, if ever. It is due with that.

        Raises ``NotFoundError`` when there is no such work.
        """
        once_more = (
            sa.update(batches)
            .where(batches.c.batch_id == work_id)
            .values(starts=batches.c.starts + 1, not_before=None)
            .returning(batches.c.starts)
        )
        with self._database.writing() as connection:
            starts = connection.execute(once_more).scalar_one_or_none()
        if starts is None:
            raise NotFoundError("There is no batch {value}", code="batch.unknown", value=work_id)
        return starts

    def postpone(self, work_id: str, reason: str, until: datetime) -> None:
        """Postpone what is left of it, with the reason. What was ended meanwhile stays ended."""
        later = sa.update(batches).where(batches.c.batch_id == work_id, batches.c.state == "accepted")
        at = ms_of(until)
        how = {"not_before": at if at > now_ms() else None, "postponements": batches.c.postponements + 1, "starts": 0}
        with self._database.writing() as connection:
            connection.execute(later.values(reason=reason, **how))

    def resume(self, *, due_at: datetime | None = None) -> None:
        """Put postponed work back in line: what is due at ``due_at``, all where none is given."""
        back = sa.and_(sa.text(IS_POSTPONED), sa.true() if due_at is None else batches.c.not_before <= ms_of(due_at))
        with self._database.reading() as connection:  # on a file nobody is held up where there is nothing to do
            if connection.execute(sa.select(batches.c.batch).where(back).limit(1)).first() is None:
                return
        with self._database.writing() as connection:
            connection.execute(sa.update(batches).where(back).values(not_before=None))
            self._database.dialect.announce_work(connection)

    def fail(self, work_id: str, reason: str) -> None:
        """Fail it, with the reason. What another worker ended meanwhile stays ended."""
        with self._database.writing() as connection:
            fail_work(connection, work_id, reason)


def open_work(app: int, line: int, priority: int, size: int) -> dict[str, Any]:
    """Return the values of work that comes last in its line, without its id. ``size`` counts conversations."""
    new = {"state": "accepted", "starts": 0, "accepted_at": now_ms()}
    return {"app": app, "line": line, "priority": priority, "size": size, **new}


def ended(state: BatchState, reason: str | None = None) -> dict[str, Any]:
    """Return the values of work that ends now."""
    return {"state": state, "reason": reason, "not_before": None, "ended_at": now_ms()}


def fail_work(connection: Connection, work_id: str, reason: str) -> None:
    """Fail work that has not ended."""
    given_up = sa.update(batches).where(batches.c.batch_id == work_id, batches.c.state == "accepted")
    connection.execute(given_up.values(ended("failed", reason)))
