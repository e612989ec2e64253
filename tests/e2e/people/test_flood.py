"""Sign-in while strangers flood it with unknown e-mail addresses, from one network address and from twenty."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.databases import database
from tests.e2e.own import problem
from tests.e2e.people.signing_in import Browser, add
from tests.e2e.serving import GOLDEN_SAMPLE, Service, serving
from tests.waiting import PATIENCE_S, wait_until

CONNECTIONS = 60
"""As many as this process can run beside the server; ``bench.sign_in`` measures 200."""


@pytest.fixture(params=["sqlite", "postgresql"])
def service(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Service]:
    """A server of its own for each test, on each kind of database."""
    server = request.getfixturevalue("postgresql_server") if request.param == "postgresql" else ""
    with database(request.param, server, tmp_path, content=GOLDEN_SAMPLE) as url, serving(url) as served:
        yield served


class Flood:
    """Connections that try unknown names one after the other, and their answers."""

    def __init__(self, service: Service, addresses: list[str]) -> None:
        """Begin."""
        self.answers: Counter[int] = Counter()
        self.without_time: list[int] = []
        self._service = service
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._try, args=(addresses[at % len(addresses)], at)) for at in range(CONNECTIONS)
        ]
        for each in self._threads:
            each.start()

    def _try(self, address: str, number: int) -> None:
        transport = httpx.HTTPTransport(local_address=address)
        with httpx.Client(transport=transport, timeout=PATIENCE_S) as http:
            n = 0
            while not self._stop.is_set():
                n += 1
                body = {"email": f"nobody-{number}-{n}@example.com", "password": "wrong"}
                headers = {"Origin": self._service.url}
                answer = http.post(f"{self._service.url}/api/v1/session", json=body, headers=headers)
                self.answers[answer.status_code] += 1
                if answer.status_code in (429, 503) and int(answer.headers["retry-after"]) < 1:
                    self.without_time.append(answer.status_code)

    def end(self) -> None:
        """Stop, and wait for the last answers."""
        self._stop.set()
        for each in self._threads:
            each.join()


@contextmanager
def flooding(service: Service, addresses: list[str]) -> Iterator[Flood]:
    """A flood that has begun to be refused."""
    flood = Flood(service, addresses)
    try:
        wait_until(lambda: flood.answers[429] + flood.answers[503] > 0)
        yield flood
    finally:
        flood.end()


def from_address(service: Service, address: str) -> Service:
    """The same server, asked from another network address."""
    http = httpx.Client(transport=httpx.HTTPTransport(local_address=address), timeout=PATIENCE_S)
    return Service(service.url, service.application, http)


@pytest.mark.night
@pytest.mark.parametrize("sources", [1, 20])
def test_a_flood_holds_up_neither_others_nor_browsers_that_are_known_there(service: Service, sources: int) -> None:
    """The right password signs in at once from elsewhere, and in a known browser from the flood's own address."""
    addresses = [f"127.0.1.{at + 1}" for at in range(sources)]
    email = add(service, "ann", "auditor")
    inside, outside = from_address(service, addresses[0]), from_address(service, "127.0.2.1")
    known = Browser(inside, email)
    known.ask("DELETE", "/session")
    with flooding(service, addresses) as flood:
        assert Browser(outside).sign_in(email).status_code == 204
        assert known.sign_in(email).status_code == 204
        wait_until(lambda: flood.answers[429] + flood.answers[503] > 3 * CONNECTIONS)
        assert known.sign_in(email).status_code == 204
        assert Browser(outside).sign_in(email).status_code == 204
        assert Browser(inside).sign_in(email).status_code in {429, 503}
    assert set(flood.answers) <= {401, 429, 503}
    assert flood.answers[401] <= 21 * sources
    assert flood.without_time == []
    for each in (inside, outside):
        each.http.close()


@pytest.mark.night
def test_the_console_refuses_with_a_time_too(service: Service) -> None:
    """The page of the console counts with the API, and states the time."""
    for at in range(20):
        problem(Browser(service).sign_in(f"nobody-{at}@example.com"), 401, "sign_in.refused")
    answer = service.http.post(
        f"{service.url}/console/sign-in",
        data={"email": "ann@example.com", "password": "x"},
        headers={"Origin": service.url},
    )
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert "Too many tries" in answer.text
