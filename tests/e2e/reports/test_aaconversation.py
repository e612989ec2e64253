"""Assist conversations on a real server, through a real load: sample aaconversation, its flags, and a client as its page says."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from auscult.domain.tenancy import Tenant
from tests.data_files import data_of
from tests.e2e.serving import GOLDEN, STRANGER, TENANT, Service, load, told
from tests.golden.reports.test_aaconversation import TENANT as SEED
from tests.waiting import PATIENCE_S

ASSIST = Tenant(account_id=TENANT.account_id, org_id=TENANT.org_id, app_id="st-assist")
PATH = "/agentassist/api/v1/public/{app}/aaconversation"
SAMPLE: dict[str, Any] = msgspec.json.decode((GOLDEN / "aaconversation.response.json").read_bytes())
FLAGS = ("includeHistory", "includeAgenticHistory", "includeFeedback", "includeSummary")
START = datetime(2026, 6, 1, tzinfo=UTC)
COUNT = 90


def document(number: int) -> dict[str, Any]:
    """A conversation every two hours; every third has no assistant's part."""
    summary = {"id": f"smr-{number}", "text": "x", "feedback": {"value": "like"}}
    assist = {"summaries": [summary], "suggestions": [{"request_id": f"aa-{number}", "text": "y"}]}
    return {
        "id": f"c-{number:03}",
        "channel": "chat",
        "started_at": (START + timedelta(hours=2 * number)).isoformat(),
        "turns": [{"speaker": "customer", "text": "hello"}],
        "assist": assist if number % 3 else None,
    }


@pytest.fixture(scope="module")
def assisted(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Service:
    """The server, with the seed's conversation in its own account, and many conversations in an app of ours."""
    for tenant in (SEED, ASSIST):
        service.store.ensure(tenant)
    file: Path = tmp_path_factory.mktemp("assisted") / "assisted.ndjson"
    file.write_bytes(msgspec.json.Encoder().encode_lines([document(number) for number in range(COUNT)]))
    assert load(service, ASSIST, file) == COUNT
    assert load(service, SEED, GOLDEN / "aaconversation.conversations.ndjson") == 1
    return service


def headers_of(service: Service, tenant: Tenant) -> dict[str, str]:
    """Headers as the page shows them, for a client of this app."""
    client = service.new_client("AgentAssist Analytics", tenant=tenant)
    return {"accountId": tenant.account_id, "auth": service.token(client), "Content-Type": "application/json"}


@pytest.fixture(scope="module")
def seed_headers(assisted: Service) -> dict[str, str]:
    """Headers that read the seed's conversation."""
    return headers_of(assisted, SEED)


def ask(service: Service, headers: dict[str, str], app: str = SEED.app_id, **body: Any) -> httpx.Response:
    """One request of the page."""
    days = {"from": "2026-06-07", "to": "2026-06-07"}
    return service.ask({**days, **body}, path=PATH, app=app, headers=headers)


def test_the_sample_comes_back(assisted: Service, seed_headers: dict[str, str]) -> None:
    """Sample aaconversation: byte for byte, with the totals of the one conversation that is there."""
    answer = ask(assisted, seed_headers, page=1, limit=20, **dict.fromkeys(FLAGS, True))
    assert answer.content == msgspec.json.encode({**SAMPLE, "totalResults": 1})


def test_without_flags_little_is_shown(assisted: Service, seed_headers: dict[str, str]) -> None:
    """Rule 25: all flags default to false."""
    (row,) = ask(assisted, seed_headers).json()["results"]
    assert list(row) == [
        "_id", "convId", "botId", "isExtAD", "startTime", "mbSessionId", "mbUserId", "experience",
    ]  # fmt: skip


def test_who_may_read(assisted: Service, seed_headers: dict[str, str]) -> None:
    """Rules 15 and 16: the account's header must be there; the app is the one in the path."""
    without = {name: value for name, value in seed_headers.items() if name != "accountId"}
    assert told(ask(assisted, without))["field"] == "accountId"
    for headers, app in (
        ({**seed_headers, "accountId": STRANGER.account_id}, SEED.app_id),
        (seed_headers, ASSIST.app_id),
        (seed_headers, "st-nowhere"),
    ):
        answer = ask(assisted, headers, app)
        assert (answer.status_code, told(answer)["reason"]) == (401, "tenant.unknown")
    other = assisted.token(assisted.new_client("SmartAssist Analytics", tenant=SEED))
    assert told(ask(assisted, {**seed_headers, "auth": other}))["reason"] == "scope.missing"


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2026-06-01", "2026-06-01", range(12)),
        ("2026-06-02", "2026-06-03", range(12, 36)),
        ("2026-06-01", "2026-06-07", range(84)),
        ("2026-06-08", "2026-06-08", range(84, 90)),
        ("2026-05-31", "2026-05-31", range(0)),
    ],
)
def test_days_are_whole_and_in_utc(assisted: Service, first: str, last: str, expected: range) -> None:
    """Rule 21: inclusive; and only conversations with an assistant's part are listed."""
    found: list[str] = []
    cursor = ""
    while cursor is not None:
        body = {"from": first, "to": last, "limit": 17, "cursor": cursor}
        page = ask(assisted, headers_of(assisted, ASSIST), ASSIST.app_id, **body).json()
        found += [row["convId"] for row in page["results"]]
        cursor = page["nextCursor"]
    assert found == [f"c-{number:03}" for number in expected if number % 3]


