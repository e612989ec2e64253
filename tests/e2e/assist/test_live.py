"""Our own API of live conversations and of what apps know, on a real server."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import msgspec
import pytest

from tests.data_files import tuples_of
from tests.e2e.assisting import ASSISTED, END, Assisted, Body, agent, moved, said
from tests.e2e.own import problem
from tests.e2e.serving import TENANT, Service
from tests.waiting import PATIENCE_S, wait_for

ADA: Body = {"id": "a-ada", "name": "Ada"}
REFUND = "just wanted to check on the status of a refund"


@pytest.fixture(scope="module")
def live(service: Service) -> Assisted:
    """The server with an app that knows something."""
    return Assisted(service)


class JudgeResult:
    """What a listener hears, event by event, until the stream ends."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.events: list[tuple[int, str, Any]] = []
        self.lines: list[str] = []
        self.is_over = False

    def names(self) -> list[str]:
        """What kinds of events came."""
        return [name for _, name, _ in self.events]


@contextmanager
def listening(live: Assisted, conversation_id: str, after: int = 0, last_id: str = "") -> Iterator[JudgeResult]:
    """Listen in a thread of its own; the stream must end by itself."""
    heard = JudgeResult()
    address = f"{live.service.url}/api/v1/live/conversations/{conversation_id}/stream"
    headers = {"Authorization": f"Bearer {live.service.token(live.client)}", "Last-Event-ID": last_id}

    def listen() -> None:
        with httpx.stream("GET", address, headers=headers, params={"after": after}, timeout=PATIENCE_S) as answer:
            assert answer.headers["content-type"] == "text/event-stream"
            event: dict[str, str] = {}
            for line in answer.iter_lines():
                heard.lines.append(line)
                name, _, value = line.partition(": ")
                if name:
                    event[name] = value
                elif event:
                    heard.events.append((int(event["id"]), event["event"], msgspec.json.decode(event["data"])))
                    event = {}
        heard.is_over = True

    thread = threading.Thread(target=listen)
    thread.start()
    try:
        wait_for(lambda: heard.lines, bool)
        yield heard
    finally:
        thread.join(PATIENCE_S)
        assert not thread.is_alive()


def test_who_listens_hears_everything_once(live: Assisted) -> None:
    """A stream of server-sent events; each numbered, each thing as it stands, until it is over."""
    live.told("c-heard", moved(agent("ada"), "NA", "entry"))
    with listening(live, "c-heard") as heard:
        live.told("c-heard", said("HEY HO!"), said(REFUND), said("Sure!", "AGENT"))
        wait_for(heard.names, lambda names: "suggestion" in names)
        suggestion = next(item for _, name, item in heard.events if name == "suggestion")
        path = f"/live/conversations/c-heard/answers/{suggestion['request_id']}/uses"
        assert live.own("POST", path, {"use": "copied"}).status_code == 204
        wait_for(lambda: [item for _, name, item in heard.events if name == "suggestion"], lambda found: len(found) > 1)
        live.told("c-heard", END)
    assert heard.is_over
    numbers = [number for number, _, _ in heard.events]
    assert numbers == list(range(1, len(numbers) + 1))
    assert set(heard.names()) == {"state", "message", "suggestion", "summary"}
    last = {item["request_id"]: item for _, name, item in heard.events if name == "suggestion"}
    assert [(item["is_sent"], item["is_copied"]) for item in last.values()] == [(False, True)]
    assert next(item for _, name, item in reversed(heard.events) if name == "state")["is_ended"]
    with listening(live, "c-heard", after=numbers[-3]) as rest:
        pass
    assert [number for number, _, _ in rest.events] == numbers[-2:]
    assert len(live.state("c-heard")["messages"]) == 3
    _goes_on_after_the_last_event_id(live, numbers)


def _goes_on_after_the_last_event_id(live: Assisted, numbers: list[int]) -> None:
    """Libraries send the header by themselves after a break; what is no number counts as none."""
    with listening(live, "c-heard", last_id=str(numbers[-3])) as rest:
        pass
    assert [number for number, _, _ in rest.events] == numbers[-2:]
    with listening(live, "c-heard", last_id="x") as rest:
        pass
    assert [number for number, _, _ in rest.events] == numbers


