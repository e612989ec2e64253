"""Our own API over recordings: sent in, listed with links, played by range, refused by name, erased."""

import base64
import hashlib
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import soundfile

from auscult import bootstrap
from auscult.domain.errors import NotFoundError
from auscult.domain.people.visibility import Visibility
from auscult.services.recordings.links import RecordingLinks
from auscult.services.recordings.variants import in_browser
from tests.contract.storing import conversation
from tests.data_files import data_of
from tests.e2e.own import Own, problem
from tests.e2e.serving import STRANGER, TENANT, Service, process, serving
from tests.e2e.sounding import tone, wav

PATH = "/conversations/c-rec/recordings"


@pytest.fixture
def own(service: Service) -> Own:
    """A client that may do everything with recordings; there is a conversation without any."""
    client = service.new_client("recordings:read", "recordings:write", "conversations:write")
    own = Own(service, client)
    own.ask("DELETE", "/conversations/c-rec")
    process(service.application, [conversation("c-rec")])
    return own


def send(own: Own, sound: bytes, kind: str = "audio/wav", **params: Any) -> httpx.Response:
    """Send a recording."""
    headers = {"Content-Type": kind, **params.pop("headers", {})}
    return own.ask("POST", PATH, sound, headers=headers, params=params)


def folder(service: Service) -> Path:
    """The folder of the recordings."""
    return bootstrap.recordings.folder(service.application.settings).path


def files(service: Service) -> list[Path]:
    """Every file that is kept."""
    return [path for path in folder(service).rglob("*") if path.is_file()]


def test_a_recording_comes_back_as_it_was_sent(own: Own) -> None:
    """It is listed with what its content says, and its link opens without a token."""
    sound = tone(1_500, channels=2)
    added = send(own, sound)
    assert added.status_code == 201, added.text
    (item,) = own.ask("GET", PATH).json()["items"]
    assert item["recording_id"] == added.json()["recording_id"]
    assert (item["state"], item["codec"], item["content_type"]) == ("success", "pcm_s16le", "audio/wav")
    assert (item["duration_ms"], item["channels"], item["sample_rate"]) == (1_500, 2, 8_000)
    assert item["speakers"] == ["agent", "customer"]
    assert item["sha256"] == hashlib.sha256(sound).hexdigest()
    played = httpx.get(item["url"])
    assert (played.status_code, played.content) == (200, sound)
    assert played.headers["content-type"] == "audio/wav"
    assert played.headers["accept-ranges"] == "bytes"


@pytest.mark.parametrize(
    ("asked", "first", "last"), [("bytes=0-0", 0, 0), ("bytes=10-19", 10, 19), ("bytes=-5", -5, -1)]
)
def test_a_range_is_answered_with_its_bytes(own: Own, asked: str, first: int, last: int) -> None:
    """206 with Content-Range, as players ask to seek."""
    sound = tone()
    url = send(own, sound).json()["url"]
    answer = httpx.get(url, headers={"Range": asked})
    assert answer.status_code == 206
    size = len(sound)
    assert answer.content == sound[first % size : last % size + 1]
    assert answer.headers["content-range"] == f"bytes {first % size}-{last % size}/{size}"


def test_a_range_beyond_the_end_is_refused(own: Own) -> None:
    """416 names the size; a malformed or multiple range gets the whole."""
    sound = tone()
    url = send(own, sound).json()["url"]
    answer = httpx.get(url, headers={"Range": f"bytes={len(sound)}-"})
    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{len(sound)}")
    for asked in ("bytes=0-1,5-6", "bytes=9-1", "lines=1-2", "bytes=-"):
        assert httpx.get(url, headers={"Range": asked}).content == sound
    assert httpx.head(url).headers["content-length"] == str(len(sound))


def test_a_link_opens_its_own_recording_alone(own: Own) -> None:
    """Another id, another end, another signature or none: 403, whatever is asked."""
    send(own, tone(500))
    url = httpx.URL(send(own, tone(700)).json()["url"])
    other = next(item for item in own.ask("GET", PATH).json()["items"] if item["duration_ms"] == 500)
    for wrong in (
        url.copy_with(path=f"/api/v1/recordings/{other['recording_id']}/media"),
        url.copy_set_param("expires", int(url.params["expires"]) + 60),
        url.copy_set_param("signature", "0" * 64),
        url.copy_set_param("signature", "é"),
        url.copy_set_param("expires", "²"),
        url.copy_remove_param("signature"),
    ):
        problem(httpx.get(wrong), 403, "recording_link.invalid")


