"""Targets of notices over HTTP: added, tried and removed, and what is refused."""

import pytest

from tests.e2e.own import problem
from tests.e2e.talking import Talkers

pytestmark = pytest.mark.landing

WANTED = {"name": "Channel", "address": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#quality"}
PATH = "/notices/targets"


def test_a_target_is_a_persons_own(talkers: Talkers) -> None:
    """It is listed to its person without its address, and removed by them alone."""
    auditor, other = talkers.by_role["auditor"], talkers.by_role["qa-manager"]
    made = auditor.ask("POST", PATH, {**WANTED, "kinds": ["mentioned", "late"], "language": "de"})
    assert made.status_code == 201, made.text
    target = made.json()
    assert (target["service"], target["person"]) == ("Slack", talkers.email("auditor"))
    assert auditor.ask("GET", PATH).json() == {"items": [target]}
    assert "T1JJ3T3L2" not in auditor.ask("GET", PATH).text
    path = f"{PATH}/{target['target_id']}"
    for method, at in (("POST", f"{path}/try"), ("DELETE", path)):
        problem(other.ask(method, at), 404, "target.unknown")
    assert auditor.ask("DELETE", path).status_code == 204
    assert auditor.ask("GET", PATH).json() == {"items": []}


def test_targets_of_the_app_are_for_who_manages_webhooks(talkers: Talkers) -> None:
    """An auditor does not; an administrator does, and others of them see it."""
    body = {**WANTED, "kinds": ["late"], "is_of_app": True}
    problem(talkers.by_role["auditor"].ask("POST", PATH, body), 403, "permission.missing")
    administrator = talkers.by_role["administrator"]
    made = administrator.ask("POST", PATH, body).json()
    assert made["person"] is None
    assert administrator.ask("GET", PATH).json() == {"items": [made]}
    assert talkers.by_role["auditor"].ask("GET", PATH).json() == {"items": []}
    assert administrator.ask("DELETE", f"{PATH}/{made['target_id']}").status_code == 204


def test_what_cannot_be_used(talkers: Talkers) -> None:
    """Each is refused by its field, and an address is in no answer."""
    auditor = talkers.by_role["auditor"]
    for changes, status, reason, field in [
        ({"address": "json://127.0.0.1:1/4711"}, 422, "address.not_allowed", "address"),
        ({"address": "mailto://user:4711@example.com"}, 422, "target.invalid", "address"),
        ({"address": "nothing://4711"}, 422, "target.invalid", "address"),
        ({"name": " "}, 422, "target.invalid", "name"),
    ]:
        answer = auditor.ask("POST", PATH, {**WANTED, "kinds": ["late"], **changes})
        assert problem(answer, status, reason)["field"] == field
        assert "4711" not in answer.text
    assert auditor.ask("POST", PATH, {**WANTED, "kinds": []}).status_code == 400
