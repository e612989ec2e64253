"""Where the bytes of recordings are: a folder, objects on a real server of S3's protocol, encrypted or not."""

import io
import os
from pathlib import Path
from typing import Literal

import httpx
import pytest

from auscult import bootstrap
from auscult.cli.operations.doctor import examine
from auscult.config import Settings
from auscult.domain.conversation import Recordings
from auscult.domain.errors import SettingsError
from auscult.services.recordings.derived import Derived
from auscult.storage.recordings.blobs import FolderBlobs, ObjectBlobs
from auscult.storage.recordings.folder import RecordingFolder
from tests.contract.storing import TENANT, conversation
from tests.databases import database
from tests.e2e.own import Own, problem
from tests.e2e.serving import GOLDEN_SAMPLE, process, serving
from tests.e2e.sounding import tone
from tests.integration.bucket import bucket as bucket  # noqa: PLC0414  (a fixture)

pytest.importorskip("obstore")
KEY = b"k" * 32
PATH = "/conversations/c-rec/recordings"


class OneKey:
    """One key for every app, by the number 7."""

    def __init__(self, key: bytes = KEY) -> None:
        """Take the key."""
        self._key = key

    def current(self, app: int) -> tuple[int, bytes]:
        """Return the key."""
        assert app == 1
        return 7, self._key

    def of(self, number: int) -> bytes:
        """Return the key."""
        assert number == 7
        return self._key

    def common(self) -> list[bytes]:
        """Return another key, and the key."""
        return [b"x" * 32, self._key]


