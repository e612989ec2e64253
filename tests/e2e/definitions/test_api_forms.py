"""Our own API over evaluation forms."""

from typing import Any

import msgspec
import pytest

from tests.data_files import data_of
from tests.e2e.own import Own, problem
from tests.e2e.serving import TENANT, Service

FORM: dict[str, Any] = data_of(__file__, "form")
YAML = data_of(__file__, "yaml").encode()


def test_published_and_read(own: Own) -> None:
    """201 for a new version, 200 for the same again; every version stays as its author wrote it."""
    document = msgspec.json.encode(FORM)
    first = own.ask("POST", "/forms", document)
    assert (first.status_code, first.json()["id"], first.json()["version"]) == (201, "ef-api", 1)
    again = own.ask("POST", "/forms", document)
    assert (again.status_code, again.json()) == (200, first.json())
    second = own.ask("POST", "/forms", msgspec.json.encode({**FORM, "name": "Other"}))
    assert (second.status_code, second.json()["version"]) == (201, 2)
    (listed,) = own.ask("GET", "/forms").json()["items"]
    assert (listed["id"], listed["version"], listed["name"], listed["metrics"]) == ("ef-api", 2, "Other", 1)
    assert listed["published_at"].endswith("Z")
    assert own.ask("GET", "/forms/ef-api").json()["version"] == 2
    shown = own.ask("GET", "/forms/ef-api?version=1").json()
    assert (shown["version"], shown["document"]) == (1, document.decode())
    versions = own.ask("GET", "/forms/ef-api/versions").json()["items"]
    assert [each["version"] for each in versions] == [2, 1]


def test_every_fault_at_once(own: Own) -> None:
    """422 with line, field and reason of each; checking says the same and changes nothing."""
    told = problem(own.ask("POST", "/forms", YAML + b"pass_score: 200\n"), 422, "form.invalid")
    assert [(each["line"], each["field"]) for each in told["errors"]] == [(6, "metrics"), (8, "pass_score")]
    assert all(each["reason"] for each in told["errors"])
    checked = own.ask("POST", "/forms/check", YAML).json()
    assert (checked["can_be_published"], checked["id"]) == (False, None)
    assert [(each["kind"], each["field"]) for each in checked["problems"]] == [("error", "metrics")]
    right = own.ask("POST", "/forms/check", YAML.replace(b"90", b"100") + b"pass_score: 70\n").json()
    assert right == {"id": "ef-yaml", "can_be_published": True, "problems": []}
    assert own.ask("GET", "/forms").json()["items"] == []


def test_against_the_forms_in_force(own: Own) -> None:
    """Rule 6: one form for each queue, channel and direction."""
    own.ask("POST", "/forms", msgspec.json.encode(FORM))
    told = problem(own.ask("POST", "/forms", msgspec.json.encode({**FORM, "id": "ef-rival"})), 422, "form.invalid")
    assert "ef-api" in told["errors"][0]["reason"]


@pytest.mark.parametrize("body", [b"", b"\xff", b"{", b"[]", b"x: *y", b"{}"])
def test_no_form(own: Own, body: bytes) -> None:
    """Whatever is no form is refused with a reason."""
    assert problem(own.ask("POST", "/forms", body), 422, "form.invalid")["errors"]
    assert own.ask("POST", "/forms/check", body).json()["problems"]


def test_what_is_not_there(own: Own) -> None:
    """404 for a form or a version that is not there."""
    own.ask("POST", "/forms", msgspec.json.encode(FORM))
    for path in ("/forms/ef-none", "/forms/ef-none/versions", "/forms/ef-api?version=9", "/forms/a%00b"):
        problem(own.ask("GET", path), 404, "form.unknown")
    problem(own.ask("GET", "/forms/ef-api?version=0"), 400, "field.out_of_range")


def test_scopes(service: Service, own: Own) -> None:
    """Who may read forms may check one, and not publish it."""
    (app,) = own.client.app_ids
    reader = Own(service, service.new_client("forms:read", tenant=msgspec.structs.replace(TENANT, app_id=app)))
    assert reader.ask("GET", "/forms").status_code == 200
    assert reader.ask("POST", "/forms/check", YAML).status_code == 200
    problem(reader.ask("POST", "/forms", YAML), 403, "scope.missing")
    problem(own.ask("GET", "/conversations"), 403, "scope.missing")
    problem(own.ask("GET", "/audits"), 403, "scope.missing")
