"""Our own API over drafts of forms, what differs between versions, and forms put out of force."""

from typing import Any

import msgspec

from tests.e2e.definitions.test_api_forms import FORM
from tests.e2e.own import Own, problem
from tests.e2e.serving import TENANT, Service

DOCUMENT = msgspec.json.encode(FORM)
CHANGED = msgspec.json.encode({**FORM, "pass_score": 60})


def in_force(own: Own) -> list[tuple[str, int]]:
    """The forms in force."""
    return [(one["id"], one["version"]) for one in own.ask("GET", "/forms").json()["items"]]


def test_saved_published_and_gone(own: Own) -> None:
    """A draft is kept, not in force, and done with once it is published."""
    own.ask("POST", "/forms", DOCUMENT)
    saved = own.ask("PUT", "/forms/ef-api/draft", CHANGED)
    assert saved.status_code == 200
    assert (saved.json()["based_on"], saved.json()["can_be_published"]) == (1, True)
    assert in_force(own) == [("ef-api", 1)]
    (listed,) = own.ask("GET", "/drafts").json()["items"]
    shown = own.ask("GET", "/forms/ef-api/draft").json()
    assert shown == {**listed, "problems": [], "document": CHANGED.decode()}
    published = own.ask("POST", "/forms/ef-api/draft/publish")
    assert (published.status_code, published.json()["version"]) == (200, 2)
    assert in_force(own) == [("ef-api", 2)]
    problem(own.ask("GET", "/forms/ef-api/draft"), 404, "draft.unknown")
    problem(own.ask("POST", "/forms/ef-api/draft/publish"), 404, "draft.unknown")
    assert own.ask("GET", "/drafts").json()["items"] == []


def test_a_draft_may_be_wrong(own: Own) -> None:
    """It is kept with what has to be mended, and cannot be published; one without an id has no place to be kept."""
    wrong = msgspec.json.encode({**FORM, "pass_score": 200})
    saved = own.ask("PUT", "/forms/ef-api/draft", wrong).json()
    assert (saved["can_be_published"], [each["field"] for each in saved["problems"]]) == (False, ["pass_score"])
    assert problem(own.ask("POST", "/forms/ef-api/draft/publish"), 422, "form.invalid")["errors"]
    assert own.ask("GET", "/forms/ef-api/draft").json()["document"] == wrong.decode()
    for body in (b"", b"{", msgspec.json.encode({**FORM, "id": 7}), msgspec.json.encode({"name": "x"})):
        problem(own.ask("PUT", "/forms/ef-api/draft", body), 422, "form.invalid")
    told = problem(own.ask("PUT", "/forms/ef-other/draft", DOCUMENT), 400, "draft.misnamed")
    assert told["value"] == "ef-api"


def test_discarded(own: Own) -> None:
    """Twice is once."""
    own.ask("PUT", "/forms/ef-api/draft", DOCUMENT)
    assert [own.ask("DELETE", "/forms/ef-api/draft").status_code for _ in range(2)] == [204, 204]
    problem(own.ask("GET", "/forms/ef-api/draft"), 404, "draft.unknown")


def fields(answer: Any) -> list[str]:
    """The fields that differ."""
    assert answer.status_code == 200, answer.text
    return [change["field"] for change in answer.json()["changes"]]


def test_what_differs(own: Own) -> None:
    """Between versions, the draft and a document; without parameters, what is most likely meant."""
    problem(own.ask("GET", "/forms/ef-api/diff"), 404, "form.unknown")
    own.ask("POST", "/forms", DOCUMENT)
    problem(own.ask("GET", "/forms/ef-api/diff"), 404, "draft.unknown")
    own.ask("POST", "/forms", CHANGED)
    assert fields(own.ask("GET", "/forms/ef-api/diff")) == ["pass_score"]
    own.ask("PUT", "/forms/ef-api/draft", msgspec.json.encode({**FORM, "pass_score": 60, "languages": ["de"]}))
    assert fields(own.ask("GET", "/forms/ef-api/diff")) == ["languages"]
    assert fields(own.ask("GET", "/forms/ef-api/diff?before=1&after=draft")) == ["languages", "pass_score"]
    told = own.ask("GET", "/forms/ef-api/diff?before=2&after=1").json()
    assert (told["before"], told["after"]["version"]) == ({"id": "ef-api", "name": "version 2", "version": 2}, 1)
    assert fields(own.ask("POST", "/forms/ef-api/diff", DOCUMENT)) == ["pass_score"]
    assert own.ask("POST", "/forms/ef-api/diff?before=1", DOCUMENT).json()["same"] is True
    problem(own.ask("POST", "/forms/ef-api/diff", b"id: x"), 422, "form.invalid")
    problem(own.ask("GET", "/forms/ef-api/diff?before=9"), 404, "form.unknown")
    for word in ("x", "-1", "9" * 5000, "٣"):
        problem(own.ask("GET", "/forms/ef-api/diff", params={"before": word}), 400, "version.invalid")


def test_retired(own: Own) -> None:
    """Out of force, with every version still to be read; the same document brings it back as a new version."""
    own.ask("POST", "/forms", DOCUMENT)
    retired = own.ask("POST", "/forms/ef-api/retire").json()
    assert (retired["version"], retired["retired_at"][-1]) == (1, "Z")
    assert own.ask("POST", "/forms/ef-api/retire").json() == retired
    assert in_force(own) == []
    assert own.ask("GET", "/forms/ef-api").json()["retired_at"] == retired["retired_at"]
    again = own.ask("POST", "/forms", DOCUMENT)
    assert (again.status_code, again.json()["version"], again.json()["retired_at"]) == (201, 2, None)
    problem(own.ask("POST", "/forms/ef-none/retire"), 404, "form.unknown")


def test_scopes(service: Service, own: Own) -> None:
    """Who may read forms may compare them, and change nothing."""
    own.ask("POST", "/forms", DOCUMENT)
    own.ask("PUT", "/forms/ef-api/draft", CHANGED)
    (app,) = own.client.app_ids
    reader = Own(service, service.new_client("forms:read", tenant=msgspec.structs.replace(TENANT, app_id=app)))
    assert reader.ask("GET", "/drafts").json()["items"]
    assert reader.ask("GET", "/forms/ef-api/diff").status_code == 200
    for method, path, body in (
        ("PUT", "/forms/ef-api/draft", CHANGED),
        ("DELETE", "/forms/ef-api/draft", None),
        ("POST", "/forms/ef-api/draft/publish", None),
        ("POST", "/forms/ef-api/retire", None),
    ):
        problem(reader.ask(method, path, body), 403, "scope.missing")
