"""Our own API over taxonomies, and what they find."""

from typing import Any

import msgspec

from tests.data_files import data_of
from tests.e2e.own import Own, problem

TAXONOMY: dict[str, Any] = data_of(__file__, "taxonomy")
YAML = data_of(__file__, "yaml").encode()


def test_published_and_read(own: Own) -> None:
    """201 for a new version, 200 for the same again; every version stays as its author wrote it."""
    document = msgspec.json.encode(TAXONOMY)
    first = own.ask("POST", "/taxonomies", document)
    assert (first.status_code, first.json()["id"], first.json()["version"]) == (201, "tx-api", 1)
    again = own.ask("POST", "/taxonomies", document)
    assert (again.status_code, again.json()) == (200, first.json())
    other = msgspec.json.encode({**TAXONOMY, "name": "Other"})
    second = own.ask("POST", "/taxonomies", other, params={"note": "Cards were missing"})
    assert (second.status_code, second.json()["version"]) == (201, 2)
    assert (second.json()["published_by"], second.json()["note"]) == (own.client.client_id, "Cards were missing")
    assert first.json()["note"] is None
    problem(own.ask("POST", "/taxonomies", other, params={"note": "x" * 501}), 400, "field.out_of_range")
    (listed,) = own.ask("GET", "/taxonomies").json()["items"]
    assert [listed[key] for key in ("id", "version", "name", "languages", "topics")] == [
        "tx-api",
        2,
        "Other",
        ["en"],
        [1, 1, 1],
    ]
    shown = own.ask("GET", "/taxonomies/tx-api?version=1").json()
    assert (shown["version"], shown["document"]) == (1, document.decode())
    assert own.ask("GET", "/taxonomies/tx-api").json()["version"] == 2


def test_shows_the_newest_and_three_former_versions(own: Own) -> None:
    """The current and three former versions are kept shown; older ones can still be read by number."""
    for number in range(1, 7):
        own.ask("POST", "/taxonomies", msgspec.json.encode({**TAXONOMY, "name": f"Shop {number}"}))
    versions = own.ask("GET", "/taxonomies/tx-api/versions").json()["items"]
    assert [(each["version"], each["name"]) for each in versions] == [
        (6, "Shop 6"),
        (5, "Shop 5"),
        (4, "Shop 4"),
        (3, "Shop 3"),
    ]
    assert own.ask("GET", "/taxonomies/tx-api?version=1").json()["name"] == "Shop 1"


def test_every_fault_at_once(own: Own) -> None:
    """422 with line, field and reason of each; checking says the same and changes nothing."""
    told = problem(own.ask("POST", "/taxonomies", YAML), 422, "taxonomy.invalid")
    assert [(each["line"], each["field"]) for each in told["errors"]] == [
        (5, "topics[0].name"),
        (6, "topics[0].resolution"),
    ]
    checked = own.ask("POST", "/taxonomies/check", YAML).json()
    assert (checked["can_be_published"], checked["id"], len(checked["problems"])) == (False, None, 2)
    bare = {"id": "tx-bare", "name": "Bare", "topics": [{"name": "Anything"}]}
    right = own.ask("POST", "/taxonomies/check", msgspec.json.encode(bare)).json()
    assert (right["can_be_published"], [each["kind"] for each in right["problems"]]) == (True, ["warning"])
    assert own.ask("GET", "/taxonomies").json()["items"] == []


def test_a_retired_one_is_not_in_force(own: Own) -> None:
    """Its versions stay; publishing it again brings it back as a new one."""
    document = msgspec.json.encode(TAXONOMY)
    own.ask("POST", "/taxonomies", document)
    retired = own.ask("POST", "/taxonomies/tx-api/retire").json()
    assert retired["retired_at"].endswith("Z")
    assert own.ask("GET", "/taxonomies").json()["items"] == []
    assert own.ask("GET", "/taxonomies/tx-api").json()["retired_at"] == retired["retired_at"]
    assert own.ask("POST", "/taxonomies", document).json()["version"] == 2


def test_what_is_not_there(own: Own) -> None:
    """404, whichever way it is asked for."""
    own.ask("POST", "/taxonomies", msgspec.json.encode(TAXONOMY))
    for method, path in (
        ("GET", "/taxonomies/tx-9"),
        ("GET", "/taxonomies/tx-9/versions"),
        ("POST", "/taxonomies/tx-9/retire"),
        ("GET", "/taxonomies/tx-api?version=9"),
    ):
        problem(own.ask(method, path), 404, "taxonomy.unknown")