def test_summaries(live: Assisted) -> None:
    """Interim on demand, so many for each agent; the time measured; edited by the agent."""
    live.told("c-sums", moved(agent("ada"), "NA", "entry"), said(REFUND), said("Sure!", "AGENT"))
    path = "/live/conversations/c-sums/summaries"
    first = live.own("POST", path, {"agent": ADA, "key": "1"}).json()
    assert (first["type"], first["agent"], first["generation_ms"] > 0) == ("interim", ADA, True)
    assert first["id"].startswith("smr-")
    assert live.own("POST", path, {"agent": ADA, "key": "1"}).json() == first
    assert live.own("POST", path, {"agent": ADA}).json() == first
    live.told("c-sums", said("And when?"))
    second = live.own("POST", path, {"agent": ADA}).json()
    assert second["id"] != first["id"]
    live.told("c-sums", said("Soon.", "AGENT"))
    problem(live.own("POST", path, {"agent": ADA}), 409, "summary.limit_reached")
    assert live.own("POST", path, {"agent": {"id": "a-ben"}}).status_code == 200
    for text in ("My words.", "My last words."):
        edited = live.own("PUT", f"{path}/{first['id']}", {"text": text, "agent": ADA}).json()
        assert edited == {**first, "edited_text": text}
    problem(live.own("PUT", f"{path}/smr-none", {"text": "x"}), 404, "summary.unknown")
    live.told("c-empty", moved(agent("ada"), "NA", "entry"))
    problem(live.own("POST", "/live/conversations/c-empty/summaries", {"agent": ADA}), 409, "summary.nothing_said")
    live.told("c-sums", END)
    live.filed("c-sums")
    row = live.row("c-sums", includeSummary=True, includeFeedback=True)
    assert [each["type"] for each in row["summaries"]] == ["interim", "interim", "interim", "final"]
    assert row["summaries"][0]["editedSummary"] == "My last words."


def test_searches(live: Assisted) -> None:
    """What an agent searches is found by the same engine; a key makes it safe to ask again."""
    live.told("c-search", said("hello"))
    path = "/live/conversations/c-search/searches"
    found = live.own("POST", path, {"query": "how do I clear the cookies", "agent": ADA, "key": "1"}).json()
    assert "cookies" in found["text"]
    assert found["text"] == found["sources"][0]["answer"]
    assert found["sources"][0]["heading"] == "Troubleshoot Site > Search Not Working"
    assert live.own("POST", path, {"query": "how do I clear the cookies", "key": "1"}).json() == found
    nothing = live.own("POST", path, {"query": "zxqv"}).json()
    assert (nothing["text"], nothing["sources"]) == (None, [])
    assert [each["query"] for each in live.state("c-search")["searches"]] == ["how do I clear the cookies", "zxqv"]
    problem(live.own("POST", "/live/conversations/c-none/searches", {"query": "x"}), 404, "live.unknown")


def test_what_was_sent_instead_is_told(live: Assisted) -> None:
    """Who overrides a suggestion says what they sent in its place, so that it can be delivered; once."""
    live.told("c-instead", said(REFUND))
    request_id = live.settled("c-instead")["suggestions"][0]["request_id"]
    path = f"/live/conversations/c-instead/answers/{request_id}/uses"
    problem(live.own("POST", path, {"use": "sent", "text": "My words."}), 400, "field.unknown_value")
    assert live.own("POST", path, {"use": "overridden", "text": "My words.", "agent": ADA}).status_code == 204
    for again in ({"use": "overridden", "text": "Other words."}, {"use": "sent"}):
        refused = live.own("POST", path, {**again, "agent": {"id": "a-ben"}})
        problem(refused, 409, "answer.sent")
        assert "with other words by agent a-ada" in refused.json()["detail"]
    (suggestion,) = live.state("c-instead")["suggestions"]
    assert (suggestion["instead"], suggestion["is_override"], suggestion["is_sent"]) == ("My words.", True, False)


def test_what_was_sent_is_not_sent_again(live: Assisted) -> None:
    """By nobody, and not with other words; the report shows one use. It may be copied, and copied again."""
    live.told("c-once", said(REFUND))
    request_id = live.settled("c-once")["suggestions"][0]["request_id"]
    path = f"/live/conversations/c-once/answers/{request_id}/uses"
    assert live.own("POST", path, {"use": "sent", "agent": ADA}).status_code == 204
    problem(live.own("POST", path, {"use": "sent", "agent": ADA}), 409, "answer.sent")
    problem(live.own("POST", path, {"use": "overridden", "text": "My words."}), 409, "answer.sent")
    for _ in range(2):
        assert live.own("POST", path, {"use": "copied"}).status_code == 204
    (suggestion,) = live.state("c-once")["suggestions"]
    assert [suggestion[flag] for flag in ("is_sent", "is_copied", "is_override")] == [True, True, False]
    assert suggestion["instead"] is None


