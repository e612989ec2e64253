"""Our own API over agreement: the machine beside submitted audits."""

from typing import Any

import msgspec
import pytest

from tests.e2e.audits.test_api_audits import FORM, document, send
from tests.e2e.own import Own, problem
from tests.e2e.serving import TENANT, Service, work


@pytest.fixture(scope="module")
def own(service: Service) -> Own:
    """Who may read audits, beside a server on which three were submitted; in one of them machine and auditor differ."""
    service.store.within(TENANT).forms.publish("ef-audited", FORM)
    found = Own(service, service.new_client("conversations:write", "audits:write"))
    body = msgspec.json.Encoder().encode_lines([document(n) for n in range(3)])
    assert found.ask("POST", "/conversations", body).status_code == 202
    work(service)
    for number, said in enumerate(("YES", "YES", "NO")):
        answers = [{"metric_id": "em-hello", "answer": said}, {"metric_id": "em-kind", "answer": "YES"}]
        assert send(found, "POST", f"/audits/a-{number}/assign", auditor="Ada").status_code == 200
        assert send(found, "POST", f"/audits/a-{number}/submit", answers=answers).status_code == 200
    return found


def agreement(own: Own, **only: Any) -> Any:
    """Ask for the agreement."""
    answer = own.ask("GET", "/agreement", params=only)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_agreement_with_what_differs(own: Own) -> None:
    """The figures of each form and metric, and both sides of a disagreement."""
    found = agreement(own, form="ef-audited", version=1)
    (form,) = found["forms"]
    (hello,) = form["metrics"]
    assert (found["audits"], form["id"], hello["id"], hello["n"], hello["agreement"]) == (
        3,
        "ef-audited",
        "em-hello",
        3,
        0.6667,
    )
    assert (hello["kappa"], hello["kappa_interval"]) == (0.0, None)
    assert hello["reason"]
    (shown,) = hello["disagreements"]
    assert (shown["conversation_id"], shown["machine"], shown["answer"], shown["auditor"]) == (
        "a-2",
        "YES",
        "NO",
        "Ada",
    )
    assert shown["evidence"][0]["text"] == "Hello."
    assert agreement(own, disagreements=0)["forms"][0]["metrics"][0]["disagreements"] == []
    assert agreement(own, until="2026-03-23T10:00:00Z")["audits"] == agreement(own, auditor="Grace")["audits"] == 0


def test_what_cannot_be_asked_is_refused(own: Own) -> None:
    """With the reason that the table of errors has."""
    ask = own.ask
    problem(ask("GET", "/agreement?form=ef-none"), 404, "form.unknown")
    problem(ask("GET", "/agreement?disagreements=1001"), 400, "field.out_of_range")
    problem(ask("GET", "/agreement?since=2026-03-24T00:00:00Z&until=2026-03-23T00:00:00Z"), 400, "range.reversed")
    stranger = Own(own.service, own.service.new_client("conversations:read"))
    problem(stranger.ask("GET", "/agreement"), 403, "scope.missing")
