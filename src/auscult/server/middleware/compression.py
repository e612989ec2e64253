"""Compression of answers: zstd, Brotli or gzip, as the client accepts it."""

import asyncio
import sys
import zlib
from collections.abc import Sequence
from hashlib import blake2b
from threading import Lock
from typing import Literal

import brotli
from litestar.status_codes import HTTP_304_NOT_MODIFIED

from auscult.server.asgi import ASGIApp, Message, Receive, Scope, Send, headers_of

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LEAST = 1_024
"""Bytes from which an answer is compressed."""
Coding = Literal["zstd", "br", "gzip"]
CODINGS: tuple[Coding, ...] = ("zstd", "br", "gzip")
"""Content codings, the preferred one first."""
_TEXTS = (b"text/", b"application/json", b"application/problem+json", b"application/x-ndjson", b"image/svg+xml")
_STREAM = b"text/event-stream"
_QUICK: dict[Coding, int] = {"zstd": 3, "br": 4, "gzip": 5}
_THOROUGH: dict[Coding, int] = {"zstd": 15, "br": 11, "gzip": 9}
_AT_ONCE = 256 * 1_024
"""Bytes that are compressed without a thread: a few milliseconds."""
_MOST_KEPT = 16 * 1_024 * 1_024
_GZIP = 16 + zlib.MAX_WBITS


class Compressed:
    """Middleware that compresses whole answers of text. Streams, ranges and what is compressed already stay as they are.

    Answers that are compressed for one client vary with Accept-Encoding for every other, so that no cache sends it bytes
    that it does not accept.
    Answers that last (files of the console, the documentation) are compressed once, and more thoroughly.
    """

    def __init__(self, app: ASGIApp, lasting: frozenset[str]) -> None:
        """Wrap ``app``. ``lasting`` are paths whose answers hardly change."""
        self._app = app
        self._lasting = lasting
        self._lock = Lock()
        self._kept: dict[tuple[bytes, Coding], bytes] = {}
        self._size = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_head = scope["method"] == "HEAD"
        coding = None if is_head else accepted(headers_of(scope).get("accept-encoding", ""))
        held: Message | None = None

        async def send_compressed(message: Message) -> None:
            nonlocal held
            if message["type"] == "http.response.start" and is_compressible(message):
                held = message
                return
            start, held = held, None
            if start is None:
                is_unchanged = message.get("status") == HTTP_304_NOT_MODIFIED
                await send(_varying(message) if is_unchanged else message)
                return
            body: bytes = message.get("body", b"")
            is_whole = message["type"] == "http.response.body" and not message.get("more_body", False)
            is_varying = is_whole and (int(_header(start, b"content-length") or 0) if is_head else len(body)) >= LEAST
            start = _varying(start) if is_varying else start
            if is_varying and coding is not None:
                packed = await self._packed(scope["path"], start, body, coding)
                start, message = _encoded(start, packed, coding), {**message, "body": packed}
            await send(start)
            await send(message)

        await self._app(scope, receive, send_compressed)

    async def _packed(self, path: str, start: Message, body: bytes, coding: Coding) -> bytes:
        control = _header(start, b"cache-control")
        if path not in self._lasting and b"immutable" not in control:
            if len(body) <= _AT_ONCE:
                return packed(body, coding, _QUICK[coding])
            return await asyncio.to_thread(packed, body, coding, _QUICK[coding])
        key = blake2b(body, digest_size=16).digest(), coding
        with self._lock:
            found = self._kept.get(key)
        if found is None:
            found = await asyncio.to_thread(packed, body, coding, _THOROUGH[coding])
            with self._lock:
                if self._size + len(found) > _MOST_KEPT:
                    self._kept.clear()
                    self._size = 0
                self._kept[key] = found
                self._size += len(found)
        return found


def accepted(header: str) -> Coding | None:
    """Return the coding to answer with by an Accept-Encoding header; None for none of ours."""
    weights: dict[str, float] = {}
    for each in header.lower().split(","):
        name, _, parameters = each.partition(";")
        weights[name.strip()] = _weight(parameters)
    return next((each for each in CODINGS if weights.get(each, weights.get("*", 0.0)) > 0), None)


def _weight(parameters: str) -> float:
    name, _, value = parameters.partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def is_compressible(start: Message) -> bool:
    """Return whether an answer may be compressed: whole, of text, and not encoded yet."""
    kind = _header(start, b"content-type")
    return (
        start["status"] not in (204, 206, 304)
        and kind.startswith(_TEXTS)
        and not kind.startswith(_STREAM)
        and not _header(start, b"content-encoding")
        and not _header(start, b"content-range")
    )


def packed(body: bytes, coding: Coding, level: int) -> bytes:
    """Return a body in a content coding."""
    if coding == "zstd":
        return zstd.compress(body, level)
    if coding == "br":
        return brotli.compress(body, quality=level)
    return zlib.compress(body, level, _GZIP)


def _encoded(start: Message, body: bytes, coding: Coding) -> Message:
    """Return the start of an answer whose body was compressed; its tag is that of the same content, not of its bytes."""
    headers: list[tuple[bytes, bytes]] = []
    for name, value in start["headers"]:
        if name.lower() == b"etag" and not value.startswith(b"W/"):
            headers.append((name, b"W/" + value))
        elif name.lower() != b"content-length":
            headers.append((name, value))
    length = (b"content-length", b"%d" % len(body))
    return {**start, "headers": [*headers, length, (b"content-encoding", coding.encode())]}


def _varying(start: Message) -> Message:
    """Return the start of an answer that depends on Accept-Encoding, which is named once."""
    known = {each.strip() for each in _header(start, b"vary").lower().split(b",")}
    if known & {b"accept-encoding", b"*"}:
        return start
    others = [each for each in start["headers"] if each[0].lower() != b"vary"]
    vary = b", ".join(each for each in (_header(start, b"vary"), b"Accept-Encoding") if each)
    return {**start, "headers": [*others, (b"vary", vary)]}


def _header(start: Message, wanted: bytes) -> bytes:
    headers: Sequence[tuple[bytes, bytes]] = start["headers"]
    return next((value for name, value in headers if name.lower() == wanted), b"")
