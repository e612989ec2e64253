"""Large bodies: read piece by piece, onto disk where they do not fit into memory."""

from collections.abc import AsyncGenerator
from contextlib import ExitStack, asynccontextmanager
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from auscult.domain.errors import RequestError
from auscult.server.asgi import ClientDisconnect
from auscult.server.rest.request import AnyRequest

_IN_MEMORY_BYTES = 1 << 20
_CODINGS = ("", "identity", "gzip", "x-gzip", "zstd")


@asynccontextmanager
async def spooled(request: AnyRequest, limit: int) -> AsyncGenerator[BinaryIO]:
    """Yield a file with the body, as ``received`` does, and close it."""
    with await received(request, limit) as file:
        yield file


async def received(request: AnyRequest, limit: int) -> BinaryIO:
    """Return an open file with the body, of at most ``limit`` bytes.

    Raises ``RequestError``: ``content_encoding.unsupported``, ``body.too_large``, and ``ClientDisconnect``.
    """
    coding = request.headers.get("content-encoding", "").strip()
    if coding.lower() not in _CODINGS:
        raise RequestError(
            "Content-Encoding: send the body plain, as gzip or as zstd.",
            code="content_encoding.unsupported",
            field="Content-Encoding",
            value=coding,
        )
    announced = announced_bytes(request)
    if announced is not None and announced > limit:
        raise _too_large(limit)
    with ExitStack() as stack:
        file = stack.enter_context(SpooledTemporaryFile[bytes](_IN_MEMORY_BYTES))
        size, more = 0, True
        while more:
            message = await request.receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            piece: bytes = message.get("body", b"")
            more = message.get("more_body", False)
            size += len(piece)
            if size > limit:
                raise _too_large(limit)
            file.write(piece)
        file.seek(0)
        stack.pop_all()
    return cast("BinaryIO", file)


def announced_bytes(request: AnyRequest) -> int | None:
    """Return the length of a body in bytes by its head, or None if it is not given."""
    announced = request.headers.get("content-length", "")
    return int(announced[:18]) if announced.isascii() and announced.isdigit() else None


def _too_large(limit: int) -> RequestError:
    return RequestError(f"The body is larger than {limit} bytes; send it in parts.", code="body.too_large")
