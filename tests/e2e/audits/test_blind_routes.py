"""A blind auditor walks every route of our own API that reads: nothing of the machine, of others or of the agent."""

import re
from typing import Any

import msgspec
import pytest

from tests.data_files import data_of, tuples_of
from tests.e2e.audits.test_api_audits import send
from tests.e2e.own import Own
from tests.e2e.serving import TENANT, Service

FORM = data_of(__file__, "form").encode()
SECRET, AGENT, OTHER = "KZQ heard by the other", "Zelda Quux", "Olga Other"
SCORE = re.compile(r'"(score|value|mean|before|after)":\s*"?37(\.0)?[",}\s]')
SCOPES = tuples_of(__file__, "scopes")


def call(number: int) -> dict[str, Any]:
    """Return a call; only the first misses its goodbye, so that its score is 37."""
    text = "Hello there." if number == 0 else "Hello and goodbye."
    return {
        "id": f"blind-{number}",
        "channel": "voice",
        "started_at": f"2026-06-23T10:{number:02}:00Z",
        "ended_at": f"2026-06-23T10:{number:02}:30Z",
        "queues": [{"id": "qu-blind"}],
        "agents": [{"id": "ag-quux" if number == 0 else "ag-else", "name": AGENT if number == 0 else "Else"}],
        "turns": [{"id": "m1", "speaker": "agent", "text": text, "agent_id": "ag-quux" if number == 0 else "ag-else"}],
    }


@pytest.fixture(scope="module")
def loaded(service: Service) -> Service:
    """The server, with six scored conversations."""
    service.store.within(TENANT).forms.publish("ef-blind", FORM)
    Own(service, service.new_client("conversations:write")).load(*(call(n) for n in range(6)))
    return service


def reading_routes(own: Own, known: dict[str, str]) -> list[str]:
    """Return the path of every operation that reads, with what is known in place of its parameters."""
    described = own.service.http.get(f"{own.service.url}/openapi.json").json()
    found: list[str] = []
    for path, operations in described["paths"].items():
        if "get" not in operations or not path.startswith("/api/v1"):
            continue
        parameters = operations["get"].get("parameters", [])
        filled = path
        for each in parameters:
            name = each["name"]
            filled = filled.replace("{" + name + "}", known.get(name, "none"))
        wanted = [each["name"] for each in parameters if each["in"] == "query" and each["name"] in known]
        query = "&".join(f"{name}={known[name]}" for name in wanted)
        found.append(filled.removeprefix("/api/v1") + (f"?{query}" if query else ""))
    return found


def walk(blind: Own, routes: list[str]) -> None:
    """Ask for every route, and look in its answer for what is hidden."""
    routes += ["/conversations?limit=1000", "/conversations?q=hello", "/audits/blind-0"]
    assert len(routes) > 60
    answered = 0
    for route in routes:
        shown = blind.ask("GET", route)
        assert shown.status_code < 500, (route, shown.text)
        answered += shown.status_code == 200
        assert SECRET not in shown.text, route
        assert OTHER not in shown.text, route
        assert not SCORE.search(shown.text), (route, shown.text[:2000])
        if not route.startswith(("/agents", "/directory", "/queues", "/teams")):  # who works here is no secret
            assert AGENT not in shown.text, (route, shown.text[:2000])
    assert answered > 30


def listed(own: Own, by: str) -> list[str]:
    """Ids of a filtered list, read one by one: every page is full, and every total is their number."""
    ids: list[str] = []
    totals: set[int] = set()
    cursor: str | None = ""
    while cursor is not None:
        page = own.ask("GET", f"/conversations?queue=qu-blind&limit=1&{by}{cursor and '&cursor='}{cursor}").json()
        cursor = page["next_cursor"]
        assert cursor is None or len(page["items"]) == 1, by
        ids += [row["id"] for row in page["items"]]
        totals.add(page["total"])
    assert totals == {len(ids)}, by
    return ids


FILTERS = tuples_of(__file__, "filters")


def check_lists(blind: Own, seeing: Own) -> None:
    """No filter of the list finds what is audited blind."""
    for by in FILTERS:
        assert listed(blind, by) == [each for each in listed(seeing, by) if each != "blind-0"], by
    assert "blind-0" in {each for by in FILTERS for each in listed(seeing, by)}
    assert "blind-0" in listed(blind, "sort=-duration")


@pytest.mark.landing
def test_no_route_shows_a_blind_auditor_anything(loaded: Service) -> None:
    """Lists filtered by result, agent or words are no way round; once it is submitted everything is there."""
    blind = Own(loaded, loaded.new_client(*SCOPES))
    other = Own(loaded, loaded.new_client(*SCOPES))
    seeing = Own(loaded, loaded.new_client(*SCOPES))
    plan = {
        "name": "Blind",
        "form_id": "ef-blind",
        "frame": {"since": "2026-06-01", "until": "2026-07-01", "missed": ["em-b2"]},
        "quota": {"per": "all", "count": 1},
        "hidden": ["machine", "others", "agent"],
        "second_share": 1,
    }
    plan_id = send(other, "POST", "/plans", **plan).json()["plan_id"]
    draw = other.ask("POST", f"/plans/{plan_id}/draw").json()
    assert {one["conversation_id"] for one in draw["items"]} == {"blind-0"}
    first = send(other, "POST", "/assignments/next", plan_id=plan_id).json()
    second = send(blind, "POST", "/assignments/next", plan_id=plan_id).json()
    answers = {"em-b1": "NO", "em-b2": "NA"}
    ended = send(other, "POST", f"/assignments/{first['assignment_id']}/submit", answers=answers, comment=SECRET)
    assert ended.status_code == 200, ended.text
    other.ask("PUT", "/conversations/blind-0/bookmark", msgspec.json.encode({"kind": "bad", "note": SECRET}))
    send(other, "POST", "/audits/blind-0/assign", auditor=OTHER)
    known = {
        "conversation_id": "blind-0",
        "conversation": "blind-0",
        "assignment_id": second["assignment_id"],
        "plan_id": plan_id,
        "draw_id": draw["draw_id"],
        "form": "ef-blind",
        "form_id": "ef-blind",
        "version": "1",
        "disagreements": "1000",
        "auditor": "*",
        "limit": "1000",
    }
    walk(blind, [*reading_routes(blind, known), f"/assignments/{first['assignment_id']}"])
    check_lists(blind, seeing)
    asked = msgspec.json.encode({"as_machine": True})
    assert blind.ask("PUT", "/audits/blind-0/draft", asked).status_code == 403
    done = send(
        blind, "POST", f"/assignments/{second['assignment_id']}/submit", answers={"em-b1": "YES", "em-b2": "NO"}
    )
    assert done.status_code == 200, done.text
    assert SCORE.search(blind.ask("GET", "/conversations/blind-0").text)
    assert SECRET in blind.ask("GET", "/bookmarks").text