@pytest.mark.parametrize(("given", "expected"), data_of(__file__, "only_the_conversations_that_are_named"))
def test_only_the_conversations_that_are_named(assisted: Service, given: list[str], expected: list[str]) -> None:
    """W: the filter is obeyed, in rows and totals; c-003 is there without an assistant's part."""
    answer = ask(
        assisted, headers_of(assisted, ASSIST), ASSIST.app_id, **{"from": "2026-06-01", "conversationIds": given}
    )
    page = answer.json()
    assert ([row["convId"] for row in page["results"]], page["totalResults"]) == (expected, len(expected))
    assert not page["hasMore"]


def test_named_conversations_in_pages(assisted: Service) -> None:
    """Rule 20: pages and cursors go on among the conversations that are named."""
    headers, ids = headers_of(assisted, ASSIST), [f"c-{number:03}" for number in (80, 1, 2, 7, 8)]
    body = {"from": "2026-06-01", "conversationIds": ids, "limit": 2}
    by_page = [ask(assisted, headers, ASSIST.app_id, **body, page=page).json() for page in (1, 2, 3)]
    assert [len(page["results"]) for page in by_page] == [2, 2, 1]
    found, cursor = [], ""
    while cursor is not None:
        page = ask(assisted, headers, ASSIST.app_id, **body, cursor=cursor).json()
        found += page["results"]
        cursor = page["nextCursor"]
    assert found == [row for page in by_page for row in page["results"]]
    assert [row["convId"] for row in found] == sorted(ids)


@pytest.mark.parametrize(
    "given", ["aa-2", "", None, False, True, 2, {}, {"$in": ["c-1"]}, [2], [None], [["c-1"]], ["a\0"]]
)
def test_a_filter_that_is_not_understood_is_refused(
    assisted: Service, seed_headers: dict[str, str], given: object
) -> None:
    """W: anything but an array of texts is a 400 that names the field, never everybody's conversations."""
    answer = ask(assisted, seed_headers, conversationIds=given)
    told_of = told(answer)
    assert (answer.status_code, told_of["reason"]) == (400, "field.wrong_type")
    assert told_of["field"].partition("[")[0] == "conversationIds"
    assert "array of ids of conversations" in told_of["msg"]


def pull(url: str, headers: dict[str, str]) -> Iterator[dict[str, Any]]:
    """A client as an outsider would write it from the page: page by page, while there is more."""
    page = 1
    while True:
        body = {"from": "2026-06-01", "to": "2026-06-07", "page": page, "limit": 20, "includeSummary": True}
        answer = httpx.post(
            f"{url}{PATH.replace('{app}', ASSIST.app_id)}", headers=headers, json=body, timeout=PATIENCE_S
        )
        told_of = answer.json()
        assert told_of["skip"] == (page - 1) * 20
        assert (told_of["limit"], told_of["totalPages"], told_of["totalResults"]) == (20, 3, 56)
        yield from told_of["results"]
        if not told_of["hasMore"]:
            assert page == told_of["totalPages"]
            return
        page += 1


def test_a_client_of_the_page_reads_everything_once(assisted: Service) -> None:
    """Rule 20: pages partition the result, and say how many they are."""
    rows = list(pull(assisted.url, headers_of(assisted, ASSIST)))
    numbers = [number for number in range(84) if number % 3]
    assert [row["convId"] for row in rows] == [f"c-{number:03}" for number in numbers]
    assert [row["summaries"] for row in rows] == [
        [
            {
                "summaryId": f"smr-{number}",
                "participant": {"type": "agent", "startTime": [], "endTime": []},
                "summary": "x",
            }
        ]
        for number in numbers
    ]


@pytest.mark.parametrize(("body", "reason"), data_of(__file__, "wrong_requests"))
def test_wrong_requests(assisted: Service, seed_headers: dict[str, str], body: dict[str, Any], reason: str) -> None:
    """Rules 17, 19 and 21."""
    answer = ask(assisted, seed_headers, **body)
    assert (answer.status_code, told(answer)["reason"]) == (400, reason)
