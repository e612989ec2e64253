"""Several serving processes, two on one port and a third beside: whichever a client reaches, it finds the same."""

import os
import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import jwt
import pytest

from auscult import bootstrap
from auscult.config import read_settings
from auscult.domain.tenancy import Client, Tenant, new_client_id, new_client_secret
from auscult.storage.store import Store
from tests.databases import Place
from tests.e2e.serving import DAY, PATH, STRANGER, TENANT, listening
from tests.integration.program import AUSCULT, conversation, environment
from tests.waiting import PATIENCE_S, wait_for, wait_until

pytestmark = pytest.mark.night

LIMIT = 150
"""Requests a minute of one account; of a stranger's the test of the limit, of ours all others together have fewer."""
ROUNDS = 8
NEW = Tenant(account_id=TENANT.account_id, org_id=TENANT.org_id, app_id="st-new")
SCOPES = frozenset({"Quality AI", "conversations:write", "assist:write"})


class Server(NamedTuple):
    """Where it listens, and what a client of it says of itself."""

    url: str
    headers: dict[str, str]

    def request(self, method: str, path: str, **given: Any) -> httpx.Response:
        """Ask over a connection of its own, which any process that listens there may take."""
        with httpx.Client(verify=False, timeout=PATIENCE_S, headers=self.headers) as http:  # noqa: S501  (it is plain HTTP)
            return http.request(method, self.url + path, **given)

    def page(self, app: str = TENANT.app_id) -> httpx.Response:
        """The first page of a day."""
        return self.request("POST", PATH.replace("{app}", app), json={**DAY, "limit": 100})

    def of(self, headers: dict[str, str]) -> "Server":
        """The same for another client."""
        return self._replace(headers=headers)


@dataclass(frozen=True)
class Scene:
    """``auscult serve --processes 2``, its process, and another server on the same database."""

    store: Store
    process: subprocess.Popen[str]
    pair: Server
    other: Server


@pytest.fixture(scope="module")
def scene(place: Place) -> Iterator[Scene]:
    """Both servers on a new database, once of each kind."""
    settings = read_settings({}, database_url=place.url, state_dir=str(place.folder), rate_limit=LIMIT)
    with bootstrap.open(settings) as application, program(place.url, place.folder) as (process, address):
        for tenant in (TENANT, STRANGER):
            application.store.ensure(tenant)
        headers = client_of(application.store, TENANT, NEW)
        with listening(application.server_app()) as here:
            yield Scene(application.store, process, Server(address, headers), Server(here, headers))


@contextmanager
def program(url: str, folder: Path, **settings: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """``auscult serve`` with two processes and a worker, until the end of the block."""
    told = environment(
        **{"AUSCULT_STATE_DIR": str(folder), "AUSCULT_RATE_LIMIT": str(LIMIT), "AUSCULT_POLL_MS": "20"} | settings
    )
    with subprocess.Popen(  # noqa: S603  (our own program)
        [str(AUSCULT), "serve", "--database", url, "--processes", "2", "--port", "0"],
        stdout=subprocess.PIPE,
        env=told,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            assert process.stdout
            yield process, process.stdout.readline().split()[2]
        finally:
            for pid in members(process.pid):
                os.kill(pid, signal.SIGKILL)


def client_of(store: Store, *tenants: Tenant) -> dict[str, str]:
    """Headers of a new client that may do everything with these apps."""
    client = Client(
        client_id=new_client_id(),
        secret=new_client_secret(),
        account_id=tenants[0].account_id,
        app_ids=frozenset(tenant.app_id for tenant in tenants),
        scopes=SCOPES,
        created_at=datetime.now(UTC),
    )
    store.clients.add(client)
    token = jwt.encode({"appId": client.client_id}, client.secret, algorithm="HS256")
    return {"auth": token, "accountId": client.account_id, "orgId": tenants[0].org_id, "iId": tenants[0].app_id}


def members(session: int) -> set[int]:
    """The processes of a session that have not ended."""
    found: set[int] = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] not in "ZX":
            found.add(int(path.parent.name))
    return found


def serving(scene: Scene) -> set[int]:
    """The processes of the pair that hold its port open, without the one that started them."""
    port = f":{int(scene.pair.url.rpartition(':')[2]):04X}"
    lines = [line.split() for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]]
    (socket,) = {f"socket:[{line[9]}]" for line in lines if line[1].endswith(port) and line[3] == "0A"}

    def holds(pid: int) -> bool:
        try:
            return any(str(each.readlink()) == socket for each in Path(f"/proc/{pid}/fd").iterdir())
        except OSError:
            return False

    return {pid for pid in members(scene.process.pid) if holds(pid)} - {scene.process.pid}


def rows(answer: httpx.Response) -> list[str]:
    """The conversations of a page."""
    assert answer.status_code == 200, answer.text
    found = answer.json()
    names = [row["conversationId"] for row in found["results"]]
    assert len(names) == found["totalResults"]
    return names


