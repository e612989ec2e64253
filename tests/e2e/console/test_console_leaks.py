"""What each role finds in the HTML: nothing of a conversation, a person or a page that its grants do not open."""

import re
from pathlib import Path

import httpx
import pytest

from auscult.domain.conversation import Conversation
from auscult.domain.people.roles import BUILT_IN
from tests.data_files import rows_of
from tests.e2e.consoles import AGENT, QUEUE, ROLES, assign, email_of, signed_in
from tests.e2e.serving import TENANT, Service

PAGES = {row["page"]: row["permission"] for row in rows_of(Path(__file__).with_name("pages.csv"))}
WHOLE = ("/plans", "/auditors", "/forms", "/connectors", "/administration")
"""Pages that need their permission in the whole app."""
CONSOLE = {"weeks": 4}


def conversations(served: Service) -> dict[str, Conversation]:
    """Return every conversation, by id."""
    return {
        each.conversation.id: each.conversation
        for each in served.store.within(TENANT).conversations.rerender("", 1_000)
    }


def is_seen(conversation: Conversation, role: str) -> bool:
    """Return whether a role of the test sees a conversation."""
    if role == "supervisor":
        return any(each.name == QUEUE for each in conversation.queues)
    if role == "agent":
        return any(each.id == AGENT for each in conversation.agents)
    return role != "inspector"


def pages(client: httpx.Client) -> dict[str, httpx.Response]:
    """Return every page, by path."""
    return {path: client.get(f"/console{path}") for path in PAGES}


@pytest.mark.landing
@pytest.mark.parametrize("role", ROLES)
def test_pages_open_by_grants_alone(served: Service, role: str) -> None:
    """A page opens exactly to those who have its permission where it needs it; the menu offers no other."""
    permissions = BUILT_IN[role].permissions
    is_whole = role not in ("supervisor", "agent")
    with signed_in(served, role) as client:
        found = pages(client)
        for path, permission in PAGES.items():
            opens = not permission or (permission in permissions and (is_whole or not path.startswith(WHOLE)))
            assert found[path].status_code == (200 if opens else 403), path
        offered = set(re.findall(r'<li><a href="/console([^"]*)"', found[""].text))
        assert {each for each in offered if each in PAGES and found[each].status_code != 200} == set()


@pytest.mark.landing
@pytest.mark.parametrize("role", [*ROLES])
def test_nothing_of_what_is_not_seen(served: Service, role: str) -> None:
    """No page has the id, the words or the agent of a conversation that the role does not see, whatever it asks for."""
    every = conversations(served)
    hidden = {id_: each for id_, each in every.items() if not is_seen(each, role)}
    seen_words = "\n".join(turn.text for id_, each in every.items() if id_ not in hidden for turn in each.turns)
    words = {
        turn.text
        for each in hidden.values()
        for turn in each.turns
        if len(turn.text) > 40 and turn.text not in seen_words
    }
    agents = {one.id for each in hidden.values() for one in each.agents} - {
        one.id for id_, each in every.items() if id_ not in hidden for one in each.agents
    }
    with signed_in(served, role) as client:
        for path, answer in pages(client).items():
            if path.startswith("/administration"):
                continue  # ids in the log are of those who may read it
            assert [id_ for id_ in hidden if id_ in answer.text] == [], path
            assert [text for text in words if text in answer.text] == [], path
            assert [agent for agent in agents if agent in answer.text] == [], path
        for id_ in list(hidden)[:5]:
            assert client.get(f"/console/conversations/{id_}").status_code in (403, 404)
            assert client.get(f"/console/live/{id_}").status_code in (403, 404)
            assert client.get(f"/console/audits/{id_}").status_code in (403, 404)
        for agent in list(agents)[:5]:
            assert client.get(f"/console/agents/{agent}").status_code in (403, 404)
        if hidden:
            searched = next(iter(words)).split()[:4]
            answer = client.get("/console/conversations", params={"q": f'"{" ".join(searched)}"'})
            assert [id_ for id_ in hidden if id_ in answer.text] == []


@pytest.mark.landing
def test_people_are_named_to_those_who_read_them(served: Service) -> None:
    """E-mail addresses of others stand on no page of an agent, an analyst or an inspector."""
    assign(served, "auditor", 2)
    for role in ("agent", "analyst"):
        others = [email_of(each) for each in ROLES if each != role]
        with signed_in(served, role) as client:
            for path, answer in pages(client).items():
                assert [each for each in others if each in answer.text] == [], (role, path)
