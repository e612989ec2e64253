"""Reviews and disputes over HTTP, on both databases: each of the vendor's statuses, duties, bad cases."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from auscult.domain.disputes.dispute import UNDO
from auscult.domain.errors import ConflictError
from auscult.domain.people.principal import operator
from auscult.reports import REPORTS
from auscult.services.disputes.reviewing import Reviewing
from tests.data_files import data_of
from tests.e2e.audits.test_api_audits import send
from tests.e2e.own import Own, problem
from tests.e2e.people.signing_in import Browser, add
from tests.e2e.serving import TENANT, Service

FORM = data_of(__file__, "form").encode()
ANSWERS = {"em-hello": "NO", "em-kind": "YES"}


def document(name: str, agent: str = "ag-disputed") -> dict[str, Any]:
    """A call of an agent without a greeting."""
    return {
        "id": name,
        "channel": "voice",
        "started_at": "2026-05-23T10:00:00Z",
        "ended_at": "2026-05-23T10:00:30Z",
        "queues": [{"id": "qu-disputed"}],
        "agents": [{"id": agent}],
        "turns": [{"id": "m1", "speaker": "agent", "text": "Yes?", "agent_id": agent}],
    }


class People:
    """The people around an audit, each with a browser."""

    def __init__(self, service: Service) -> None:
        """Add them; the agents are known, as each has a conversation."""
        mark = uuid.uuid4().hex[:6]
        self.service = service
        self.loading = Own(service, service.new_client("conversations:write", "audits:write"))
        known = [document(f"d-{mark}-{agent}", agent) for agent in ("ag-disputed", "ag-elsewhere")]
        self.loading.load(*known)
        self.auditor = Browser(service, add(service, f"ann-{mark}", "auditor"))
        self.manager = Browser(service, add(service, f"max-{mark}", "qa-manager"))
        self.other = Browser(service, add(service, f"eva-{mark}", "qa-manager"))
        self.agent = Browser(service, add(service, f"lee-{mark}", "agent", agents=("ag-disputed",)))
        self.stranger = Browser(service, add(service, f"kim-{mark}", "agent", agents=("ag-elsewhere",)))
        self.email = f"ann-{mark}@example.com"

    def audited(self, **answers: str) -> tuple[str, str]:
        """Load a conversation and have it audited; its id and its assignment's."""
        name = f"d-{uuid.uuid4().hex[:8]}"
        self.loading.load(document(name))
        assert send(self.loading, "POST", f"/audits/{name}/assign", auditor=self.email).status_code == 200
        found = self.auditor.ask("GET", f"/assignments?conversation_id={name}").json()["items"]
        path = f"/assignments/{found[0]['assignment_id']}"
        done = self.auditor.ask("POST", f"{path}/submit", {"answers": ANSWERS | answers})
        assert done.status_code == 200, done.text
        return name, path

    def policy(self, **policy: Any) -> None:
        """Set the app's policy."""
        answer = self.manager.ask("PUT", "/review-policy", policy)
        assert answer.status_code == 200, answer.text


@pytest.fixture(scope="module")
def people(service: Service) -> People:
    """An app with the form, and its people."""
    service.store.within(TENANT).forms.publish("ef-disputed", FORM)
    return People(service)


def dispute(people: People, path: str, **changes: Any) -> str:
    """Dispute the greeting as the agent; the dispute's id."""
    body = {"metric_id": "em-hello", "comment": "I said yes, which is a greeting.", "proposed": "YES"} | changes
    answer = people.agent.ask("POST", f"{path}/disputes", body)
    assert answer.status_code == 201, answer.text
    return answer.json()["dispute_id"]


def decide(browser: Browser, dispute_id: str, decision: str = "accept", **more: Any) -> Any:
    """Decide a dispute."""
    return browser.ask("POST", f"/disputes/{dispute_id}/decide", {"decision": decision, "reason": "Heard it.", **more})


def status(browser: Browser, path: str) -> str:
    """Return the status of a review."""
    return browser.ask("GET", f"{path}/review").json()["status"]


def later(people: People, path: str) -> str:
    """Return the status of a review once its acceptances are final."""
    app = people.service.store.within(TENANT)
    work = Reviewing(app, REPORTS, lambda: datetime.now(UTC) + UNDO, operator())
    return work.show(path.removeprefix("/assignments/")).status


