"""Privacy over HTTP: settings, retention, holds, erasure by two people, originals and the log, each on record."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from auscult import bootstrap
from auscult.domain.conversation import Customer, Turn
from auscult.storage.privacy.log import RESTORED
from tests.contract.storing import conversation
from tests.databases import database
from tests.e2e.people.signing_in import Browser, add
from tests.e2e.serving import GOLDEN_SAMPLE, TENANT, Service, process, serving

pytestmark = pytest.mark.landing


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """A server with one administrator more than it begins with."""
    with database("sqlite", "", tmp_path, content=GOLDEN_SAMPLE) as url, serving(url, rate_limit=0) as service:
        yield service


def put(service: Service, *names: str) -> None:
    """Store conversations of the customer u-9."""
    said = (Turn("m1", "customer", "my name is Ada Lovelace, ada@example.com"),)
    process(service.application, [conversation(each, customer=Customer(id="u-9"), turns=said) for each in names])


def test_settings_are_read_and_changed(service: Service) -> None:
    """What is not named stays; a wrong value is refused with its field; the change is in the log, and so is reading it."""
    ann = Browser(service, add(service, "ann", "administrator"))
    assert ann.ask("GET", "/privacy").json()["redaction"] == "off"
    changed = ann.ask("PUT", "/privacy", {"redaction": "token", "countries": ["GB"]}).json()
    assert (changed["redaction"], changed["countries"], changed["redactor"]) == ("token", ["GB"], "builtin")
    assert ann.ask("PUT", "/privacy", {"redaction": "blur"}).status_code == 400
    assert ann.ask("PUT", "/privacy", {"redactor": "x"}).json()["reason"] == "redactor.unknown"
    put(service, "c-1")
    original = ann.ask("GET", "/conversations/c-1/original").json()
    assert "Ada Lovelace" in original["turns"][0]["text"]
    entries = ann.ask("GET", "/log").json()["items"]
    assert [entry["action"] for entry in entries if entry["principal"] == "user:ann@example.com"] == [
        "session.opened",
        "privacy.changed",
        "conversation.read_unredacted",
        "log.read",
    ]
    page = ann.ask("GET", "/log?action=privacy.changed&limit=1").json()
    assert (len(page["items"]), page["next_after"]) == (1, None)


def test_the_inspector_reads_the_log_and_nothing_else(service: Service) -> None:
    """Log entries of the app and sign-ins of its people; no privacy settings, no holds."""
    eve = Browser(service, add(service, "eve", "inspector"))
    assert eve.ask("GET", "/log").status_code == 200
    for path in ("/privacy", "/holds", "/retention/rules", "/approvals"):
        assert eve.ask("GET", path).json()["reason"] == "permission.missing", path


def test_retention_and_holds(service: Service) -> None:
    """A rule by kind is previewed and run with a receipt; a hold keeps what it names until it is lifted."""
    ann = Browser(service, add(service, "ann", "administrator"))
    for each in service.store.within(TENANT).feed.after(0, 10_000):
        service.store.within(TENANT).conversations.erase(each.conversation_id)
    put(service, "c-1", "c-2")
    rules = ann.ask("PUT", "/retention/rules", {"kind": "transcript", "days": 1}).json()["items"]
    assert rules == [{"queue": "*", "kind": "transcript", "days": 1}]
    hold = ann.ask("POST", "/holds", {"kind": "conversation", "value": "c-2", "reason": "case 7"}).json()
    preview = ann.ask("GET", "/retention/preview").json()
    assert (preview["erasable"], preview["held"]) == (1, 1)
    receipt = ann.ask("POST", "/retention/runs").json()
    assert (receipt["parts"], receipt["held"], receipt["principal"]) == ({"transcript": 1}, 1, "user:ann@example.com")
    assert ann.ask("GET", f"/retention/runs/{receipt['id']}").json() == receipt
    assert ann.ask("GET", "/retention/runs").json()["items"] == [receipt["id"]]
    assert ann.ask("POST", f"/holds/{hold['number']}/lift", {"reason": "over"}).json()["lifted_by"]
    assert ann.ask("GET", "/holds").json()["items"] == []
    assert len(ann.ask("GET", "/holds?all=true").json()["items"]) == 1
    assert ann.ask("POST", "/holds/99/lift", {"reason": "x"}).json()["reason"] == "hold.unknown"
    assert ann.ask("PUT", "/retention/rules", {"kind": "transcript", "days": None}).json()["items"] == []


def test_an_erasure_by_two_people(service: Service) -> None:
    """Listed, asked for by one, approved by another; the certificate names the webhook that had it."""
    ann = Browser(service, add(service, "ann", "administrator"))
    bob = Browser(service, add(service, "bob", "administrator"))
    put(service, "c-1", "c-2")
    assert ann.ask("PUT", "/privacy", {"two_people": True}).json()["two_people"]
    customer = {"by": "customer", "value": "u-9"}
    assert ann.ask("POST", "/erasures/preview", customer).json()["erasable"] == 2
    asked = ann.ask("POST", "/erasures", customer)
    assert asked.status_code == 202
    number = asked.json()["approval"]
    assert ann.ask("POST", f"/approvals/{number}/approve").json()["reason"] == "approval.same_person"
    assert bob.ask("GET", "/approvals").json()["items"][0]["subject"]["value"] == "u-9"
    done = bob.ask("POST", f"/approvals/{number}/approve").json()
    assert (done["certificate"]["erased"], done["approval"]["state"]) == (2, "approved")
    assert bob.ask("GET", "/conversations/c-1").status_code == 404
    lowered = ann.ask("PUT", "/privacy", {"two_people": False}).json()
    assert (lowered["two_people"], lowered["approval"] is None) == (True, False)
    assert bob.ask("POST", f"/approvals/{lowered['approval']}/refuse").json()["state"] == "refused"


def test_a_client_is_no_second_person(service: Service) -> None:
    """Whatever its scopes are."""
    client = service.new_client("log:write", "conversations:write", tenant=TENANT)
    headers = {"Authorization": f"Bearer {service.token(client)}"}
    http = service.http
    assert http.get(f"{service.url}/api/v1/privacy", headers=headers).status_code == 200
    refused = http.get(f"{service.url}/api/v1/approvals", headers=headers)
    assert refused.json()["reason"] == "scope.missing"


def test_an_erasure_by_id_names_who_did_it(service: Service) -> None:
    """The log has the user, not the system."""
    ann = Browser(service, add(service, "ann", "administrator"))
    put(service, "c-1")
    assert ann.ask("DELETE", "/conversations/c-1").status_code == 204
    (entry,) = ann.ask("GET", "/log?action=conversation.erased").json()["items"]
    assert entry["principal"] == "user:ann@example.com"


def test_nothing_is_erased_while_holds_may_be_missing(service: Service) -> None:
    """After a restore without a list every door refuses with its reason, until an operator resumes."""
    ann = Browser(service, add(service, "ann", "administrator"))
    put(service, "c-1")
    service.store.log.keep_sent(1_793_530_800_000, RESTORED)
    ann.ask("PUT", "/retention/rules", {"days": 1})
    for method, path, body in (
        ("DELETE", "/conversations/c-1", None),
        ("POST", "/erasures", {"by": "customer", "value": "u-9"}),
        ("POST", "/retention/runs", None),
    ):
        answer = ann.ask(method, path, body)
        assert (answer.status_code, answer.json()["reason"]) == (409, "erasures.restored"), path
    assert ann.ask("GET", "/conversations/c-1").status_code == 200
    assert bootstrap.privacy.resume_erasures(service.store, "cli:test")
    assert ann.ask("DELETE", "/conversations/c-1").status_code == 204
