"""Our own API over plans, assignments and estimates: from a plan to an estimate, and what is refused."""

from typing import Any

import pytest

from tests.data_files import data_of
from tests.e2e.audits.test_api_audits import send
from tests.e2e.own import Own, problem
from tests.e2e.serving import TENANT, Service

FORM = data_of(__file__, "form").encode()
ANSWERS = {"em-hello": "YES", "em-kind": "NA"}


def document(number: int) -> dict[str, Any]:
    """A call of two minutes, with a greeting three times in four."""
    return {
        "id": f"p-{number}",
        "channel": "voice",
        "started_at": f"2026-05-23T10:{number:02}:00Z",
        "ended_at": f"2026-05-23T10:{number:02}:30Z",
        "queues": [{"id": "qu-planned"}],
        "agents": [{"id": "ag-planned"}],
        "turns": [{"id": "m1", "speaker": "agent", "text": "Hello." if number % 4 else "Yes?"}],
    }


@pytest.fixture(scope="module")
def loaded(service: Service) -> Service:
    """The server, with forty scored conversations."""
    service.store.within(TENANT).forms.publish("ef-planned", FORM)
    Own(service, service.new_client("conversations:write")).load(*(document(n) for n in range(40)))
    return service


@pytest.fixture
def own(loaded: Service) -> Own:
    """A client that may audit, and is an auditor itself."""
    return Own(loaded, loaded.new_client("audits:write"))


def plan(own: Own, **changes: Any) -> dict[str, Any]:
    """Return the body of a plan for eight conversations, all for the client."""
    made: dict[str, Any] = {
        "name": "May",
        "form_id": "ef-planned",
        "frame": {"since": "2026-05-01", "until": "2026-06-01", "queues": ["QU-planned"]},
        "quota": {"per": "all", "count": 8},
        "seed": "may",
        "auditors": [{"user": own.client.client_id, "share": 100}],
    }
    return made | changes


def created(own: Own, **changes: Any) -> str:
    """Create a plan and return its id."""
    answer = send(own, "POST", "/plans", **plan(own, **changes))
    assert answer.status_code == 201, answer.text
    assert answer.json()["version"] == 1
    return answer.json()["plan_id"]


@pytest.mark.landing
def test_from_a_plan_to_an_estimate(own: Own) -> None:
    """The draw is exact and the same twice; each item comes once; the estimate has the shape that is promised."""
    shown = send(own, "POST", "/plans/preview", **plan(own)).json()
    assert (shown["frame_count"], shown["items"]) == (40, 8)
    plan_id = created(own)
    drawn = own.ask("POST", f"/plans/{plan_id}/draw").json()
    assert drawn["frame_count"] == 40
    assert [one["probability"] for one in drawn["items"]] == [0.2] * 8
    assert own.ask("POST", f"/plans/{plan_id}/draw").json()["items"] == drawn["items"]
    seen: list[str] = []
    while (answer := send(own, "POST", "/assignments/next", plan_id=plan_id)).status_code == 200:
        item = answer.json()
        seen.append(item["conversation_id"])
        begun = own.ask("GET", "/assignments?state=begun").json()["items"]
        assert [one["assignment_id"] for one in begun] == [item["assignment_id"]]
        path = f"/assignments/{item['assignment_id']}"
        assert send(own, "PUT", f"{path}/draft", answers={"em-hello": "NO"}).json()["draft"]["answers"]
        done = send(own, "POST", f"{path}/submit", answers=ANSWERS, comments={"em-hello": "Clear."})
        assert done.status_code == 200, done.text
        assert (done.json()["state"], done.json()["result"]["score"]) == ("submitted", 100)
    assert answer.status_code == 204
    assert sorted(seen) == sorted(one["conversation_id"] for one in drawn["items"])
    found = own.ask("GET", f"/estimates?form_id=ef-planned&metric_id=em-hello&plan_id={plan_id}").json()
    assert (found["machine"], found["estimate"], found["n"], found["population"]) == (0.75, 1.0, 8, 40)
    assert found["low"] < 1.0 == found["high"]
    assert found["method"] == "post-stratified"
    progress = own.ask("GET", f"/plans/{plan_id}").json()
    assert progress["by_auditor"] == {own.client.client_id: {"submitted": 8}}
    assert own.service.application.verify() == []


@pytest.mark.landing
def test_a_seed_may_be_a_number(own: Own) -> None:
    """It draws what its digits draw; parameters that an estimate lacks or cannot use are named."""
    items: list[list[str]] = []
    for seed in (7, "7", "8"):
        plan_id = created(own, seed=seed)
        drawn = own.ask("POST", f"/plans/{plan_id}/draw").json()["items"]
        items.append([one["conversation_id"] for one in drawn])
        assert own.ask("GET", f"/plans/{plan_id}").json()["seed"] == str(seed)
    assert items[0] == items[1] != items[2]
    problem(send(own, "POST", "/plans", **plan(own, seed=True)), 400, "field.wrong_type")
    assert problem(own.ask("GET", "/estimates"), 400, "field.missing")["field"] == "form_id"
    wide = own.ask("GET", "/estimates?form_id=ef-planned&half_width=2")
    assert problem(wide, 400, "field.out_of_range")["field"] == "half_width"


