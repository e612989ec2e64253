"""Passwords, hashed with Argon2id. Hashing takes tens of milliseconds and 64 MiB, so few are hashed at a time."""

from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

COST = RFC_9106_LOW_MEMORY
"""Cost of a hash: 3 passes over 64 MiB."""
_HASHER = PasswordHasher.from_parameters(COST)
_AT_A_TIME = BoundedSemaphore(4)

# Of no password that is known: verified where there is none, so that it takes as long.
_DECOY = "$argon2id$v=19$m=65536,t=3,p=4$mPb+hEQ8EoMhO9hNy/h3sA$zWX1Xu2Gq7vz6yKyXjkZPNX1LO+Fz6Sj2jKMtAlCTW0"


def hash_password(password: str) -> str:
    """Return the hash to store."""
    with _AT_A_TIME:
        return _HASHER.hash(password.encode(errors="surrogatepass"))


def is_right(stored: str | None, password: str) -> bool:
    """Return whether a password fits a stored hash. Without a hash it takes as long, and none fits."""
    with _AT_A_TIME:
        try:
            _HASHER.verify(stored or _DECOY, password.encode(errors="surrogatepass"))
        except (VerificationError, InvalidHashError):
            return False
    return stored is not None


def is_outdated(stored: str) -> bool:
    """Return whether a hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(stored)
