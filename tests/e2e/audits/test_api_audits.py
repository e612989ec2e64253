"""Our own API over audits: assigned, drafted, submitted, and what everybody sees of it then."""

from typing import Any

import msgspec
import pytest

from tests.data_files import data_of
from tests.e2e.own import Own, problem
from tests.e2e.serving import TENANT, Service

FORM = data_of(__file__, "form").encode()


def document(number: int) -> dict[str, Any]:
    """A call of two minutes."""
    return {
        "id": f"a-{number}",
        "channel": "voice",
        "started_at": "2026-03-23T10:00:00Z",
        "ended_at": "2026-03-23T10:02:00Z",
        "queues": [{"id": "qu-audited"}],
        "turns": [{"id": "m1", "speaker": "agent", "text": "Hello."}],
    }


@pytest.fixture(scope="module")
def loaded(service: Service) -> Service:
    """The server, with conversations to audit."""
    service.store.within(TENANT).forms.publish("ef-audited", FORM)
    Own(service, service.new_client("conversations:write")).load(*(document(n) for n in range(7)))
    return service


@pytest.fixture
def own(loaded: Service) -> Own:
    """Who may audit."""
    return Own(loaded, loaded.new_client("audits:write", "conversations:read"))


def send(own: Own, method: str, path: str, **body: Any) -> Any:
    """Send a JSON object."""
    return own.ask(method, path, msgspec.json.encode(body), headers={"Content-Type": "application/json"})


def test_from_assignment_to_submission(own: Own) -> None:
    """Every step is seen at once where it should be: the draft by the auditor alone, the result by all."""
    assigned = send(own, "POST", "/audits/a-0/assign", auditor="Ada")
    assert assigned.status_code == 200, assigned.text
    assert (assigned.json()["state"], assigned.json()["auditor"]) == ("assigned", "Ada")
    assert [each["machine"] for each in assigned.json()["metrics"]] == ["YES", "-"]
    answers = [{"metric_id": "em-hello", "answer": "NO", "comment": "mumbled"}]
    drafted = send(own, "PUT", "/audits/a-0/draft", answers=answers).json()
    assert drafted["draft"]["answers"] == answers
    seen = own.ask("GET", "/conversations/a-0").json()["audit"]
    assert (seen["state"], seen["result"], "draft" in seen) == ("assigned", None, False)
    told = problem(send(own, "POST", "/audits/a-0/submit"), 422, "audit.incomplete")
    assert "em-kind" in told["detail"]
    last = {"answers": [{"metric_id": "em-kind", "answer": "YES"}], "comment": "Nearly."}
    done = send(own, "POST", "/audits/a-0/submit", **last).json()
    assert (done["state"], done["result"]["score"], done["result"]["comment"]) == ("audited", 40, "Nearly.")
    assert [each["action"] for each in done["trail"]] == ["assigned", "submitted"]
    assert done["trail"][1]["by"] == own.client.client_id
    assert send(own, "POST", "/audits/a-0/submit", **last).json() == done
    problem(send(own, "PUT", "/audits/a-0/draft", comment="more"), 409, "audit.finished")
    page = own.ask("GET", "/conversations?queue=qu-audited").json()["items"]
    assert {row["id"]: row["audit"] for row in page}["a-0"] == {"state": "audited", "score": 40}
    assert own.ask("GET", "/conversations/a-0").json()["audit"]["result"]["score"] == 40
    assert own.service.application.verify() == []


def test_as_the_machine_answered(own: Own) -> None:
    """`as_machine` fills in what the machine knows."""
    send(own, "POST", "/audits/a-1/assign", auditor="Ada", by="Lead")
    body = {"as_machine": True, "answers": [{"metric_id": "em-kind", "answer": "NA"}], "by": "Ada"}
    done = send(own, "POST", "/audits/a-1/submit", **body).json()
    assert [each["answer"] for each in done["result"]["answers"]] == ["YES", "NA"]
    assert [each["by"] for each in done["trail"]] == ["Lead", "Ada"]


