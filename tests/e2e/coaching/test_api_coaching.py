"""Coaching over HTTP, on both databases: states, consent, before and after, bad cases."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from auscult.domain.people.directory import DirectoryAgent
from tests.data_files import data_of
from tests.e2e.own import Own, problem
from tests.e2e.people.signing_in import Browser, add
from tests.e2e.serving import TENANT, Service

FORM = data_of(__file__, "form").encode()


class Floor:
    """A coach and two agents, each with a browser."""

    def __init__(self, service: Service) -> None:
        """Add them; the directory knows the agents, who have no conversation yet."""
        mark = uuid.uuid4().hex[:6]
        self.service = service
        self.lee, self.kim = f"ag-lee-{mark}", f"ag-kim-{mark}"
        directory = service.store.within(TENANT).people.directory
        directory.put_agents([DirectoryAgent(agent_id=each) for each in (self.lee, self.kim)])
        self.coach = Browser(service, add(service, f"sam-{mark}", "qa-manager"))
        self.agent = Browser(service, add(service, f"lee-{mark}", "agent", agents=(self.lee,)))
        self.other = Browser(service, add(service, f"kim-{mark}", "agent", agents=(self.kim,)))
        self.loading = Own(service, service.new_client("conversations:write"))

    def loaded(self, agent: str, text: str, hours: float) -> str:
        """Load a conversation of an agent that began so many hours ago."""
        name = f"h-{uuid.uuid4().hex[:8]}"
        began = datetime.now(UTC) - timedelta(hours=hours)
        document = {
            "id": name,
            "channel": "voice",
            "started_at": began.isoformat(),
            "ended_at": (began + timedelta(minutes=1)).isoformat(),
            "queues": [{"id": "qu-coached"}],
            "agents": [{"id": agent}],
            "turns": [{"id": "m1", "speaker": "agent", "text": text, "agent_id": agent, "start_ms": 0, "end_ms": 900}],
        }
        self.loading.load(document)
        return name

    def created(self, **changes: Any) -> str:
        """Coach Lee on the greeting; the item's path."""
        body = {
            "agent_ids": [self.lee],
            "goal": f"Greet {uuid.uuid4().hex[:6]}",
            "metric_ids": ["em-hello"],
            "form_id": "ef-coached",
        }
        made = self.coach.ask("POST", "/coaching", body | changes)
        assert made.status_code == 201, made.text
        return f"/coaching/{made.json()['items'][0]['coaching_id']}"


@pytest.fixture(scope="module")
def floor(service: Service) -> Floor:
    """An app with the form, and its people."""
    service.store.within(TENANT).forms.publish("ef-coached", FORM)
    return Floor(service)


def test_from_goal_to_completed(floor: Floor) -> None:
    """Yet to start, in progress, with the coach, with the agent, completed; before and after with n."""
    clip = floor.loaded(floor.lee, "Yes?", 5)
    path = floor.created(
        clips=[{"conversation_id": clip, "turn_id": "m1"}],
        due_on=(datetime.now(UTC).date() + timedelta(days=9)).isoformat(),
    )
    seen = floor.agent.ask("GET", path).json()
    assert (seen["state"], seen["measured"][0]["before_n"], seen["measured"][0]["after"]) == ("yet_to_start", 1, None)
    problem(floor.coach.ask("POST", f"{path}/acknowledge"), 403, "coaching.not_yours")
    assert floor.agent.ask("POST", f"{path}/acknowledge").json()["state"] == "in_progress"
    floor.loaded(floor.lee, "Hello.", -0.01)
    problem(floor.agent.ask("POST", f"{path}/review", {"is_done": True}), 403, "permission.missing")
    assert (
        floor.agent.ask("POST", f"{path}/finish", {"comment": "Done."}).json()["state"] == "pending_supervisor_review"
    )
    problem(floor.coach.ask("POST", f"{path}/review", {"is_done": False}), 422, "comment.missing")
    back = floor.coach.ask("POST", f"{path}/review", {"is_done": False, "comment": "Once more."})
    assert back.json()["state"] == "pending_agent_review"
    assert floor.agent.ask("POST", f"{path}/acknowledge").json()["state"] == "in_progress"
    done = floor.coach.ask("POST", f"{path}/review", {"is_done": True, "comment": "Well done."}).json()
    assert (done["state"], [each["side"] for each in done["notes"]]) == ("completed", ["agent", "coach", "coach"])
    problem(floor.agent.ask("POST", f"{path}/notes", {"comment": "x"}), 409, "coaching.state")
    assert floor.other.ask("GET", path).status_code == 404


