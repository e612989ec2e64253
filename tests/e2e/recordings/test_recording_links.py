"""Recordings that documents name or bring along are fetched, and found again: in lists, reports, the vendor's API."""

import base64
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from auscult import bootstrap
from auscult.formats import Limits
from auscult.services.recordings.work import MOST_STARTS
from auscult.services.scoring.intake.read import read_stream
from tests.databases import database
from tests.e2e.own import Own, problem
from tests.e2e.serving import GOLDEN_SAMPLE, TENANT, Service, process, serving
from tests.e2e.sounding import tone
from tests.http_servers import QuietHandler, listening
from tests.waiting import existing

pytestmark = pytest.mark.night

RAWDATA = "/qualityai/api/v1/public/qualitymanagement/app/{app}/rawdata"
SOUND = tone(2_000)
VENDOR = "/api/public/bot/st-1/v2/recordings"


@contextmanager
def files(found: dict[str, tuple[int, str, bytes]]) -> Iterator[str]:
    """Address of a server of these answers by path: status, type, bytes."""

    class Handler(QuietHandler):
        def do_GET(self) -> None:
            status, kind, content = found.get(self.path, (404, "text/plain", b""))
            if 300 <= status < 400:
                self.reply(status, b"", {"Content-Type": kind, "Location": content.decode()})
            else:
                self.reply(status, content, {"Content-Type": kind})

    with listening(Handler) as address:
        yield address


def vcon(name: str, **dialog: Any) -> bytes:
    """A vCon of an agent and a customer with one recording."""
    return json.dumps(
        {
            "vcon": "0.0.1",
            "uuid": name,
            "created_at": "2026-03-23T10:00:00Z",
            "parties": [{"name": "Ann", "role": "agent"}, {"tel": "+15550100", "role": "customer"}],
            "dialog": [
                {"type": "recording", "start": "2026-03-23T10:00:00Z", "duration": 2, "parties": [0, 1], **dialog}
            ],
        }
    ).encode()


def load(service: Service, document: bytes) -> str:
    """Load one document, and return the conversation's id."""

    class Stream:
        def __init__(self) -> None:
            self.left = document

        def read(self, size: int, /) -> bytes:
            given, self.left = self.left[:size], self.left[size:]
            return given

    (conversation,) = read_stream(Stream(), TENANT.app_id, Limits())
    assert hasattr(conversation, "id"), conversation
    process(service.application, [conversation])
    return conversation.id  # type: ignore[union-attr]


def fetch(service: Service) -> None:
    """Do what is due."""
    tasks = bootstrap.recordings.work(service.application.settings, service.store)
    while tasks.run_once():
        pass


@pytest.fixture(params=["sqlite", "postgresql"])
def service(request: pytest.FixtureRequest, postgresql_server: str, tmp_path: Path) -> Iterator[Service]:
    """A server that fetches links from anywhere."""
    with (
        database(request.param, postgresql_server, tmp_path, content=GOLDEN_SAMPLE) as url,
        serving(url, recording_links="any", recordings=str(tmp_path / "sound")) as found,
    ):
        yield found


@pytest.mark.parametrize("public", ["https://quality.example.com", None])
def test_links_begin_with_the_public_address(tmp_path: Path, public: str | None) -> None:
    """Or, without one, with what the server is bound to, whatever host a request names: in the API and in reports."""
    with (
        database("sqlite", "", tmp_path, content=GOLDEN_SAMPLE) as url,
        serving(url, recording_links="any", recordings=str(tmp_path / "sound"), public_url=public) as service,
        files({"/a.wav": (200, "audio/wav", SOUND)}) as address,
    ):
        own = Own(service, service.new_client("recordings:read"))
        name = load(service, vcon("9d3c2b5e-0d6e-4d43-9d07-111111111119", url=f"{address}/a.wav"))
        fetch(service)
        forged = {"Host": "evil.example"}
        (item,) = own.ask("GET", f"/conversations/{name}/recordings", headers=forged).json()["items"]
        day = {"startDate": "2026-03-23", "endDate": "2026-03-23"}
        (row,) = service.ask(day, path=RAWDATA, headers=service.headers() | forged).json()["results"]
        begins = public or service.url
        for link in (item["url"], *row["agentRecordings"]):
            assert link.startswith(f"{begins}/"), link
            assert service.http.get(service.url + link.removeprefix(begins)).content == SOUND


def test_a_link_of_a_vcon_is_fetched_and_stands_in_the_reports(service: Service) -> None:
    """In progress first; then it plays, by a link in both lists of the row, as both sides are on it."""
    sound = tone(2_000, channels=2)
    own = Own(service, service.new_client("recordings:read"))
    with files({"/a.wav": (302, "", b"/b.wav"), "/b.wav": (200, "audio/wav", sound)}) as address:
        name = load(service, vcon("9d3c2b5e-0d6e-4d43-9d07-111111111111", url=f"{address}/a.wav"))
        (item,) = own.ask("GET", f"/conversations/{name}/recordings").json()["items"]
        assert (item["state"], item["url"], item["sha256"]) == ("media_in_progress", None, "")
        fetch(service)
    (item,) = own.ask("GET", f"/conversations/{name}/recordings").json()["items"]
    assert (item["state"], item["sha256"]) == ("success", hashlib.sha256(sound).hexdigest())
    day = {"startDate": "2026-03-23", "endDate": "2026-03-23"}
    (row,) = service.ask(day, path=RAWDATA).json()["results"]
    assert row["agentRecordings"] == row["customerRecordings"]
    (url,) = row["agentRecordings"]
    assert url.startswith(service.url)
    assert httpx.get(url).content == sound
    assert httpx.get(url, headers={"Range": "bytes=0-3"}).content == b"RIFF"


