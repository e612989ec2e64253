"""Call details on a real server, through a real load: sample calldetails, its paths and headers, and a client as its page says."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from auscult.domain.tenancy import Client, Tenant
from tests.data_files import data_of
from tests.e2e.serving import GOLDEN, STRANGER, TENANT, Service, load, told
from tests.golden.reports.test_calldetails import TENANT as SEED
from tests.waiting import PATIENCE_S

CALLS = Tenant(account_id=TENANT.account_id, org_id=TENANT.org_id, app_id="st-calls")
PATH = "/agentassist/api/public/analytics/account/{account}/v2/calldetails"
SAMPLE: dict[str, Any] = msgspec.json.decode((GOLDEN / "calldetails.response.json").read_bytes())
ROWS = [{**row, "appId": SEED.app_id} for row in sorted(SAMPLE["data"], key=lambda row: row["sessionStartTime"])]
RANGE = {"startDate": "2024-09-24 07:20:15", "endDate": "2024-09-27 18:20:15"}
START = datetime(2026, 3, 23, 10, tzinfo=UTC)
COUNT = 250
CHANNELS = ("campaign", None, "rtm", "voice")


def document(number: int) -> dict[str, Any]:
    """A contact: of several channels, directions and queues, some told by the contact alone; some with a bot only."""
    channel = CHANNELS[number % 4]
    queue = {"queue_id": f"qu-{number % 3}", "queue_name": f"Queue {number % 3}"}
    return {
        "id": f"c-{number:04}",
        "channel": "chat" if number % 4 in (1, 2) else "voice",
        "source": "rtm",
        "direction": "outbound" if number % 5 == 0 else "inbound",
        "started_at": (START + timedelta(minutes=number // 3)).isoformat(),
        **({"queues": [{"id": queue["queue_id"], "name": queue["queue_name"]}]} if channel is None else {}),
        "contact": {
            "session_id": f"s-{number:04}",
            "channel": channel,
            "is_bot_only": number % 50 == 49,
            "destinations": None if channel is None else [queue],
        },
    }


@pytest.fixture(scope="module")
def calls(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Service:
    """The server, with the seed's contacts in their own account, and many contacts in an app of ours."""
    for tenant in (SEED, CALLS):
        service.store.ensure(tenant)
    file: Path = tmp_path_factory.mktemp("calls") / "calls.ndjson"
    file.write_bytes(msgspec.json.Encoder().encode_lines([document(number) for number in range(COUNT)]))
    assert load(service, CALLS, file) == COUNT
    assert load(service, SEED, GOLDEN / "calldetails.conversations.ndjson") == len(ROWS)
    return service


def headers_of(service: Service, tenant: Tenant, **changed: str | None) -> dict[str, str]:
    """Headers as the page shows them, in small letters, for a client of this app."""
    client = service.new_client("SmartAssist Analytics", tenant=tenant)
    given = {
        "accept": "application/json",
        "accountid": tenant.account_id,
        "app-language": "en",
        "content-type": "application/json;charset=UTF-8",
        "referer": "smartassist",
        "auth": service.token(client),
        "iid": tenant.app_id,
        **changed,
    }
    return {name: value for name, value in given.items() if value is not None}


@pytest.fixture(scope="module")
def seed_headers(calls: Service) -> dict[str, str]:
    """Headers that read the seed's contacts."""
    return headers_of(calls, SEED)


def ask(
    service: Service,
    headers: dict[str, str],
    path: str = PATH,
    account: str = SEED.account_id,
    **body: Any,
) -> httpx.Response:
    """One request of the page."""
    return service.ask({**RANGE, **body}, path=path.replace("{account}", account), headers=headers)


def test_the_sample_comes_back(calls: Service, seed_headers: dict[str, str]) -> None:
    """Rows equal the calldetails sample key by key, in order of start; `appId` is only in the table (rule 23)."""
    answer = ask(calls, seed_headers, timeZoneOffset=0)
    assert answer.content == msgspec.json.encode({"numResults": 3, "data": ROWS})


@pytest.mark.parametrize(
    "path",
    [
        PATH,
        "/agentassist/api/public/analytics/account/{account}/v2/callDetails?offset=0",
        "/agentassist/api/public/analytics/account/{account}/v2/interactionDetails?limit=100&offset=0",
        "//agentassist/api/public/analytics/account/{account}/V2/interactiondetails/",
    ],
)
def test_path_aliases(calls: Service, seed_headers: dict[str, str], path: str) -> None:
    """Rule 22."""
    assert ask(calls, seed_headers, path).json()["data"] == ROWS


def test_who_may_read(calls: Service, seed_headers: dict[str, str]) -> None:
    """Rules 15 and 16: the app is the iId header's, and must be there; account of path and header must agree."""
    assert ask(calls, {**seed_headers, "accountid": ""}).status_code == 200
    for name, value, reason in (
        ("iid", "", "header.missing"),
        ("iid", "st-1", "tenant.unknown"),
        ("iid", "st-nowhere", "tenant.unknown"),
        ("accountid", STRANGER.account_id, "tenant.unknown"),
        ("orgid", STRANGER.org_id, "tenant.unknown"),
    ):
        answer = ask(calls, {**seed_headers, name: value})
        assert (answer.status_code, told(answer)["reason"]) == (401, reason)
    assert told(ask(calls, seed_headers, account=TENANT.account_id))["reason"] == "tenant.unknown"
    elsewhere = calls.token(calls.new_client("Quality AI", "AgentAssist Analytics", tenant=SEED))
    assert told(ask(calls, {**seed_headers, "auth": elsewhere}))["msg"] == "Permission denied. Scope is incorrect!"


