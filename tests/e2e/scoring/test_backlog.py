"""Back pressure on those who send conversations: refused before they are read, and never what is live."""

import itertools
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest

from auscult.formats.native import write
from tests.databases import database
from tests.e2e.own import Own, problem
from tests.e2e.server.test_processes import program
from tests.e2e.serving import GOLDEN_SAMPLE, TENANT, Service, serving, work
from tests.integration.working import conversation
from tests.waiting import PATIENCE_S, wait_until

pytestmark = pytest.mark.landing

MOST = 3


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Own]:
    """A client of a server on which few may wait, with as many waiting; nobody works."""
    with (
        database("sqlite", "", tmp_path, content=GOLDEN_SAMPLE) as url,
        serving(url, state_dir=str(tmp_path), backlog=MOST) as service,
    ):
        app = service.store.within(TENANT)
        app.conversations.accept([conversation(f"w-{n}") for n in range(MOST)])
        yield Own(service, service.new_client("conversations:write", "assist:write"))


def lines(*names: str) -> bytes:
    """Conversations as NDJSON."""
    return b"\n".join(write(conversation(name)) for name in names)


def stored(service: Service, name: str) -> bool:
    """Whether a conversation is."""
    return service.store.within(TENANT).conversations.get(name) is not None


def test_bulk_is_refused_and_one_alone_is_not(own: Own) -> None:
    """503 with when to come again, nothing taken; a conversation that comes alone has a room of its own, to its end."""
    refused = own.ask("POST", "/conversations", lines("c-1", "c-2"))
    problem(refused, 503, "backlog.full")
    assert refused.headers["retry-after"] == "10"
    assert not stored(own.service, "c-1")
    for n in range(MOST):
        assert own.ask("POST", "/conversations", lines(f"alone-{n}")).status_code == 202
    waiting = own.service.store.batches.waiting(priority="live")
    assert [one.size for one in waiting] == [1] * MOST


def test_a_long_body_is_refused_before_it_is_sent(own: Own) -> None:
    """The answer comes while not a byte of the body has."""
    host, _, port = own.service.url.removeprefix("http://").partition(":")
    head = (
        "POST /api/v1/conversations HTTP/1.1",
        f"Host: {host}",
        f"Authorization: Bearer {own.service.token(own.client)}",
        "Content-Length: 50000000",
    )
    with socket.create_connection((host, int(port)), timeout=PATIENCE_S) as connection:
        connection.sendall("\r\n".join([*head, "", ""]).encode())
        assert connection.recv(64).startswith(b"HTTP/1.1 503")


def test_the_hook_takes_what_is_live(own: Own) -> None:
    """A backfill is no reason to lose a message."""
    path = f"{own.service.url}/agentassist/api/v1/hooks/{TENANT.app_id}"
    said = {"conversationId": "c-hook", "query": "hello", "author": {"type": "USER"}, "experience": "chat"}
    headers = {"token": own.service.token(own.client), "Content-Type": "application/json"}
    answer = own.service.http.post(path, content=msgspec.json.encode(said), headers=headers)
    assert (answer.status_code, answer.json()) == (200, {"STATUS": "OK"})


@pytest.mark.night
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_every_process_refuses_what_is_too_much(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Two processes on one port and a server beside, whichever is asked; all take again when it is done.

    Each counts what all of them took once a second, so together they take no more than each may alone.
    """
    server = request.getfixturevalue("postgresql_server") if kind == "postgresql" else ""
    told = {"AUSCULT_BACKLOG": str(MOST), "AUSCULT_WORKERS": "0", "AUSCULT_RATE_LIMIT": "0"}
    with (
        database(kind, server, tmp_path, content=GOLDEN_SAMPLE) as url,
        serving(url, state_dir=str(tmp_path), backlog=MOST, rate_limit=0) as here,
        program(url, tmp_path, **told) as (_, there),
    ):
        headers = {"auth": here.token(here.new_client("conversations:write"))}
        numbers = itertools.count()

        def send(address: str) -> httpx.Response:
            """Two conversations, over a connection of their own, which either of the two may take."""
            body = lines(*(f"c-{next(numbers)}" for _ in range(2)))
            return httpx.post(f"{address}/api/v1/conversations", content=body, headers=headers, timeout=PATIENCE_S)

        answers = [send((there, there, here.url)[n % 3]) for n in range(30)]
        taken = [answer for answer in answers if answer.status_code == 202]
        refused = [answer for answer in answers if answer.status_code == 503]
        assert len(taken) + len(refused) == len(answers)
        assert MOST <= 2 * len(taken) <= 3 * (MOST + 1)
        assert {answer.headers["retry-after"] for answer in refused} == {"10"}
        assert here.store.batches.backlog().backfill == 2 * len(taken)
        work(here)
        for address in (here.url, there):
            wait_until(lambda address=address: send(address).status_code == 202)
