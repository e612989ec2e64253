"""Wire 2026-10 on a real server (W): set for a client, off for every other, with the seeds' bytes unchanged."""

from typing import Any

import httpx
import msgspec
import pytest

from auscult.domain.tenancy import Client
from auscult.reports import REPORTS
from tests.data_files import data_of, tuples_of
from tests.e2e.own import Own, problem
from tests.e2e.serving import STRANGER, TENANT, Service, load, told
from tests.waiting import wait_until

PATHS = data_of(__file__, "paths")
HISTORY = "/agentassist/api/v1/public/{app}/aaconversations/{id}/agentic-history"
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
    named = {"fatalErrorCount", "duration_status", "contactDirection", "AuditStatus", "AuditDate", "AuditorName"}
    of_metrics = {"scorereporting": {"Auditor Response"}, "rawdata": {"triggerJustification", "justification"}}
    for report, of_metric in of_metrics.items():
        added = REPORTS[report].added
        off, on = (ask(service, client, report).json() for client in (plain, later))
        assert on["results"]
        assert {**off, "results": None} == {**on, "results": None}
        metrics = [metric for row in on["results"] for metric in row["Metrics"]]
        assert metrics
        assert all(metric.keys() >= {*of_metric, "Auditor Response"} for metric in metrics)
        for row in on["results"]:
            if report == "scorereporting":
                assert row.keys() >= {*named, "custom_fields"}
            for key in added.keys() - {"Metrics"}:
                row.pop(key, None)
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


@pytest.mark.parametrize(("report", "body"), data_of(__file__, "every_known_key_stays_accepted"))
def test_every_known_key_stays_accepted(service: Service, later: Client, report: str, body: dict[str, Any]) -> None:
    """W: other spellings of a key, too."""
    assert ask(service, later, report, **body).status_code == 200


def test_an_unknown_selected_field_is_refused_with_the_wire(service: Service, plain: Client, later: Client) -> None:
    """W: a 400 that names it; skills and snoozeinfo are known, in any letter case."""
    assert ask(service, plain, "calldetails", selectedFields=["skils"]).status_code == 200
    refused = told(ask(service, later, "calldetails", selectedFields=["skills", "skils"]))
    assert (refused["reason"], refused["field"], refused["value"]) == ("field.unknown_value", "selectedFields", "skils")
    assert "snoozeinfo" in refused["msg"]
    assert ask(service, later, "calldetails", selectedFields=["Skills", "snoozeinfo"]).status_code == 200


@pytest.fixture(scope="module")
def assisted(service: Service, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A conversation with three suggestions and two searches."""
    suggestions = [
        {"request_id": f"aa-{n}", "text": f"Answer {n}.", "requested_at": f"2026-06-02T10:0{n}:00Z"} for n in range(3)
    ]
    searches = [
        {"request_id": f"ua-{n}", "query": "loan", "text": "Yes.", "requested_at": f"2026-06-02T10:0{n}:30Z"}
        for n in range(2)
    ]
    file = tmp_path_factory.mktemp("assisted") / "assisted.ndjson"
    document = {
        "id": "aa-1", "channel": "chat", "started_at": "2026-06-02T10:00:00Z",
        "turns": [{"speaker": "customer", "text": "hello"}],
        "assist": {"suggestions": suggestions, "searches": searches},
    }  # fmt: skip
    file.write_bytes(msgspec.json.encode(document))
    assert load(service, TENANT, file) == 1
    return "aa-1"


def read(
    service: Service, client: Client, conversation_id: str, asked: str = "", path: str = HISTORY
) -> httpx.Response:
    """Ask for the agentic history."""
    address = service.url + path.format(app=TENANT.app_id, id=conversation_id)
    return service.http.get(f"{address}?{asked}", headers={"auth": service.token(client)})


def test_agentic_history(service: Service, later: Client, assisted: str) -> None:
    """W: `?page&limit&search`: pages by time, which partition the requests; searches alone."""
    pages = [read(service, later, assisted, f"page={n}&limit=2").json() for n in (1, 2, 3)]
    asked = [each["requestId"] for page in pages for each in page["results"]]
    assert asked == ["aa-0", "ua-0", "aa-1", "ua-1", "aa-2"]
    assert [(each["page"], each["totalCount"], each["totalPages"], each["hasMore"]) for each in pages] == [
        (1, 5, 3, True), (2, 5, 3, True), (3, 5, 3, False),
    ]  # fmt: skip
    found = read(service, later, assisted, "search=true").json()
    assert [(each["requestId"], each["isSearch"]) for each in found["results"]] == [("ua-0", True), ("ua-1", True)]
    assert read(service, later, assisted, "search=false").json()["totalCount"] == 5
    singular = HISTORY.replace("aaconversations", "aaconversation")
    for path in (singular, HISTORY.removeprefix("/agentassist")):
        assert read(service, later, assisted, "page=1&limit=2", path).json() == pages[0]


def test_who_reads_the_agentic_history(service: Service, plain: Client, later: Client, assisted: str) -> None:
    """W: with the wire off nothing is at its path; another app's, and an unknown conversation, are not there."""
    assert told(read(service, plain, assisted))["reason"] == "path.unknown"
    answer = read(service, later, "nope")
    assert (answer.status_code, told(answer)["reason"]) == (404, "conversation.unknown")
    foreign = read(service, later, assisted, path=HISTORY.replace("{app}", "st-nowhere"))
    assert (foreign.status_code, told(foreign)["reason"]) == (401, "tenant.unknown")
    assert service.http.get(service.url + HISTORY.format(app=TENANT.app_id, id=assisted)).status_code == 401
    posted = service.http.post(service.url + HISTORY.format(app=TENANT.app_id, id=assisted))
    assert posted.status_code == 405


@pytest.mark.parametrize(
    ("asked", "wrong"),
    tuples_of(__file__, "wrong_queries_of_the_history"),
)
def test_wrong_queries_of_the_history(
    service: Service, later: Client, assisted: str, asked: str, wrong: tuple[str, str]
) -> None:
    """Rule 17: a 400 with the parameter."""
    answer = read(service, later, assisted, asked)
    refused = told(answer)
    assert (answer.status_code, refused["reason"], refused["field"]) == (400, *wrong)


def test_whether_the_widget_was_loaded(service: Service, plain: Client, later: Client, assisted: str) -> None:
    """W: `widgetLoaded` shows it for this wire, and is passed over for another; the agent of the searches had it."""
    body = {"conversationIds": [assisted], "includeSummary": True}
    off, on = (ask(service, client, "aaconversation", **body, widgetLoaded=True).json() for client in (plain, later))
    without = ask(service, later, "aaconversation", **body).json()
    assert [row.pop("widgetLoaded") for row in on["results"]] == [True]
    assert off == on == without
    assert told(ask(service, later, "aaconversation", widgetLoaded="yes"))["field"] == "widgetLoaded"


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
