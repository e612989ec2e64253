"""Encryption of files at rest: AES-GCM in pieces, so that a part of a file is read without the rest.

A file has a head of 16 bytes (8 of magic, 8 of nonce), then pieces of 64 KiB, each with its tag. The nonce of a piece
is the file's with its number, and the last piece is marked, so that neither order nor length can be changed unseen.
"""

import io
import os
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from auscult.domain.errors import SettingsError

MAGIC = b"auscrec1"
_HEAD_BYTES = 16
_PIECE = 64 << 10
_TAG = 16


def seal(source: Path, target: Path, key: bytes) -> None:
    """Write an encrypted copy of a file. ``key`` has 32 bytes."""
    cipher, nonce = AESGCM(key), os.urandom(8)
    with source.open("rb") as plain, target.open("wb") as sealed:
        sealed.write(MAGIC + nonce)
        number, piece = 0, plain.read(_PIECE)
        while True:
            following = plain.read(_PIECE)
            sealed.write(cipher.encrypt(nonce + number.to_bytes(4, "big"), piece, b"" if following else b"end"))
            if not following:
                return
            number, piece = number + 1, following


class SealedReader(io.RawIOBase):
    """An encrypted file, open for reading as if it were not; only pieces that are read are decrypted."""

    def __init__(self, file: BinaryIO, key: bytes) -> None:
        """Read the head. Raises ``SettingsError`` where the file is not one of these."""
        self._file = file
        self._cipher = AESGCM(key)
        head = file.read(_HEAD_BYTES)
        if head[:8] != MAGIC:
            file.close()
            raise _wrong()
        self._nonce = head[8:]
        sealed = file.seek(0, io.SEEK_END) - _HEAD_BYTES
        self._pieces = max(1, -(-sealed // (_PIECE + _TAG)))
        self._size = sealed - self._pieces * _TAG
        self._at = 0
        self._known = (-1, b"")

    def readable(self) -> bool:
        """Return true."""
        return True

    def seekable(self) -> bool:
        """Return true."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Move the place that is read next."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        """Return the place that is read next."""
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

    def _piece(self, number: int) -> bytes:
        if self._known[0] != number:
            self._file.seek(_HEAD_BYTES + number * (_PIECE + _TAG))
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
