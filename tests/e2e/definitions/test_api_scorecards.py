"""Our own API over scorecards: published, listed, and what agents come to, with the conversations behind it."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from auscult.domain.people.grants import Scope
from auscult.domain.people.principal import operator
from auscult.services.people.users import Access, Users
from tests.data_files import data_of
from tests.e2e.own import Own, problem
from tests.e2e.people.signing_in import Browser, add
from tests.e2e.serving import TENANT, Service

START = datetime(2026, 3, 23, 10, tzinfo=UTC)
FORM = data_of(__file__, "form").encode()
CARD: dict[str, Any] = data_of(__file__, "card")


def call(number: int, agent: str, text: str, start: datetime | None = None) -> dict[str, Any]:
    """A call of this agent, who says one thing."""
    begin = START + timedelta(minutes=number) if start is None else start
    return {
        "id": f"c-{number}",
        "channel": "voice",
        "started_at": begin.isoformat(),
        "ended_at": (begin + timedelta(minutes=1)).isoformat(),
        "agents": [{"id": agent, "name": agent.title(), "email": f"{agent}@example.com"}],
        "turns": [{"id": "m1", "speaker": "agent", "text": text, "start_ms": 0, "end_ms": 900}],
    }


CALLS = (
    call(1, "ada", "Hello."),
    call(2, "ada", "Hello, sorry."),
    call(3, "bob", "Sorry."),
    call(4, "bob", "What?"),
    call(5, "ada", "Hello, sorry."),
)


@pytest.fixture
def own(service: Service, request: pytest.FixtureRequest) -> Own:
    """An app of its own for each test, with five conversations of two agents."""
    tenant = msgspec.structs.replace(TENANT, app_id=f"st-{request.node.originalname}")
    service.store.ensure(tenant)
    service.store.within(tenant).forms.publish("ef-card", FORM)
    scopes = ("forms:write", "conversations:write")
    own = Own(service, service.new_client(*scopes, tenant=tenant))
    own.load(*CALLS)
    return own


def publish(own: Own, **changes: Any) -> Any:
    """Publish the scorecard, changed."""
    return own.ask("POST", "/scorecards", msgspec.json.encode(CARD | changes))


def test_published_listed_and_removed(own: Own) -> None:
    """201 for a new version, 200 for the same again; removed it is gone, published again it is the next version."""
    first, again, second = publish(own), publish(own), publish(own, name="Other")
    assert [each.status_code for each in (first, again, second)] == [201, 200, 201]
    assert [each.json()["version"] for each in (first, again, second)] == [1, 1, 2]
    (listed,) = own.ask("GET", "/scorecards").json()["items"]
    assert (listed["id"], listed["version"], listed["name"]) == ("sc-1", 2, "Other")
    assert listed["attributes"] == ["Greeting", "Warmth"]
    shown = own.ask("GET", "/scorecards/sc-1").json()
    assert msgspec.json.decode(shown["document"]) == CARD | {"name": "Other"}
    assert own.ask("DELETE", "/scorecards/sc-1").json()["version"] == 2
    assert own.ask("GET", "/scorecards").json()["items"] == []
    for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/agents"), ("GET", "/agents/ada")):
        problem(own.ask(method, f"/scorecards/sc-1{path}"), 404, "scorecard.unknown")
    third = own.ask(
        "POST", "/scorecards", msgspec.json.encode(CARD | {"name": "Other"}), params={"note": "Missed"}
    ).json()
    assert (third["version"], third["published_by"], third["note"]) == (3, own.client.client_id, "Missed")


def test_every_fault_at_once_and_what_is_doubtful(own: Own) -> None:
    """422 with line, field and reason of each; a metric that no form has is a warning."""
    written = b"id: sc-2\nname: ''\npass_score: 200\nattributes: []\n"
    told = problem(own.ask("POST", "/scorecards", written), 422, "scorecard.invalid")
    assert [(each["line"], each["field"]) for each in told["errors"]] == [
        (2, "name"),
        (3, "pass_score"),
        (4, "attributes"),
    ]
    attribute = {"id": "a", "name": "A", "weight": 100, "metrics": [{"metric": "em-helo", "weight": 100}]}
    (warning,) = publish(own, attributes=[attribute]).json()["warnings"]
    assert warning["field"] == "attributes[0].metrics[0].metric"
    assert "em-hello" in warning["reason"]


def test_what_agents_come_to(own: Own) -> None:
    """The mean of each agent's conversations, and of each attribute; in order of names, over any period."""
    publish(own)
    told = own.ask("GET", "/scorecards/sc-1/agents").json()
    assert (told["scorecard"], told["version"]) == ("sc-1", 1)
    ada, bob = told["items"]
    assert (ada["agent_id"], ada["name"], ada["email"]) == ("ada", "Ada", "ada@example.com")
    assert (ada["interactions"], ada["score"], ada["passed"], ada["failed"]) == (3, 86.67, 3, 0)
    assert [(each["name"], each["score"]) for each in ada["attributes"]] == [("Greeting", 100), ("Warmth", 66.67)]
    assert (bob["interactions"], bob["score"], bob["passed"], bob["failed"]) == (2, 20, 0, 2)
    since = (START + timedelta(minutes=4)).isoformat().replace("+00:00", "Z")
    until = (START + timedelta(minutes=5)).isoformat().replace("+00:00", "Z")
    within = own.ask("GET", f"/scorecards/sc-1/agents?since={since}&until={until}").json()["items"]
    assert [(each["agent_id"], each["interactions"], each["score"]) for each in within] == [("bob", 1, 0)]
    wish = {"kind": "excluded", "reason": "A test call"}
    assert own.ask("POST", "/conversations/c-4/corrections", msgspec.json.encode(wish)).status_code == 201
    _ada, bob = own.ask("GET", "/scorecards/sc-1/agents").json()["items"]
    assert (bob["interactions"], bob["score"], bob["failed"]) == (1, 40, 1), "figures leave it out"


