"""Comments over HTTP, on both databases: who reads and writes them, blind raters, erasure, the log, the feed, exports."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import msgspec
import pytest

from auscult.services.delivery.tables import KINDS
from tests.e2e.audits.test_api_audits import send
from tests.e2e.own import problem
from tests.e2e.serving import TENANT
from tests.e2e.talking import WRITERS, Talkers


@pytest.mark.landing
def test_roles_read_and_write_as_their_conversations_allow(talkers: Talkers) -> None:
    """Roles by operations: colleagues read all, the agent what is for them, a stranger nothing; analysts do not write."""
    name = talkers.conversation()
    threads = {each: talkers.opened(name, audience=each) for each in ("colleagues", "agent")}
    everyone = {**talkers.by_role, "agent": talkers.agent, "stranger": talkers.stranger}
    reading = {role: {"colleagues", "agent"} for role in (*WRITERS, "analyst")} | {"agent": {"agent"}}
    for (role, person), (audience, thread) in itertools.product(everyone.items(), threads.items()):
        reads = audience in reading.get(role, set())
        writes = reads and role != "analyst"
        path = f"/comments/{thread['thread_id']}"
        assert (person.ask("GET", path).status_code == 200) == reads, (role, audience)
        listed = person.ask("GET", f"/conversations/{name}/comments")
        found = [each["thread_id"] for each in listed.json().get("items", [])]
        assert (thread["thread_id"] in found) == reads, (role, audience)
        every = person.ask("GET", "/comments?limit=1000").json().get("items", [])
        assert (thread["thread_id"] in [each["thread_id"] for each in every]) == reads, (role, audience)
        for step, body in (("replies", {"text": "Yes."}), ("resolve", None), ("reopen", None)):
            answer = person.ask("POST", f"{path}/{step}", body)
            assert (answer.status_code in {200, 201}) == writes, (role, audience, step, answer.text)


def test_an_agent_opens_threads_for_themselves_alone(talkers: Talkers) -> None:
    """A thread for colleagues alone on their own conversation would be hidden from them."""
    path = f"/conversations/{talkers.conversation()}/comments"
    refused = talkers.agent.ask("POST", path, {"text": "Why?"})
    problem(refused, 403, "comment.for_colleagues")
    opened = talkers.agent.ask("POST", path, {"text": "Why?", "audience": "agent"})
    assert opened.status_code == 201, opened.text
    problem(talkers.stranger.ask("POST", path, {"text": "Hm", "audience": "agent"}), 404, "conversation.unknown")


def test_a_conversation_that_is_not_there_has_no_list(talkers: Talkers) -> None:
    """Unknown, or out of the reader's scope: both answer alike. One without comments has an empty list."""
    path = f"/conversations/{talkers.conversation()}/comments"
    assert talkers.agent.ask("GET", path).json() == {"items": []}
    problem(talkers.stranger.ask("GET", path), 404, "conversation.unknown")
    problem(talkers.by_role["administrator"].ask("GET", "/conversations/c-none/comments"), 404, "conversation.unknown")


def test_mentions_are_of_people_who_read_the_thread(talkers: Talkers) -> None:
    """The agent is mentioned where the thread is for them, and a stranger never."""
    name, everyone = talkers.conversation(), ["auditor", "agent", "kim"]
    text = " ".join(f"@{talkers.email(each)}" for each in everyone)
    for audience, mentioned in (("colleagues", ["auditor"]), ("agent", ["auditor", "agent"])):
        (said,) = talkers.opened(name, text=text, audience=audience)["comments"]
        assert said["mentions"] == [talkers.email(each) for each in mentioned]


