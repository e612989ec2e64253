"""Schedules over HTTP, on both databases: made, run, their files, the inbox; nobody sees another's."""

import csv
import io
import uuid
import zipfile
from typing import Any

import msgspec
import pytest

from tests.e2e.coaching.test_api_coaching import FORM, Floor
from tests.e2e.own import Own, problem
from tests.e2e.people.signing_in import Browser, add
from tests.e2e.serving import TENANT, Service


class Office:
    """Two managers and an agent, each with a browser, and a conversation of today."""

    def __init__(self, service: Service) -> None:
        """Add them."""
        mark = uuid.uuid4().hex[:6]
        self.service = service
        self.manager = Browser(service, add(service, f"mia-{mark}", "qa-manager"))
        self.other = Browser(service, add(service, f"max-{mark}", "qa-manager"))
        floor = Floor(service)
        self.agent = Browser(service, add(service, f"lee-office-{mark}", "agent", agents=(floor.lee,)))
        self.conversation = floor.loaded(floor.lee, "hello", 1)

    def schedule(self, **changes: Any) -> dict[str, Any]:
        """Make a weekly report of conversations."""
        body = {"name": "Weekly", "kind": "interactions", "every": "week", "form_id": "ef-coached"} | changes
        answer = self.manager.ask("POST", "/schedules", body)
        assert answer.status_code == 201, answer.text
        return answer.json()


@pytest.fixture(scope="module")
def office(service: Service) -> Office:
    """An app with a form, a conversation and people."""
    service.store.within(TENANT).forms.publish("ef-coached", FORM)
    return Office(service)


def test_a_report_from_its_schedule_to_its_file(office: Office) -> None:
    """Made, listed, run now, read as CSV and XLSX, in the inbox until it is read, and gone when it is removed."""
    made = office.schedule()
    path = f"/schedules/{made['schedule_id']}"
    assert made["next_at"].endswith("00:00:00Z")
    assert (made["runs"], made["webhook_secret"]) == ([], None)
    run = office.manager.ask("POST", f"{path}/run").json()["runs"][0]
    assert run["filename"].startswith("InteractionEvaluation-")
    answer = office.manager.ask("GET", f"{path}/runs/{run['number']}/file")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"] == f'attachment; filename="{run["filename"]}"'
    head, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert "Hello AI Justification" in head
    assert office.conversation in {row[0] for row in rows}
    assert len(rows) == run["rows"]
    assert path.rpartition("/")[2] in {
        one["schedule_id"] for one in office.manager.ask("GET", "/inbox").json()["items"]
    }
    assert office.manager.ask("POST", "/inbox/read", {"number": run["number"]}).status_code == 204
    assert all(one["is_read"] for one in office.manager.ask("GET", "/inbox").json()["items"])
    book = office.schedule(format="xlsx", every="demand")
    assert book["next_at"] is None
    number = office.manager.ask("POST", f"/schedules/{book['schedule_id']}/run").json()["runs"][0]["number"]
    content = office.manager.ask("GET", f"/schedules/{book['schedule_id']}/runs/{number}/file").content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert office.conversation in archive.read("xl/worksheets/sheet1.xml").decode()
    assert office.manager.ask("DELETE", path).status_code == 204
    problem(office.manager.ask("GET", f"{path}/runs/{run['number']}/file"), 404, "schedule.unknown")


def test_a_saved_view_as_a_file(office: Office) -> None:
    """Saved, scheduled by its id, read; another's is unknown, and so is one that is removed."""
    view = {"name": "Today", "query": "days=7&channel=voice"}
    saved = office.manager.ask("POST", "/views", view).json()
    assert office.manager.ask("GET", "/views").json()["items"] == [saved]
    assert office.manager.ask("POST", "/views", view | {"query": "days=7"}).json()["view_id"] == saved["view_id"]
    problem(office.manager.ask("POST", "/views", view | {"query": "since=yesterday"}), 400, "date.invalid")
    made = office.schedule(kind="view", form_id="", view_id=saved["view_id"])
    path = f"/schedules/{made['schedule_id']}"
    run = office.manager.ask("POST", f"{path}/run").json()["runs"][0]
    content = office.manager.ask("GET", f"{path}/runs/{run['number']}/file").content
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert office.conversation in {row["id"] for row in rows}
    body = {"name": "Theirs", "kind": "view", "view_id": saved["view_id"]}
    problem(office.other.ask("POST", "/schedules", body), 404, "view.unknown")
    problem(office.other.ask("DELETE", f"/views/{saved['view_id']}"), 404, "view.unknown")
    assert office.manager.ask("DELETE", f"/views/{saved['view_id']}").status_code == 204
    problem(office.manager.ask("POST", f"{path}/run"), 404, "view.unknown")


def test_nobody_sees_what_is_another_persons(office: Office) -> None:
    """Neither the schedule nor its file nor the inbox; an agent may make none."""
    made = office.schedule(name="Mine")
    path = f"/schedules/{made['schedule_id']}"
    number = office.manager.ask("POST", f"{path}/run").json()["runs"][0]["number"]
    for method, where in (("POST", f"{path}/run"), ("GET", f"{path}/runs/{number}/file"), ("DELETE", path)):
        problem(office.other.ask(method, where), 404, "schedule.unknown")
    assert "Mine" not in office.other.ask("GET", "/schedules").text + office.other.ask("GET", "/inbox").text
    body = {"name": "Agent's", "kind": "view", "every": "demand"}
    problem(office.agent.ask("POST", "/schedules", body), 403, "permission.missing")
    problem(office.agent.ask("GET", "/inbox"), 403, "permission.missing")


def test_an_alert_has_a_secret_once(office: Office) -> None:
    """It is shown when the alert is made, and never again."""
    made = office.schedule(kind="fatal", every="hour", webhook_url="https://example.com/hook")
    assert made["webhook_secret"].startswith("whsec_")
    assert made["webhook_secret"] not in office.manager.ask("GET", "/schedules").text


def test_schedules_that_cannot_be_used(office: Office) -> None:
    """Each with its field; a run without a file is not found."""
    for changes in ({"kind": "limits"}, {"kind": "fatal", "every": "demand"}, {"days": 0}, {"emails": ["nobody"]}):
        body = {"name": "Bad", "kind": "view", "every": "day"} | changes
        problem(office.manager.ask("POST", "/schedules", body), 422, "schedule.invalid")
    unknown = {"name": "Bad", "kind": "view", "every": "day", "form_id": "ef-none"}
    problem(office.manager.ask("POST", "/schedules", unknown), 404, "form.unknown")
    made = office.schedule(name="Empty")
    problem(office.manager.ask("GET", f"/schedules/{made['schedule_id']}/runs/999999/file"), 404, "schedule.no_file")
    problem(office.manager.ask("GET", f"/schedules/{made['schedule_id']}/runs/x/file"), 404, "schedule.no_file")


def test_a_client_has_schedules_of_its_own(office: Office) -> None:
    """With the scope to read, and not without."""
    service = office.service
    client = Own(service, service.new_client("conversations:read", "conversations:write"))
    body = msgspec.json.encode({"name": "Nightly", "kind": "agent_performance", "every": "day"})
    assert client.ask("POST", "/schedules", body).status_code == 201
    assert [one["name"] for one in client.ask("GET", "/schedules").json()["items"]] == ["Nightly"]
    problem(Own(service, service.new_client("webhooks:read")).ask("GET", "/schedules"), 403, "scope.missing")