def test_a_group_is_unknown_to_agents(floor: Floor) -> None:
    """Each agent has an item; the group's name is the coach's alone; nothing is stored twice."""
    body = {"agent_ids": [floor.lee, floor.kim], "goal": "Sign off", "group": "Monday"}
    assert len(floor.coach.ask("POST", "/coaching", body).json()["items"]) == 2
    problem(floor.coach.ask("POST", "/coaching", body), 409, "coaching.duplicate")
    mine = [each for each in floor.agent.ask("GET", "/coaching").json()["items"] if each["goal"] == "Sign off"]
    assert [each.get("group", "") for each in mine] == [""]
    groups = {
        each["group"] for each in floor.coach.ask("GET", "/coaching").json()["items"] if each["goal"] == "Sign off"
    }
    assert groups == {"Monday"}


def test_a_coach_reaches_their_own_agents_alone(floor: Floor) -> None:
    """Others do not exist for a coach of one queue, whatever is typed; who has a conversation there does."""
    email = add(floor.service, f"ned-{uuid.uuid4().hex[:6]}", "supervisor", queues=("qu-coached",))
    ned, body = Browser(floor.service, email), {"goal": "Greet by name"}
    floor.loaded(floor.lee, "Hello.", 1)
    assert ned.ask("POST", "/coaching", body | {"agent_ids": [floor.lee]}).status_code == 201
    problem(ned.ask("POST", "/coaching", body | {"agent_ids": [floor.lee, floor.kim]}), 404, "agent.unknown")


def test_examples_only_with_consent(floor: Floor) -> None:
    """Kim is an example once Kim agrees, and no longer once that is taken back; nobody agrees for Kim."""
    floor.loaded(floor.kim, "Hello there.", 3)
    path = floor.created()
    assert floor.agent.ask("GET", path).json()["examples"] == []
    consent = {"agent_id": floor.kim, "is_given": True}
    problem(floor.coach.ask("PUT", "/coaching/consent", consent), 403, "coaching.not_yours")
    assert floor.other.ask("PUT", "/coaching/consent", consent).status_code == 204
    assert [each["agent_id"] for each in floor.agent.ask("GET", path).json()["examples"]] == [floor.kim]
    floor.other.ask("PUT", "/coaching/consent", consent | {"is_given": False})
    assert floor.agent.ask("GET", path).json()["examples"] == []


def test_new_colleagues_are_flagged(floor: Floor) -> None:
    """All their conversations at first."""
    app = floor.service.store.within(TENANT)
    app.people.directory.put_agents(
        [DirectoryAgent(agent_id=floor.kim, hired_on=datetime.now(UTC).date() - timedelta(days=3))]
    )
    name = floor.loaded(floor.kim, "Hello.", 1)
    found = {each["agent_id"]: each for each in floor.coach.ask("GET", "/coaching/new-colleagues").json()["items"]}
    assert found[floor.kim]["share"] == 1.0
    assert name in found[floor.kim]["conversation_ids"]


def test_an_erased_clip_and_what_is_refused(floor: Floor) -> None:
    """A clip of an erased conversation is empty, and the goal with it; unknown things are named."""
    clip = floor.loaded(floor.lee, "Yes?", 2)
    path = floor.created(clips=[{"conversation_id": clip}])
    assert floor.loading.ask("DELETE", f"/conversations/{clip}").status_code in {200, 204}
    found = floor.agent.ask("GET", path).json()
    assert (found["clips"], found["goal"]) == ([{"conversation_id": None}], "")
    for page in ("/console/coaching", f"/console{path}"):
        shown = httpx.get(floor.service.url + page, cookies=floor.agent.cookies)
        assert "Erased with its conversation" in shown.text
    base = {"agent_ids": [floor.lee], "goal": "x"}
    for changes, status, reason in (
        ({"agent_ids": []}, 422, "coaching.invalid"),
        ({"goal": " "}, 422, "coaching.invalid"),
        ({"due_on": "2020-01-01"}, 422, "coaching.invalid"),
        ({"metric_ids": ["em-hello"]}, 422, "coaching.invalid"),
        ({"metric_ids": ["em-none"], "form_id": "ef-coached"}, 422, "metric.unknown"),
        ({"form_id": "ef-none", "metric_ids": ["em-hello"]}, 404, "form.unknown"),
        ({"clips": [{"conversation_id": "c-none"}]}, 404, "conversation.unknown"),
    ):
        problem(floor.coach.ask("POST", "/coaching", base | changes), status, reason)
    problem(floor.agent.ask("POST", "/coaching", base), 403, "permission.missing")
    problem(floor.coach.ask("GET", "/coaching/co-none"), 404, "coaching.unknown")
