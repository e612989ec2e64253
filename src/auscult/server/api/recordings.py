"""Recordings of conversations: uploaded, and listed with links that play them."""

from base64 import b64decode
from binascii import Error as Base64Error
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Struct

from auscult.domain.errors import RequestError
from auscult.domain.operations.records import made_from
from auscult.domain.recordings.recording import Claims, Recording, Speaker, State
from auscult.server.asgi import ClientDisconnect, scope_of
from auscult.server.rest import operation
from auscult.server.rest.context import App, Server, Services
from auscult.server.rest.examples import example
from auscult.server.rest.guards import reading, writing
from auscult.server.rest.lists import Called, Items
from auscult.server.rest.parameters import ConversationId, query, repeated
from auscult.server.rest.request import ApiRequest, ApiResponse, Takes
from auscult.server.rest.threads import run
from auscult.server.rest.uploads import announced_bytes
from auscult.server.vendor.routes import base_of
from auscult.services.recordings.accept import Upload
from auscult.services.recordings.arrival import has_arrived
from auscult.services.recordings.links import record_links
from auscult.services.recordings.variants import Variant, offer
from auscult.storage.store import AppStore

_PIECE_BYTES = 1 << 20
LONGEST_MS = 2**53


SHOWN: dict[str, Any] = {
    "recording_id": "rec-0c4d7a52-8a0e-4b5e-9a55-1f5f6ad0a0b4",
    "conversation_id": "c-7f8b1f0e-0a53-5a0e-8f0b-2d3c9d1f6f11",
    "state": "success",
    "url": "http://127.0.0.1:8484/api/v1/recordings/rec-0c4d7a52-8a0e-4b5e-9a55-1f5f6ad0a0b4/media?expires=1774267200&signature=5d41",
    "url_expires_at": "2026-03-23T12:00:00Z",
    "variant": "original",
    "reason": None,
    "content_type": "audio/wav",
    "codec": "pcm_s16le",
    "duration_ms": 196000,
    "channels": 2,
    "sample_rate": 8000,
    "speakers": ["agent", "customer"],
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "size": 6272044,
    "created_at": "2026-03-23T11:45:00Z",
}


@example(SHOWN)
class ShownRecording(Struct, frozen=True, kw_only=True):
    """A recording. ``url`` plays it without a token until ``url_expires_at``; ``speakers`` has one for each channel.

    The link plays ``variant``: the original, or a copy that is silent at redacted words. ``reason`` is the reason why
    there is no link.
    """

    recording_id: str
    conversation_id: str
    state: State
    url: str | None
    url_expires_at: datetime | None
    variant: Variant | None = None
    reason: str | None = None
    content_type: str
    codec: str
    duration_ms: int
    channels: int
    sample_rate: int
    speakers: tuple[Speaker, ...]
    sha256: str
    size: int
    created_at: datetime


RecordingList = Annotated[Items[ShownRecording], Called("RecordingList", "All recordings of a conversation.")]


_SOUND = ("audio/wav", "audio/mpeg", "audio/ogg", "audio/flac", "application/octet-stream")


@operation.post(
    "/conversations/{conversation_id}/recordings",
    may=writing("recordings"),
    summary="Add a recording",
    status=201,
    refuses={
        403: "The account or the app has stored as much as it may: `storage.exceeded`.",
        413: "The recording is larger than the limit that the detail names.",
        415: "`Content-Type` names no kind of sound.",
        422: "The recording is unreadable, without sound, or not as its sender states; `reason` says which.",
        429: "The account or the app has sent as many minutes of sound this month as it may: `sound.exceeded`.",
        503: "The extra that reads this kind of sound is not installed, or recordings have no place that all "
        "servers share.",
    },
    takes=Takes("The bytes of the recording.", None, {"type": "string", "format": "binary"}, _SOUND),
)
async def add_recording(
    request: ApiRequest,
    conversation_id: ConversationId,
    app: App,
    server: Server,
    duration_ms: Annotated[
        int | None, query("The length, in ms; a recording with another one is refused.", ge=1, le=LONGEST_MS)
    ] = None,
    sha256: Annotated[
        str | None,
        query(
            "The SHA-256 in hexadecimal digits; other bytes are refused.",
            schema_extra={"pattern": "^[0-9a-fA-F]{64}$"},
        ),
    ] = None,
    speaker: Annotated[
        tuple[Speaker, ...],
        repeated("The speaker of each channel, the left one first. Without it: agent, customer; unknown for mono."),
    ] = (),
) -> ApiResponse[ShownRecording]:
    """Store the bytes of a recording: WAV, FLAC, MP3, Ogg Vorbis or Ogg Opus, mono or stereo.

    Type, length and channels are read from the content. The header `Content-Digest` (RFC 9530) is checked like `sha256`.
    Sending the same bytes again for the same conversation stores nothing, and gets the same answer.

    With the header `Upload-Complete: ?0` the body is a first part: the answer is 202, and `Location` is the address
    of the upload, which PATCH continues.
    """
    claims = Claims(
        content_type=request.headers.get("content-type", ""),
        duration_ms=duration_ms,
        sha256=sha256 or _content_digest(request.headers.get("content-digest")),
        speakers=speaker,
    )
    limit = server.settings.recording_bytes
    if (announced_bytes(request) or 0) > limit:
        raise too_large(limit)
    await run(lambda: server.room.must_have_sound(app.tenant), slow=True)
    upload = await run(lambda: Upload(app, server.recordings, conversation_id, claims, server.now), slow=True)
    try:
        await received(request, upload, limit)
    except (RequestError, ClientDisconnect, OSError):
        await run(upload.abandon, slow=True)
        raise
    if request.headers.get("upload-complete") == "?0":
        paused = await run(upload.pause, slow=True)
        claimed = msgspec.json.encode(paused.claims)
        await run(
            lambda: app.recordings.keep_upload(paused.upload_id, conversation_id, paused.location, claimed), slow=True
        )
        shown = {"upload_id": paused.upload_id, "conversation_id": conversation_id, "offset": paused.size}
        location = f"{address_of(request, server)}/api/v1/recording-uploads/{paused.upload_id}"
        return ApiResponse(shown, status_code=202, headers={"Location": location, "Upload-Offset": str(paused.size)})
    recording = await run(upload.finish, slow=True)
    transcribes = server.settings.transcribes
    await run(lambda: has_arrived(server.store, app, recording, transcribes=transcribes), slow=True)
    return ApiResponse(await run(lambda: shown_recording(request, app, server, recording)), status_code=201)


