"""Batches of one app for its operators: listed, retried, cancelled."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

import sqlalchemy as sa

from auscult.domain.scoring.batches import Batch, JobOrder, JobState
from auscult.storage.access.apps import lock_app
from auscult.storage.core.repository import OfApp
from auscult.storage.core.sorting import SortKey, column_of, read_sorted
from auscult.storage.core.tables.conversations import IS_UNFINISHED, batches, conversations
from auscult.storage.work.batches import BATCH, UNRECORDED, batch_of
from auscult.storage.work.work_list import REQUEUED, ended

_IS_OPEN = batches.c.state == "accepted"
_IN_STATE: Mapping[JobState, sa.ColumnElement[bool]] = {
    "waiting": sa.and_(_IS_OPEN, batches.c.not_before.is_(None), batches.c.starts == 0),
    "running": sa.and_(_IS_OPEN, batches.c.not_before.is_(None), batches.c.starts > 0),
    "postponed": sa.and_(_IS_OPEN, batches.c.not_before.is_not(None)),
    "failed": batches.c.state == "failed",
    "cancelled": batches.c.state == "cancelled",
}


# Without indexes of their own: that of unfinished batches leaves few rows, which are sorted.
_SORTED = {
    "accepted_at": batches.c.accepted_at,
    "conversations": batches.c.size,
    "attempts": batches.c.starts,
    "next_attempt_at": batches.c.not_before,
    "ended_at": batches.c.ended_at,
}


class Listed(NamedTuple):
    """A batch with its position in a list."""

    key: SortKey
    batch: Batch


class AppJobs(OfApp):
    """The batches of one app that are not done."""

    def listing(
        self,
        states: Collection[JobState] = (),
        *,
        order: JobOrder = "-accepted_at",
        after: SortKey | None = None,
        limit: int = 100,
    ) -> list[Listed]:
        """Return batches in these states (all but done where none is given) behind a position in an order."""
        query = BATCH.where(sa.text(IS_UNFINISHED), batches.c.app == self._app)
        if states:
            query = query.where(sa.or_(*(_IN_STATE[state] for state in states if state in _IN_STATE), sa.false()))
        column = column_of(order, _SORTED)
        with self._database.reading() as connection:
            rows = read_sorted(connection, query, column, batches.c.batch, order, after, limit)
        return [Listed(each.key, batch_of(each.row)) for each in rows]

    def get(self, batch_id: str) -> Batch | None:
        """One batch of this app, done or not."""
        query = BATCH.where(batches.c.batch_id == batch_id, batches.c.app == self._app)
        return self._database.named(query, batch_id, batch_of)

    def left(self, batch_id: str, limit: int = 1000) -> list[str]:
        """The conversations of a batch that are not recorded, by id."""
        query = (
            sa.select(conversations.c.conversation_id)
            .join(batches, batches.c.batch == conversations.c.batch)
            .where(batches.c.batch_id == batch_id, batches.c.app == self._app, UNRECORDED)
            .order_by(conversations.c.conversation_id)
            .limit(limit)
        )
        return list(self._database.values(query))

    def retry(self, batch_id: str) -> Batch | None:
        """Put a failed, cancelled or postponed batch back in line; others are left as they are. Return None if unknown.

        Recorded conversations stay, so only the rest is done. Its starts are counted from 0 again.
        """
        again = sa.or_(batches.c.state.in_(("failed", "cancelled")), _IN_STATE["postponed"])
        return self._steer(batch_id, again, REQUEUED)

    def cancel(self, batch_id: str) -> Batch | None:
        """Do nothing more of a batch; from the return on nothing of it is written. One that is done stays as it is."""
        reason = sa.case((batches.c.state == "failed", batches.c.reason), else_=sa.null())
        return self._steer(
            batch_id, batches.c.state.in_(("accepted", "failed")), ended("cancelled") | {"reason": reason}
        )

    def _steer(self, batch_id: str, where: sa.ColumnElement[bool], how: Mapping[str, object]) -> Batch | None:
        """Change a batch that meets a condition; return its state afterwards."""
        if self.get(batch_id) is None:
            return None
        with self._database.writing() as connection:
            lock_app(connection, self._app)  # so that nobody is recording it
            mine = sa.update(batches).where(batches.c.batch_id == batch_id, batches.c.app == self._app)
            connection.execute(mine.where(where).values(**how))
            self._database.dialect.announce_work(connection)
        return self.get(batch_id)
