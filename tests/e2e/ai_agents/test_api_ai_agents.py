"""AI agents over HTTP, on both databases: their record, who reads instructions, registration, and where they are left out."""

import uuid
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import msgspec
import pytest

from auscult.services.conversations.latest import count
from auscult.services.conversations.list_query import read_query
from tests.data_files import data_of
from tests.e2e.audits.test_api_audits import send
from tests.e2e.disputes.test_api_disputes import FORM, document
from tests.e2e.own import Own, problem
from tests.e2e.people.signing_in import Browser, add
from tests.e2e.serving import KEY, TENANT, Service
from tests.integration.in_process import auscult

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
    return f"/conversations/{name}", own.load(document(name) | {"agents": AGENTS, **changes})


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


PART = data_of(__file__, "part")
BOT = {
    "id": "m1",
    "speaker": "bot",
    "agent_id": "ai-pia",
    "text": "Hello, I am an assistant.",
    "start_ms": 0,
    "end_ms": 900,
}
PERSON = {"id": "m3", "speaker": "agent", "agent_id": "ag-kim", "text": "Yes?", "start_ms": 4000, "end_ms": 5000}
ASKED = {"id": "m2", "speaker": "customer", "text": "A person, please.", "start_ms": 1000, "end_ms": 2000}


@pytest.fixture(scope="module")
def parts(service: Service) -> tuple[Own, dict[str, str]]:
    """Conversations of AI agents, of a person, and of one after the other, each part with a form of its own; ids by name."""
    for who, speaker, word in (("ai", "bot", "hello"), ("human", "agent", "hello")):
        document_ = PART.format(who=who, speaker=speaker, word=word).encode()
        service.store.within(TENANT).forms.publish(f"ef-{who}", document_)
    own = Own(service, service.new_client("conversations:write", "audits:write"))
    made: dict[str, str] = {}
    for name, turns, version, extra in (
        ("ai", (BOT, ASKED), "11", {"calls": [{"name": "refund", "ok": True}]}),
        ("later", (BOT | {"text": "Yes."}, ASKED), "12", {"calls": [{"name": "refund", "ok": False}]}),
        ("both", (BOT, ASKED, PERSON), "12", {"calls": [{"name": "get_order"}]}),
        ("human", (PERSON, ASKED), "", {}),
    ):
        agents = [
            {"id": "ai-pia", "name": "Pia", "kind": "ai"} | ({"version": version} if version else {}),
            {"id": "ag-kim"},
        ]
        known = agents if version else agents[1:]
        queues = [{"id": "qu-parts"}]
        path, _ = load(own, agents=known, turns=turns, queues=queues, **extra)
        made[name] = path.rpartition("/")[2]
    return own, made


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("handled_by=ai", {"ai", "later"}),
        ("handled_by=both", {"both"}),
        ("handled_by=human", {"human"}),
        ("handled_by=ai&handled_by=both", {"ai", "later", "both"}),
        ("ai_agent=PIA", {"ai", "later", "both"}),
        ("ai_version=12", {"later", "both"}),
        ("ai_agent=ai-pia&ai_version=11", {"ai"}),
        ("ai_agent=ai-other&ai_version=11", set()),
        ("changed=true", {"ai"}),
        ("changed=false", {"later", "both"}),
    ],
)
def test_lists_are_filtered_by_who_led(parts: tuple[Own, dict[str, str]], query: str, names: set[str]) -> None:
    """The own list, and the console's list of the same address, have the same conversations."""
    own, made = parts
    listed = own.ask("GET", f"/conversations?queue=qu-parts&{query}").json()
    assert {each["id"] for each in listed["items"]} == {made[each] for each in names}
    query_ = {name: tuple(found) for name, found in parse_qs(f"queue=qu-parts&{query}").items()}
    sought = read_query(query_, datetime.now(UTC))
    assert count(own.service.store.within(TENANT), sought) == len(names)


def test_each_part_has_its_form_and_its_score(parts: tuple[Own, dict[str, str]]) -> None:
    """The AI agent's part passes, the person's does not; list and reports have the person's."""
    own, made = parts
    found = own.ask("GET", f"/conversations/{made['both']}").json()["evaluation"]
    assert (found["form"]["id"], found["score"]) == ("ef-human", 0)
    assert [(each["handled_by"], each["agent_id"], each["form"]["id"], each["score"], each["passed"]) for each in found["segments"]] == [("ai", "ai-pia", "ef-ai", 100, True), ("human", "ag-kim", "ef-human", 0, False)]  # fmt: skip
    assert [each["id"] for each in found["segments"][0]["metrics"]] == ["em-ai"]
    (row,) = own.ask("GET", "/conversations?queue=qu-parts&handled_by=both").json()["items"]
    assert (row["handled_by"], row["score"]) == ("both", 0)


