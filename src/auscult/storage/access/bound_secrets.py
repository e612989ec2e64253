"""Secrets as they are stored: each is encrypted together with its destination, and opened for that destination alone."""

import msgspec
from cryptography.fernet import Fernet
from msgspec import Struct

from auscult.domain.delivery.destinations import Destination, bound_elsewhere

_MARK = b"\0"
"""Beginning of what has a destination in it; earlier versions encrypted the secret alone."""


class _Bound(Struct):
    to: Destination
    secret: bytes


_BOUND = msgspec.json.Decoder(_Bound)


class SecretLock:
    """Lock of stored secrets that go somewhere."""

    def __init__(self, secret_key: bytes) -> None:
        """``secret_key`` is the database's."""
        self._lock = Fernet(secret_key)

    def locked(self, secret: bytes, to: Destination) -> bytes:
        """Encrypt a secret for a destination."""
        return self._lock.encrypt(_MARK + msgspec.json.encode(_Bound(to, secret)))

    def opened(self, locked: bytes, to: Destination, name: str) -> bytes:
        """Return a secret for its destination; ``name`` is what an error calls it. Raises ``SecretBoundError``."""
        secret, bound = self._read(locked)
        if bound not in (None, to):
            raise bound_elsewhere([name], bound, to)
        return secret

    def destination(self, locked: bytes) -> Destination | None:
        """Return the destination of a secret; None where an earlier version stored it, without one."""
        return self._read(locked)[1]

    def _read(self, locked: bytes) -> tuple[bytes, Destination | None]:
        plain = self._lock.decrypt(locked)
        if not plain.startswith(_MARK):
            return plain, None
        found = _BOUND.decode(plain[len(_MARK) :])
        return found.secret, found.to