@pytest.fixture(params=["folder", "sealed", "objects", "sealed objects"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> RecordingFolder:
    """A store of each kind."""
    blobs = (
        ObjectBlobs(request.getfixturevalue("bucket")) if "objects" in request.param else FolderBlobs(tmp_path / "a")
    )
    if "objects" not in request.param:
        return RecordingFolder(tmp_path / "a", None, OneKey(), seals=request.param == "sealed")
    return RecordingFolder(tmp_path / "a", blobs, OneKey(), seals="sealed" in request.param)


def write(store: RecordingFolder, name: str, content: bytes) -> None:
    """Store a file."""
    file = store.begin(name)
    file.write(content)
    file.complete()
    file.finish()


@pytest.mark.landing
def test_bytes_come_back_whole_and_in_parts(store: RecordingFolder) -> None:
    """Of three megabytes and a bit, so that an encrypted file has several pieces."""
    content = os.urandom((3 << 20) + 77)
    write(store, "1/rec-1", content)
    with store.open("1/rec-1") as file:
        assert file.read() == content
    with store.open("1/rec-1") as file:
        assert file.seek(0, io.SEEK_END) == len(content)
        file.seek(65_530)
        assert file.read(20) == content[65_530:65_550]
        file.seek(len(content) - 5)
        assert file.read(100) == content[-5:]
    with store.local("1/rec-1") as path:
        assert path.read_bytes() == content
    assert not list((store.path / "temporary").glob("*")) if (store.path / "temporary").exists() else True


def test_what_is_removed_goes_with_what_was_derived(store: RecordingFolder) -> None:
    """And nothing else: a name that begins alike stays."""
    write(store, "1/rec-2", b"two")
    write(store, "1/rec-22", b"other")
    store.keep_derived("1/rec-2", "peaks.json", b"[]")
    assert store.derived("1/rec-2", "peaks.json") == b"[]"
    store.remove("1/rec-2")
    assert not store.has("1/rec-2")
    assert store.derived("1/rec-2", "peaks.json") is None
    assert store.has("1/rec-22")
    with pytest.raises(FileNotFoundError):
        store.open("1/rec-2")


def test_an_empty_file_and_one_of_a_whole_piece(store: RecordingFolder) -> None:
    """Lengths at which pieces end."""
    for index, size in enumerate((0, 1, 65_536, 65_537)):
        write(store, f"1/rec-size-{index}", b"x" * size)
        with store.open(f"1/rec-size-{index}") as file:
            assert file.read() == b"x" * size


def test_an_encrypted_file_tells_nothing_and_cannot_be_changed(tmp_path: Path) -> None:
    """Neither its words nor, unseen, a bit of it; another key does not open it."""
    store = RecordingFolder(tmp_path, None, OneKey(), seals=True)
    write(store, "1/rec-1", b"RIFF" + b"secret" * 1_000)
    kept = (tmp_path / "1/rec-1").read_bytes()
    assert b"secret" not in kept
    with pytest.raises(SettingsError, match="secret key"):
        RecordingFolder(tmp_path, None, OneKey(b"o" * 32)).open("1/rec-1").read()
    (tmp_path / "1/rec-1").write_bytes(kept[:100] + bytes([kept[100] ^ 1]) + kept[101:])
    with pytest.raises(SettingsError, match="changed"):
        store.open("1/rec-1").read()
    (tmp_path / "1/rec-1").write_bytes(kept[:-20])
    with pytest.raises(SettingsError):
        store.open("1/rec-1").read()


def test_what_was_stored_before_encryption_still_opens(tmp_path: Path) -> None:
    """And what was encrypted opens after it was switched off."""
    write(RecordingFolder(tmp_path, None, OneKey()), "1/rec-1", b"plain")
    sealed = RecordingFolder(tmp_path, None, OneKey(), seals=True)
    write(sealed, "1/rec-2", b"sealed")
    for store in (sealed, RecordingFolder(tmp_path, None, OneKey())):
        with store.open("1/rec-1") as plain, store.open("1/rec-2") as opened:
            assert (plain.read(), opened.read()) == (b"plain", b"sealed")


@pytest.mark.parametrize("copies", ["on", "off"])
def test_a_link_to_an_object_is_copied_or_stays(bucket: str, tmp_path: Path, copies: Literal["on", "off"]) -> None:
    """It plays either way; erased, the object of somebody else stays. Beside the addresses of the setting none is read."""
    sound = tone(2_000, channels=2)
    path = tmp_path / "call.wav"
    path.write_bytes(sound)
    ObjectBlobs(bucket).put("in/call.wav", path)
    settings = Settings(
        database_url=f"sqlite:///{tmp_path / 'a.db'}",
        recordings=str(tmp_path / "sound"),
        recording_objects=f"{bucket}/in",
        recording_copies=copies,
    )
    with bootstrap.open(settings) as application:
        application.store.ensure(TENANT)
        app = application.store.within(TENANT)
        for name, link in (("c-1", f"{bucket}/in/call.wav"), ("c-2", f"{bucket}/intern/call.wav")):
            app.conversations.accept([conversation(name, recordings=Recordings(agent=(link,), customer=(link,)))])
        while bootstrap.recordings.work(settings, application.store).run_once():
            pass
        ((one,), (other,)) = (app.recordings.of("c-1"), app.recordings.of("c-2"))
        assert (one.state, one.sound.duration_ms, one.speakers) == ("success", 2_000, ("agent", "customer"))
        assert (other.state, "recording_objects" in (other.reason or "")) == ("media_unavailable", True)
        folder = bootstrap.recordings.folder(settings)
        with folder.open(one.location) as file:
            file.seek(4)
            assert file.read(4) == sound[4:8]
        assert (tmp_path / "sound" / one.location.partition("@")[0]).is_file() is (copies == "on")
        assert Derived(app, folder).figures(one.recording_id)
        app.conversations.erase("c-1")
        bootstrap.recordings.remove_due(settings, application.store)
        assert folder.has(one.location) is (copies == "off")
        assert not [
            each for each in (tmp_path / "sound").rglob("rec-*") if each.is_file() and one.recording_id in each.name
        ]
    assert ObjectBlobs(bucket).has("in/call.wav")


@pytest.mark.landing
def test_what_one_server_stores_another_plays(bucket: str, postgresql_server: str, tmp_path: Path) -> None:
    """Two servers of one database, each with a disk of its own, and an object store between them."""
    sound = tone(1_500, channels=2)
    with (
        database("postgresql", postgresql_server, tmp_path, content=GOLDEN_SAMPLE) as url,
        serving(url, recordings=bucket, state_dir=str(tmp_path / "one")) as one,
        serving(url, recordings=bucket, state_dir=str(tmp_path / "other")) as other,
    ):
        client = one.new_client("recordings:read", "recordings:write")
        process(one.application, [conversation("c-rec")])
        assert send(Own(one, client), sound).status_code == 201
        (item,) = Own(other, client).ask("GET", PATH).json()["items"]
        assert item["url"].startswith(other.url)
        assert httpx.get(item["url"]).content == sound
        assert one.http.get(f"{one.url}/readyz").json() == {"status": "ready"}


@pytest.mark.landing
def test_sound_without_a_shared_place_is_refused(postgresql_server: str, tmp_path: Path) -> None:
    """Another server could not play it: nothing is kept, the reason names the setting, and readiness warns."""
    with (
        database("postgresql", postgresql_server, tmp_path, content=GOLDEN_SAMPLE) as url,
        serving(url, state_dir=str(tmp_path / "one")) as service,
    ):
        process(service.application, [conversation("c-rec")])
        refused = send(Own(service, service.new_client("recordings:read", "recordings:write")), tone(500))
        assert "AUSCULT_RECORDINGS" in problem(refused, 503, "recordings.no_place")["detail"]
        assert not list(bootstrap.recordings.folder(service.application.settings).path.rglob("*"))
        ready = service.http.get(f"{service.url}/readyz")
        assert (ready.status_code, ready.json()["status"]) == (200, "ready")
        assert "AUSCULT_RECORDINGS" in ready.json()["warnings"][0]
        (finding,) = (each for each in examine(service.application.settings) if "recordings" in each.what)
        assert (finding.state, "AUSCULT_RECORDINGS" in finding.fix) == ("warn", True)


def send(own: Own, sound: bytes) -> httpx.Response:
    """Send a recording."""
    return own.ask("POST", PATH, sound, headers={"Content-Type": "audio/wav"})