def test_people_and_ai_agents_have_no_common_mean_unless_asked(parts: tuple[Own, dict[str, str]]) -> None:
    """Insights count people; AI agents, and both together, where they are asked for. Pia has nothing of Kim's part."""
    own, _ = parts
    manager = Browser(own.service, add(own.service, f"pia-{uuid.uuid4().hex[:6]}", "qa-manager"))
    period = "/insights?since=2026-05-23&until=2026-05-24&queue=qu-parts&by=agent&by=ai_version&by=handled_by"

    def of(query: str) -> dict[str, Any]:
        answer: dict[str, Any] = manager.ask("GET", period + query).json()
        return answer

    people, machines, all_ = of(""), of("&handled_by=ai"), of("&handled_by=ai&handled_by=human&handled_by=both")
    assert [each["total"]["conversations"] for each in (people, machines, all_)] == [2, 2, 4]
    assert [each["left_out"]["handled_by_ai"] for each in (people, machines, all_)] == [2, 0, 0]
    assert people["total"]["score"]["mean"] == 0
    assert {each["name"] for each in people["groups"]} == {"ag-kim", "human", "both"}
    versions = {each["name"]: each["score"]["mean"] for each in all_["groups"] if each["kind"] == "ai_version"}
    assert versions == {"ai-pia 11": 100, "ai-pia 12": 0}
    for by, n in (("", 2), ("&handled_by=ai", 2), ("&ai_agent=ai-pia", 3)):
        drivers = f"/insights/drivers?since=2026-05-23&until=2026-05-24&queue=qu-parts{by}"
        assert manager.ask("GET", drivers).json()["now"]["n"] == n
    (pia,) = (each for each in manager.ask("GET", "/ai-agents/ai-pia/figures?since=2026-05-23&until=2026-05-24").json()["items"] if each["version"] == "12")  # fmt: skip
    assert {name: pia[name] for name in ("conversations", "contained", "handed_over", "calls_known", "changed", "scored", "passed")} == {"conversations": 2, "contained": 1, "handed_over": 1, "calls_known": 2, "changed": 0, "scored": 1, "passed": 0}  # fmt: skip


KEPT = data_of(__file__, "kept")


def test_what_is_reported_and_what_is_done_are_counted_apart(own: Own) -> None:
    """A claim without a call is in both numbers of claims; after a person took over the AI agent has no result in lists."""
    own.service.store.within(TENANT).forms.publish("ef-kept", KEPT.encode())
    claim, said = BOT | {"agent_id": "ai-kay", "text": "I have refunded your order."}, {"queues": [{"id": "qu-kept"}]}
    kay = {"agents": [{"id": "ai-kay", "kind": "ai", "version": "1"}, {"id": "ag-kim"}], **said}
    done = {"id": "c1", "name": "refund", "agent_id": "ai-kay", "ok": True}
    load(own, turns=(claim, ASKED), calls=[done], **kay)
    untrue = load(own, turns=(claim, ASKED), calls=[], **kay)[0].rpartition("/")[2]
    taken = load(own, turns=(claim, ASKED, PERSON), calls=[], **kay)[0]
    manager = Browser(own.service, add(own.service, f"moe-{uuid.uuid4().hex[:6]}", "qa-manager"))
    (kay_1,) = manager.ask("GET", "/ai-agents/ai-kay/figures").json()["items"]
    names = ("contained", "handed_over", "reported", "untrue", "changed", "refused", "resolution_judged")
    assert [kay_1[name] for name in names] == [2, 1, 2, 1, 1, 0, 0]
    missed = own.ask("GET", "/conversations?missed=ai-kept&queue=qu-kept").json()["items"]
    assert [each["id"] for each in missed] == [untrue]
    rows = own.ask("GET", "/conversations?queue=qu-kept&handled_by=both").json()["items"]
    assert [(each["score"], each["missed_metrics"]) for each in rows] == [(None, [])]
    (part,) = own.ask("GET", taken).json()["evaluation"]["segments"]
    assert (part["handled_by"], part["score"]) == ("ai", 0)


def test_two_versions_are_compared(parts: tuple[Own, dict[str, str]], monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a handed-over conversation the AI agent's part counts. One of each is too few, which has an exit status; many say it."""
    own, _ = parts
    service = own.service
    agent = f"ai-{uuid.uuid4().hex[:6]}"
    bodies: list[dict[str, Any]] = []
    for version, text in (("1", "Hello."), ("2", "Yes?")):
        turns = [BOT | {"agent_id": agent, "text": text}, ASKED, PERSON]
        named = [{"id": agent, "kind": "ai", "version": version}, {"id": "ag-kim"}]
        bodies += [document(f"{agent}-{version}-{n}") | {"agents": named, "turns": turns, "queues": [{"id": "qu-parts"}]} for n in range(15)]  # fmt: skip
    own.load(*bodies)
    manager = Browser(service, add(service, f"pim-{agent}", "qa-manager"))
    found = manager.ask("GET", f"/ai-agents/{agent}/compare?version=1&version=2").json()
    assert [(each["version"], each["conversations"]) for each in found["versions"]] == [("1", 15), ("2", 15)]
    (question,) = found["questions"]
    assert (question["id"], question["a"], question["b"], question["difference"]) == ("em-ai", 1, 0, -1)
    assert question["interval"][1] < 0
    assert found["is_worse"]
    pia = manager.ask("GET", "/ai-agents/ai-pia/compare?version=11&version=12").json()
    assert (pia["is_worse"], pia["is_enough"]) == (False, False)
    assert pia["needed"] > 1
    url = str(service.application.settings.database_url)
    monkeypatch.setenv("AUSCULT_SECRET_KEY", KEY)
    command = ("ai-agents", "compare", "--app", TENANT.app_id, "--database", url, "--fail-if-worse", "--json")
    for name, first, second, status in ((agent, "1", "2", 3), (agent, "2", "1", 0), ("ai-pia", "11", "12", 4)):
        ran = auscult(*command, name, "--version", first, "--version", second)
        assert ran.status == status, ran.err
        assert msgspec.json.decode(ran.out)["agent_id"] == name
    problem(manager.ask("GET", f"/ai-agents/{agent}/compare?version=1"), 400, "ai_agent.versions")
    problem(manager.ask("GET", f"/ai-agents/{agent}/compare?version=1&version=1"), 400, "ai_agent.same_version")
    problem(manager.ask("GET", f"/ai-agents/{agent}/compare?version=1&version=9"), 404, "ai_agent.unknown")
