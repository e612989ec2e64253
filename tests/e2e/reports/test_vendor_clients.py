"""Clients written for the vendor pull everything, with no more changed than the host (issue: a vendor's client works)."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import httpx
import msgspec
import pytest

from auscult import bootstrap
from auscult.config import Settings
from auscult.formats import Limits
from auscult.services.definitions.forms.reading import starter_documents
from auscult.services.scoring.intake.read import read_stream
from tests.databases import Place
from tests.e2e.reports.vendor_clients import AccountRawData, AssistConversations, CallDetails, RawData, ScoreReporting
from tests.e2e.serving import TENANT, Service, listening, process
from tests.waiting import PATIENCE_S

COUNT = 230
FIRST = datetime(2026, 3, 1, tzinfo=UTC)
STEP = timedelta(hours=2, seconds=17)
LAST = FIRST + STEP * (COUNT - 1)
SCOPES = ("Quality AI", "Quality Management", "SmartAssist Analytics", "AgentAssist Analytics")
LIMIT = 25
SHORT = {number for number in range(COUNT) if number % 10 == 3}
ASSISTED = {number for number in range(COUNT) if number % 4 == 0}


def document(number: int) -> dict[str, Any]:
    """A call of a minute, or of five seconds; every fourth one was assisted."""
    started = FIRST + STEP * number
    call: dict[str, Any] = {
        "id": f"c-{number:04}",
        "channel": "voice",
        "started_at": started.isoformat(),
        "ended_at": (started + timedelta(seconds=5 if number in SHORT else 60)).isoformat(),
        "turns": [{"speaker": "agent", "start_ms": 0, "end_ms": 900, "text": "Good morning, how can I help?"}],
    }
    return call | ({"assist": {}} if number in ASSISTED else {})


@pytest.fixture(scope="module")
def service(place: Place) -> Iterator[Service]:
    """A server with few requests a minute, so that every client meets its limit."""
    settings = Settings(database_url=place.url, state_dir=str(place.folder), rate_limit=LIMIT)
    with bootstrap.open(settings) as application:
        application.store.ensure(TENANT)
        application.store.within(TENANT).forms.publish("ef-starter-voice", starter_documents()["voice"])
        lines = b"\n".join(msgspec.json.encode(document(number)) for number in range(COUNT))
        process(application, read_stream(BytesIO(lines), TENANT.app_id, Limits()))
        with listening(application.server_app()) as address, httpx.Client(timeout=PATIENCE_S) as http:
            yield Service(address, application, http)


class Patience:
    """Sleeps as a client is told to, only quicker: the minute is over when it wakes up."""

    def __init__(self, service: Service) -> None:
        """Nobody has slept yet."""
        self._url = service.application.settings.database_url
        self.slept: list[float] = []

    def __call__(self, seconds: float) -> None:
        """Let the minute be over."""
        self.slept.append(seconds)
        if self._url.startswith("sqlite:///"):
            with closing(sqlite3.connect(self._url.removeprefix("sqlite:///") + "-limits")) as file, file:
                file.execute("DELETE FROM rate_windows")
        else:
            import psycopg  # noqa: PLC0415

            with psycopg.connect(self._url) as connection:
                connection.execute("DELETE FROM rate_windows")


@pytest.fixture
def patience(service: Service) -> Patience:
    """A new minute for every test."""
    fresh = Patience(service)
    fresh(0)
    fresh.slept.clear()
    return fresh


def headers(service: Service, **more: str) -> dict[str, str]:
    """Credentials as all five pages name them."""
    token = service.token(service.new_client(*SCOPES))
    return {"auth": token, "accountid": TENANT.account_id, "orgId": TENANT.org_id, **more}


def ids(numbers: set[int]) -> list[str]:
    """Ids in the order of start."""
    return [f"c-{number:04}" for number in sorted(numbers)]


EVERY = set(range(COUNT))


def test_call_details(service: Service, patience: Patience) -> None:
    """Sample calldetails: week after week, offset after offset, until data is empty; sleeping on 429."""
    for _ in range(LIMIT - 2):
        service.ask()
    client = CallDetails(service.url, headers(service, iid=TENANT.app_id, referer="smartassist"), patience)
    rows = list(client.pull(TENANT.account_id, FIRST, LAST))
    assert [row["conversationId"] for row in rows] == ids(EVERY)
    assert patience.slept == [60]


def test_score_reporting(service: Service, patience: Patience) -> None:
    """Sample scorereporting: those below the threshold are not in it."""
    client = ScoreReporting(service.url, headers(service), patience)
    rows = list(client.pull(TENANT.app_id, FIRST, LAST))
    assert [row["conversationId"] for row in rows] == ids(EVERY - SHORT)
    assert all(isinstance(row["koreEvalutionScore"], int) for row in rows)


def test_raw_data(service: Service, patience: Patience) -> None:
    """Sample rawdata: pages of ten, everything included, and a wait when the minute's requests are used up."""
    for _ in range(5):
        service.ask()
    client = RawData(service.url, headers(service), patience)
    rows = list(client.pull(TENANT.app_id, FIRST, LAST))
    assert [row["conversationId"] for row in rows] == ids(EVERY)
    assert patience.slept == [60]
    assert {row["duration_status"] for row in rows} == {"evaluated", "below_threshold"}


def test_account_raw_data(service: Service, patience: Patience) -> None:
    """Sample account_rawdata: its doubled slash, its misspelt end date, its own spelling of keys."""
    client = AccountRawData(service.url, headers(service, Iid=TENANT.app_id, **{"client-app": "unified"}), patience)
    rows = list(client.pull(TENANT.account_id, FIRST, LAST))
    assert [row["Conversation ID"] for row in rows] == ids(EVERY - SHORT)


def test_assist_conversations(service: Service, patience: Patience) -> None:
    """Sample aaconversation: days, pages of twenty, all flags."""
    client = AssistConversations(service.url, headers(service), patience)
    rows = list(client.pull(TENANT.app_id, FIRST.date(), LAST.date()))
    assert [row["convId"] for row in rows] == ids(ASSISTED)
    assert all(row["messages"] for row in rows)