def test_the_leaderboard_is_a_setting(own: Own, service: Service) -> None:
    """Agents are in order of names; with the setting the best mean is first; an agent has their own figures alone."""
    publish(own)
    call_of_both = call(6, "ada", "Hello, sorry.")
    call_of_both["agents"].append({"id": "zoe", "name": "Zoe"})
    own.load(call_of_both)
    tenant = msgspec.structs.replace(TENANT, app_id="st-test_the_leaderboard_is_a_setting")
    mark = uuid.uuid4().hex[:6]
    manager = Browser(service, add(service, f"max-{mark}", "qa-manager", tenant))
    email = add(service, f"bob-{mark}", "agent", tenant, agents=("bob", "zoe"))
    users = Users(service.store, operator())
    reads = Access(permission="insight.read", scope=Scope(kind="own"))
    user = service.store.people.users.by_email(email)
    assert user is not None
    users.grant(user, tenant, reads)
    agent = Browser(service, email)

    def listed(browser: Browser) -> list[str]:
        items = browser.ask("GET", "/scorecards/sc-1/agents").json()["items"]
        assert all(each["score_low"] is None for each in items), "of too few"
        return [each["agent_id"] for each in items]

    assert listed(manager) == ["ada", "bob", "zoe"]
    assert manager.ask("GET", "/audit-settings").json()["leaderboard"] is False
    admin = Browser(service, add(service, f"eva-{mark}", "administrator", tenant))
    assert admin.ask("PUT", "/audit-settings", {"leaderboard": True}).json()["leaderboard"] is True
    assert listed(manager) == ["zoe", "ada", "bob"]
    assert listed(agent) == ["bob", "zoe"], "their own, in order of names"
    assert agent.ask("GET", "/scorecards/sc-1/agents/ada").json()["items"] == []
    assert len(agent.ask("GET", "/scorecards/sc-1/agents/zoe").json()["items"]) == 1


def test_the_conversations_behind_the_figures(own: Own) -> None:
    """In pages, each once, and their mean is the figure."""
    publish(own)
    address, found = "/scorecards/sc-1/agents/ada?limit=1", list[Any]()
    cursor = ""
    while cursor is not None:
        page = own.ask("GET", address + (f"&cursor={cursor}" if cursor else "")).json()
        found += page["items"]
        cursor = page["next_cursor"]
    assert [(each["conversation_id"], each["score"]) for each in found] == [("c-1", 60), ("c-2", 100), ("c-5", 100)]
    assert found[0]["attributes"] == {"at-hello": 100, "at-sorry": 0}
    assert own.ask("GET", "/scorecards/sc-1/agents/nobody").json()["items"] == []


def test_pages_of_conversations_that_began_together(own: Own) -> None:
    """Each once; and when the one at the cursor is erased meanwhile, none of the others is passed over."""
    publish(own)
    later = START + timedelta(days=1)
    calls = [call(number, "eve", "Hello.", later) for number in (11, 12, 13, 14)]
    own.load(*calls)
    first = own.ask("GET", "/scorecards/sc-1/agents/eve?limit=2").json()
    rest = f"/scorecards/sc-1/agents/eve?limit=10&cursor={first['next_cursor']}"
    assert [each["conversation_id"] for each in own.ask("GET", rest).json()["items"]] == ["c-13", "c-14"]
    assert own.ask("DELETE", "/conversations/c-12").status_code == 204
    assert [each["conversation_id"] for each in own.ask("GET", rest).json()["items"]] == ["c-11", "c-13", "c-14"]


def test_scopes_and_other_apps(own: Own, service: Service) -> None:
    """Figures are of conversations, documents are of forms; and nobody sees another app's."""
    publish(own)
    app_id = next(iter(own.client.app_ids))
    tenant = msgspec.structs.replace(TENANT, app_id=app_id)
    reader = Own(service, service.new_client("forms:read", tenant=tenant))
    assert reader.ask("GET", "/scorecards/sc-1").status_code == 200
    problem(reader.ask("GET", "/scorecards/sc-1/agents"), 403, "scope.missing")
    problem(reader.ask("DELETE", "/scorecards/sc-1"), 403, "scope.missing")
    other = msgspec.structs.replace(TENANT, app_id="st-other-cards")
    service.store.ensure(other)
    stranger = Own(service, service.new_client("forms:write", "conversations:write", tenant=other))
    assert stranger.ask("GET", "/scorecards").json()["items"] == []
    problem(stranger.ask("GET", "/scorecards/sc-1/agents"), 404, "scorecard.unknown")