@pytest.mark.parametrize(("body", "indexes"), data_of(__file__, "times_in_zones"))
def test_times_in_zones(calls: Service, seed_headers: dict[str, str], body: dict[str, Any], indexes: list[int]) -> None:
    """Rule 21: India, New York in summer, Nepal, and a zone whose day begins in the middle of the sample."""
    found = ask(calls, seed_headers, **body).json()["data"]
    assert [row["sessionId"] for row in found] == [ROWS[index]["sessionId"] for index in indexes]
    by = timedelta(minutes=body.get("timeZoneOffset", body.get("timeZoneOffSet")))
    for row, index in zip(found, indexes, strict=True):
        utc = datetime.fromisoformat(ROWS[index]["sessionStartTime"])
        assert row["sessionStartTime"] == (utc - by).isoformat()


def numbers(service: Service, **body: Any) -> list[int]:
    """The contacts of our app that a request lists, by number, over all pages by cursor."""
    headers = headers_of(service, CALLS)
    found, cursor = list[int](), ""
    while cursor is not None:
        day = {"startDate": "2026-03-23", "endDate": "2026-03-23", "limit": 61, "cursor": cursor}
        answer = ask(service, headers, account=CALLS.account_id, **{**day, **body})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += [int(row["sessionId"][2:]) for row in page["data"]]
        cursor = page["nextCursor"]
    return found


FILTERS: dict[str, tuple[dict[str, Any], Callable[[int], bool]]] = {
    "none": ({}, lambda _: True),
    "the contact centre's word": ({"channels": ["Campaign"]}, lambda n: n % 4 == 0),
    "the conversation's channel": ({"channels": ["chat"]}, lambda n: n % 4 == 1),
    "the example of the page": ({"channels": ["rtm", "voice"]}, lambda n: n % 4 != 0),
    "queue id": ({"queues": ["qu-2"]}, lambda n: n % 3 == 2),
    "queue names": ({"queues": ["Queue 0", "queue 1"]}, lambda n: n % 3 != 2),
    "direction": ({"direction": "Outbound"}, lambda n: n % 5 == 0),
    "both directions": ({"direction": "Both"}, lambda _: True),
    "all at once": (
        {"direction": "Inbound", "queues": ["qu-1"], "channels": ["rtm"]},
        lambda n: n % 5 != 0 and n % 3 == 1 and n % 4 in (1, 2),
    ),
    "none of it": ({"queues": ["qu-9"]}, lambda _: False),
}


@pytest.mark.parametrize("name", list(FILTERS))
def test_filters(calls: Service, name: str) -> None:
    """Rule 24: channels by the contact centre's word, queues by id or name, wherever the contact was told of them."""
    body, keeps = FILTERS[name]
    assert numbers(calls, **body) == [number for number in range(COUNT) if keeps(number)]


def test_what_the_bot_closed_alone_is_listed_without_a_conversation(calls: Service) -> None:
    """Every conversation is a contact (rule 23)."""
    rows = list(pull(calls.url, calls.new_client("SmartAssist Analytics", tenant=CALLS), calls.token, print))
    assert [row["sessionId"] for row in rows if "conversationId" not in row] == [
        f"s-{number:04}" for number in range(49, COUNT, 50)
    ]


def pull(
    url: str, client: Client, token: Callable[[Client], str], sleep: Callable[[float], None]
) -> Iterator[dict[str, Any]]:
    """A client as an outsider would write it from the page: it steps `offset` by 100, and stops at empty `data`."""
    offset = 0
    headers = {
        "auth": token(client),
        "accountId": CALLS.account_id,
        "iId": CALLS.app_id,
        "content-type": "application/json;charset=UTF-8",
    }
    while True:
        answer = httpx.post(
            f"{url}/agentassist/api/public/analytics/account/{CALLS.account_id}/v2/interactionDetails",
            params={"offset": offset, "limit": 100},
            headers=headers,
            json={"startDate": "2026-03-23 00:00:00", "endDate": "2026-03-29 23:59:59", "timeZoneOffset": 0},
            timeout=PATIENCE_S,
        )
        if answer.status_code == 429:
            sleep(60)
            continue
        page = answer.json()
        if not page["data"]:
            return
        yield from page["data"]
        offset += 100


def test_a_client_of_the_page_reads_everything_once(calls: Service) -> None:
    """Rule 20: offset counts records, and the end is an empty page."""
    rows = list(pull(calls.url, calls.new_client("SmartAssist Analytics", tenant=CALLS), calls.token, print))
    assert [row["sessionId"] for row in rows] == [f"s-{number:04}" for number in range(COUNT)]


def test_the_query_string_wins(calls: Service) -> None:
    """Rule 20: over the body, field by field."""
    answer = ask(
        calls, headers_of(calls, CALLS), PATH + "?offset=5", CALLS.account_id,
        startDate="2026-03-23", endDate="2026-03-23", offset=100, limit=2,
    )  # fmt: skip
    page = answer.json()
    assert (page["numResults"], [row["sessionId"] for row in page["data"]]) == (2, ["s-0005", "s-0006"])


@pytest.mark.parametrize(("query", "body", "wrong"), data_of(__file__, "wrong_requests"))
def test_wrong_requests(
    calls: Service, seed_headers: dict[str, str], query: str, body: dict[str, Any], wrong: tuple[str, str]
) -> None:
    """Rules 17, 19 and 21: 400 with the field."""
    answer = ask(calls, seed_headers, PATH + query, **body)
    entry = told(answer)
    assert (answer.status_code, entry["reason"], entry["field"]) == (400, *wrong)
