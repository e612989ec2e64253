"""Live and Insights in the console."""

import re
import threading
from html import unescape

import httpx
import pytest

from tests.e2e.assisting import HOOK, agent, moved, said
from tests.e2e.consoles import signed_in
from tests.e2e.serving import TENANT, Service
from tests.waiting import wait_for

CONSOLE = {"weeks": 4}


def tell(served: Service, conversation_id: str, *bodies: dict[str, object]) -> None:
    """Tell the hook what happens in a conversation."""
    client = served.new_client("assist:write")
    headers = {"token": served.token(client)}
    for body in bodies:
        given = {"conversationId": conversation_id, "botId": TENANT.app_id, **body}
        answer = served.http.post(served.url + HOOK.replace("{app}", TENANT.app_id), headers=headers, json=given)
        assert answer.status_code == 200, answer.text


def test_live_conversations(served: Service) -> None:
    """A conversation stands there while it goes on, read-only, with who waits; it is gone once it is over."""
    with signed_in(served, "qa-manager") as me, signed_in(served, "auditor") as auditor:
        assert "Nothing in progress" in me.get("/console/live").text
        assert auditor.get("/console/live").status_code == 403
        tell(served, "live-1", moved(agent("ada"), "NA", "entry"), said("where is my parcel"))
        page = me.get("/console/live").text
        assert "Where is my parcel" in page
        assert "Ada" in page
        one = me.get("/console/live/live-1").text
        assert "where is my parcel" in one
        assert "<form" not in one.partition("<main")[2].partition("</main>")[0]
        assert me.get("/console/live/none").status_code == 404
        tell(served, "live-1", said("i will look", "AGENT"))
        assert "i will look" in me.get("/console/live/live-1").text
        end = {"name": "END_OF_CONVERSATION", "reason": "agent_initiated", "participant": agent("ada")}
        tell(served, "live-1", {"events": [{**end, "language": "en"}]})
        assert "Nothing in progress" in me.get("/console/live").text
        assert "It has ended" in me.get("/console/live/live-1").text


def test_live_says_what_the_agent_said_while_the_customer_is_silent(served: Service) -> None:
    """Nobody is an id: an agent without a name is the end of theirs, and the conversation is its words."""
    nameless = {**agent("0123456789"), "name": ""}
    with signed_in(served, "qa-manager") as me:
        tell(served, "sim-c-1", moved(nameless, "NA", "entry"))
        assert "Not a word yet" in me.get("/console/live").text
        tell(served, "sim-c-1", said("welcome to the shop, how can i help", "AGENT", nameless["identity"]))
        for path in ("/console/live", "/console/live/sim-c-1"):
            words = re.sub(r"<[^>]*>", " ", me.get(path).text.partition("<main")[2])
            assert "Welcome to the shop, how can i help" in words
            assert "Not a word yet" not in words
            assert "Agent \u20266789" in words
            assert "sim-c-1" not in words
            assert "a-0123456789" not in words
        end = {"name": "END_OF_CONVERSATION", "reason": "agent_initiated", "participant": nameless}
        tell(served, "sim-c-1", {"events": [{**end, "language": "en"}]})


def test_mood_and_escalation_as_they_happen(served: Service) -> None:
    """A conversation that escalates stands first, with its words one click from where they were said."""
    with signed_in(served, "qa-manager") as me:
        tell(served, "live-a", moved(agent("ada"), "NA", "entry"), said("hello i want to ask for the opening hours"))
        tell(served, "live-b", moved(agent("ben"), "NA", "entry"), said("my parcel is lost and i am furious"))
        page = me.get("/console/live").text
        assert "Escalation" not in page
        assert "how the customer sounds" in page
        tell(served, "live-b", said("this is a disgrace, let me speak to your manager"))
        page = me.get("/console/live").text
        assert page.count("data-alarm=") == 1
        assert page.index("l-live-b") < page.index("l-live-a")
        assert "1 escalates" in page
        link = page.partition('href="/console/live/live-b#')[2].partition('"')[0]
        one = me.get("/console/live/live-b").text
        assert f'id="{link}"' in one
        assert '<mark class="cue">this is a disgrace' in one


def test_live_stream(served: Service) -> None:
    """The stream sends an event when something is said, and nothing while nothing happens."""
    seen: list[str] = []
    with signed_in(served, "qa-manager") as me:

        def listen() -> None:
            address = f"{served.url}/console/live/stream"
            with httpx.Client(cookies=dict(me.cookies), timeout=30) as client, client.stream("GET", address) as answer:
                seen.append(answer.headers["content-type"])
                for line in answer.iter_lines():
                    seen.append(line)
                    if line.startswith("data:"):
                        return

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        wait_for(lambda: "retry: 2000" in seen, bool)
        assert seen[0].startswith("text/event-stream")
        assert not any(line.startswith("data:") for line in seen)
        tell(served, "live-2", said("hello"))
        wait_for(lambda: "data: changed" in seen, bool)
        thread.join()


@pytest.mark.parametrize("page", ["/console/live", "/console/live/live-3"])
def test_what_changed_before_the_stream_was_open(served: Service, page: str) -> None:
    """It is sent at once: to a page that was made before, and to a browser that connects again."""
    tell(served, "live-3", said("hello"))
    with signed_in(served, "qa-manager") as me:
        address = unescape(me.get(page).text.partition('data-stream="')[2].partition('"')[0])
        tell(served, "live-3", said("is anybody there"))
        first = first_event(me, address)
        assert first["data"] == "changed"
        tell(served, "live-3", said("hello again"))
        again = first_event(me, address, first["id"])
        assert again["data"] == "changed"
        assert again["id"] != first["id"]


def first_event(me: httpx.Client, address: str, last_id: str = "") -> dict[str, str]:
    """Return the fields of the first event of a stream, as a browser reads them that has seen another last."""
    headers = {"Last-Event-ID": last_id} if last_id else {}
    with me.stream("GET", address, headers=headers, timeout=30) as answer:
        fields: dict[str, str] = {}
        for line in answer.iter_lines():
            name, _, value = line.partition(": ")
            fields[name] = value
            if not name and line:  # a comment: nothing has changed for 15 seconds
                break
            if name == "data":
                return fields
    raise AssertionError(fields)


@pytest.mark.landing
def test_insights(served: Service) -> None:
    """Two periods are compared: what moved is said in words, and every number leads to its conversations."""
    with signed_in(served, "qa-manager") as me, signed_in(served, "agent") as other:
        page = me.get("/console/insights").text
        assert "What made the difference" in page
        for title in ("Failures by week", "Failures by queue", "Failures by agent", "What drives satisfaction"):
            assert f"<h2>{title}</h2>" in page
        assert "outcome=failed" in page
        assert "/console/conversations?" in page
        assert me.get("/console/insights?from=2001-01-01&to=2001-01-31").text.count("Nothing was scored") == 1
        assert me.get("/console/insights?from=2026-02-30").status_code == 400
        turned = me.get("/console/insights?from=2026-02-03&to=2026-02-01")
        assert turned.status_code == 400
        assert "The period ends before it begins." in turned.text
        assert 'name="from" type="date" value="2026-02-03"' in turned.text
        far = me.get("/console/insights?from=0001-01-01&to=9999-12-31")
        assert "To: 9999-12-31 is not a date" in far.text
        assert other.get("/console/insights").status_code == 403
    with signed_in(served, "supervisor") as supervisor:
        assert "Customer Care" not in supervisor.get("/console/insights").text
