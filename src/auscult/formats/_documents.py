"""Cuts a stream of bytes into JSON documents, one in memory at a time: the lines of NDJSON, or the values of a JSON file.

The first bytes decide between the two: NDJSON has a whole document on one line.
"""

import io
import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import msgspec

from auscult.domain.errors import FormatError
from auscult.formats._contract import HEAD_BYTES, ByteStream, Limits, Rejected

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_BOM = b"\xef\xbb\xbf"
_CHUNK = 256 * 1024
_SHOWN_BYTES = 4096
"""How much of a document that is too large is kept as its source."""

_STRING = rb'"[^"\\]*(?:\\.[^"\\]*)*"'
_TOKEN = re.compile(_STRING + rb'|[{}\[\]"]', re.DOTALL)
_STRING_END = re.compile(rb'[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_KEY = re.compile(_STRING + rb"(?=\s*:)", re.DOTALL)
_GAP = re.compile(rb"[\s,]*")
_SCALAR = re.compile(rb"[^\s,\]\[{}]+")
_OPENING = frozenset(b"{[")
_MARKS = ({"channel", "started_at"}, {"uuid", "created_at"}, {"payload", "signatures"}, {"ciphertext", "recipients"})
"""Keys that stand together only at the top of a document."""
_LATE_DOCUMENT = re.compile(rb'\s*\{.*"(?:started_at|created_at)"\s*:', re.DOTALL)


Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
"""A JSON value, decoded."""


class Document(NamedTuple):
    """One document as it came, with the line that it begins on, and its position in an array, both from 1."""

    line: int
    data: bytes
    item: int | None = None


class Peeked:
    """Stream whose first bytes can be read ahead."""

    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream
        self._fault: FormatError | None = None
        pieces: list[bytes] = []
        size = 0
        try:
            while size < HEAD_BYTES and (piece := stream.read(HEAD_BYTES - size)):
                pieces.append(piece)
                size += len(piece)
        except FormatError as fault:
            self._fault = fault
        self.head = b"".join(pieces)
        self._unread = memoryview(self.head)

    def read(self, size: int, /) -> bytes:
        """The next bytes, the first ones included."""
        if self._unread:
            piece, self._unread = self._unread[:size], self._unread[size:]
            return bytes(piece)
        if self._fault is not None:
            raise self._fault
        return self._stream.read(size)


def documents(stream: ByteStream, limits: Limits) -> Iterator[Document | Rejected]:
    """Cut ``stream`` into documents, in order; blank lines are passed over.

    A document larger than ``limits.document_bytes`` is refused and never held. Where the stream itself breaks,
    that is the last thing given.
    """
    peeked = stream if isinstance(stream, Peeked) else Peeked(stream)
    if peeked.head.startswith(_BOM):
        peeked.read(len(_BOM))
    cut = _lines if is_line_delimited(peeked.head) else _values
    return cut(io.BufferedReader(_Raw(peeked), _CHUNK), limits.document_bytes)


def is_line_delimited(head: bytes) -> bool:
    """Return whether the first bytes of a file read as one document a line, broken lines among them forgiven."""
    text = head.removeprefix(_BOM).lstrip()
    first, line_end, rest = text.partition(b"\n")
    if text[:1] == b"[":
        return False
    if not line_end or _keys_of(first) is not None:
        return True
    *lines, last = rest.split(b"\n")
    return any(_is_document(line) for line in (*lines, last)) or _LATE_DOCUMENT.match(last) is not None


def top_level_keys(head: bytes) -> frozenset[str]:
    """Keys of the outermost objects that the first bytes of a file show (of every line, where it is NDJSON)."""
    text = head.removeprefix(_BOM).lstrip()
    pieces = text.split(b"\n") if is_line_delimited(head) else [text]
    return frozenset(key for piece in pieces for key in _keys_of(piece) or _keys(piece))


class _Raw(io.RawIOBase):
    """Raw stream below ``io.BufferedReader``, to find the ends of lines quickly."""

    def __init__(self, stream: ByteStream) -> None:
        super().__init__()
        self._stream = stream

    def readable(self) -> bool:
        """Return True: it can be read."""
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Fill the buffer with the next bytes; how many these are."""
        with memoryview(buffer) as view:
            data = self._stream.read(len(view))
            view[: len(data)] = data
        return len(data)


def _keys_of(line: bytes) -> AbstractSet[str] | None:
    """Keys of the line's object, or None where the line is not a whole one."""
    try:
        return msgspec.json.decode(line, type=dict[str, msgspec.Raw]).keys()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _is_document(line: bytes) -> bool:
    """Return whether the line is a whole document (a part of a larger one may be a whole object, too)."""
    keys = _keys_of(line)
    return keys is not None and any(keys >= marks for marks in _MARKS)


def _keys(piece: bytes) -> Iterator[str]:
    depth = base = 0
    for token in _TOKEN.finditer(piece):
        mark = piece[token.start()]
        if mark in _OPENING:
            depth += 1
            base = base or (depth if mark == ord("{") else 0)
        elif mark in b"}]":
            depth -= 1
        elif depth == base and _KEY.match(piece, token.start()):
            yield token.group()[1:-1].decode(errors="replace")


def _broken(fault: FormatError, line: int) -> Rejected:
    fault.line = line
    return Rejected(error=fault, source=b"")


def _too_large(line: int, size: int, limit: int, start: bytes) -> Rejected:
    message = f"the document has {size:,} bytes; at most {limit:,} are read (setting document_bytes)"
    fault = FormatError(message, line=line, code="document.too_large", value=size)
    return Rejected(error=fault, source=start[:_SHOWN_BYTES])


def _lines(stream: io.BufferedReader, limit: int) -> Iterator[Document | Rejected]:
    number = 0
    while True:
        number += 1
        try:
            line = stream.readline(limit + 2)
            if len(line) > limit and (size := len(line.rstrip(b"\r\n"))) > limit:
                size += 0 if line.endswith(b"\n") else _skip_line(stream)
                yield _too_large(number, size, limit, line)
                continue
        except FormatError as fault:
            yield _broken(fault, number)
            return
        if not line:
            return
        if not line.isspace():
            yield Document(number, line)


def _skip_line(stream: io.BufferedReader) -> int:
    """Read to the end of the line without keeping it; how many bytes that were."""
    size = 0
    while piece := stream.readline(_CHUNK):
        size += len(piece)
        if piece.endswith(b"\n"):
            return size - 1
    return size


def _values(stream: io.BufferedReader, limit: int) -> Iterator[Document | Rejected]:
    cutter = _ValueCutter(limit)
    while True:
        try:
            chunk = stream.read1(_CHUNK)
        except FormatError as fault:
            yield _broken(fault, cutter.line)
            return
        if not chunk:
            break
        yield from cutter.feed(chunk)
    yield from cutter.end()


class _ValueCutter:
    """Finds where the values of a JSON file begin and end: one object, an array of them, or several in a row."""

    def __init__(self, limit: int) -> None:
        self.line = 1
        self._limit = limit
        self._depth = 0
        self._in_string = False
        self._is_escaped = False
        self._in_scalar = False
        self._is_array = False
        self._items = 0
        self._began = 1
        self._size = 0
        self._kept = bytearray()

    def feed(self, chunk: bytes) -> Iterator[Document | Rejected]:
        """Read the next bytes; yield each document that they end."""
        at = 0
        while at < len(chunk):
            start = at
            if not (self._depth or self._in_string or self._in_scalar):
                start = at = self._begin(chunk, at)
                if not (self._depth or self._in_string or self._in_scalar):
                    continue
            at = self._advance(chunk, at)
            self._keep(chunk[start:at])
            if not (self._depth or self._in_string or (self._in_scalar and at == len(chunk))):
                self._in_scalar = False
                yield self._finished()

    def end(self) -> Iterator[Document | Rejected]:
        """Yield the rest when the stream has ended."""
        if self._in_scalar:
            yield self._finished()
        elif self._depth or self._in_string:
            message = "JSON is malformed: the file ends before this document does"
            fault = FormatError(message, line=self._began, code="document.malformed")
            yield Rejected(error=fault, source=bytes(self._kept))
        elif self._is_array:
            message = "JSON is malformed: the file ends before its array is closed with ]"
            fault = FormatError(message, line=self.line, code="document.malformed")
            yield Rejected(error=fault, source=b"")

    def _begin(self, chunk: bytes, at: int) -> int:
        """Go to the beginning of the next document, and return its first character; the array around them is skipped."""
        gap = _GAP.match(chunk, at)
        after = gap.end() if gap else at
        self.line += chunk.count(b"\n", at, after)
        if after == len(chunk):
            return after
        mark = chunk[after]
        if mark == ord("[") and not self._is_array:
            self._is_array = True
            self._items = 0
            return after + 1
        if mark == ord("]") and self._is_array:
            self._is_array = False
            return after + 1
        self._began, self._size = self.line, 0
        self._items += 1
        self._kept.clear()
        self._depth, self._in_string = int(mark in _OPENING), mark == ord('"')
        self._in_scalar = not (self._depth or self._in_string)
        self._keep(chunk[after : after + 1])
        return after + 1

    def _advance(self, chunk: bytes, at: int) -> int:
        """Go on to where this document ends, or to the end of the chunk."""
        if self._in_scalar:
            scalar = _SCALAR.match(chunk, at)
            return scalar.end() if scalar else at
        if self._in_string:
            at += self._is_escaped
            self._is_escaped = False
            string = _STRING_END.match(chunk, at)
            if string is None:
                return self._stop_in_string(chunk, at)
            self._in_string, at = False, string.end()
        if self._depth == 0:
            return at
        for token in _TOKEN.finditer(chunk, at):
            mark = chunk[token.start()]
            if mark in _OPENING:
                self._depth += 1
            elif mark != ord('"'):
                self._depth -= 1
                if self._depth == 0:
                    return token.end()
            elif token.end() == token.start() + 1:
                self._in_string = True
                return self._stop_in_string(chunk, token.end())
        return len(chunk)

    def _stop_in_string(self, chunk: bytes, at: int) -> int:
        tail = chunk[at:]
        self._is_escaped = (len(tail) - len(tail.rstrip(b"\\"))) % 2 == 1
        return len(chunk)

    def _keep(self, piece: bytes) -> None:
        self.line += piece.count(b"\n")
        self._size += len(piece)
        if self._size <= self._limit:
            self._kept += piece
        else:
            self._kept += piece[:_SHOWN_BYTES]
            del self._kept[_SHOWN_BYTES:]

    def _finished(self) -> Document | Rejected:
        if self._size > self._limit:
            return _too_large(self._began, self._size, self._limit, bytes(self._kept))
        return Document(self._began, bytes(self._kept), self._items if self._is_array else None)
