"""Store of targets of notices, their addresses encrypted: those of one app, and those of people in it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec
import sqlalchemy as sa
from cryptography.fernet import Fernet

from auscult.domain.errors import ConflictError, coded
from auscult.domain.privacy.log import Draft
from auscult.domain.targets import MOST, State, Target
from auscult.storage.access.apps import lock_app
from auscult.storage.core.database import AnyRow, AnySelect, Database
from auscult.storage.core.instants import ms_of
from auscult.storage.core.rows import columns_of, record_of
from auscult.storage.core.tables.people import notice_targets, notices, users
from auscult.storage.core.text_validation import is_storable
from auscult.storage.privacy.log import append_entry


class StoredTarget(NamedTuple):
    """A target with its number, the number of the last notice that is done with, and its failed tries.

    ``until`` is the last notice of the message that is being sent.
    """

    number: int
    seen: int
    until: int
    tries: int
    target: Target


class AppTargets:
    """The targets of one app."""

    def __init__(self, database: Database, app: int, secret_key: bytes) -> None:
        """``app`` is the app's number; ``secret_key`` encrypts addresses."""
        self._database = database
        self._app = app
        self._lock = Fernet(secret_key)

    def listing(self, person: str | None = None, *, is_all: bool = False) -> list[StoredTarget]:
        """Return the targets of a person, those of the app itself, or all, in the order in which they were added."""
        if not is_storable(person or ""):
            return []
        query = self._targets()
        if not is_all:
            query = query.where(users.c.email == person if person else notice_targets.c.user.is_(None))
        return [_stored(row) for row in self._database.rows(query.order_by(notice_targets.c.target))]

    def get(self, target_id: str) -> StoredTarget | None:
        """Return a target; None where there is none of this id."""
        query = self._targets().where(notice_targets.c.target_id == target_id)
        return self._database.named(query, target_id, _stored)

    def address(self, number: int) -> str:
        """Return the address of a target."""
        query = sa.select(notice_targets.c.address).where(notice_targets.c.target == number)
        with self._database.reading() as connection:
            return self._lock.decrypt(bytes(connection.execute(query).scalar_one())).decode()

    def add(self, made: Target, address: str, entry: Draft) -> None:
        """Store a target, with its line of the access log; it gets notices from then on.

        Raises ``ConflictError`` ``target.too_many``.
        """
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            user = connection.scalar(sa.select(users.c.user).where(users.c.email == made.person))
            mine = (notice_targets.c.app == self._app, notice_targets.c.user.is_not_distinct_from(user))
            if (connection.scalar(sa.select(sa.func.count()).where(*mine)) or 0) >= MOST:
                message = coded("a person, and an app, has at most {n} targets; remove one", n=MOST)
                raise ConflictError(message, code="target.too_many", field="name", value=made.name)
            row = columns_of(
                notice_targets,
                made,
                app=self._app,
                user=user,
                address=self._lock.encrypt(address.encode()),
                kinds=msgspec.json.encode(made.kinds).decode(),
                seen=connection.scalar(sa.select(sa.func.max(notices.c.notice))) or 0,
                tries=0,
                try_at=ms_of(made.made_at),
                changed_at=ms_of(made.made_at),
                reason="",
            )
            connection.execute(sa.insert(notice_targets).values(row))
            append_entry(connection, self._database, entry)

    def remove(self, number: int, entry: Draft) -> None:
        """Remove a target, with its line of the access log; removing it again changes nothing."""
        with self._database.writing() as connection:
            if connection.execute(sa.delete(notice_targets).where(notice_targets.c.target == number)).rowcount:
                append_entry(connection, self._database, entry)

    def due(self, states: Sequence[State], at: datetime) -> list[StoredTarget]:
        """Return the targets in some states that are due by an instant."""
        query = self._targets().where(notice_targets.c.state.in_(states), notice_targets.c.try_at <= ms_of(at))
        return [_stored(row) for row in self._database.rows(query.order_by(notice_targets.c.target))]

    def claim(self, found: StoredTarget, until: int, at: datetime) -> bool:
        """Claim a target to send the notices up to the number ``until``; False where another process has."""
        before = (notice_targets.c.state == found.target.state, notice_targets.c.seen == found.seen)
        row = {"state": "sending", "until": until, "try_at": ms_of(at)}
        return self._move(found.number, before, row)

    def settle(  # noqa: PLR0913  (parts of an outcome)
        self, number: int, after: State, at: datetime, *, seen: int, tries: int = 0, reason: str = "", try_at: datetime
    ) -> None:
        """Store the outcome of a message that was being sent: the last notice that is done with, and when to go on."""
        row = {"state": after, "seen": seen, "until": None, "tries": tries, "reason": reason}
        times = {"changed_at": ms_of(at), "try_at": ms_of(try_at)}
        self._move(number, (notice_targets.c.state == "sending",), row | times)

    def resume(self, number: int, at: datetime) -> None:
        """Let a target get messages again, after one has arrived: of notices from now on where it had failed."""
        newest = sa.select(sa.func.max(notices.c.notice)).scalar_subquery()
        had_failed = notice_targets.c.state == "failed"
        seen = sa.case((had_failed, sa.func.coalesce(newest, 0)), else_=notice_targets.c.seen)
        row = {"state": "ready", "seen": seen, "tries": 0, "reason": ""}
        times = {"changed_at": ms_of(at), "try_at": ms_of(at)}
        self._move(number, (notice_targets.c.state != "sending",), row | times)

    def _move(self, number: int, before: Sequence[sa.ColumnElement[bool]], row: Mapping[str, object]) -> bool:
        with self._database.writing() as connection:
            mine = (notice_targets.c.target == number, *before)
            return connection.execute(sa.update(notice_targets).where(*mine).values(**row)).rowcount == 1

    def _targets(self) -> AnySelect:
        query = sa.select(notice_targets, users.c.email).outerjoin(users, users.c.user == notice_targets.c.user)
        return query.where(notice_targets.c.app == self._app)


def _stored(row: AnyRow) -> StoredTarget:
    target = record_of(Target, row, kinds=tuple(msgspec.json.decode(row.kinds, type=list[str])), person=row.email)
    return StoredTarget(row.target, row.seen, row.until or row.seen, row.tries, target)
