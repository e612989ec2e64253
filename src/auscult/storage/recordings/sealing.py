"""Encryption of files at rest: AES-GCM in pieces, so that a part of a file is read without the rest.

A file has a head of 24 bytes (8 of magic, 8 with the number of its key, 8 of nonce), then pieces of 64 KiB, each with
its tag. The nonce of a piece is the file's with its number, and the last piece is marked, so that neither order nor
length can be changed unseen. Older files have no number in their head.
"""

import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from auscult.domain.errors import SettingsError

MAGIC, _OLDER = b"auscrec2", b"auscrec1"
_NUMBER_BYTES = _NONCE_BYTES = 8
_PIECE = 64 << 10
_TAG = 16


class Keys(Protocol):
    """The keys of files, each of 32 bytes."""

    def current(self, app: int) -> tuple[int, bytes]:
        """Return the number and the key of an app's new files."""
        ...

    def of(self, number: int) -> bytes:
        """Return a key by its number. Raises ``SettingsError``."""
        ...

    def common(self) -> Sequence[bytes]:
        """Return the keys that files without a number may have."""
        ...


def is_sealed(head: bytes) -> bool:
    """Return whether a file that begins so is encrypted."""
    return head[: len(MAGIC)] in (MAGIC, _OLDER)


def seal(source: Path, target: Path, number: int, key: bytes) -> None:
    """Write a copy of a file that is encrypted with a key of 32 bytes, and names it by its number."""
    cipher, nonce = AESGCM(key), os.urandom(8)
    with source.open("rb") as plain, target.open("wb") as sealed:
        sealed.write(MAGIC + number.to_bytes(_NUMBER_BYTES, "big") + nonce)
        count, piece = 0, plain.read(_PIECE)
        while True:
            following = plain.read(_PIECE)
            sealed.write(cipher.encrypt(nonce + count.to_bytes(4, "big"), piece, b"" if following else b"end"))
            if not following:
                return
            count, piece = count + 1, following


class SealedReader(io.RawIOBase):
    """An encrypted file, open for reading as if it were not; only pieces that are read are decrypted."""

    def __init__(self, file: BinaryIO, keys: Keys) -> None:
        """Read the head. Raises ``SettingsError`` where the file is not one of these, or no key opens it."""
        self._file = file
        magic = file.read(len(MAGIC))
        if not is_sealed(magic):
            file.close()
            raise _wrong()
        number = int.from_bytes(file.read(_NUMBER_BYTES), "big") if magic == MAGIC else None
        self._nonce = file.read(_NONCE_BYTES)
        self._head_bytes = file.tell()
        sealed = file.seek(0, io.SEEK_END) - self._head_bytes
        self._pieces = max(1, -(-sealed // (_PIECE + _TAG)))
        self._size = sealed - self._pieces * _TAG
        self._at = 0
        self._known = (-1, b"")
        self._cipher = AESGCM(keys.of(number) if number is not None else self._key_among(keys.common()))

    def readable(self) -> bool:
        """Return true."""
        return True

    def seekable(self) -> bool:
        """Return true."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Move to the offset that is read next."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        """Return the offset that is read next."""
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read into a buffer, at most to the end of a piece."""
        if self._at >= self._size:
            return 0
        number, start = divmod(self._at, _PIECE)
        found = self._piece(number)[start : start + len(buffer)]
        buffer[: len(found)] = found
        self._at += len(found)
        return len(found)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()

    def _key_among(self, keys: Sequence[bytes]) -> bytes:
        """Return the key that opens the first piece."""
        for key in keys:
            self._cipher = AESGCM(key)
            try:
                self._piece(0)
            except SettingsError:
                continue
            return key
        raise _wrong()

    def _piece(self, number: int) -> bytes:
        if self._known[0] != number:
            self._file.seek(self._head_bytes + number * (_PIECE + _TAG))
            sealed = self._file.read(_PIECE + _TAG)
            last = b"end" if number == self._pieces - 1 else b""
            try:
                self._known = (number, self._cipher.decrypt(self._nonce + number.to_bytes(4, "big"), sealed, last))
            except InvalidTag as error:
                raise _wrong() from error
        return self._known[1]


def _wrong() -> SettingsError:
    return SettingsError(
        "the secret key does not open this recording, or the file was changed; give the key that it was stored with",
        code="secret_key.wrong",
        field="secret_key",
    )
