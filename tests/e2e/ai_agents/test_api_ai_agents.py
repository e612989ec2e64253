"""AI agents over HTTP, on both databases: their record, who reads instructions, registration, and where they are left out."""

import uuid
from typing import Any

import msgspec
import pytest

from tests.e2e.audits.test_api_audits import send
from tests.e2e.disputes.test_api_disputes import FORM, document
from tests.e2e.own import Own, problem
from tests.e2e.people.signing_in import Browser, add
from tests.e2e.serving import TENANT, Service, work

AI = {
    "instructions": "You are Nia.",
    "knowledge": [{"text": "Refunds take 14 days.", "title": "Refunds"}],
    "tools": [{"name": "refund", "changes": True}],
}
CALL = {"id": "c1", "name": "refund", "agent_id": "ai-nia", "after_turn": "m1", "arguments": {"amount": 89.5}, "result": ["R-1"], "ok": True}  # fmt: skip
AGENTS = [{"id": "ai-nia", "name": "Nia", "kind": "ai", "version": "12"}, {"id": "ag-kim", "name": "Kim"}]


@pytest.fixture
def own(service: Service) -> Own:
    """A client that loads, and may not read instructions."""
    return Own(service, service.new_client("conversations:write", "forms:write"))


@pytest.fixture
def other(service: Service) -> Own:
    """A client that may read and register AI agents as well."""
    return Own(service, service.new_client("conversations:read", "ai_agents:write"))


def load(own: Own, **changes: Any) -> tuple[str, dict[str, Any]]:
    """Load a conversation of Nia and Kim; its path and the answer."""
    name = f"ai-{uuid.uuid4().hex[:8]}"
    given = document(name) | {"agents": AGENTS, **changes}
    answer = own.ask("POST", "/conversations", msgspec.json.encode(given))
    work(own.service)
    return f"/conversations/{name}", answer.json()


def test_the_record_comes_back_as_it_was_given_to_who_may_read_it(own: Own, other: Own) -> None:
    """Calls to all, instructions and knowledge only with their permission, which a human agent does not have."""
    path, answer = load(own, ai=AI, calls=[CALL], mood="sunny")
    assert answer["unknown_keys"] == {"mood": 1}
    found = own.ask("GET", path).json()
    assert (found["calls"], found["agents"]) == ([CALL], AGENTS)
    assert found["ai"] == {"tools": AI["tools"]}
    assert other.ask("GET", path).json()["ai"] == AI
    mark = uuid.uuid4().hex[:6]
    roles: dict[str, dict[str, Any]] = {
        "qa-manager": {},
        "auditor": {},
        "analyst": {},
        "agent": {"agents": ("ag-kim",)},
    }
    seen = {
        role: Browser(own.service, add(own.service, f"{role}-{mark}", role, **access)).ask("GET", path).json()
        for role, access in roles.items()
    }
    assert {role: "instructions" in each["ai"] for role, each in seen.items()} == {
        "qa-manager": True,
        "auditor": True,
        "analyst": False,
        "agent": False,
    }
    assert "unknown_keys" not in load(own, calls=[])[1]


def test_a_registered_agent_gives_its_texts_to_conversations_that_name_it(own: Own, other: Own) -> None:
    """The version that is named, or the newest one; those that came before have what they had, and removal changes none."""
    agent = f"ai-{uuid.uuid4().hex[:8]}"
    early, _ = load(own, agents=[{"id": agent, "kind": "ai"}])
    for version, text in (("1", "Be short."), ("2", "Be kind.")):
        made = send(
            other, "PUT", f"/ai-agents/{agent}", version=version, name="Nia", instructions=text, tools=AI["tools"]
        )
        assert made.status_code == 200, made.text
        assert (made.json()["version"], made.json()["ai"]["instructions"]) == (version, text)
    listed = [each for each in other.ask("GET", "/ai-agents").json()["items"] if each["agent_id"] == agent]
    assert [(each["version"], each["characters"], each["tools"]) for each in listed] == [("2", 8, ["refund"]), ("1", 9, ["refund"])]  # fmt: skip
    named = load(own, agents=[{"id": agent, "kind": "ai", "version": "1"}])[0]
    newest = load(own, agents=[{"id": agent, "kind": "ai"}])[0]
    unknown = load(own, agents=[{"id": agent, "kind": "ai", "version": "9"}])[0]
    brought = load(own, agents=[{"id": agent, "kind": "ai", "version": "1"}], ai={"instructions": "Mine."})[0]
    for version in ("1", "2"):
        assert other.ask("DELETE", f"/ai-agents/{agent}?version={version}").status_code == 204
    read = [
        other.ask("GET", path).json().get("ai", {}).get("instructions")
        for path in (early, named, newest, unknown, brought)
    ]
    assert read == [None, "Be short.", "Be kind.", None, "Mine."]
    problem(other.ask("DELETE", f"/ai-agents/{agent}?version=1"), 404, "ai_agent.unknown")
    problem(other.ask("GET", f"/ai-agents/{agent}"), 404, "ai_agent.unknown")
    problem(own.ask("GET", "/ai-agents"), 403, "scope.missing")
    nul = send(other, "PUT", f"/ai-agents/{agent}", knowledge=[{"text": "x\0"}])
    assert problem(nul, 400, "document.nul")["field"] == "knowledge[0].text"
    problem(send(other, "PUT", "/ai-agents/a%00b"), 400, "document.nul")
    twice = send(other, "PUT", f"/ai-agents/{agent}", tools=[{"name": "a"}, {"name": "a"}])
    assert problem(twice, 400, "field.invalid")["field"] == "ai.tools[1].name"


CARD = b"""
id: card-ai
name: Agents
attributes:
  - {id: at-hello, name: Hello, weight: 100, metrics: [{metric: em-hello, weight: 100}]}
"""


def test_ai_agents_are_in_no_scorecard_and_coaching_unless_asked(own: Own) -> None:
    """A scorecard of all agents is of people; one that names an AI agent has it."""
    service = own.service
    service.store.within(TENANT).forms.publish("ef-disputed", FORM)
    load(own)
    manager = Browser(service, add(service, f"mia-{uuid.uuid4().hex[:6]}", "qa-manager"))
    for document_, agents in ((CARD, {"ag-kim"}), (CARD + b"agents: [ai-nia]\n", {"ai-nia"})):
        service.store.within(TENANT).definitions.publish("scorecard", "card-ai", document_)
        figures = manager.ask("GET", "/scorecards/card-ai/agents").json()["items"]
        assert {each["agent_id"] for each in figures} & {"ai-nia", "ag-kim"} == agents
    wanted = {"agent_ids": ["ai-nia"], "goal": "Greet"}
    refused = manager.ask("POST", "/coaching", wanted)
    assert "is an AI agent" in problem(refused, 422, "coaching.invalid")["detail"]
