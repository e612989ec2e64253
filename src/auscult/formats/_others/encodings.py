"""Text in other encodings than UTF-8, changed as it streams: UTF-16 and UTF-32, and Windows-1252."""

import codecs

from auscult.formats._contract import ByteStream

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LOOKED_AT = 200


def encoding_of(head: bytes) -> str | None:
    """Return the encoding of text that is no UTF-8, by its mark or its zero bytes; None for any other."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    few = head[:_LOOKED_AT]
    even, odd = few[::2], few[1::2]
    if len(few) > 8 and odd.count(0) > 0.7 * len(odd) and not even.count(0):  # noqa: PLR2004
        return "utf-16-le"
    if len(few) > 8 and even.count(0) > 0.7 * len(even) and not odd.count(0):  # noqa: PLR2004
        return "utf-16-be"
    return None


class Transcoded:
    """Stream in UTF-8 of one in another encoding. What cannot be decoded is U+FFFD."""

    def __init__(self, stream: ByteStream, encoding: str) -> None:
        """Read a stream in this encoding."""
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._left = b""

    def read(self, size: int, /) -> bytes:
        """Return the next bytes."""
        while not self._left:
            piece = self._stream.read(size)
            self._left = self._decoder.decode(piece, final=not piece).encode(errors="replace")
            if not piece:
                break
        given, self._left = self._left[:size], self._left[size:]
        return given


class Western:
    """Stream in UTF-8 of text that is UTF-8 or Windows-1252: its first character beyond ASCII shows which."""

    def __init__(self, stream: ByteStream) -> None:
        """Read a stream."""
        self._stream = stream
        self._is_utf8: bool | None = None
        self._held = b""
        self._left = b""

    def read(self, size: int, /) -> bytes:
        """Return the next bytes."""
        while not self._left:
            piece = self._stream.read(size)
            data, self._held = self._held + piece, b""
            if self._is_utf8 is None and not data.isascii():
                self._decide(data, is_last=not piece)
            if self._is_utf8 is None and not data.isascii() and piece:
                self._held = data
                continue
            self._left = data.decode("cp1252", "replace").encode() if self._is_utf8 is False else data
            if not piece:
                break
        given, self._left = self._left[:size], self._left[size:]
        return given

    def _decide(self, data: bytes, *, is_last: bool) -> None:
        first = next(at for at, byte in enumerate(data) if byte > 127)  # noqa: PLR2004  (beyond ASCII)
        text = data[first : first + 4]
        if len(text) < 4 and not is_last:  # noqa: PLR2004  (the longest character of UTF-8)
            return
        try:
            self._is_utf8 = bool(codecs.getincrementaldecoder("utf-8")().decode(text))
        except UnicodeDecodeError as error:
            self._is_utf8 = error.start > 0
