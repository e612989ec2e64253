"""Each write of the log through every door that makes it: console, API, command and assistant record the same."""

import asyncio
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from auscult.domain.people.directory import DirectoryQueue
from auscult.server.console.privacy.log_words import ACTIONS
from tests.data_files import lines_of
from tests.databases import database
from tests.e2e.consoles import console, example, signed_in
from tests.e2e.people.signing_in import add
from tests.e2e.serving import KEY, TENANT, Service
from tests.integration.connectors.placing import document
from tests.integration.in_process import auscult

pytestmark = pytest.mark.landing
WRITES = [[part.strip() for part in line.split("|", 2)] for line in lines_of(Path(__file__).parent / "writes.txt")]


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """A console whose database the commands of this process open as well."""
    folder = tmp_path / "in"
    folder.mkdir()
    with (
        database("sqlite", "", tmp_path, content=example(1, 3)) as url,
        console(url, weeks=1, a_week=3, state_dir=str(tmp_path), connector_folders=str(folder)) as found,
    ):
        monkeypatch.setenv("AUSCULT_DATABASE_URL", url)
        monkeypatch.setenv("AUSCULT_SECRET_KEY", KEY)
        yield found


def named(service: Service, folder: Path) -> dict[str, str]:
    """Return what requests name: files of a folder, a user, a conversation and one of its turns."""
    files = {"document": document(f"folder:{folder / 'in'}", "two"), "markdown": b"# A\n\nB.\n", "agent": b"{}"}
    names = {"folder": str(folder / "in")}
    for name, content in files.items():
        names[name] = str(folder / f"{name}.md")
        Path(names[name]).write_bytes(content)
    add(service, "other", "auditor")
    service.store.within(TENANT).people.directory.put_queues([DirectoryQueue(queue_id="q-9", name="Nine")])
    found, other = (each.conversation for each in service.store.within(TENANT).conversations.rerender("", 2))
    user = service.store.people.users.by_email("other@example.com")
    assert user is not None
    turns = {"turn": other.turns[0].id, "other_turn": other.turns[1].id}
    return {**names, **turns, "user": user.user_id, "conversation": found.id, "other": other.id, "queue": "q-9"}


def through(door: str, request: str, service: Service, browser: httpx.Client, names: dict[str, str]) -> str:
    """Make a request through a door; return why it was refused. Ids that the API answers with are in `names`."""
    first, _, rest = request.partition(" ")
    if door == "console":
        done = browser.post(f"/console{first}", data=parse_qs(rest))
        return "" if done.status_code in (200, 201, 303) else done.text
    if door == "api":
        path, _, body = rest.partition(" ")
        kind = "application/json" if body.startswith("{") else "text/markdown"
        done = browser.request(first, f"/api/v1{path}", content=body or None, headers={"Content-Type": kind})
        names |= dict(re.findall(r'"(\w+_id)":"([^"]+)"', done.text))
        return "" if done.is_success else done.text
    if door == "command":
        result = auscult(*request.split())
        return result.err if result.status else ""
    token = browser.post("/api/v1/tokens", json={"name": "assistant", "days": 1}).json()["token"]
    return asyncio.run(assisted(service.url, token, first, json.loads(rest)))


async def assisted(url: str, token: str, tool: str, arguments: dict[str, Any]) -> str:
    """Call a tool as an assistant of the person with this token does; return why it was refused."""
    async with (
        httpx2.AsyncClient(headers={"Authorization": f"Bearer {token}"}) as http,
        Client(streamable_http_client(f"{url}/mcp", http_client=http)) as client,
    ):
        done = await client.call_tool(tool, arguments)
        return str(done) if done.is_error else ""


def test_every_door_records_the_same(service: Service, tmp_path: Path) -> None:
    """What a write leaves in the log does not depend on the door; every action of the log has a line or a reason."""
    log, names = service.store.log, named(service, tmp_path)
    doors: dict[str, set[str]] = defaultdict(set)
    wrong: list[tuple[str, str, list[str], str]] = []
    with signed_in(service, "administrator") as browser:
        for expected, door, request in WRITES:
            if door == "alone":
                doors |= {each: {door} for each in expected.split()}
                continue
            before = max((each.number for each in log.entries()), default=0)
            refused = through(
                door,
                re.sub(r"\{([a-z_.]+)\}", lambda found: names.get(found[1], found[0]), request),
                service,
                browser,
                names,
            )
            made = [each for each in log.entries(before) if each.action != "token.issued"]
            if refused or [each.action for each in made] != expected.split():
                wrong.append((door, request, [each.action for each in made], refused[:300]))
            for each in made:
                doors[each.action].add(door)
                names[each.action] = (each.target or "").partition(":")[2]
    assert not wrong, "\n".join(map(str, wrong))
    assert not set(ACTIONS) - set(doors), sorted(set(ACTIONS) - set(doors))