def test_feedback(live: Assisted) -> None:
    """Like or dislike, reasons from the app's own list, comment, agent; the last word of each agent counts."""
    live.told("c-said", said(REFUND))
    request_id = live.settled("c-said")["suggestions"][0]["request_id"]
    path = "/live/conversations/c-said/feedback"
    on: Body = {"about": "suggestion", "of": request_id, "value": "dislike", "agent": ADA}
    assert live.own("POST", path, {**on, "reasons": ["Irrelevant Suggestion"], "comment": "No."}).status_code == 204
    problem(live.own("POST", path, {**on, "reasons": ["Because"]}), 422, "feedback.unknown_reason")
    problem(live.own("POST", path, {**on, "of": "aa-none"}), 404, "answer.unknown")
    problem(live.own("POST", path, {**on, "about": "widget"}), 400, "field.unknown_value")
    for who, value in ((ADA, "like"), ({"id": "a-ben"}, "like"), (ADA, "dislike"), (ADA, "dislike")):
        assert live.own("POST", path, {"about": "widget", "value": value, "agent": who}).status_code == 204
    state = live.state("c-said")
    assert state["suggestions"][0]["feedback"] == {
        "agent": ADA,
        "value": "dislike",
        "comment": "No.",
        "details": ["Irrelevant Suggestion"],
    }
    assert [(each["agent"]["id"], each["value"]) for each in state["feedback"]] == [
        ("a-ada", "dislike"),
        ("a-ben", "like"),
    ]


def test_settings_are_chosen_by_the_app(live: Assisted) -> None:
    """A configurable list of reasons, a configurable limit."""
    chosen = {"summaries_per_agent": 0, "reasons": {"widget": {"like": ["Nice"], "dislike": []}}}
    assert live.own("PUT", "/live/settings", chosen).status_code == 200
    try:
        told = live.own("GET", "/live/settings").json()
        assert (told["summaries_per_agent"], told["idle_after_s"]) == (0, 1800)
        live.told("c-set", said(REFUND))
        body = {"about": "widget", "value": "like", "agent": ADA}
        path = "/live/conversations/c-set"
        assert live.own("POST", f"{path}/feedback", {**body, "reasons": ["Nice"]}).status_code == 204
        problem(live.own("POST", f"{path}/feedback", {**body, "reasons": ["Helpful"]}), 422, "feedback.unknown_reason")
        problem(live.own("POST", f"{path}/summaries", {"agent": ADA}), 409, "summary.limit_reached")
        problem(live.own("PUT", "/live/settings", {"idle_after_s": 1}), 400, "field.wrong_type")
    finally:
        live.own("PUT", "/live/settings", {})