def test_an_acceptance_is_undone_within_ten_minutes(people: People) -> None:
    """The API names the time at which it is final; the agent alone undoes it, and once it is final nobody."""
    people.policy()
    name, path = people.audited()
    done = people.agent.ask("POST", f"{path}/accept", {}).json()
    assert (done["status"], {each["status"] for each in done["metrics"]}) == (
        "pending_agent_review",
        {"agent_accepted"},
    )
    final = datetime.fromisoformat(done["final_at"])
    assert timedelta(minutes=9) < final - datetime.now(UTC) <= UNDO
    assert {each["final_at"] for each in done["metrics"]} == {done["final_at"]}
    assert later(people, path) == "resolved"
    problem(people.stranger.ask("POST", f"{path}/undo-accept", {}), 404, "assignment.unknown")
    problem(people.auditor.ask("POST", f"{path}/undo-accept", {}), 403, "permission.missing")
    undone = people.agent.ask("POST", f"{path}/undo-accept", {"metric_ids": ["em-kind"]}).json()
    assert {each["metric_id"]: each["status"] for each in undone["metrics"]} == {
        "em-hello": "agent_accepted",
        "em-kind": "pending",
    }
    undone = people.agent.ask("POST", f"{path}/undo-accept", {}).json()
    assert (undone["final_at"], {each["status"] for each in undone["metrics"]}) == (None, {"pending"})
    changes = [each["kind"] for each in feed(people, name)]
    assert changes[-3:] == ["agent_accepted", "acceptance_undone", "acceptance_undone"]
    app = people.service.store.within(TENANT)
    past = Reviewing(app, REPORTS, lambda: datetime.now(UTC) - UNDO, operator())
    with pytest.raises(ConflictError, match="not released"):
        past.accept(path.removeprefix("/assignments/"))
    assert people.service.application.verify() == []


def feed(people: People, name: str) -> list[dict[str, Any]]:
    """Return the changes of a conversation, in order."""
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = people.manager.ask("GET", f"/changes?limit=500{cursor and f'&cursor={cursor}'}").json()
        found += page["items"]
        if not page["items"] or not page.get("next_cursor"):
            return [each for each in found if each["conversation_id"] == name]
        cursor = page["next_cursor"]


def test_an_accepted_dispute_changes_answer_score_and_reports(people: People) -> None:
    """In the audit, its trail, the statistics, the examples and the feed."""
    name, path = people.audited()
    found = dispute(people, path)
    done = decide(people.manager, found).json()
    assert (done["state"], done["decided_answer"], done["decided_by"]) == (
        "accepted",
        "YES",
        people.manager.ask("GET", "/me").json()["email"],
    )
    audit = people.manager.ask("GET", f"/audits/{name}").json()
    assert (audit["result"]["score"], audit["result"]["passed"]) == (100, True)
    assert [step["action"] for step in audit["trail"]][-3:] == ["submitted", "disputed", "dispute_decided"]
    review = people.agent.ask("GET", f"{path}/review").json()
    assert [(each["metric_id"], each["status"]) for each in review["metrics"]] == [
        ("em-hello", "accepted"),
        ("em-kind", "pending"),
    ]
    figures = people.manager.ask("GET", "/disputes/statistics").json()
    assert next(each for each in figures["metrics"] if each["key"] == "em-hello")["overturned"] >= 1
    examples = people.manager.ask("GET", "/disputes/examples").text.splitlines()
    assert {"id": name, "metrics": {"em-hello": "YES"}} in [msgspec.json.decode(line) for line in examples]
    changes = people.service.store.within(TENANT).feed.after(0, 10_000)
    kinds = [each.kind for each in changes if each.conversation_id == name]
    assert kinds[-4:] == ["released", "disputed", "audited", "dispute_decided"]
    assert people.service.application.verify() == []


def test_duties_are_separated(people: People) -> None:
    """Not the auditor, not the agent, not who raised it, and nobody without the permission."""
    _, path = people.audited()
    found = dispute(people, path)
    problem(decide(people.auditor, found), 403, "permission.missing")
    problem(decide(people.agent, found), 403, "permission.missing")
    assert decide(people.stranger, found).status_code == 404
    assert people.stranger.ask("POST", f"{path}/disputes", {"metric_id": "em-kind", "comment": "x"}).status_code == 404
    name, other = people.audited()
    client = Own(people.service, people.service.new_client("audits:write", "conversations:read"))
    raised = send(client, "POST", f"{other}/disputes", metric_id="em-hello", comment="For the agent.")
    assert raised.status_code == 201, raised.text
    answer = send(client, "POST", f"/disputes/{raised.json()['dispute_id']}/decide", decision="deny", reason="x")
    problem(answer, 403, "dispute.own_dispute")
    del name


def test_the_same_or_a_named_reviewer(people: People) -> None:
    """The policy chooses: the auditor decides their own where it says so, else one of those named."""
    people.policy(reviewer="same")
    _, path = people.audited()
    found = dispute(people, path)
    problem(decide(people.manager, found), 403, "dispute.not_reviewer")
    assert decide(people.auditor, found).status_code == 200
    people.policy(reviewer="named", reviewers=[people.other.ask("GET", "/me").json()["email"]])
    _, path = people.audited()
    found = dispute(people, path)
    problem(decide(people.manager, found), 403, "dispute.not_reviewer")
    assert decide(people.other, found).status_code == 200
    people.policy()


