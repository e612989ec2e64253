"""Keys of recordings: one of its own for each app, kept in the database, encrypted with a key derived from the secret key.

A file names the key that it is encrypted with. A rotation of the secret key encrypts the keys again, not the files, and
ends the use of the present keys for new files.
"""

import base64
import hmac
import os
from collections.abc import Callable
from contextlib import closing
from functools import cached_property
from typing import cast

import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import Connection

from auscult.domain.errors import SettingsError
from auscult.storage.access.signing_key import read_signing_key
from auscult.storage.core.database import Database
from auscult.storage.core.instants import now_ms
from auscult.storage.core.tables.operations import kept_keys
from auscult.storage.core.tables.recordings import recording_keys

BEFORE = "recordings"
"""The kept key of files that were encrypted with one key for all apps, once the secret key was rotated."""


def keys_lock(secret_key: bytes) -> Fernet:
    """Return the lock of the apps' keys: its key is derived from the database's for them alone."""
    return Fernet(base64.urlsafe_b64encode(hmac.digest(secret_key, b"auscult recording keys", "sha256")))


def common_key(secret_key: bytes) -> bytes:
    """Return the key of files that name none: they were encrypted before apps had keys of their own."""
    return hmac.digest(secret_key, b"auscult recordings", "sha256")


class RecordingKeys:
    """The keys of a database's recordings, each read when it is first needed."""

    def __init__(self, url: str, secret_key: Callable[[], bytes]) -> None:
        """``url`` is the database's; ``secret_key`` is called when a key is needed for the first time."""
        self._url = url
        self._read_secret_key = secret_key
        self._keys: dict[int, bytes] = {}
        self._current: dict[int, int] = {}

    @cached_property
    def _secret_key(self) -> bytes:
        return self._read_secret_key()

    def current(self, app: int) -> tuple[int, bytes]:
        """Return the number and the key of an app's new files; the key is made when it is first needed."""
        if app not in self._current:
            self._current[app] = self._number_of(app)
        number = self._current[app]
        return number, self.of(number)

    def _number_of(self, app: int) -> int:
        mine = (recording_keys.c.app == app, recording_keys.c.retired_at.is_(None))
        with closing(Database(self._url)) as database, database.writing() as connection:
            query = sa.select(recording_keys.c.recording_key).where(*mine).order_by(recording_keys.c.recording_key)
            number = connection.scalar(query.limit(1))
            if number is None:
                row = {
                    "app": app,
                    "locked": keys_lock(self._secret_key).encrypt(os.urandom(32)),
                    "created_at": now_ms(),
                }
                number = connection.scalar(
                    sa.insert(recording_keys).values(row).returning(recording_keys.c.recording_key)
                )
            return cast("int", number)

    def of(self, number: int) -> bytes:
        """Return a key by its number. Raises ``SettingsError`` where the secret key does not open it."""
        if number not in self._keys:
            with closing(Database(self._url)) as database, database.reading() as connection:
                return self._opened(connection, number)
        return self._keys[number]

    def common(self) -> list[bytes]:
        """Return the keys that files without the number of a key may have, the likeliest first."""
        with closing(Database(self._url)) as database, database.reading() as connection:
            locked = connection.scalar(sa.select(kept_keys.c.locked).where(kept_keys.c.name == BEFORE))
            kept = [] if locked is None else [_open(keys_lock(self._secret_key), bytes(locked))]
            first = common_key(read_signing_key(connection, self._secret_key))
        return list(dict.fromkeys([*kept, common_key(self._secret_key), first]))

    def _opened(self, connection: Connection, number: int) -> bytes:
        if number not in self._keys:
            query = sa.select(recording_keys.c.locked).where(recording_keys.c.recording_key == number)
            locked = connection.scalar(query)
            if locked is None:
                raise SettingsError(
                    f"the recording is encrypted with key {number}, which this database does not have; "
                    "give the database that it was stored with",
                    code="recordings.key_missing",
                    field="database_url",
                )
            self._keys[number] = _open(keys_lock(self._secret_key), bytes(locked))
        return self._keys[number]


def _open(lock: Fernet, locked: bytes) -> bytes:
    try:
        return lock.decrypt(locked)
    except InvalidToken as error:
        raise SettingsError(
            "the secret key does not open this database's keys of recordings; give the present key, "
            "or run `auscult keys rotate` again if it was interrupted",
            code="secret_key.wrong",
            field="secret_key",
        ) from error