@pytest.mark.landing
def test_a_link_ends(postgresql_server: str, tmp_path: Path) -> None:
    """A second after a link of one second was made, it opens nothing."""
    del postgresql_server
    with serving(f"sqlite:///{tmp_path / 'a.db'}", recording_link_s=1) as service:
        own = Own(service, service.new_client("recordings:write"))
        process(service.application, [conversation("c-rec")])
        url = send(own, tone()).json()["url"]
        answer = httpx.get(url)
        while answer.status_code == 200:
            answer = httpx.get(url)
        problem(answer, 403, "recording_link.ended")


def test_the_same_bytes_are_stored_once(own: Own) -> None:
    """A request that is sent again after a failure doubles nothing."""
    before = len(files(own.service))
    first, second = send(own, tone()), send(own, tone())
    assert len(files(own.service)) == before + 1
    assert first.json()["recording_id"] == second.json()["recording_id"]
    assert len(own.ask("GET", PATH).json()["items"]) == 1


@pytest.mark.parametrize(
    ("sound", "params", "status", "reason"),
    [
        (b"no sound at all", {}, 422, "recording.unreadable"),
        (b"", {}, 422, "recording.unreadable"),
        (wav(b""), {}, 422, "recording.no_sound"),
        (tone()[:-500], {}, 422, "recording.length_differs"),
        (tone(), {"duration_ms": 9_000}, 422, "recording.length_differs"),
        (tone(), {"sha256": "0" * 64}, 422, "recording.checksum_differs"),
        (tone(), {"sha256": "xyz"}, 400, "recording.checksum_unreadable"),
        (tone(), {"headers": {"Content-Digest": "sha-256=:AAAA:"}}, 400, "recording.checksum_unreadable"),
        (tone(), {"headers": {"Content-Digest": "sha-256=:!:"}}, 400, "recording.checksum_unreadable"),
        (tone(), {"kind": "text/html"}, 415, "recording.type_unsupported"),
        (tone(), {"kind": "audio/mpeg"}, 422, "recording.type_differs"),
        (tone(), {"speaker": ["agent", "customer"]}, 422, "recording.speakers_differ"),
    ],
)
def test_a_wrong_recording_is_refused_by_name(
    own: Own, sound: bytes, params: dict[str, Any], status: int, reason: str
) -> None:
    """Nothing of it is kept, neither a row nor a file."""
    before = len(files(own.service))
    problem(send(own, sound, **params), status, reason)
    assert own.ask("GET", PATH).json() == {"items": []}
    assert len(files(own.service)) == before


def test_properties_that_are_right_are_accepted(own: Own) -> None:
    """Length, checksum in either spelling, and speakers."""
    sound = tone(2_000, channels=2)
    digest = hashlib.sha256(sound)
    added = send(own, sound, duration_ms=2_000, sha256=digest.hexdigest().upper(), speaker=["customer", "agent"])
    assert added.json()["speakers"] == ["customer", "agent"]
    spelt = base64.b64encode(digest.digest()).decode()
    assert send(own, sound, headers={"Content-Digest": f"sha-256=:{spelt}:"}).status_code == 201


@pytest.mark.parametrize(("format_name", "subtype", "codec", "kind"), data_of(__file__, "codecs_of_telephony_are_read"))
def test_codecs_of_telephony_are_read(own: Own, format_name: str, subtype: str, codec: str, kind: str) -> None:
    """Type and codec are those of the content, whatever the sender calls it."""
    samples, rate = soundfile.read(io.BytesIO(tone(2_000)), dtype="int16")
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format=format_name, subtype=subtype)
    added = send(own, file.getvalue(), "application/octet-stream")
    assert added.status_code == 201, added.text
    assert (added.json()["codec"], added.json()["content_type"]) == (codec, kind)
    assert abs(added.json()["duration_ms"] - 2_000) < 100


def test_what_browsers_do_not_play_has_a_copy(own: Own) -> None:
    """An MP3 of the same length, made once, by a worker; the recording itself stays what it is."""
    samples, rate = soundfile.read(io.BytesIO(tone(3_000)), dtype="int16")
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format="WAV", subtype="GSM610")
    recording_id = send(own, file.getvalue()).json()["recording_id"]
    application = own.service.application
    work = bootstrap.recordings.work(application.settings, application.store)
    while work.run_once():
        pass
    recording = own.service.store.within(TENANT).recordings.get(recording_id)
    assert recording is not None
    assert in_browser(bootstrap.recordings.folder(application.settings), recording, "original") == "playable"
    (copy,) = [path for path in files(own.service) if path.name.endswith("playable.mp3")]
    made_at = copy.stat().st_mtime_ns
    links = RecordingLinks(application.store.secret_key, 60, lambda: datetime.now(UTC))
    played = httpx.get(own.service.url + links.link(recording_id, "playable")[0])
    assert played.headers["content-type"] == "audio/mpeg"
    assert abs(soundfile.info(io.BytesIO(played.content)).duration - 3) < 0.2
    send(own, file.getvalue())
    assert not work.run_once()
    assert copy.stat().st_mtime_ns == made_at
    (item,) = own.ask("GET", PATH).json()["items"]
    assert httpx.get(item["url"]).content == file.getvalue()