def test_what_one_takes_in_every_one_shows_at_once(scene: Scene) -> None:
    """A page that is read after a write was answered has it, whichever process took the write and whichever is asked."""
    pair, other = scene.pair, scene.other
    known: list[str] = []
    for n in range(ROUNDS):
        known.append(f"c-{n:02}")
        document = conversation(known[-1], started_at="2025-02-21T10:17:54Z", ended_at="2025-02-21T10:18:34Z")
        taken = (pair, other)[n % 2].request("POST", "/api/v1/conversations?wait=60", json=document)
        assert taken.status_code == 200, taken.text
        assert [rows(reader.page()) for reader in (pair, pair, other)] == [known] * 3
    assert other.request("DELETE", "/api/v1/conversations/c-00").status_code == 204
    assert rows(pair.page()) == rows(other.page()) == known[1:]


def test_an_app_that_is_made_is_there_at_once(scene: Scene) -> None:
    """Though every process was asked for it before, when it was not there."""
    assert {scene.pair.page(NEW.app_id).status_code for _ in range(4)} == {401}
    scene.store.ensure(NEW)
    assert {scene.pair.page(NEW.app_id).status_code for _ in range(4)} == {200}


def test_what_an_app_chose_holds_everywhere_at_once(scene: Scene) -> None:
    """Settings that one process was given are those of the others with the next request."""
    path = "/api/v1/live/settings"
    for n in range(1, ROUNDS):
        to, of = (scene.pair, scene.other) if n % 2 else (scene.other, scene.pair)
        assert of.request("GET", path).json()["idle_after_s"] != 600 + n
        assert to.request("PUT", path, json={"idle_after_s": 600 + n}).status_code == 200
        assert {of.request("GET", path).json()["idle_after_s"] for _ in range(2)} == {600 + n}


def test_a_stream_hears_what_another_process_took_in(scene: Scene) -> None:
    """Events that come in by one process reach listeners at every other, in order."""
    pair, other = scene.pair, scene.other
    heard_of = threading.Semaphore(0)

    def say(server: Server, **body: Any) -> None:
        path = f"/agentassist/api/v1/hooks/{TENANT.app_id}"
        assert server.request("POST", path, json={"conversationId": "l-1", **body}).status_code == 200

    def listen(server: Server) -> list[str]:
        address = f"{server.url}/api/v1/live/conversations/l-1/stream"
        with httpx.stream("GET", address, headers=server.headers, timeout=PATIENCE_S) as stream:
            lines = stream.iter_lines()
            assert next(lines) == ": listening"
            heard_of.release()
            return [line.partition('"text":"')[2][:6] for line in lines if '"text":"word-' in line]

    say(pair, query="word-0", author={"type": "USER"})
    with ThreadPoolExecutor(5) as threads:
        heard = [threads.submit(listen, server) for server in (pair, pair, pair, pair, other)]
        for _ in heard:
            assert heard_of.acquire(timeout=PATIENCE_S)
        for n in range(1, 5):
            say((pair, other)[n % 2], query=f"word-{n}", author={"type": "USER"})
        say(other, events=[{"name": "END_OF_CONVERSATION", "reason": "over"}])
        for each in heard:  # what changes is told again, so words come more than once
            assert list(dict.fromkeys(each.result(timeout=PATIENCE_S))) == [f"word-{n}" for n in range(5)]


def test_a_limit_is_exact_over_processes(scene: Scene) -> None:
    """Eight clients at once, two processes on one port and a third beside: exactly the limit is answered."""
    theirs = client_of(scene.store, STRANGER)
    pair, other = scene.pair.of(theirs), scene.other.of(theirs)
    with ThreadPoolExecutor(8) as threads:
        ask = [(pair, pair, other)[n % 3] for n in range(LIMIT + 30)]
        answers = list(threads.map(lambda server: server.page(STRANGER.app_id), ask))
    assert Counter(answer.status_code for answer in answers) == {200: LIMIT, 429: 30}
    remaining = sorted(int(each.headers["ratelimit-remaining"]) for each in answers if each.status_code == 200)
    assert remaining == list(range(LIMIT))


def test_one_that_is_killed_is_followed_by_another_and_all_end_together(scene: Scene) -> None:
    """The port goes on answering; told to end, or with the one that started them killed, nobody stays behind."""
    how = signal.SIGKILL if scene.store.is_embedded else signal.SIGTERM
    first = wait_for(lambda: serving(scene), lambda found: len(found) == 2)
    os.kill(min(first), signal.SIGKILL)
    assert scene.pair.page().status_code == 200
    wait_until(lambda: len(serving(scene) - first) == 1)
    assert scene.pair.page().status_code == 200
    scene.process.send_signal(how)
    wait_until(lambda: not members(scene.process.pid))
    assert scene.process.wait() == (0 if how == signal.SIGTERM else -how)
