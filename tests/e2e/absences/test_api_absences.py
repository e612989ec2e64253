"""Absences over HTTP, on both databases: own ones, those of others, clients, and audits that are offered and taken."""

import uuid
from datetime import UTC, datetime, timedelta

from msgspec.json import encode

from tests.e2e.own import Own, problem
from tests.e2e.people.signing_in import Browser
from tests.e2e.serving import Service
from tests.e2e.talking import Talkers


def days(first: int = 0, last: int = 3) -> dict[str, str]:
    """Return the days of an absence, from and to so many days after today."""
    today = datetime.now(UTC).date()
    return {"since": str(today + timedelta(days=first)), "until": str(today + timedelta(days=last))}


def offered(person: Browser) -> list[str]:
    """Return the conversations that a person may take over."""
    return [each["conversation_id"] for each in person.ask("GET", "/assignments/offered").json()["items"]]


def test_from_an_absence_to_a_taken_audit(talkers: Talkers) -> None:
    """An auditor states days; a colleague takes what waits, once, and the auditor is told; back, the rest is not offered."""
    auditor, manager = talkers.by_role["auditor"], talkers.by_role["qa-manager"]
    first, second = talkers.conversation(), talkers.conversation()
    for each in (first, second):
        body = {"conversation_id": each, "auditor": talkers.email("auditor")}
        assert manager.ask("POST", "/assignments", body).status_code in {200, 201}
    mark = {first, second}
    assert not mark & set(offered(manager))
    made = auditor.ask("POST", "/absences", days() | {"note": "Trip"})
    assert made.status_code == 201, made.text
    assert auditor.ask("POST", "/absences", days() | {"note": "Trip"}).json() == made.json()
    assert auditor.ask("GET", "/absences").json()["items"] == [made.json()]
    assert mark <= set(offered(manager))
    assert offered(auditor) == []
    found = {each["conversation_id"]: each for each in manager.ask("GET", "/assignments/offered").json()["items"]}
    assert (found[first]["auditor"], found[first]["away_until"]) == (talkers.email("auditor"), days()["until"])
    path = f"/assignments/{found[first]['assignment_id']}/take"
    taken = manager.ask("POST", path)
    assert (taken.status_code, taken.json()["auditor"]) == (200, talkers.email("qa-manager"))
    assert manager.ask("POST", path).json() == taken.json()
    problem(talkers.by_role["administrator"].ask("POST", path), 409, "assignment.not_offered")
    problem(talkers.agent.ask("POST", path), 403, "permission.missing")
    problem(manager.ask("POST", "/assignments/as-none/take"), 404, "assignment.unknown")
    notices = auditor.ask("GET", "/notices").json()["items"]
    assert ("taken", talkers.email("qa-manager")) in {(each["kind"], each["by"]) for each in notices}
    assert auditor.ask("DELETE", f"/absences/{made.json()['absence_id']}").status_code == 204
    problem(auditor.ask("DELETE", f"/absences/{made.json()['absence_id']}"), 404, "absence.unknown")
    assert not mark & set(offered(manager))


def test_absences_of_others(talkers: Talkers, service: Service) -> None:
    """People and clients who manage users state them; others neither read nor remove them; values are checked."""
    admin, supervisor = talkers.by_role["administrator"], talkers.by_role["supervisor"]
    body = days() | {"person": talkers.email("supervisor").upper()}
    problem(talkers.by_role["auditor"].ask("POST", "/absences", body), 403, "permission.missing")
    made = admin.ask("POST", "/absences", body).json()
    assert (made["person"], made["by"]) == (talkers.email("supervisor"), talkers.email("administrator"))
    assert [each["absence_id"] for each in supervisor.ask("GET", "/absences").json()["items"]] == [made["absence_id"]]
    assert talkers.by_role["auditor"].ask("GET", "/absences").json() == {"items": []}
    path = f"/absences/{made['absence_id']}"
    problem(talkers.by_role["auditor"].ask("DELETE", path), 404, "absence.unknown")
    client = Own(service, service.new_client("conversations:read", "users:write"))
    problem(client.ask("POST", "/absences", encode(days())), 422, "absence.invalid")
    other = client.ask("POST", "/absences", encode(days(5, 6) | {"person": talkers.email("supervisor")}))
    assert other.status_code == 201, other.text
    problem(talkers.client.ask("POST", "/absences", encode(body)), 403, "scope.missing")
    unknown = days() | {"person": f"{uuid.uuid4().hex}@example.com"}
    problem(admin.ask("POST", "/absences", unknown), 404, "user.unknown")
    problem(admin.ask("POST", "/absences", days(3, 1)), 422, "absence.invalid")
    assert admin.ask("DELETE", path).status_code == 204
