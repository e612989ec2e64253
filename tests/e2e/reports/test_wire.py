"""Wire 2026-10 on a real server (W): set for a client, off for every other, with the seeds' bytes unchanged."""

from typing import Any

import httpx
import msgspec
import pytest

from auscult.domain.tenancy import Client
from tests.e2e.own import Own, problem
from tests.e2e.serving import STRANGER, TENANT, Service, told
from tests.waiting import wait_until

PATHS = {
    "scorereporting": "/qualityai/api/v1/public/qualitymanagement/app/{app}/scorereporting",
    "rawdata": "/qualityai/api/v1/public/qualitymanagement/app/{app}/rawdata",
    "account_rawdata": "/api/public/QualityManagement/account/{account}/v1/RawData",
    "calldetails": "/agentassist/api/public/analytics/account/{account}/v2/calldetails",
    "aaconversation": "/agentassist/api/v1/public/{app}/aaconversation",
}
SCOPES = ("Quality AI", "SmartAssist Analytics", "AgentAssist Analytics")
YEARS = {"startDate": "2020-01-01", "endDate": "2030-01-01"}
WEEK = {"startDate": "2026-06-01", "endDate": "2026-06-07"}
DAYS = {"from": "2026-06-01", "to": "2026-06-07"}
BODIES: dict[str, dict[str, Any]] = {
    **dict.fromkeys(PATHS, YEARS), "calldetails": WEEK, "aaconversation": DAYS,
}  # fmt: skip


@pytest.fixture(scope="module")
def manager(service: Service) -> Own:
    """A client that manages access."""
    return Own(service, service.new_client("users:write"))


@pytest.fixture(scope="module")
def later(service: Service, manager: Own) -> Client:
    """A client that was set to the wire over HTTP."""
    client = service.new_client(*SCOPES)
    answer = manager.ask("PUT", f"/clients/{client.client_id}", msgspec.json.encode({"wire": "2026-10"}))
    assert (answer.status_code, answer.json()["wire"]) == (200, "2026-10")
    return client


@pytest.fixture(scope="module")
def plain(service: Service) -> Client:
    """A client as they are made."""
    return service.new_client(*SCOPES)


def ask(service: Service, client: Client, report: str, **body: Any) -> httpx.Response:
    """One request."""
    headers = {
        "accountId": TENANT.account_id, "orgId": TENANT.org_id, "iId": TENANT.app_id, "auth": service.token(client),
    }  # fmt: skip
    path = PATHS[report].format(app=TENANT.app_id, account=TENANT.account_id)
    return service.http.post(service.url + path, json={**BODIES[report], **body}, headers=headers)


def test_rows_have_what_is_new_for_this_client_alone(service: Service, plain: Client, later: Client) -> None:
    """W: each key is new, and without these keys the rows are those of the other client, in order."""
    added = {"fatalErrorCount", "duration_status", "contactDirection", "AuditStatus", "AuditDate", "AuditorName"}
    of_metrics = {"scorereporting": {"Auditor Response"}, "rawdata": {"triggerJustification", "justification"}}
    for report, of_metric in of_metrics.items():
        off, on = (ask(service, client, report).json() for client in (plain, later))
        assert on["results"]
        assert {**off, "results": None} == {**on, "results": None}
        metrics = [metric for row in on["results"] for metric in row["Metrics"]]
        assert metrics
        assert all(metric.keys() >= {*of_metric, "Auditor Response"} for metric in metrics)
        for row in on["results"]:
            if report == "scorereporting":
                assert row.keys() >= {*added, "custom_fields"}
                for key in (*added, "custom_fields"):
                    del row[key]
            for metric in row["Metrics"]:
                for key in ("triggerJustification", "justification", "Auditor Response"):
                    metric.pop(key, None)
        assert msgspec.json.encode(on) == msgspec.json.encode(off)
    older = [ask(service, client, "account_rawdata").content for client in (plain, later)]
    assert older[0] == older[1]


@pytest.mark.parametrize("report", sorted(PATHS))
def test_an_unknown_key_is_refused_with_the_wire_and_ignored_without(
    service: Service, plain: Client, later: Client, report: str
) -> None:
    """Rule 22 with the wire off; on, a 400 that names the key and what there is."""
    assert ask(service, plain, report, conversationIDs=["c-1"]).status_code == 200
    answer = ask(service, later, report, conversationIDs=["c-1"])
    refused = told(answer)
    assert (answer.status_code, refused["reason"], refused["field"]) == (400, "field.unknown", "conversationIDs")
    assert "limit" in refused["msg"]
    assert ask(service, later, report).status_code == 200


@pytest.mark.parametrize(
    ("report", "body"),
    [
        ("scorereporting", {"endtDate": "2030-01-01", "timeZoneOffSet": 0, "channel": [], "contact_direction": "both"}),
        ("rawdata", {"cursor": "", "include_below_threshold": True, "custom_fields": {}, "queues": []}),
        ("calldetails", {"direction": "Both", "contact_direction": "Both", "channel": [], "offset": 0}),
        ("aaconversation", {"includeHistory": True, "conversationIds": ["c-1"], "page": 1}),
    ],
)
def test_every_known_key_stays_accepted(service: Service, later: Client, report: str, body: dict[str, Any]) -> None:
    """W: other spellings of a key, too."""
    assert ask(service, later, report, **body).status_code == 200


def test_the_wire_is_undone(service: Service, manager: Own) -> None:
    """W: `off` shows the samples again, once servers no longer remember the client."""
    client = service.new_client(*SCOPES)
    before = ask(service, client, "rawdata").content
    for wire in ("2026-10", "off"):
        manager.ask("PUT", f"/clients/{client.client_id}", msgspec.json.encode({"wire": wire}))
        wait_until(lambda wire=wire: (ask(service, client, "rawdata").content == before) == (wire == "off"))


def test_who_may_set_it(service: Service, manager: Own, plain: Client) -> None:
    """W: a client of the app, by one that manages access."""
    listed = {each["client_id"]: each["wire"] for each in manager.ask("GET", "/clients").json()["items"]}
    assert listed[plain.client_id] == "off"
    body = msgspec.json.encode({"wire": "2026-10"})
    problem(Own(service, plain).ask("PUT", f"/clients/{plain.client_id}", body), 403, "scope.missing")
    stranger = service.new_client("Quality AI", tenant=STRANGER)
    for unknown in (stranger.client_id, "cs-none"):
        problem(manager.ask("PUT", f"/clients/{unknown}", body), 404, "client.unknown")
    wrong = manager.ask("PUT", f"/clients/{plain.client_id}", b'{"wire":"2027-01"}')
    assert problem(wrong, 400, "field.wrong_type")["field"] == "wire"
