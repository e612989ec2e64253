"""Decompression, by the first bytes: gzip, Zstandard, or plain. In constant memory, bombs included."""

import sys
import zlib
from collections.abc import Callable
from typing import Protocol

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

from auscult.domain.errors import FormatError
from auscult.formats import ByteStream

_READ_BYTES = 64 * 1024
_ZSTD_SLICE_BYTES = 256
"""A slice of Zstandard data cannot grow to more than 8 MiB: four bytes make 128 KiB at most."""
_ZSTD_WINDOW_LOG = 27
"""Windows of at most 128 MiB."""

FREE_BYTES = 64 * 1024 * 1024
"""What any compressed stream may unpack to, however small it is."""

MOST_TIMES = 100
"""Beyond ``FREE_BYTES``, what is unpacked may be as many times the bytes it came in: transcripts reach about 20."""

_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"
_ZSTD_SKIPPABLE = tuple(bytes((low, 0x2A, 0x4D, 0x18)) for low in range(0x50, 0x60))
_MAGIC_BYTES = 4


class _Member(Protocol):
    """One gzip member or Zstandard frame, being read."""

    @property
    def eof(self) -> bool:
        """Return whether it has ended."""
        ...

    @property
    def unused_data(self) -> bytes:
        """Return the bytes after its end."""
        ...

    def decompress(self, data: bytes, size: int) -> tuple[bytes, bytes]:
        """Decompress ``data`` to about ``size`` bytes; return these, and the rest of ``data``."""
        ...


class _GzipMember:
    def __init__(self) -> None:
        self._inner = zlib.decompressobj(wbits=31)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, size: int) -> tuple[bytes, bytes]:
        made = self._inner.decompress(data, size)
        return made, self._inner.unconsumed_tail


class _ZstdFrame:
    def __init__(self) -> None:
        self._inner = zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW_LOG})

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, size: int) -> tuple[bytes, bytes]:  # noqa: ARG002  (its output cannot be bounded)
        return self._inner.decompress(data[:_ZSTD_SLICE_BYTES]), data[_ZSTD_SLICE_BYTES:]


class _Decompressed:
    """The inside of a compressed stream; several members or frames in a row are one."""

    def __init__(
        self, kind: str, member: Callable[[], _Member], start: bytes, stream: ByteStream, *, is_bounded: bool
    ) -> None:
        self._kind = kind
        self._is_bounded = is_bounded
        self._packed_bytes = len(start)
        self._made_bytes = 0
        self._new_member = member
        self._member = member()
        self._waiting = start
        self._stream = stream
        self._made = memoryview(b"")

    def read(self, size: int, /) -> bytes:
        """The next bytes. Raises ``FormatError`` where the compressed data is damaged or breaks off."""
        while not self._made:
            if not self._waiting:
                self._waiting = self._stream.read(_READ_BYTES)
                self._packed_bytes += len(self._waiting)
            if not self._waiting:
                if self._member.eof:
                    return b""
                raise FormatError(
                    f"the {self._kind} data breaks off: the file was cut short; fetch or compress it again",
                    code="file.truncated",
                )
            self._decompress(size)
        piece, self._made = self._made[:size], self._made[size:]
        return bytes(piece)

    def _decompress(self, size: int) -> None:
        if self._member.eof:
            self._waiting = self._waiting.lstrip(b"\0")  # padding that tapes and some tools leave
            if not self._waiting:
                return
            self._member = self._new_member()
        try:
            made, rest = self._member.decompress(self._waiting, size)
        except (zlib.error, zstd.ZstdError) as error:
            message = f"the {self._kind} data is damaged ({error}); fetch or compress the file again"
            raise FormatError(message, code="file.damaged") from error
        self._made_bytes += len(made)
        if self._is_bounded and self._made_bytes > max(FREE_BYTES, MOST_TIMES * self._packed_bytes):
            message = (
                f"the {self._kind} data unpacks to more than {MOST_TIMES} times its size; "
                "send it in smaller parts, or not compressed"
            )
            raise FormatError(message, code="file.too_compressed")
        self._made = memoryview(made)
        self._waiting = self._member.unused_data + rest if self._member.eof else rest


class _Prefixed:
    """Stream whose first bytes were read already."""

    def __init__(self, start: bytes, stream: ByteStream) -> None:
        self._start = start
        self._stream = stream

    def read(self, size: int, /) -> bytes:
        """The next bytes, the first ones included."""
        if self._start:
            piece, self._start = self._start[:size], self._start[size:]
            return piece
        return self._stream.read(size)


def decompressed(stream: ByteStream, *, is_bounded: bool = False) -> ByteStream:
    """Return the inside of ``stream`` where it is gzip or Zstandard, else the stream itself, from its beginning.

    At most 8 MiB are held at a time, whatever the data claims. ``is_bounded`` limits what is unpacked in all, for
    streams of strangers: at most ``FREE_BYTES``, or ``MOST_TIMES`` the bytes that were read.
    """
    start = b""
    while len(start) < _MAGIC_BYTES and (piece := stream.read(_READ_BYTES)):
        start += piece
    if start.startswith(_GZIP):
        return _Decompressed("gzip", _GzipMember, start, stream, is_bounded=is_bounded)
    if start.startswith((_ZSTD, *_ZSTD_SKIPPABLE)):
        return _Decompressed("Zstandard", _ZstdFrame, start, stream, is_bounded=is_bounded)
    return _Prefixed(start, stream)
