"""A key locked by a passphrase, for a backup: scrypt makes the lock's key, Fernet locks."""

import base64
import os

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from msgspec import Struct

from auscult.domain.errors import RequestError

_COST = 2**15
_SALT_BYTES = 16


class _LockedKey(Struct, frozen=True, kw_only=True):
    """The file's content: all that is needed to open it but the passphrase."""

    kdf: str = "scrypt"
    n: int = _COST
    r: int = 8
    p: int = 1
    salt: bytes
    token: str


def lock_key(key: bytes, passphrase: bytes) -> bytes:
    """Return a document that holds the key, readable with the passphrase only."""
    salt = os.urandom(_SALT_BYTES)
    shell = _LockedKey(salt=salt, token="")
    token = _fernet(shell, passphrase).encrypt(key).decode()
    return msgspec.json.encode(msgspec.structs.replace(shell, token=token))


def unlock_key(document: bytes, passphrase: bytes) -> bytes:
    """Return the key of such a document. Raises ``RequestError`` ``backup.passphrase_wrong``."""
    try:
        locked = msgspec.json.decode(document, type=_LockedKey)
        return _fernet(locked, passphrase).decrypt(locked.token)
    except (InvalidToken, msgspec.DecodeError, UnsupportedAlgorithm, ValueError) as error:
        raise RequestError(
            "the passphrase does not open the key of this backup; give the file that the backup was made with",
            code="backup.passphrase_wrong",
            field="--passphrase-file",
        ) from error


def _fernet(locked: _LockedKey, passphrase: bytes) -> Fernet:
    kdf = Scrypt(salt=locked.salt, length=32, n=locked.n, r=locked.r, p=locked.p)
    return Fernet(base64.urlsafe_b64encode(kdf.derive(passphrase)))
