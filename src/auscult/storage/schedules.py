"""The schedules of one app, and their runs."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.domain.schedules.schedule import KEPT, MOST_TRIES, Fresh, Run, Schedule, Way, pause_after
from auscult.storage.core.database import AnyRow
from auscult.storage.core.instants import ms_of
from auscult.storage.core.repository import OfApp
from auscult.storage.core.rows import columns_of, record_of
from auscult.storage.core.tables.operations import schedule_runs, schedules

_SCHEDULE = msgspec.json.Decoder(Schedule)
_KEPT_ALERTS = 500
_COLUMNS = (
    *(each for each in schedule_runs.c if each.name != "content"),
    sa.func.length(schedule_runs.c.content).label("size"),
)


class Unsent(NamedTuple):
    """A run that is to be sent, with its schedule, its file, and how many times it was tried."""

    schedule: Schedule
    run: Run
    content: bytes | None
    tries: int


class AppSchedules(OfApp):
    """The schedules of one app."""

    def add(self, one: Schedule) -> None:
        """Store a schedule."""
        row = {
            "schedule_id": one.schedule_id,
            "app": self._app,
            "created_by": one.created_by,
            "next_at": None if one.next_at is None else ms_of(one.next_at),
            "body": msgspec.json.encode(one),
        }
        with self._database.writing() as connection:
            connection.execute(sa.insert(schedules).values(**row))

    def get(self, schedule_id: str) -> Schedule | None:
        """Return a schedule; None where there is none."""
        query = sa.select(schedules.c.body).where(*self._mine(schedule_id))
        return self._database.named(query, schedule_id, lambda row: _SCHEDULE.decode(row.body))

    def listing(self, created_by: str | None = None) -> list[Schedule]:
        """Return schedules in the order in which they were made; of one maker, or all."""
        query = sa.select(schedules.c.body).where(schedules.c.app == self._app).order_by(schedules.c.schedule)
        if created_by is not None:
            query = query.where(schedules.c.created_by == created_by)
        return [_SCHEDULE.decode(body) for body in self._database.values(query)]

    def remove(self, schedule_id: str) -> bool:
        """Remove a schedule with its runs; whether there was one."""
        with self._database.writing() as connection:
            number = connection.scalar(sa.select(schedules.c.schedule).where(*self._mine(schedule_id)))
            if number is None:
                return False
            connection.execute(sa.delete(schedule_runs).where(schedule_runs.c.schedule == number))
            connection.execute(sa.delete(schedules).where(schedules.c.schedule == number))
            return True

    def due(self, at: datetime) -> list[Schedule]:
        """Return the schedules whose time has come."""
        query = sa.select(schedules.c.body).where(schedules.c.app == self._app, schedules.c.next_at <= ms_of(at))
        return [_SCHEDULE.decode(body) for body in self._database.values(query)]

    def record(self, before: Schedule, after: Schedule, made: Sequence[Fresh]) -> bool:
        """Store what a run has made and the time of the next one, in one transaction.

        False, and nothing is stored, where another worker ran it or it was removed. What has a key that is there
        already is left as it is. The last runs of a report are kept.
        """
        with self._database.writing() as connection:
            query = sa.select(schedules.c.schedule, schedules.c.body).where(*self._mine(before.schedule_id))
            found = connection.execute(query.with_for_update()).one_or_none()
            if found is None or _SCHEDULE.decode(found.body) != before:
                return False
            columns = {
                "next_at": None if after.next_at is None else ms_of(after.next_at),
                "body": msgspec.json.encode(after),
            }
            connection.execute(sa.update(schedules).where(schedules.c.schedule == found.schedule).values(**columns))
            for each in made:
                insert = self._database.dialect.insert(schedule_runs).values(**_row(self._app, found.schedule, each))
                connection.execute(insert.on_conflict_do_nothing())
            _drop_old(connection, found.schedule, _KEPT_ALERTS if before.is_alert else KEPT)
            return True

    def runs(self, schedule_id: str) -> list[Run]:
        """Return the runs of a schedule, the newest first."""
        query = sa.select(*_COLUMNS, schedules.c.schedule_id).join(schedules).where(*self._mine(schedule_id))
        return [_run(row) for row in self._database.rows(query.order_by(schedule_runs.c.run.desc()))]

    def inbox(self, user: str, limit: int = 100) -> list[Run]:
        """Return what schedules of a user have made for the inbox, the newest first."""
        query = sa.select(*_COLUMNS, schedules.c.schedule_id, schedules.c.body.label("its")).join(schedules)
        query = query.where(schedules.c.app == self._app, schedules.c.created_by == user)
        rows = self._database.rows(query.order_by(schedule_runs.c.run.desc()).limit(limit))
        return [_run(row) for row in rows if _SCHEDULE.decode(row.its).to_inbox]

    def mark_read(self, user: str, upto: int) -> None:
        """Mark what a user has got up to a number as read."""
        own = sa.select(schedules.c.schedule).where(schedules.c.app == self._app, schedules.c.created_by == user)
        mine = (schedule_runs.c.schedule.in_(own), schedule_runs.c.run <= upto)
        with self._database.writing() as connection:
            connection.execute(sa.update(schedule_runs).where(*mine).values(is_read=1))

    def content(self, schedule_id: str, number: int) -> tuple[str, bytes] | None:
        """Return name and content of the file of a run; None where there is none, or none any more."""
        query = sa.select(schedule_runs.c.filename, schedule_runs.c.content).join(schedules)
        row = self._database.row(query.where(*self._mine(schedule_id), schedule_runs.c.run == number))
        return None if row is None or row.content is None else (row.filename, row.content)

    def unsent(self, at: datetime, limit: int = 20) -> list[Unsent]:
        """Return runs that are to be sent by e-mail or webhook at an instant."""
        due_at = schedule_runs.c.due_at
        query = (
            sa.select(*_COLUMNS, schedule_runs.c.content, schedules.c.schedule_id, schedules.c.body.label("its"))
            .join(schedules)
            .where(schedule_runs.c.app == self._app, schedule_runs.c.state == "stored")
            .where(sa.or_(due_at.is_(None), due_at <= ms_of(at)))
            .order_by(schedule_runs.c.run)
            .limit(limit)
        )
        rows = self._database.rows(query)
        return [Unsent(_SCHEDULE.decode(row.its), _run(row), row.content, row.tries) for row in rows]

    def claim(self, one: Unsent, at: datetime) -> bool:
        """Count a try of a run, so that no other sender tries it before its pause is over. False if another was first."""
        values = {"tries": one.tries + 1, "due_at": ms_of(at + pause_after(one.tries))}
        is_same = (schedule_runs.c.state == "stored", schedule_runs.c.tries == one.tries)
        query = sa.update(schedule_runs).where(*self._one(one.run.number), *is_same).values(values)
        with self._database.writing() as connection:
            return connection.execute(query).rowcount == 1

    def mark_delivered(self, number: int, way: Way, at: datetime) -> None:
        """Store that a run was accepted by one way: no later try sends it there again."""
        with self._database.writing() as connection:
            query = sa.update(schedule_runs).where(*self._one(number))
            connection.execute(query.values({f"{way}_at": ms_of(at)}))

    def mark_sent(self, number: int, error: str = "") -> None:
        """Store that a run was sent by every way, or why not; after the last try it has failed."""
        is_last = schedule_runs.c.tries >= MOST_TRIES
        state = sa.case((is_last, "failed"), else_="stored") if error else "sent"
        query = sa.update(schedule_runs).where(*self._one(number), schedule_runs.c.state == "stored")
        with self._database.writing() as connection:
            connection.execute(query.values(error=error, state=state))

    def _one(self, number: int) -> tuple[sa.ColumnElement[bool], ...]:
        return schedule_runs.c.app == self._app, schedule_runs.c.run == number

    def _mine(self, schedule_id: str) -> tuple[sa.ColumnElement[bool], ...]:
        return schedules.c.app == self._app, schedules.c.schedule_id == schedule_id


def erase_from_schedules(connection: Connection, app: int, conversation_ids: Collection[str]) -> None:
    """Remove alerts about erased conversations, and every file of the app, as each may hold them."""
    mine = schedule_runs.c.app == app
    connection.execute(sa.delete(schedule_runs).where(mine, schedule_runs.c.conversation_id.in_(conversation_ids)))
    gone = sa.update(schedule_runs).where(mine, schedule_runs.c.content.is_not(None))
    connection.execute(gone.values(content=None, state="withdrawn"))


def _row(app: int, schedule: int, each: Fresh) -> dict[str, object]:
    begun = {"state": "stored", "tries": 0, "error": "", "is_read": 0}
    return columns_of(schedule_runs, each, schedule=schedule, app=app, **begun)


def _drop_old(connection: Connection, schedule: int, kept: int) -> None:
    """Remove all but the last runs, of those with a file and of those without one."""
    has_file = schedule_runs.c.filename != ""
    for its in ((schedule_runs.c.schedule == schedule, each) for each in (has_file, ~has_file)):
        numbers = sa.select(schedule_runs.c.run).where(*its)
        last = connection.scalars(numbers.order_by(schedule_runs.c.run.desc()).offset(kept - 1).limit(1)).first()
        if last is not None:
            connection.execute(sa.delete(schedule_runs).where(*its, schedule_runs.c.run < last))


def _run(row: AnyRow) -> Run:
    return record_of(Run, row, number=row.run)
