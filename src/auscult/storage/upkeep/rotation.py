"""Rotation of the secret key: everything that the old key locked is locked with the new one, some rows at a time.

Each row says by itself under which key it is, so a rotation that was interrupted goes on when it is run again.
"""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken
from msgspec.structs import replace
from sqlalchemy import Connection

from auscult.domain.assist.live import Event, Message
from auscult.domain.errors import SettingsError
from auscult.storage.access.signing_key import SIGNING
from auscult.storage.core.database import AnyRow, Database
from auscult.storage.core.instants import now_ms
from auscult.storage.core.tables.assist import live_events
from auscult.storage.core.tables.base import clients
from auscult.storage.core.tables.connectors import connectors
from auscult.storage.core.tables.delivery import webhooks
from auscult.storage.core.tables.operations import kept_keys
from auscult.storage.core.tables.people import notice_targets, second_factors
from auscult.storage.core.tables.privacy import approvals, redactions
from auscult.storage.core.tables.recordings import recording_keys
from auscult.storage.privacy.redaction import originals_lock
from auscult.storage.recordings.keys import BEFORE, common_key, keys_lock

TOGETHER = 200
"""Rows in one transaction."""

_EVENT: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)

Progress = Callable[[int, int | None], None]


class _Locks:
    """The old and the new lock of one kind of secrets."""

    def __init__(self, old: Fernet, new: Fernet) -> None:
        self._old, self._new = old, new

    def changed(self, token: bytes) -> bytes | None:
        """Return the token under the new lock; None where it is under it already. Raises ``SettingsError``."""
        try:
            self._new.decrypt(token)
        except InvalidToken:
            pass
        else:
            return None
        try:
            return self._new.encrypt(self._old.decrypt(token))
        except InvalidToken as error:
            raise SettingsError(
                "neither the old nor the new key opens a secret of this database; nothing more was changed",
                code="secret_key.wrong",
                field="secret_key",
            ) from error


def rotate(url: str, old: bytes, new: bytes, progress: Progress) -> int:
    """Lock everything with ``new`` that ``old`` locked; return the number of rows that were changed.

    Servers and workers must not run. Raises ``SettingsError`` where a secret opens with neither key.
    """
    database = Database(url)
    plain = _Locks(Fernet(old), Fernet(new))
    originals = _Locks(originals_lock(old), originals_lock(new))
    sound = _Locks(keys_lock(old), keys_lock(new))
    changed = 0
    try:
        _keep_key(database, SIGNING, old, plain, Fernet(new))
        _keep_key(database, BEFORE, common_key(old), sound, keys_lock(new))
        for rotated in (
            _column(database, clients, clients.c.secret, plain),
            _column(database, second_factors, second_factors.c.secret, plain),
            _column(database, notice_targets, notice_targets.c.address, plain),
            _column(database, webhooks, webhooks.c.secret, plain),
            _column(database, connectors, connectors.c.secrets, plain),
            _column(database, redactions, redactions.c.originals, originals),
            _column(database, approvals, approvals.c.subject, originals),
            _column(database, recording_keys, recording_keys.c.locked, sound),
            _live(database, originals),
        ):
            for count in rotated:
                changed += count
                progress(changed, None)
        with database.writing() as connection:  # new files get new keys
            present = recording_keys.c.retired_at.is_(None)
            connection.execute(sa.update(recording_keys).where(present).values(retired_at=now_ms()))
    finally:
        database.close()
    return changed


def _keep_key(database: Database, name: str, key: bytes, locks: _Locks, new: Fernet) -> None:
    """Keep the first key of a purpose: what it signed, or encrypted without naming it, is not done again."""
    with database.writing() as connection:
        kept = connection.scalar(sa.select(kept_keys.c.locked).where(kept_keys.c.name == name))
        if kept is None:
            connection.execute(sa.insert(kept_keys).values({"name": name, "locked": new.encrypt(key)}))
        elif (changed := locks.changed(bytes(kept))) is not None:
            connection.execute(sa.update(kept_keys).where(kept_keys.c.name == name).values(locked=changed))


def _chunks(database: Database, table: sa.Table, column: sa.Column[bytes]) -> Iterator[tuple[Connection, list[AnyRow]]]:
    """Yield rows in the order of the primary key, each chunk within a transaction of its own."""
    keys = list(table.primary_key.columns)
    last: tuple[object, ...] | None = None
    while True:
        query: sa.Select[Any] = sa.select(*keys, column).where(column.is_not(None)).order_by(*keys).limit(TOGETHER)
        if last is not None:
            query = query.where(sa.tuple_(*keys) > sa.tuple_(*map(sa.literal, last)))
        with database.writing() as connection:
            rows: list[AnyRow] = list(connection.execute(query))
            if not rows:
                return
            last = tuple(rows[-1][:-1])
            yield connection, rows


def _its(table: sa.Table, row: AnyRow) -> sa.ColumnElement[bool]:
    return sa.and_(*(key == value for key, value in zip(table.primary_key.columns, row[:-1], strict=True)))


def _column(database: Database, table: sa.Table, column: sa.Column[bytes], locks: _Locks) -> Iterator[int]:
    """Change a column of tokens; yield the number of changed rows of each chunk."""
    for connection, rows in _chunks(database, table, column):
        count = 0
        for row in rows:
            token = locks.changed(bytes(row[-1]))
            if token is not None:
                connection.execute(sa.update(table).where(_its(table, row)).values({column: token}))
                count += 1
        yield count


def _live(database: Database, locks: _Locks) -> Iterator[int]:
    """Change the texts that are kept within the messages of live conversations."""
    for connection, rows in _chunks(database, live_events, live_events.c.body):
        count = 0
        for row in rows:
            event = _EVENT.decode(bytes(row[-1]))
            if not isinstance(event, Message) or event.sealed is None:
                continue
            token = locks.changed(event.sealed)
            if token is not None:
                body = msgspec.json.encode(replace(event, sealed=token))
                connection.execute(sa.update(live_events).where(_its(live_events, row)).values(body=body))
                count += 1
        yield count