async def received(request: ApiRequest, upload: Upload, limit: int) -> None:
    """Write a body to its file, in pieces of a megabyte. Raises ``RequestError`` beyond ``limit`` bytes."""
    waiting, more = bytearray(), True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        waiting += message.get("body", b"")
        more = message.get("more_body", False)
        if upload.size + len(waiting) > limit:
            raise too_large(limit)
        if waiting and (len(waiting) >= _PIECE_BYTES or not more):
            piece, waiting = bytes(waiting), bytearray()
            await run(lambda piece=piece: upload.write(piece), slow=True)


def too_large(limit: int) -> RequestError:
    """Return the error of a recording that is larger than the limit, in bytes."""
    return RequestError(f"the recording is larger than {limit} bytes; send a smaller one", code="body.too_large")


def _content_digest(header: str | None) -> str | None:
    """Return the SHA-256 of a ``Content-Digest``, in hexadecimal digits, or None. Raises ``RequestError``."""
    for member in (header or "").split(","):
        name, _, value = member.strip().partition("=")
        if name.lower() == "sha-256":
            try:
                return b64decode(value.strip(":"), validate=True).hex()
            except (Base64Error, ValueError) as error:
                raise RequestError(
                    "Content-Digest: give sha-256=:…: with the digest in base64",
                    code="recording.checksum_unreadable",
                    field="Content-Digest",
                    value=value,
                ) from error
    return None


@operation.get("/conversations/{conversation_id}/recordings", may=reading("recordings"), summary="List recordings")
def list_recordings(request: ApiRequest, conversation_id: ConversationId, app: App, server: Server) -> RecordingList:
    """List the recordings of a conversation, each with a link that is valid for a while and opens without a token.

    A recording whose bytes are missing has the state `media_unavailable` and no link.
    """
    found = app.recordings.of(conversation_id)
    if found:
        record_links(app, request.rights.label, f"conversation:{conversation_id}", len(found))
    return Items(items=tuple(shown_recording(request, app, server, each) for each in found))


def shown_recording(request: ApiRequest, app: AppStore, server: Services, recording: Recording) -> ShownRecording:
    """Return the view of a recording, with a link if the caller may play it."""
    offered = offer(server.store, app, server.recordings, recording, may_original=may_original(request))
    url, expires_at = None, None
    if offered.variant is not None:
        url, expires_at = server.recording_links.link(recording.recording_id, offered.variant)
    is_there = recording.state == "success"
    return made_from(
        ShownRecording,
        offered,
        recording,
        recording.sound,
        url=None if url is None else address_of(request, server) + url,
        url_expires_at=expires_at,
        reason=recording.reason or offered.reason,
        sha256=recording.sha256 if is_there else "",
    )


def may_original(request: ApiRequest) -> bool:
    """Return whether the caller may play recordings without redaction."""
    return request.rights.may("conversation.read_unredacted")


def address_of(request: ApiRequest, server: Services) -> str:
    """Return the public address of this server; where none is set, the one that it is bound to."""
    return base_of(scope_of(request), server.settings.public_url)


ROUTER = operation.router(__name__)