def test_only_the_auditor_of_an_item_may_work_on_it(own: Own) -> None:
    """Another client gets nothing of the plan, and may neither draft, submit nor decline."""
    plan_id = created(own)
    own.ask("POST", f"/plans/{plan_id}/draw")
    item = send(own, "POST", "/assignments/next", plan_id=plan_id).json()
    other = Own(own.service, own.service.new_client("audits:write"))
    assert send(other, "POST", "/assignments/next", plan_id=plan_id).status_code == 204
    assert other.ask("POST", "/assignments/next").status_code == 204
    path = f"/assignments/{item['assignment_id']}"
    problem(send(other, "POST", f"{path}/submit", answers=ANSWERS), 403, "assignment.not_yours")
    problem(send(other, "PUT", f"{path}/draft", answers=ANSWERS), 403, "assignment.not_yours")
    problem(send(other, "POST", f"{path}/decline", reason="none"), 403, "assignment.not_yours")
    assert other.ask("GET", path).json()["draft"] == {}
    problem(send(own, "POST", f"{path}/reassign", auditor="bob@example.com"), 409, "assignment.begun")
    problem(send(own, "PUT", f"{path}/draft", answers={"em-hello": "MAYBE"}), 422, "level.unknown")
    assert send(own, "POST", f"{path}/decline", reason="No sound.").json()["state"] == "declined"
    problem(send(own, "POST", f"{path}/submit", answers=ANSWERS), 409, "assignment.finished")


def test_what_is_refused(own: Own) -> None:
    """Shares of 99 per cent, missing and unknown fields, unknown forms, empty frames, and estimates without a draw."""
    ann = [{"user": "ann@example.com", "share": 99}]
    told = problem(send(own, "POST", "/plans", **plan(own, auditors=ann)), 422, "plan.invalid")
    assert told["field"] == "auditors.share"
    problem(send(own, "POST", "/plans", name="x"), 400, "field.missing")
    problem(send(own, "POST", "/plans", **plan(own, more=1)), 400, "field.unknown")
    problem(send(own, "POST", "/plans", **plan(own, form_id="ef-none")), 404, "form.unknown")
    later = {"since": "2030-01-01", "until": "2030-02-01"}
    empty = created(own, frame=later)
    problem(own.ask("POST", f"/plans/{empty}/draw"), 409, "plan.empty_frame")
    problem(own.ask("POST", "/plans/pl-none/draw"), 404, "plan.unknown")
    problem(
        own.ask("GET", f"/estimates?form_id=ef-planned&metric_id=em-hello&plan_id={empty}"), 409, "estimate.refused"
    )
    problem(own.ask("GET", "/assignments/as-none"), 404, "assignment.unknown")
    reader = Own(own.service, own.service.new_client("audits:read"))
    problem(send(reader, "POST", "/plans", **plan(own)), 403, "scope.missing")
    assert reader.ask("GET", "/plans").json()["items"]


def test_figures_of_auditors_agents_time_and_groups(own: Own) -> None:
    """Each has its shape, and names what is missing."""
    asked = "form_id=ef-planned&metric_id=em-hello"
    raters = own.ask("GET", "/quality/raters?form_id=ef-planned").json()
    assert set(raters) == {"raters", "double", "scores", "anchoring", "severity_by_team"}
    agents = own.ask("GET", f"/quality/agents?{asked}").json()
    assert agents["agents"]["ag-planned"]["n"] == 40
    chart = own.ask("GET", f"/quality/chart?{asked}&step=day").json()
    assert [point["n"] for point in chart["chart"]["points"]] == [40]
    fairness = own.ask("GET", f"/quality/fairness?{asked}&by=queue").json()
    assert set(fairness) == {"groups", "findings"}
    problem(own.ask("GET", "/quality/chart?form_id=ef-none"), 404, "range.empty")
    assert own.ask("GET", "/quality/fairness?form_id=ef-planned").status_code == 400


def test_a_revised_and_paused_plan(own: Own) -> None:
    """Each is a new version; a paused one draws nothing."""
    plan_id = created(own)
    revised = send(own, "PUT", f"/plans/{plan_id}", **plan(own, name="May, again")).json()
    assert (revised["version"], revised["name"]) == (2, "May, again")
    assert own.ask("POST", f"/plans/{plan_id}/pause").json()["version"] == 3
    problem(own.ask("POST", f"/plans/{plan_id}/draw"), 409, "plan.paused")
    assert own.ask("POST", f"/plans/{plan_id}/resume").json()["version"] == 4
    assert own.ask("POST", f"/plans/{plan_id}/draw").status_code == 200


def test_answers_to_an_item_on_an_older_revision(own: Own) -> None:
    """When two programs answer the same item, the second gets a conflict and none of its answers is stored."""
    plan_id = created(own)
    own.ask("POST", f"/plans/{plan_id}/draw")
    item = send(own, "POST", "/assignments/next", plan_id=plan_id).json()
    path = f"/assignments/{item['assignment_id']}"
    drafted = send(own, "PUT", f"{path}/draft", answers={"em-hello": "NO"}, revision=item["revision"]).json()
    assert drafted["revision"] > item["revision"]
    stale = {"answers": ANSWERS, "revision": item["revision"]}
    problem(send(own, "PUT", f"{path}/draft", **stale), 409, "audit.moved")
    problem(send(own, "POST", f"{path}/submit", **stale), 409, "audit.moved")
    assert own.ask("GET", path).json() == drafted
    assert send(own, "PUT", f"{path}/draft", answers={"em-hello": "YES"}).status_code == 200
    problem(send(own, "PUT", f"{path}/draft", answers=ANSWERS, revision=0), 400, "field.wrong_type")
