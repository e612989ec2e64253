"""Rows of every kind in the first report (rules 4, 19, 20 and 24), on a real server, through a real load."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from auscult.domain.tenancy import Tenant
from tests.data_files import data_of
from tests.e2e.serving import TENANT, Service, load

MANY = Tenant(account_id=TENANT.account_id, org_id=TENANT.org_id, app_id="st-many")
FORM = data_of(__file__, "form").encode()
START = datetime(2026, 3, 23, 10, tzinfo=UTC)
COUNT = 250


def document(number: int) -> dict[str, Any]:
    """A conversation: every tenth is short, every tenth of unknown duration; several share each start."""
    whole = {"ended_at": (START + timedelta(minutes=number // 3 + 5)).isoformat()}
    return {
        "id": f"c-{number:04}",
        "channel": "voice" if number % 5 else "chat",
        "direction": "outbound" if number % 4 == 0 else "inbound",
        "started_at": (START + timedelta(minutes=number // 3)).isoformat(),
        "queues": [{"id": f"qu-{number % 3}", "name": f"Queue {number % 3}"}],
        "custom_fields": {"plan": "gold" if number % 2 else "basic", "tier": number % 7},
        "turns": [{"id": "m1", "speaker": "agent", "text": "Hello."}],
        **({} if number % 10 == 1 else {"ended_at": document_end(number, 10)} if number % 10 == 2 else whole),
    }


def document_end(number: int, seconds: int) -> str:
    """The end of a conversation that lasts so long."""
    return (START + timedelta(minutes=number // 3, seconds=seconds)).isoformat()


def is_listed(number: int) -> bool:
    """Whether a conversation is listed unless more is asked for: chats have no form, short calls are left out."""
    return number % 10 not in (1, 2)


@pytest.fixture(scope="module")
def many(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Service:
    """The server, with many conversations in an app of their own."""
    service.store.ensure(MANY)
    service.store.within(MANY).forms.publish("ef-many", FORM)
    file: Path = tmp_path_factory.mktemp("many") / "many.ndjson"
    file.write_bytes(msgspec.json.Encoder().encode_lines([document(number) for number in range(COUNT)]))
    assert load(service, MANY, file) == COUNT
    service.client = service.new_client(tenant=MANY)
    return service


def ask(service: Service, **body: Any) -> dict[str, Any]:
    """A page of the app with many conversations."""
    answer = service.ask({"startDate": "2026-03-23", "endDate": "2026-03-23", **body}, app=MANY.app_id)
    assert answer.status_code == 200, answer.text
    return answer.json()


def everything(service: Service, **body: Any) -> list[str]:
    """All ids, by cursor; what the totals promise is what comes."""
    read, cursor, total = list[str](), "", 0
    while cursor is not None:
        page = ask(service, cursor=cursor, limit=37, **body)
        read += [row["conversationId"] for row in page["results"]]
        cursor, total = page["nextCursor"], page["totalResults"]
    assert len(read) == total
    return read


FILTERS: dict[str, tuple[dict[str, Any], Any]] = {
    "none": ({}, is_listed),
    "below": ({"include_below_threshold": True}, lambda _: True),
    "voice": ({"channels": ["voice"]}, lambda n: is_listed(n) and n % 5),
    "outbound": ({"contact_direction": "outbound"}, lambda n: is_listed(n) and n % 4 == 0),
    "queue id": ({"queues": ["qu-1"]}, lambda n: is_listed(n) and n % 3 == 1),
    "queue names": ({"queues": ["Queue 0", "Queue 2"]}, lambda n: is_listed(n) and n % 3 != 1),
    "field": ({"custom_fields": {"plan": "gold"}}, lambda n: is_listed(n) and n % 2),
    "fields": (
        {"custom_fields": {"plan": "gold", "tier": 3}, "include_below_threshold": True},
        lambda n: n % 2 and n % 7 == 3,
    ),
    "all at once": (
        {"custom_fields": {"plan": "basic"}, "queues": ["qu-0"], "channels": ["chat"], "contact_direction": "outbound"},
        lambda n: is_listed(n) and n % 2 == 0 and n % 3 == 0 and n % 5 == 0 and n % 4 == 0,
    ),
}


@pytest.mark.parametrize("name", list(FILTERS))
def test_filters(many: Service, name: str) -> None:
    """Rules 20 and 24: what each filter keeps, in order of start, then id, and by pages the same."""
    body, keeps = FILTERS[name]
    expected = [f"c-{number:04}" for number in range(COUNT) if keeps(number)]
    assert everything(many, **body) == expected
    paged: list[str] = []
    for page in range(1, -(-len(expected) // 100) + 1):
        answer = ask(many, limit=100, page=page, **body)
        assert answer["totalResults"] == len(expected)
        assert answer["hasMore"] is (page * 100 < len(expected))
        paged += [row["conversationId"] for row in answer["results"]]
    assert paged == expected


def test_rows_of_every_status(many: Service) -> None:
    """Rules 4 and 24: scored, without a form, too short, and of unknown duration are told apart by their keys."""
    rows = {row["conversationId"]: row for row in ask(many, include_below_threshold=True)["results"]}
    assert rows["c-0003"]["koreEvalutionScore"] == 100
    assert rows["c-0003"]["Metrics"][0]["Qualification"] == "YES"
    assert "koreEvalutionScore" not in rows["c-0005"]
    assert rows["c-0005"]["Metrics"] == []
    for short in ("c-0002", "c-0011"):
        assert rows[short]["koreEvalutionScore"] is None
        assert "Qualification" not in rows[short]["Metrics"][0]