def test_lists(live: Assisted) -> None:
    """Live conversations by id, those that go on and those that are over."""
    live.told("c-list-1", said("hello"))
    live.told("c-list-2", said("hello"), END)
    live.filed("c-list-2")
    ids: list[str] = []
    cursor = None
    while True:
        page = live.own(
            "GET", "/live/conversations", params={"limit": 2, **({"cursor": cursor} if cursor else {})}
        ).json()
        ids += [each["conversation_id"] for each in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert ids == sorted(set(ids))
    over = live.own("GET", "/live/conversations", params={"state": "ended", "limit": 1000}).json()["items"]
    assert "c-list-2" in [each["conversation_id"] for each in over]
    assert "c-list-1" not in [each["conversation_id"] for each in over]


def test_who_may(live: Assisted) -> None:
    """Scopes of their own; another app's conversations are unknown."""
    service = live.service
    live.told("c-mine", said("hello"))
    for scope, method, path, status in tuples_of(__file__, "who_may"):
        token = service.token(service.new_client(scope, tenant=ASSISTED))
        answer = service.http.request(
            method, f"{service.url}/api/v1{path}", headers={"auth": token}, json={"query": "x"}
        )
        assert answer.status_code == status, (scope, path)
    stranger = {"auth": service.token(service.new_client("assist:write", tenant=TENANT))}
    for path in ("", "/stream"):
        answer = service.http.get(f"{service.url}/api/v1/live/conversations/c-mine{path}", headers=stranger)
        problem(answer, 404, "live.unknown")


def knowledge(live: Assisted) -> Callable[..., httpx.Response]:
    """Return what asks for a path of the knowledge: method, path, content and parameters."""
    service = live.service
    headers = {"auth": service.token(service.new_client("knowledge:write", "assist:read", tenant=ASSISTED))}

    def own(method: str, path: str, content: bytes | None = None, **params: str) -> httpx.Response:
        address = f"{service.url}/api/v1/knowledge{path}"
        return service.http.request(method, address, headers=headers, content=content, params=params)

    return own


def test_knowledge(live: Assisted) -> None:
    """Documents per language, in versions; what is suggested changes with them."""
    own = knowledge(live)
    before = own("GET", "").json()
    assert len(before["items"]) == before["versions"]["en"] == 10
    added = own("PUT", "/nl/retour.csv", b"question,answer\nHoe lang mag ik retourneren?,Dertig dagen.\n")
    assert (added.status_code, added.json()["version"], added.json()["document"]["format"]) == (201, 1, "csv")
    again = own("PUT", "/nl-NL/retour.csv", b"question,answer\nHoe lang mag ik retourneren?,Dertig dagen.\n")
    assert (again.status_code, again.json()["version"]) == (200, 1)
    live.told("c-nl", said("hoe lang mag ik mijn jas retourneren?", language="nl"))
    (suggestion,) = live.settled("c-nl")["suggestions"]
    assert (suggestion["text"], suggestion["sources"][0]["version"]) == ("Dertig dagen.", 1)
    changed = own("PUT", "/nl/retour.csv", b"question,answer\nHoe lang mag ik retourneren?,Zestig dagen.\n").json()
    assert changed["version"] == 2
    live.told("c-nl", said("en hoe lang mag ik schoenen retourneren?", language="nl"))
    texts = wait_for(
        lambda: [each["text"] for each in live.state("c-nl")["suggestions"]], lambda found: len(found) == 2
    )
    assert texts == ["Dertig dagen.", "Zestig dagen."]
    assert own("GET", "/nl/retour.csv").json()["passages"][0]["heading"] == ["Hoe lang mag ik retourneren?"]
    found = own("GET", "/search", query="retourneren", language="nl").json()
    assert (found["items"][0]["passage"]["text"], found["version"]) == ("Zestig dagen.", 2)
    for _ in range(2):
        assert own("DELETE", "/nl/retour.csv").status_code == 204
    problem(own("GET", "/nl/retour.csv"), 404, "document.unknown")
    assert own("GET", "", language="nl").json()["items"] == []
    live.told("c-nl", said("en hoe lang mag ik een jurk retourneren?", language="nl"))
    passed = wait_for(lambda: live.state("c-nl")["messages"][-1]["passed"], bool)
    assert passed == "nothing that the app knows fits it"
    problem(own("PUT", "/en/x.csv", b"a,b\n"), 422, "document.incomplete")
    problem(own("PUT", "/en/x.pdf", b"no pdf"), 422, "document.unreadable")
    problem(own("PUT", "/english/x.md", b"# X\n\ny\n"), 400, "language.invalid")
    problem(own("GET", "/search"), 400, "field.missing")


def test_a_document_counts_on_the_days_that_a_person_stated(live: Assisted) -> None:
    """Over the API, too, and when it is added again; else by what it states of itself."""
    own = knowledge(live)
    old = b"# Gifts (terms until March 2025)\n\nA gift is wrapped for two pounds.\n"
    read = own("PUT", "/en/gifts.md", old).json()["document"]["validity"]
    assert (read["until"], read["sources"]) == ("2025-03-31", [{"place": "heading", "text": "terms until March 2025"}])
    found = own("GET", "/search", query="what does a wrapped gift cost", limit="20").json()["items"]
    assert not any(each["is_enough"] for each in found if each["passage"]["source"] == "gifts.md")
    stated = own("PUT", "/en/gifts.md", old, until="none", **{"from": "2026-01-01"})
    assert (stated.status_code, stated.json()["document"]["validity"]["since"]) == (201, "2026-01-01")
    assert stated.json()["document"]["validity"]["sources"][0]["place"] == "person"
    (first, *_) = own("GET", "/search", query="what does a wrapped gift cost").json()["items"]
    assert (first["passage"]["source"], first["is_enough"]) == ("gifts.md", True)
    changed = own("PUT", "/en/gifts.md", old.replace(b"two", b"three")).json()["document"]["validity"]
    assert (changed["since"], changed["until"]) == ("2026-01-01", None)
    problem(own("PUT", "/en/gifts.md", old, until="March"), 400, "date.invalid")
    assert own("DELETE", "/en/gifts.md").status_code == 204


def test_erasing(live: Assisted) -> None:
    """A live conversation is erased like any other, and nothing of it comes back."""
    live.told("c-gone", said(REFUND))
    live.settled("c-gone")
    eraser = live.service.new_client("conversations:write", tenant=ASSISTED)
    headers = {"auth": live.service.token(eraser)}
    assert (
        live.service.http.delete(f"{live.service.url}/api/v1/conversations/c-gone", headers=headers).status_code == 204
    )
    problem(live.own("GET", "/live/conversations/c-gone"), 404, "live.unknown")
    live.told("c-gone", END)
    assert "turns" not in live.filed("c-gone")
