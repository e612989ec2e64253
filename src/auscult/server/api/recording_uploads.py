"""Uploads of recordings in parts: begun with POST, continued with PATCH, and queried with HEAD or GET."""

from typing import Annotated, Any

import msgspec
from msgspec import Struct

from auscult.domain.errors import ConflictError, RequestError, unknown
from auscult.domain.recordings.recording import Claims
from auscult.server.api.recordings import received, shown_recording, too_large
from auscult.server.asgi import ClientDisconnect
from auscult.server.rest import operation
from auscult.server.rest.context import App, Server, Services
from auscult.server.rest.examples import example
from auscult.server.rest.guards import writing
from auscult.server.rest.openapi import answer
from auscult.server.rest.parameters import path_id
from auscult.server.rest.request import ApiRequest, ApiResponse, Takes
from auscult.server.rest.threads import run
from auscult.server.rest.uploads import announced_bytes
from auscult.services.recordings.accept import PartialUpload, Upload
from auscult.services.recordings.arrival import has_arrived
from auscult.storage.store import AppStore


@example({"upload_id": "up-0c4d7a52", "conversation_id": "c-7f8b1f0e", "offset": 1048576})
class ShownUpload(Struct, frozen=True, kw_only=True):
    """An upload that is not finished. ``offset``: bytes that are stored durably; the next part begins there."""

    upload_id: str
    conversation_id: str
    offset: int


UploadId = Annotated[str, path_id("The upload.", "up-0c4d7a52")]


@operation.get(
    "/recording-uploads/{upload_id}", may=writing("recordings"), summary="Progress of an upload", is_slow=True
)
def get_recording_upload(upload_id: UploadId, app: App, server: Server) -> ApiResponse[ShownUpload]:
    """Return the number of bytes stored of an upload, also in the header `Upload-Offset`, and for HEAD."""
    partial = partial_upload(app, server, upload_id)
    shown = ShownUpload(upload_id=upload_id, conversation_id=partial.conversation_id, offset=partial.size)
    return ApiResponse(shown, headers={"Upload-Offset": str(partial.size), "Cache-Control": "no-store"})


@operation.patch(
    "/recording-uploads/{upload_id}",
    may=writing("recordings"),
    summary="Continue an upload",
    refuses={
        409: "The part does not begin where the upload is.",
        413: "The recording is larger than the limit.",
        422: "The recording is unreadable, without sound, or not as its sender states.",
    },
    answers={200: answer("The part is stored, and more follows.", ShownUpload)},
    takes=Takes("The next bytes.", None, {"type": "string", "format": "binary"}, ("application/octet-stream",)),
)
async def continue_recording_upload(
    request: ApiRequest, upload_id: UploadId, app: App, server: Server
) -> ApiResponse[Any]:
    """Append a part that begins at `Upload-Offset`.

    `Upload-Complete: ?1` ends the upload: the answer is 201 with the recording. Bytes received before a connection
    broke are kept; `GET` returns the offset to continue from.
    """
    partial = await run(lambda: partial_upload(app, server, upload_id), slow=True)
    given = request.headers.get("upload-offset", "")
    if given != str(partial.size):
        raise ConflictError(
            f"Upload-Offset is {given!r}; the upload is at {partial.size}",
            code="upload.offset_differs",
            field="Upload-Offset",
            value=given,
        )
    if partial.size + (announced_bytes(request) or 0) > server.settings.recording_bytes:
        raise too_large(server.settings.recording_bytes)
    upload = await run(lambda: Upload.resumed(app, server.recordings, partial, server.now), slow=True)
    try:
        await received(request, upload, server.settings.recording_bytes)
    except (RequestError, ClientDisconnect, OSError):
        await run(upload.pause, slow=True)
        raise
    if request.headers.get("upload-complete") != "?1":
        paused = await run(upload.pause, slow=True)
        shown = ShownUpload(upload_id=upload_id, conversation_id=paused.conversation_id, offset=paused.size)
        return ApiResponse(shown, headers={"Upload-Offset": str(paused.size)})
    recording = await run(upload.finish, slow=True)
    transcribes = server.settings.transcribes
    await run(lambda: app.recordings.forget_upload(upload_id), slow=True)
    await run(lambda: has_arrived(server.store, app, recording, transcribes=transcribes), slow=True)
    return ApiResponse(await run(lambda: shown_recording(request, app, server, recording)), status_code=201)


@operation.delete("/recording-uploads/{upload_id}", may=writing("recordings"), summary="Cancel an upload")
def delete_recording_upload(upload_id: UploadId, app: App, server: Server) -> None:
    """Remove an unfinished upload with the bytes received."""
    partial = partial_upload(app, server, upload_id)
    app.recordings.forget_upload(upload_id)
    server.recordings.remove_part(partial.location)
    app.recordings.discard(partial.location)


def partial_upload(app: AppStore, server: Services, upload_id: str) -> PartialUpload:
    """Return an upload that is not finished. Raises ``NotFoundError``."""
    found = app.recordings.upload(upload_id)
    if found is not None:
        conversation_id, location, claims = found
        try:
            size = server.recordings.part_size(location)
        except FileNotFoundError:
            app.recordings.forget_upload(upload_id)
        else:
            return PartialUpload(
                upload_id=upload_id,
                conversation_id=conversation_id,
                location=location,
                claims=msgspec.json.decode(claims, type=Claims),
                size=size,
            )
    raise unknown("upload", upload_id, "there is no upload {value}, or it ended after a day; begin another one")


ROUTER = operation.router(__name__)