def test_lists(own: Own) -> None:
    """By state and by auditor, in pages."""
    for number in (2, 3, 4):
        send(own, "POST", f"/audits/a-{number}/assign", auditor="Grace")
    read: list[str] = []
    cursor = ""
    while cursor is not None:
        page = own.ask(
            "GET", "/audits", params={"auditor": "Grace", "limit": "2", **({"cursor": cursor} if cursor else {})}
        )
        read += [each["conversation_id"] for each in page.json()["items"]]
        cursor = page.json()["next_cursor"]
    assert read == ["a-2", "a-3", "a-4"]
    assert own.ask("GET", "/audits?state=audited&auditor=Grace").json() == {"items": [], "next_cursor": None}
    assert own.ask("GET", "/audits?auditor=Nobody").json()["items"] == []
    problem(own.ask("GET", "/audits?state=done"), 400, "field.unknown_value")


def test_what_is_refused(own: Own) -> None:
    """Problems with a reason each."""
    problem(own.ask("GET", "/audits/nobody"), 404, "conversation.unknown")
    problem(send(own, "POST", "/audits/nobody/assign", auditor="Ada"), 404, "conversation.unknown")
    problem(send(own, "PUT", "/audits/a-5/draft"), 409, "audit.not_assigned")
    problem(send(own, "POST", "/audits/a-5/assign", auditor=" "), 422, "auditor.invalid")
    problem(send(own, "POST", "/audits/a-5/assign"), 400, "field.missing")
    told = problem(send(own, "POST", "/audits/a-5/assign", auditor="Ada", colour=1), 400, "field.unknown")
    assert told["field"] == "colour"
    told = problem(send(own, "POST", "/audits/a-5/assign", auditor=5), 400, "field.wrong_type")
    assert told["field"] == "auditor"
    problem(
        own.ask("POST", "/audits/a-5/assign", b"{", headers={"Content-Type": "application/json"}), 400, "body.malformed"
    )
    send(own, "POST", "/audits/a-5/assign", auditor="Ada")
    answers = [{"metric_id": "em-none", "answer": "YES"}]
    problem(send(own, "PUT", "/audits/a-5/draft", answers=answers), 422, "metric.unknown")
    answers = [{"metric_id": "em-kind", "answer": "MAYBE"}]
    told = problem(send(own, "PUT", "/audits/a-5/draft", answers=answers), 400, "field.wrong_type")
    assert told["field"] == "answers[0].answer"


def test_scopes(loaded: Service, own: Own) -> None:
    """Who may read audits may not write them."""
    reader = Own(loaded, loaded.new_client("audits:read"))
    assert reader.ask("GET", "/audits").status_code == 200
    assert reader.ask("GET", "/audits/a-5").status_code == 200
    problem(send(reader, "POST", "/audits/a-5/assign", auditor="Ada"), 403, "scope.missing")
    assert own.ask("GET", "/audits").status_code == 200


def test_answers_on_an_older_revision(own: Own) -> None:
    """They are refused and change nothing; without a revision, or repeated, they are stored as before."""
    assert send(own, "POST", "/audits/a-6/assign", auditor="Ada").json()["revision"] == 1
    first = {"answers": [{"metric_id": "em-hello", "answer": "YES"}], "revision": 1}
    after = send(own, "PUT", "/audits/a-6/draft", **first).json()
    assert after["revision"] == 2
    assert send(own, "PUT", "/audits/a-6/draft", **first).json() == after
    second = {"answers": [{"metric_id": "em-hello", "answer": "NO"}]}
    told = problem(send(own, "PUT", "/audits/a-6/draft", **second, revision=1), 409, "audit.moved")
    assert (told["field"], told["value"]) == ("revision", 1)
    assert "read revision 2 first" in told["detail"]
    assert own.ask("GET", "/audits/a-6").json() == after
    assert send(own, "PUT", "/audits/a-6/draft", **second).json()["revision"] == 3
    last = {"answers": [{"metric_id": "em-kind", "answer": "YES"}]}
    problem(send(own, "POST", "/audits/a-6/submit", **last, revision=2), 409, "audit.moved")
    assert send(own, "POST", "/audits/a-6/submit", **last, revision=3).json()["state"] == "audited"
