"""Seals of results: a keyed digest of each evaluation, audit and published form, stored next to what it covers.

Who changes a result in the database by hand cannot make its seal without the secret key. `auscult verify` compares.
"""

import hmac
from collections.abc import Callable
from hashlib import blake2b

import msgspec
from sqlalchemy import Connection

_SEAL_BYTES = 16
_PURPOSE = b"auscult results"
_ENCODE = msgspec.msgpack.Encoder().encode


class ResultSeals:
    """Makes seals with a key derived from the database's signing key, which outlives rotations of the secret key."""

    def __init__(self, read_key: Callable[[Connection], bytes]) -> None:
        """``read_key`` returns the signing key; it is called once, in the transaction that needs it first."""
        self._read_key = read_key
        self._key: bytes | None = None

    def of(self, connection: Connection, kind: str, *values: object) -> bytes:
        """Return the seal of a result of a kind. Raises ``SettingsError`` where the secret key opens no signing key."""
        if self._key is None:
            self._key = hmac.digest(self._read_key(connection), _PURPOSE, "sha256")
        return blake2b(_ENCODE((kind, *values)), digest_size=_SEAL_BYTES, key=self._key).digest()
