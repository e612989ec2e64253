"""Raw data in both of its spellings on a real server (rules 16, 19, 20 and 22 to 24), audits included."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from auscult.domain.tenancy import Client, Tenant
from tests.data_files import data_of
from tests.e2e.serving import TENANT, Service, load, told

ONE = Tenant(account_id=TENANT.account_id, org_id=TENANT.org_id, app_id="st-one")
TWO = Tenant(account_id=TENANT.account_id, org_id="o-elsewhere", app_id="st-two")
PATH = "/qualityai/api/v1/public/qualitymanagement/app/{app}/rawdata"
SAMPLE_PATH = "/api/v1/public/qualitymanagement/app/{app}/rawdata"
ACCOUNT_PATH = "/api/public/QualityManagement/account/acc-1/v1/RawData"
DAY = {"startDate": "2026-03-23", "endDate": "2026-03-23"}
START = datetime(2026, 3, 23, 10, tzinfo=UTC)
FORM = data_of(__file__, "form").encode()


def document(app: str, number: int) -> dict[str, Any]:
    """A conversation that starts at its minute; every sixth is too short, every fourth a chat without a form."""
    start = START + timedelta(minutes=number)
    return {
        "id": f"c-{number:02}-{app}",
        "channel": "chat" if number % 4 == 3 else "voice",
        "direction": "outbound" if number % 2 else "inbound",
        "source": "korevg",
        "started_at": start.isoformat(),
        "ended_at": (start + timedelta(seconds=10 if number % 6 == 5 else 60)).isoformat(),
        "queues": [{"id": f"qu-{number % 3}", "name": f"Queue {number % 3}"}],
        "custom_fields": {"plan": "gold" if number % 2 else "basic"},
        "turns": [{"id": "m1", "speaker": "agent", "start_ms": 0, "end_ms": 900, "text": "Hello."}],
    }


@pytest.fixture(scope="module")
def both(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Service:
    """The server, with conversations in two apps of one account that its client may read both."""
    folder: Path = tmp_path_factory.mktemp("both")
    for tenant, numbers in ((ONE, range(0, 30, 2)), (TWO, range(1, 30, 2))):
        service.store.ensure(tenant)
        service.store.within(tenant).forms.publish("ef-raw", FORM)
        file = folder / f"{tenant.app_id}.ndjson"
        file.write_bytes(msgspec.json.Encoder().encode_lines([document(tenant.app_id, number) for number in numbers]))
        assert load(service, tenant, file) == len(numbers)
    service.client = service.new_client("Quality Management", apps=frozenset({ONE.app_id, TWO.app_id}))
    return service


def page(service: Service, path: str = PATH, app: Tenant = ONE, **body: Any) -> dict[str, Any]:
    """One page."""
    headers = service.headers(orgId=None if path == SAMPLE_PATH else app.org_id)
    answer = service.ask({**DAY, **body}, path=path, app=app.app_id, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def numbers(found: dict[str, Any]) -> list[int]:
    """Which conversations a page has."""
    return [int((row.get("conversationId") or row["Conversation ID"])[2:4]) for row in found["results"]]


def is_listed(number: int) -> bool:
    """Whether it is listed unless more is asked for; a chat has no form that it could be too short for."""
    return number % 6 != 5 or number % 4 == 3


def test_both_spellings_list_the_same(both: Service) -> None:
    """Rules 22 to 24: the path decides about the spelling, the filters about the rows."""
    for filters, keeps in (
        ({}, lambda _: True),
        ({"contact_direction": "inbound"}, lambda n: n % 2 == 0),
        ({"channel": ["voice"]}, lambda n: n % 4 != 3),
        ({"queues": ["Queue 1", "qu-2"]}, lambda n: n % 3 != 0),
        ({"custom_fields": {"plan": "gold"}}, lambda n: n % 2 == 1),
    ):
        for app, own in ((ONE, range(0, 30, 2)), (TWO, range(1, 30, 2))):
            expected = [n for n in own if is_listed(n) and keeps(n)]
            for path in (PATH, SAMPLE_PATH):
                assert numbers(page(both, path, app, limit=100, **filters)) == expected
    assert "conversationId" in page(both)["results"][0]
    assert "Conversation ID" in page(both, SAMPLE_PATH)["results"][0]
    agentassist = page(both, PATH.replace("/qualityai/", "/agentassist/"), limit=100)
    assert agentassist == page(both, limit=100)


def test_too_short_ones_are_asked_for(both: Service) -> None:
    """Rules 4 and 24: listed then, with a null score."""
    found = page(both, app=TWO, limit=100, include_below_threshold=True)
    assert numbers(found) == list(range(1, 30, 2))
    short = found["results"][numbers(found).index(5)]
    assert (short["duration_status"], short["koreEvalutionScore"]) == ("below_threshold", None)


def test_page_sizes(both: Service) -> None:
    """Rules 19 and 20: 10 by default at the app's path, 100 at the account's."""
    first = page(both)
    assert (len(first["results"]), first["totalResults"], first["totalPages"], first["hasMore"]) == (10, 15, 2, True)
    assert numbers(page(both, page=2)) == numbers(page(both, offset=10)) == list(range(20, 30, 2))
    assert len(page(both, SAMPLE_PATH)["results"]) == 15


def test_an_account_lists_its_apps_together(both: Service) -> None:
    """Rule 16: without iId all apps of the account that the client reads, in one order; with it that one."""
    alone = both.headers(accountId=None, orgId=None)
    everything = [n for n in range(30) if is_listed(n)]

    def listed(**headers: str) -> list[int]:
        answer = both.ask({**DAY, "limit": 100}, path=ACCOUNT_PATH, headers={**alone, **headers})
        assert answer.status_code == 200, answer.text
        assert answer.json()["totalResults"] == len(answer.json()["results"])
        return numbers(answer.json())

    assert listed() == everything
    assert listed(iId=TWO.app_id) == listed(Iid=TWO.app_id, orgid=TWO.org_id) == [n for n in everything if n % 2]
    assert listed(orgId=ONE.org_id) == [n for n in everything if n % 2 == 0]
    paged: list[int] = []
    for number in (1, 2, 3, 4):
        answer = both.ask({**DAY, "limit": 8, "page": number}, path=ACCOUNT_PATH, headers=alone).json()
        paged += numbers(answer)
        assert answer["hasMore"] is (number * 8 < len(everything))
    assert paged == everything
    for wrong in ({"iId": TENANT.app_id}, {"iId": "st-unknown"}, {"accountId": "acc-2"}, {"orgId": "o-2"}):
        answer = both.ask(DAY, path=ACCOUNT_PATH, headers={**alone, **wrong})
        assert told(answer)["reason"] == "tenant.unknown"


def test_headers_that_are_required(both: Service) -> None:
    """Rule 16: the app-level page asks for account and org; the older page's sample sends no org."""
    for path, missing in ((PATH, "orgId"), (PATH, "accountId"), (SAMPLE_PATH, "accountId")):
        entry = told(both.ask(DAY, path=path, app=ONE.app_id, headers=both.headers(**{missing: None})))
        assert (entry["reason"], entry["field"]) == ("header.missing", missing)
    assert both.ask(DAY, path=SAMPLE_PATH, app=ONE.app_id, headers=both.headers(orgId=None)).status_code == 200


