"""The bytes of recordings, behind signed links: no token, ranges, nothing else of the API."""

import io
import re
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import Any, BinaryIO, NamedTuple

from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Stream

from auscult.domain.errors import NotFoundError
from auscult.server.rest.context import Services
from auscult.server.rest.threads import run
from auscult.services.recordings.clips import CLIP, clip_of
from auscult.services.recordings.variants import FILES, media_type

_PIECE_BYTES = 256 << 10
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


class ByteRange(NamedTuple):
    """Bytes from ``first`` to ``last``, both included."""

    first: int
    last: int


def byte_range(header: str, size: int) -> ByteRange | None:
    """Return the range of a ``Range`` header, None for the whole. Raises ``ValueError`` for one outside of the file.

    A header that is malformed or asks for several ranges is ignored, as RFC 9110 allows.
    """
    found = _RANGE.fullmatch(header.strip())
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        if int(last) == 0:
            raise ValueError(header)
        return ByteRange(max(0, size - int(last)), size - 1)
    end = min(int(last), size - 1) if last else size - 1
    if last and int(last) < int(first):
        return None
    if int(first) >= size:
        raise ValueError(header)
    return ByteRange(int(first), end)


def handlers(services: Services) -> list[HTTPRouteHandler]:
    """Return the handler of signed links. A function, as Litestar copies the objects passed to handlers."""

    @get("/api/v1/recordings/{recording_id:str}/media", include_in_schema=False)
    async def media_route(request: Request[Any, Any, Any], recording_id: FromPath[str]) -> Response[Any]:
        """Send a variant of a recording, or a range of it."""
        given = request.query_params
        variant = given.get("variant", "original")
        services.recording_links.check(recording_id, given.get("expires", ""), given.get("signature", ""), variant)
        media = await run(lambda: _opened(services, recording_id, variant), slow=variant.startswith(CLIP))
        headers = {
            "Accept-Ranges": "bytes",
            "Cache-Control": "private, no-store",
            "ETag": f'"{media.tag}"',
            "X-Content-Type-Options": "nosniff",
            "Content-Disposition": "inline",
        }
        is_fresh = request.headers.get("if-range", headers["ETag"]) == headers["ETag"]
        try:
            part = byte_range(request.headers.get("range", ""), media.size) if is_fresh else None
        except ValueError:
            media.file.close()
            unsatisfied = {**headers, "Content-Range": f"bytes */{media.size}"}
            return Response(b"", status_code=416, headers=unsatisfied, media_type=media.kind)
        first, last = part or (0, media.size - 1)
        headers["Content-Length"] = str(last - first + 1)
        if part is not None:
            headers["Content-Range"] = f"bytes {first}-{last}/{media.size}"
        status = 200 if part is None else 206
        return Stream(_pieces(media.file, first, last), status_code=status, headers=headers, media_type=media.kind)

    return [media_route]


class _Media(NamedTuple):
    """Bytes to send: an open file, its size, its media type, and a tag that changes with it."""

    file: BinaryIO
    size: int
    kind: str
    tag: str


def _opened(services: Services, recording_id: str, variant: str) -> _Media:
    recording = services.store.recordings.find(recording_id)
    folder = services.recordings
    if recording is not None and recording.state == "success":
        with suppress(FileNotFoundError):
            if variant == "original":
                file = folder.open(recording.location)
                return _Media(file, recording.size, recording.sound.content_type, recording.sha256)
            if variant.startswith(CLIP):
                content = clip_of(folder, recording, variant)
                return _Media(io.BytesIO(content), len(content), "audio/wav", f"{recording.sha256}-{variant}")
            if variant in FILES:
                known: Any = variant
                kind = media_type(folder, recording, known)
                file = folder.open_derived(recording.location, FILES[known])
                size = file.seek(0, io.SEEK_END)
                return _Media(file, size, kind, f"{recording.sha256}-{variant}-{size}")
    raise NotFoundError("the recording is not there any more", code="recording.unknown")


async def _pieces(file: BinaryIO, first: int, last: int) -> AsyncGenerator[bytes]:
    """Yield a file's bytes from ``first`` to ``last``, and close it."""
    with file:
        await run(lambda: file.seek(first))
        left = last - first + 1
        while left:
            piece = await run(lambda left=left: file.read(min(_PIECE_BYTES, left)))
            if not piece:
                return
            left -= len(piece)
            yield piece