def test_a_blind_rater_reads_no_dispute(people: People) -> None:
    """Until they have rated: neither the review, nor the dispute, nor a row of the list."""
    name, path = people.audited()
    found = dispute(people, path)
    blind = Browser(people.service, email := add(people.service, f"bob-{uuid.uuid4().hex[:6]}", "auditor"))
    second = {"conversation_id": name, "auditor": email, "role": "second", "hidden": ["machine", "others"]}
    asked = people.manager.ask("POST", "/assignments", second)
    assert asked.status_code == 201, asked.text
    assert blind.ask("GET", f"{path}/review").status_code == 404
    assert blind.ask("GET", f"/disputes/{found}").status_code == 404
    assert found not in {each["dispute_id"] for each in blind.ask("GET", "/disputes").json()["items"]}
    assert people.manager.ask("GET", f"/disputes/{found}").status_code == 200


def test_two_decisions_at_once(people: People) -> None:
    """One counts; every other is refused, and nothing is done twice."""
    name, path = people.audited()
    found = dispute(people, path)
    given = [(people.manager, "accept"), (people.other, "deny")] * 3
    with ThreadPoolExecutor(len(given)) as pool:
        answers = list(pool.map(lambda each: decide(each[0], found, each[1]), given))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 5
    kept = people.manager.ask("GET", f"/disputes/{found}").json()
    score = people.manager.ask("GET", f"/audits/{name}").json()["result"]["score"]
    assert score == (100 if kept["state"] == "accepted" else 40)
    trail = people.manager.ask("GET", f"/audits/{name}").json()["trail"]
    assert [step["action"] for step in trail].count("dispute_decided") == 1


def test_an_audit_that_is_reopened_while_it_is_disputed(people: People) -> None:
    """The dispute ends as re-opened, the metric is pending again, and the decision comes too late."""
    _, path = people.audited()
    found = dispute(people, path)
    assert people.auditor.ask("POST", f"{path}/reaudit", {"answers": {"em-hello": "YES"}}).status_code == 200
    assert people.agent.ask("GET", f"/disputes/{found}").json()["state"] == "reopened"
    problem(decide(people.manager, found), 409, "dispute.decided")
    assert status(people.agent, path) == "pending_agent_review"


def test_a_conversation_that_is_erased_under_a_dispute(people: People) -> None:
    """What it said is gone; that there was a dispute is kept, and stays countable."""
    name, path = people.audited()
    found = dispute(people, path)
    assert people.loading.ask("DELETE", f"/conversations/{name}").status_code in {200, 204}
    kept = people.manager.ask("GET", f"/disputes/{found}").json()
    assert (kept["state"], kept["conversation_id"], kept["comment"], kept["metric_id"]) == (
        "erased",
        None,
        "",
        "em-hello",
    )
    problem(decide(people.manager, found), 409, "dispute.decided")
    assert people.manager.ask("GET", f"{path}/review").status_code in {404, 409}
    assert people.service.application.verify() == []


@pytest.mark.parametrize(("body", "code", "reason"), data_of(__file__, "disputes_that_are_refused"))
def test_disputes_that_are_refused(people: People, body: dict[str, Any], code: int, reason: str) -> None:
    """Each with its field and reason."""
    _, path = people.audited()
    problem(people.agent.ask("POST", f"{path}/disputes", body), code, reason)


def test_decisions_and_answers_that_are_refused(people: People) -> None:
    """A reason is mandatory; an unknown dispute, an unsubmitted audit and a foreign policy each have an answer."""
    _, path = people.audited()
    found = dispute(people, path)
    problem(
        people.manager.ask("POST", f"/disputes/{found}/decide", {"decision": "deny", "reason": ""}),
        422,
        "reason.missing",
    )
    problem(
        people.manager.ask("POST", f"/disputes/{found}/decide", {"decision": "maybe", "reason": "x"}),
        400,
        "field.wrong_type",
    )
    problem(decide(people.manager, "di-none"), 404, "dispute.unknown")
    problem(people.agent.ask("POST", f"{path}/accept", {"metric_ids": ["em-hello"]}), 409, "dispute.open")
    assert people.agent.ask("POST", f"/disputes/{found}/withdraw").json()["state"] == "withdrawn"
    problem(people.manager.ask("PUT", "/review-policy", {"window_days": 0}), 422, "policy.invalid")
    problem(people.agent.ask("PUT", "/review-policy", {}), 403, "permission.missing")
    listed = people.agent.ask("GET", "/disputes?state=withdrawn").json()["items"]
    assert found in {each["dispute_id"] for each in listed}
    mine = people.agent.ask("GET", "/reviews").json()["items"]
    assert path.removeprefix("/assignments/") in {each["assignment_id"] for each in mine}
    assert people.stranger.ask("GET", "/reviews").json()["items"] == []