@pytest.mark.parametrize("scope", ["Quality AI", "Quality Management Analytics", "Quality Management", "Configuration"])
def test_scopes(both: Service, scope: str) -> None:
    """Rule 15: one of the aliases is enough, and another API's is not."""

    def ask(client: Client) -> int:
        headers = both.headers(auth=both.token(client))
        return both.ask(DAY, path=PATH, app=ONE.app_id, headers=headers).status_code

    apps = frozenset({ONE.app_id})
    assert ask(both.new_client(scope, apps=apps)) == 200
    assert ask(both.new_client("AgentAssist Analytics", apps=apps)) == 401


def test_an_audit_is_shown_at_once(both: Service) -> None:
    """Rules 8 and 28: on the very next page, by a server that has just answered the same request."""
    audits = both.application.auditing(ONE)
    name = "c-00-st-one"

    def standing() -> tuple[Any, ...]:
        (row,) = page(both, limit=1)["results"]
        answers = [metric["Qualification"] for metric in row["Metrics"]]
        return row["AuditStatus"], row["AuditScore"], row["auditor"], row["koreEvalutionScore"], answers

    assert standing() == ("Not Assigned", None, None, 100, ["YES", "-"])
    audits.assign(name, "Jane")
    assert standing() == ("Assigned", None, None, 100, ["YES", "-"])
    audits.draft(name, as_machine=True)
    assert standing() == ("Assigned", None, None, 100, ["YES", "-"])
    answer = msgspec.structs.replace(audits.show(name).case.audit.draft.answers[0], metric_id="em-tone", answer="NO")
    audits.submit(name, [answer])
    assert standing() == ("Audited", 60, "Jane", 100, ["YES", "NO"])
    assert both.application.verify() == []