def test_sound_inside_a_vcon_is_stored(service: Service) -> None:
    """Its bytes are out of the conversation; loaded once more, it is stored once."""
    sound = tone(2_000)
    digest = base64.urlsafe_b64encode(hashlib.sha512(sound).digest()).decode().rstrip("=")
    body = base64.urlsafe_b64encode(sound).decode().rstrip("=")
    document = vcon(
        "9d3c2b5e-0d6e-4d43-9d07-222222222222",
        encoding="base64url",
        body=body,
        mediatype="audio/wav",
        content_hash=f"sha512-{digest}",
    )
    name = load(service, document)
    fetch(service)
    service.store.within(TENANT).conversations.accept([])
    own = Own(service, service.new_client("recordings:read"))
    (item,) = own.ask("GET", f"/conversations/{name}/recordings").json()["items"]
    assert httpx.get(item["url"]).content == sound
    assert existing(service.store.within(TENANT).conversations.get(name)).conversation.recordings is None


@pytest.mark.parametrize(
    ("stated", "answer", "reason"),
    [
        ({}, (404, "text/plain", b""), "answered 404"),
        ({}, (200, "text/html", b"<html>"), "text/html"),
        ({}, (200, "audio/wav", b"no sound"), "no sound that is read"),
        ({}, (302, "", b"/a.wav"), "redirects"),
        ({"mediatype": "audio/mpeg"}, (200, "audio/wav", SOUND), "declared as audio/mpeg, and found to be audio/wav"),
        ({"duration": 9}, (200, "audio/wav", SOUND), "has 2000 ms, not 9000"),
        ({"content_hash": f"sha512-{'A' * 86}"}, (200, "audio/wav", SOUND), "the SHA512 of the recording is"),
    ],
)
def test_a_link_that_leads_to_no_sound_or_another_says_why(
    service: Service, stated: dict[str, Any], answer: tuple[int, str, bytes], reason: str
) -> None:
    """The state is media_unavailable, with the reason; nothing is kept."""
    with files({"/a.wav": answer}) as address:
        name = load(service, vcon("9d3c2b5e-0d6e-4d43-9d07-333333333333", url=f"{address}/a.wav", **stated))
        fetch(service)
    own = Own(service, service.new_client("recordings:read"))
    (item,) = own.ask("GET", f"/conversations/{name}/recordings").json()["items"]
    assert item["state"] == "media_unavailable"
    assert reason in item["reason"]
    assert not [
        each for each in bootstrap.recordings.folder(service.application.settings).path.rglob("*") if each.is_file()
    ]


def test_a_server_that_is_away_is_asked_again(service: Service) -> None:
    """Later, and not for ever."""
    with files({"/a.wav": (503, "text/plain", b"")}) as address:
        name = load(service, vcon("9d3c2b5e-0d6e-4d43-9d07-444444444444", url=f"{address}/a.wav"))
        fetch(service)
    own = Own(service, service.new_client("recordings:read"))
    (item,) = own.ask("GET", f"/conversations/{name}/recordings").json()["items"]
    assert item["state"] == "media_in_progress"
    task = existing(service.store.recording_tasks.get(item["recording_id"], "fetch"))
    assert (task.state, task.reason) == ("waiting", "the link answered 503")
    assert MOST_STARTS > 1


def test_a_link_into_a_private_network_is_refused(tmp_path: Path, postgresql_server: str) -> None:
    """Unless the setting allows it: a document is no way into the network."""
    del postgresql_server
    with serving(f"sqlite:///{tmp_path / 'a.db'}") as service, files({}) as address:
        name = load(service, vcon("9d3c2b5e-0d6e-4d43-9d07-555555555555", url=f"{address}/a.wav"))
        fetch(service)
        own = Own(service, service.new_client("recordings:read"))
        (item,) = own.ask("GET", f"/conversations/{name}/recordings").json()["items"]
        assert "private network" in item["reason"]


def test_the_vendors_api_lists_and_removes(service: Service) -> None:
    """With its scopes, in its spelling; what is removed is gone for every link."""
    sound = tone(2_000)
    reader = service.new_client("SmartAssist Recordings")
    remover = service.new_client("Delete Recordings")

    def ask(method: str, client: Any, session: str) -> httpx.Response:
        headers = service.headers(auth=service.token(client))
        return service.http.request(method, f"{service.url}{VENDOR}", params={"sessionId": session}, headers=headers)

    with files({"/a.wav": (200, "audio/wav", sound)}) as address:
        name = load(service, vcon("9d3c2b5e-0d6e-4d43-9d07-666666666666", url=f"{address}/a.wav"))
        assert ask("GET", reader, name).json()["status"] == "media_in_progress"
        fetch(service)
    found = ask("GET", reader, name).json()
    assert (found["sessionId"], found["status"]) == (name, "success")
    (recording,) = found["recordings"]
    assert httpx.get(recording["recordingUrl"]).content == sound
    assert ask("DELETE", reader, name).status_code == 401
    assert ask("DELETE", remover, name).json() == {"sessionId": name, "deleted": 1}
    problem(httpx.get(recording["recordingUrl"]), 404, "recording.unknown")
    assert ask("GET", reader, name).json()["status"] == "media_unavailable"
    assert ask("POST", reader, name).status_code == 405
