"""Pages of AI agents: registered in a form, counted by version, compared; calls and both parts on a conversation's page."""

import html
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import msgspec
import pytest

from tests.data_files import data_of
from tests.e2e.own import Own
from tests.e2e.people.signing_in import PASSWORD, add
from tests.e2e.serving import TENANT, Service
from tests.tiers import ROOT

PEOPLE = data_of(__file__, "people").encode()
PATH = "/console/ai-agents"
FORM = {
    "agent_id": "ai-new", "version": "1", "name": "Nell", "instructions": "Be short.",
    "knowledge_title": ["", "Returns"], "knowledge_text": ["", "30 days."],
    "tool_name": ["get_order", "refund"], "tool_description": ["", ""], "tool_changes": ["", "yes"],
    "tool_needs": ["", "order, amount"], "tool_after": ["", "get_order"], "tool_confirm": ["", "yes"],
}  # fmt: skip


@pytest.fixture(scope="module")
def served(service: Service) -> Service:
    """The example's conversations of an AI agent, in a queue of their own, with a form for each part."""
    starter = (ROOT / "src/auscult/starter/starter-ai.yaml").read_text(encoding="utf-8")
    starter = starter.replace("{channel}", "chat").replace("channels: [voice, chat]", "channel: chat")
    forms = service.store.within(TENANT).forms
    forms.publish("ef-ai-chat", starter.replace('queue: "*"', "queue: qu-ai").encode())
    forms.publish("ef-people", PEOPLE)
    lines = (ROOT / "examples/ai-agent/conversations.ndjson").read_bytes().splitlines()
    found = [msgspec.json.decode(each) | {"queues": [{"id": "qu-ai"}]} for each in lines]
    Own(service, service.new_client("conversations:write")).load(*found)
    return service


@contextmanager
def signed_in(service: Service, role: str) -> Iterator[httpx.Client]:
    """A browser of a person with a role."""
    headers = {"Origin": service.url}
    with httpx.Client(base_url=service.url, timeout=60, headers=headers, follow_redirects=True) as client:
        email = add(service, f"{role}-{uuid.uuid4().hex[:6]}", role)
        client.post("/console/sign-in", data={"email": email, "password": PASSWORD})
        yield client


@pytest.fixture(scope="module")
def manager(served: Service) -> Iterator[httpx.Client]:
    """The browser of a QA manager."""
    with signed_in(served, "qa-manager") as client:
        yield client


def page(client: httpx.Client, path: str) -> str:
    """Return a page, as it reads."""
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return html.unescape(answer.text)


def test_claims_lead_to_the_calls_that_fail_them_and_back(manager: httpx.Client) -> None:
    """A call is folded between the turns, with arguments and result; one that failed is marked."""
    shown = page(manager, "/console/conversations/broken-promise")
    assert '<details class="call failed" id="call-c2">' in shown
    assert '<a class="note no" href="#call-c2">Call: refund</a>' in shown
    assert '<a class="note no" href="#t-m3">What was said</a>' in shown
    assert '"error": "card expired"' in shown
    assert (
        shown.index('id="t-m2"') < shown.index('id="call-c1"') < shown.index('id="call-c2"') < shown.index('id="t-m3"')
    )


def test_both_parts_have_their_result_on_one_page(manager: httpx.Client, served: Service) -> None:
    """Ids of verdicts stay apart where both forms have a metric of one id; only who may read them sees instructions."""
    shown = page(manager, "/console/conversations/handed-over")
    assert "Person: Marta" in shown
    assert "AI agent: Nia" in shown
    assert shown.count('id="v-ai-kept"') == shown.count('id="v-ai-kept-1"') == 1
    assert "Never promise what no tool did." in shown
    with signed_in(served, "analyst") as analyst:
        assert "Never promise what no tool did." not in page(analyst, "/console/conversations/handed-over")


def test_versions_are_counted_and_compared(manager: httpx.Client) -> None:
    """Every number leads to its conversations; four are too few to say; a later conversation of 11 leaves 12 the newer."""
    assert f'href="{PATH}/ai-nia"' in page(manager, PATH)
    assert "ai-nia" in manager.get(f"{PATH}?tables=csv").text
    assert re.findall(r"<option selected>(\d+)<", page(manager, f"{PATH}/ai-nia")) == ["11", "12"]
    shown = page(manager, f"{PATH}/ai-nia?a=11&b=12")
    assert "Too few to say" in shown
    assert "handled_by=both" in shown
    assert "'99'" in page(manager, f"{PATH}/ai-nia?a=11&b=99")


def test_people_are_counted_apart(manager: httpx.Client) -> None:
    """The overview counts people; tabs lead to AI agents, and to both together."""
    shown = page(manager, "/console/overview")
    assert 'aria-current="true">People</a>' in shown
    assert "handled_by=ai&handled_by=human&handled_by=both" in shown


def test_a_version_is_registered_changed_and_removed(manager: httpx.Client, served: Service) -> None:
    """Rows can be added before it is stored; a fault keeps what was typed; who may not register has no form."""
    more = manager.post(f"{PATH}/register", data={**FORM, "add": "tool"})
    assert more.text.count('name="tool_name"') == 3
    wrong = manager.post(f"{PATH}/register", data={**FORM, "tool_name": ["refund", "refund"], "add": ""})
    assert wrong.status_code == 422
    assert 'role="alert"' in wrong.text
    assert "30 days." in wrong.text
    made = html.unescape(manager.post(f"{PATH}/register", data={**FORM, "add": ""}).text)
    assert "Changes something. Needs order, amount. Only after get_order. Only after the customer said yes." in made
    assert "Only reads." in made
    assert "30 days." in page(manager, f"{PATH}/register?agent=ai-new&version=1")
    with signed_in(served, "auditor") as auditor:
        assert auditor.get(f"{PATH}/register").status_code == 403
        assert auditor.post(f"{PATH}/ai-new/remove", data={"version": "1"}).status_code == 403
    gone = manager.post(f"{PATH}/ai-new/remove", data={"version": "1"})
    assert gone.url.path == PATH
    assert manager.get(f"{PATH}/ai-new").status_code == 404
