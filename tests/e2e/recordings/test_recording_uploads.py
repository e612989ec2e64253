"""Uploads of recordings that go on after an interruption."""

import hashlib
from pathlib import Path

import httpx
import pytest

from auscult import bootstrap
from tests.contract.storing import conversation
from tests.e2e.own import Own, problem
from tests.e2e.serving import Service, process
from tests.e2e.sounding import tone

SOUND = tone(3_000, channels=2)


@pytest.fixture
def own(service: Service) -> Own:
    """A client that sends recordings; there is a conversation without any."""
    client = service.new_client("recordings:write", "conversations:write")
    own = Own(service, client)
    own.ask("DELETE", "/conversations/c-up")
    process(service.application, [conversation("c-up")])
    return own


def begin(own: Own, part: bytes, **params: object) -> httpx.Response:
    """Send a first part."""
    headers = {"Content-Type": "audio/wav", "Upload-Complete": "?0"}
    return own.ask("POST", "/conversations/c-up/recordings", part, headers=headers, params=params)


def send(own: Own, upload: str, part: bytes, offset: int, *, is_last: bool) -> httpx.Response:
    """Send a further part."""
    headers = {"Upload-Offset": str(offset), "Upload-Complete": "?1" if is_last else "?0"}
    headers["Content-Type"] = "application/octet-stream"
    return own.ask("PATCH", f"/recording-uploads/{upload}", part, headers=headers)


def test_a_recording_in_parts_is_the_same_as_in_one(own: Own) -> None:
    """Each part where the one before ended; claims of the beginning hold at the end."""
    begun = begin(own, SOUND[:5_000], sha256=hashlib.sha256(SOUND).hexdigest(), speaker=["customer", "agent"])
    assert (begun.status_code, begun.json()["offset"]) == (202, 5_000)
    upload = begun.json()["upload_id"]
    assert begun.headers["location"].endswith(f"/api/v1/recording-uploads/{upload}")
    assert send(own, upload, SOUND[5_000:9_000], 5_000, is_last=False).json()["offset"] == 9_000
    assert own.ask("HEAD", f"/recording-uploads/{upload}").headers["upload-offset"] == "9000"
    done = send(own, upload, SOUND[9_000:], 9_000, is_last=True)
    assert done.status_code == 201, done.text
    assert done.json()["speakers"] == ["customer", "agent"]
    assert httpx.get(done.json()["url"]).content == SOUND
    problem(own.ask("GET", f"/recording-uploads/{upload}"), 404, "upload.unknown")


def test_a_part_at_another_offset_is_refused(own: Own) -> None:
    """With the offset where the upload is; nothing of it is written."""
    upload = begin(own, SOUND[:5_000]).json()["upload_id"]
    problem(send(own, upload, SOUND[4_000:], 4_000, is_last=True), 409, "upload.offset_differs")
    assert own.ask("GET", f"/recording-uploads/{upload}").json()["offset"] == 5_000


def test_bytes_that_are_no_sound_are_refused_at_the_end(own: Own) -> None:
    """And nothing is kept, nor of an upload that is given up."""
    upload = begin(own, b"no").json()["upload_id"]
    problem(send(own, upload, b" sound", 2, is_last=True), 422, "recording.unreadable")
    problem(own.ask("GET", f"/recording-uploads/{upload}"), 404, "upload.unknown")
    upload = begin(own, SOUND[:100]).json()["upload_id"]
    assert own.ask("DELETE", f"/recording-uploads/{upload}").status_code == 204
    folder: Path = bootstrap.recordings.folder(own.service.application.settings).path
    assert not list(folder.rglob("*.part"))
    assert own.ask("GET", "/conversations/c-up/recordings").json() == {"items": []}


def test_an_upload_goes_with_its_conversation(own: Own) -> None:
    """Erased before it is finished, nothing is left."""
    upload = begin(own, SOUND[:5_000]).json()["upload_id"]
    assert own.ask("DELETE", "/conversations/c-up").status_code == 204
    problem(own.ask("GET", f"/recording-uploads/{upload}"), 404, "upload.unknown")
