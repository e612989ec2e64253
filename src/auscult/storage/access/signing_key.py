"""The key that signs seals of the access log and hashes the ids of erased conversations.

It is the first secret key of the database: what was signed and hashed with it cannot be done again with another. Once
the secret key is rotated, it is kept in the database, encrypted with the present one.
"""

from functools import cached_property

import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import Connection

from auscult.domain.errors import SettingsError
from auscult.storage.core.database import Database
from auscult.storage.core.tables.operations import kept_keys

SIGNING = "signing"


class SigningKey:
    """The signing key of a database, read when it is first needed."""

    def __init__(self, database: Database, secret_key: bytes) -> None:
        """``secret_key`` is the present one."""
        self._database = database
        self._secret_key = secret_key

    @cached_property
    def value(self) -> bytes:
        """The key. Raises ``SettingsError`` where the secret key does not open it."""
        with self._database.reading() as connection:
            return read_signing_key(connection, self._secret_key)


def read_signing_key(connection: Connection, secret_key: bytes) -> bytes:
    """Return the kept key, or ``secret_key`` where it was never rotated. Raises ``SettingsError``."""
    locked = connection.scalar(sa.select(kept_keys.c.locked).where(kept_keys.c.name == SIGNING))
    if locked is None:
        return secret_key
    try:
        return Fernet(secret_key).decrypt(bytes(locked))
    except InvalidToken as error:
        raise SettingsError(
            "the secret key does not open this database's signing key; give the present key, "
            "or run `auscult keys rotate` again if it was interrupted",
            code="secret_key.wrong",
            field="secret_key",
        ) from error