def test_what_only_pyav_reads_is_read(own: Own) -> None:
    """M4A, with its codec, length and channels; one that is cut off is refused."""
    av = pytest.importorskip("av")
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("aac", rate=16_000, layout="stereo")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 64_000), np.int16), format="s16", layout="stereo")
        frame.sample_rate = 16_000
        for packet in (*stream.encode(frame), *stream.encode(None)):
            container.mux(packet)
    added = send(own, file.getvalue(), "audio/mp4")
    assert added.status_code == 201, added.text
    assert (added.json()["codec"], added.json()["content_type"], added.json()["channels"]) == ("aac", "audio/mp4", 2)
    assert abs(added.json()["duration_ms"] - 2_000) < 150
    problem(send(own, file.getvalue()[:200], "audio/mp4"), 422, "recording.unreadable")


def test_recordings_go_with_their_conversation(own: Own) -> None:
    """Row, file and link; what is left of an interrupted removal is removed with the next."""
    url = send(own, tone()).json()["url"]
    before = files(own.service)
    assert own.ask("DELETE", "/conversations/c-rec").status_code == 204
    problem(httpx.get(url), 404, "recording.unknown")
    assert len(files(own.service)) == len(before) - 1
    problem(own.ask("GET", PATH), 404, "conversation.unknown")


def test_bytes_that_are_missing_are_said_to_be(own: Own) -> None:
    """The state is media_unavailable, and there is no link."""
    send(own, tone())
    for path in files(own.service):
        path.unlink()
    (item,) = own.ask("GET", PATH).json()["items"]
    assert (item["state"], item["url"]) == ("media_unavailable", None)


def test_recordings_have_scopes_of_their_own(own: Own) -> None:
    """Who may write conversations may not send recordings, and who may read recordings may only do that."""
    service = own.service
    reader = Own(service, service.new_client("recordings:read"))
    problem(send(reader, tone()), 403, "scope.missing")
    assert reader.ask("GET", PATH).status_code == 200
    loader = Own(service, service.new_client("conversations:write"))
    problem(loader.ask("GET", PATH), 403, "scope.missing")
    stranger = Own(service, service.new_client("recordings:write", tenant=STRANGER))
    problem(send(stranger, tone()), 404, "conversation.unknown")


def test_links_are_logged(own: Own) -> None:
    """The access log has who was given links, of which conversation."""
    send(own, tone())
    own.ask("GET", PATH)
    log = own.service.store.within(TENANT).log
    entries = [entry for entry in log.entries() if entry.action == "recordings.linked"]
    assert (entries[-1].principal, entries[-1].target) == (f"client:{own.client.client_id}", "conversation:c-rec")


def test_peaks_and_figures_are_served(own: Own) -> None:
    """Twice the same, kept beside the bytes, and gone with them."""
    recording_id = send(own, tone(1_000, channels=2)).json()["recording_id"]
    for name in ("peaks?points=10", "figures"):
        first = own.ask("GET", f"/recordings/{recording_id}/{name}")
        assert first.status_code == 200, first.text
        assert own.ask("GET", f"/recordings/{recording_id}/{name}").content == first.content
    assert len(own.ask("GET", f"/recordings/{recording_id}/peaks?points=10").json()["peaks"]) == 2
    assert own.ask("GET", f"/recordings/{recording_id}/figures").json()["is_dual_mono"] is True
    own.ask("DELETE", "/conversations/c-rec")
    assert not [path for path in files(own.service) if recording_id in path.name]
    problem(own.ask("GET", f"/recordings/{recording_id}/figures"), 404, "recording.unknown")


def test_recordings_of_an_invisible_conversation_do_not_exist(own: Own) -> None:
    """Who sees another queue alone finds neither the list nor the recording."""
    recording_id = send(own, tone()).json()["recording_id"]
    app = own.service.store.within(TENANT)
    narrowed = app.seen_by(Visibility(queues=frozenset({"elsewhere"}))).recordings
    with pytest.raises(NotFoundError, match="c-rec"):
        narrowed.of("c-rec")
    assert narrowed.get(recording_id) is None
    assert app.recordings.get(recording_id) is not None
