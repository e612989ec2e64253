"""Exports as the store has them: asked for, written part by part by one worker at a time, and withdrawn."""

import uuid
import zlib
from collections.abc import Iterator
from typing import NamedTuple, get_args

import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.domain.delivery.exports import Export, ExportKind, ExportState
from auscult.domain.errors import NotFoundError
from auscult.domain.tenancy import Tenant
from auscult.storage.core.database import NOW, AnyRow
from auscult.storage.core.instants import now_ms
from auscult.storage.core.repository import OfApp, OfDatabase
from auscult.storage.core.rows import record_of
from auscult.storage.core.tables.base import apps
from auscult.storage.core.tables.delivery import export_parts, exports

_STATES: dict[str, ExportState] = {state: state for state in get_args(ExportState)}
_KINDS: dict[str, ExportKind] = {kind: kind for kind in get_args(ExportKind)}


class ExportClaim(NamedTuple):
    """An export that this worker is to write. ``position`` is where it goes on, ``part`` the number of its next part."""

    number: int
    tenant: Tenant
    export: Export
    position: str | None
    part: int


class AppExports(OfApp):
    """The exports of one app."""

    def request(self, user_id: str, query: bytes, kind: ExportKind, total: int) -> str:
        """Request an export, and return its id."""
        export_id = f"ex-{uuid.uuid4()}"
        row = {
            "export_id": export_id,
            "app": self._app,
            "user_id": user_id,
            "query": query.decode(),
            "kind": kind,
            "state": "waiting",
            "total": total,
            "done": 0,
            "created_at": now_ms(),
            "due_at": now_ms(),
        }
        with self._database.writing() as connection:
            connection.execute(sa.insert(exports).values(row))
        return export_id

    def of_user(self, user_id: str, limit: int = 50) -> list[Export]:
        """Return the exports of a user, the newest first."""
        query = sa.select(exports).where(exports.c.app == self._app, exports.c.user_id == user_id)
        return [_export(row) for row in self._database.rows(query.order_by(exports.c.export.desc()).limit(limit))]

    def get(self, export_id: str, user_id: str) -> Export:
        """Return an export of a user. Raises ``NotFoundError`` ``export.unknown``."""
        with self._database.reading() as connection:
            return _export(self._row(connection, export_id, user_id))

    def content(self, export_id: str, user_id: str) -> Iterator[bytes]:
        """Yield the bytes of an export, part by part. Raises ``NotFoundError`` ``export.unknown``."""
        with self._database.reading() as connection:
            number = self._row(connection, export_id, user_id).export
        part = 0
        while True:
            query = sa.select(export_parts.c.content).where(
                export_parts.c.export == number, export_parts.c.part == part
            )
            content = self._database.value(query)
            if content is None:
                return
            yield zlib.decompress(bytes(content))
            part += 1

    def _row(self, connection: Connection, export_id: str, user_id: str) -> AnyRow:
        mine = (exports.c.app == self._app, exports.c.export_id == export_id, exports.c.user_id == user_id)
        row = connection.execute(sa.select(exports).where(*mine)).one_or_none()
        if row is None:
            raise NotFoundError("unknown export {value!r}", code="export.unknown", value=export_id)
        return row


_DUE = sa.select(exports.c.export).where(exports.c.due_at <= NOW)
_OLD = sa.select(exports.c.export).where(exports.c.state == sa.literal_column("'done'"), exports.c.ended_at <= NOW)


class ExportWork(OfDatabase):
    """The exports of every app, for workers."""

    def claim(self, lease_ms: int) -> ExportClaim | None:
        """Claim the export that waits longest, None where none does. After the lease another worker may."""
        if not self._database.is_due(_DUE):
            return None
        now = now_ms()
        query = (
            sa.select(exports, apps.c.account_id, apps.c.org_id, apps.c.app_id)
            .join(apps, apps.c.app == exports.c.app)
            .where(exports.c.due_at <= now)
            .order_by(exports.c.due_at)
            .limit(1)
        )
        with self._database.writing() as connection:
            row = connection.execute(query).one_or_none()
            if row is None:
                return None
            mine = (exports.c.export == row.export, exports.c.due_at == row.due_at)
            running = {"state": "running", "due_at": now + lease_ms}
            if connection.execute(sa.update(exports).where(*mine).values(running)).rowcount != 1:
                return None
            count = sa.select(sa.func.count()).where(export_parts.c.export == row.export)
            part = connection.scalar(count) or 0
        tenant = record_of(Tenant, row)
        return ExportClaim(row.export, tenant, _export(row), row.place, part)

    def add_part(self, claim: ExportClaim, content: bytes, position: str | None, done: int, lease_ms: int) -> bool:
        """Store the next part; a position of None ends the export. Return False where it was withdrawn or restarted meanwhile."""
        values: dict[str, object] = {"done": done, "place": position, "due_at": now_ms() + lease_ms}
        if position is None:
            values |= {"state": "done", "due_at": None, "ended_at": now_ms()}
        is_still = exports.c.place.is_(None) if claim.position is None else exports.c.place == claim.position
        mine = sa.update(exports).where(exports.c.export == claim.number, exports.c.state == "running", is_still)
        row = {"export": claim.number, "part": claim.part, "content": zlib.compress(content)}
        with self._database.writing() as connection:
            if connection.execute(mine.values(values)).rowcount != 1:
                return False
            connection.execute(sa.insert(export_parts).values(row))
        return True

    def fail(self, number: int, reason: str) -> None:
        """Fail an export, and remove its parts."""
        with self._database.writing() as connection:
            connection.execute(sa.delete(export_parts).where(export_parts.c.export == number))
            ended = {"state": "failed", "reason": reason, "due_at": None, "ended_at": now_ms()}
            connection.execute(sa.update(exports).where(exports.c.export == number).values(ended))

    def expire(self, kept_ms: int) -> int:
        """Withdraw exports that ended longer ago than that; return how many."""
        before = now_ms() - kept_ms
        if not self._database.fetch(_OLD, now=before):
            return 0
        with self._database.writing() as connection:
            return _withdraw(connection, exports.c.ended_at <= before)


def withdraw_exports(connection: Connection, app: int) -> None:
    """Withdraw the exports of an app, in the transaction that erases something; one that is being written restarts."""
    # First, so that a part on its way is waited for. The lease goes on: none begins before who writes it has noticed.
    restarted = {"state": "waiting", "place": None, "done": 0}
    connection.execute(sa.update(exports).where(exports.c.app == app, exports.c.state == "running").values(restarted))
    unfinished = sa.select(exports.c.export).where(exports.c.app == app, exports.c.state == "waiting")
    connection.execute(sa.delete(export_parts).where(export_parts.c.export.in_(unfinished)))
    _withdraw(connection, exports.c.app == app)


def _withdraw(connection: Connection, condition: sa.ColumnElement[bool]) -> int:
    its = sa.select(exports.c.export).where(condition, exports.c.state == "done")
    connection.execute(sa.delete(export_parts).where(export_parts.c.export.in_(its)))
    gone = sa.update(exports).where(condition, exports.c.state == "done").values(state="withdrawn")
    return connection.execute(gone).rowcount


def _export(row: AnyRow) -> Export:
    return record_of(Export, row, query=row.query.encode(), kind=_KINDS[row.kind], state=_STATES[row.state])