def test_who_rates_blind_reads_nothing_until_they_submit(talkers: Talkers) -> None:
    """Neither thread nor list nor a way to write; after submitting, everything."""
    name = talkers.conversation()
    thread = talkers.opened(name)
    auditor = talkers.by_role["auditor"]
    made = talkers.by_role["qa-manager"].ask(
        "POST",
        "/assignments",
        {"conversation_id": name, "auditor": talkers.email("auditor"), "hidden": ["machine", "others"]},
    )
    assert made.status_code in {200, 201}, made.text
    (assigned,) = auditor.ask("GET", f"/assignments?conversation_id={name}").json()["items"]
    path = f"/comments/{thread['thread_id']}"

    def seen() -> list[bool]:
        return [
            auditor.ask("GET", path).status_code == 200,
            bool(auditor.ask("GET", f"/conversations/{name}/comments").json()["items"]),
            thread["thread_id"] in auditor.ask("GET", "/comments?limit=1000").text,
            auditor.ask("POST", f"{path}/replies", {"text": "I see."}).status_code == 201,
        ]

    assert seen() == [False] * 4
    body = {"answers": {"em-hello": "NO", "em-kind": "YES"}}
    done = auditor.ask("POST", f"/assignments/{assigned['assignment_id']}/submit", body)
    assert done.status_code == 200, done.text
    assert seen() == [True] * 4


def test_words_are_changed_by_their_author_alone(talkers: Talkers) -> None:
    """Another person is refused, whatever their role."""
    thread = talkers.opened(talkers.conversation())
    path = f"/comments/{thread['thread_id']}/replies/{thread['comments'][0]['comment_id']}"
    problem(talkers.by_role["administrator"].ask("PUT", path, {"text": "No."}), 403, "comment.not_yours")
    changed = talkers.by_role["qa-manager"].ask("PUT", path, {"text": "Listen again."})
    assert [each["text"] for each in changed.json()["comments"]] == ["Listen again."]
    assert changed.json()["comments"][0]["edited_at"] is not None


def test_replies_at_once_are_all_kept(talkers: Talkers) -> None:
    """Of steps that meet, each is done on what the other left."""
    thread = talkers.opened(talkers.conversation())
    people = [talkers.by_role[role] for role in WRITERS]
    with ThreadPoolExecutor() as pool:
        asked = pool.map(
            lambda each: each.ask("POST", f"/comments/{thread['thread_id']}/replies", {"text": "Yes."}), people
        )
        assert [each.status_code for each in asked] == [201] * len(people)
    found = people[0].ask("GET", f"/comments/{thread['thread_id']}").json()
    assert len(found["comments"]) == len(people) + 1


def test_comments_go_with_their_conversation(talkers: Talkers) -> None:
    """Until then they are in the log without words, in the feed and in the export; afterwards nowhere."""
    name = talkers.conversation()
    app = talkers.service.store.within(TENANT)
    before = app.feed.last()
    thread = talkers.opened(name, text="Quite unusual words.")
    assert [each.kind for each in app.feed.after(before, 10)] == ["commented"]
    entries = [each for each in app.log.entries() if each.target == f"conversation:{name}"]
    assert [each.action for each in entries] == ["comment.added"]
    assert "unusual" not in str(entries)
    between = datetime(2026, 5, 23, tzinfo=UTC), datetime(2026, 5, 24, tzinfo=UTC)
    cases = app.timeline.evaluated(*between, limit=1000)
    rows = [msgspec.to_builtins(each) for each in KINDS["comments"].rows(app, cases)]
    assert [each["text"] for each in rows if each["conversation_id"] == name] == ["Quite unusual words."]
    marked = app.comments.state(*between)
    assert send(talkers.client, "DELETE", f"/conversations/{name}").status_code in {200, 204}
    assert app.comments.get(thread["thread_id"]) is None
    assert app.comments.state(*between) != marked
    assert name not in str([each.target for each in app.log.entries()])


def test_faults_are_named(talkers: Talkers) -> None:
    """No words, a turn that is not there, an unknown thread."""
    path, manager = f"/conversations/{talkers.conversation()}/comments", talkers.by_role["qa-manager"]
    problem(manager.ask("POST", path, {"text": " "}), 422, "comment.missing")
    problem(manager.ask("POST", path, {"text": "So?", "turn_id": "m9"}), 422, "turn.unknown")
    problem(manager.ask("GET", "/comments/th-none"), 404, "thread.unknown")
