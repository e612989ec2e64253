"""What every store must do with live conversations, tried on both databases."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from auscult.domain.assist.live import Ended, Event, Message, Moved, Participant
from auscult.domain.assist.live_log import Decision, RestingState
from auscult.domain.assist.live_settings import AssistSettings, FeedbackReasons, Reasons
from auscult.domain.errors import RequestError
from auscult.domain.people.directory import Membership, Team
from auscult.domain.people.visibility import Visibility
from auscult.storage import Store
from auscult.storage.store import AppStore
from tests.contract.storing import OTHER, TENANT, conversation, put

NOW = datetime(2026, 6, 7, 3, 5, tzinfo=UTC)


def said(name: str) -> Event:
    """A message."""
    return Message(id=f"message:{name}", at=NOW, received_at=NOW, message_id=name, author="customer", text=name)


def add(app: AppStore, conversation_id: str, *names: str, due_at: datetime = NOW) -> list[str]:
    """Add messages; the ids of those that were new."""
    log = app.live.append(conversation_id, lambda _: Decision([said(name) for name in names], due_at), make=True)
    return [event.id for event in log.added]


def ids(app: AppStore, conversation_id: str) -> list[str]:
    """What is stored of a conversation."""
    return [event.id for event in app.live.log(conversation_id).events]


def test_what_is_added_is_there_once_and_in_order(app: AppStore) -> None:
    """Twice is once, by the event's id."""
    assert add(app, "c-1", "a", "b") == ["message:a", "message:b"]
    assert add(app, "c-1", "b", "c") == ["message:c"]
    assert ids(app, "c-1") == ["message:a", "message:b", "message:c"]
    assert app.live.count("c-1") == 3
    assert app.live.log("c-1").events[0] == said("a")


def test_who_decides_sees_what_there_is(app: AppStore) -> None:
    """And may refuse: then nothing is written, and an unknown conversation stays unknown."""

    def refuse(_: Sequence[Event]) -> Decision:
        raise RequestError("no")

    for _ in range(2):
        with pytest.raises(RequestError):
            app.live.append("c-1", refuse, make=True)
        assert app.live.count("c-1") == 0
    assert app.live.append("c-1", lambda _: Decision([], NOW), make=True).events == ()
    assert app.live.append("c-1", lambda _: Decision([said("a")], NOW)).added == ()
    assert app.live.listing() == []
    add(app, "c-1", "a")
    seen: list[str] = []
    app.live.append("c-1", lambda events: Decision(seen.extend(event.id for event in events) or [], NOW))
    assert seen == ["message:a"]


def test_many_at_once_lose_nothing(app: AppStore) -> None:
    """A conversation that several begin at the same moment is one, and every event is in it once."""
    together = threading.Barrier(4)

    def begin(worker: int) -> None:
        together.wait()
        for number in range(10):
            add(app, "c-1", f"{number}", f"{worker}-{number}")

    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(begin, worker) for worker in range(4)]:
            done.result()
    found = ids(app, "c-1")
    assert len(found) == len(set(found)) == app.live.count("c-1") == 50


def test_what_is_due_is_told_until_it_is_settled(store: Store, app: AppStore) -> None:
    """Across apps, the longest due first; and not settled where something happened meanwhile."""
    store.ensure(OTHER)
    soon = NOW + timedelta(minutes=1)
    add(app, "c-1", "a", due_at=soon)
    add(store.within(OTHER), "c-2", "a", due_at=NOW)
    due = [(each.tenant, each.conversation_id) for each in store.live_work.due(soon)]
    assert due == [(OTHER, "c-2"), (TENANT, "c-1")]
    assert [each.conversation_id for each in store.live_work.due(NOW)] == ["c-2"]
    assert store.live_work.due(soon, limit=1)[0].conversation_id == "c-2"
    over = RestingState(events=1, due_at=None, is_ended=True)
    assert app.live.store_resting_state("c-1", over)
    add(app, "c-1", "b", due_at=soon)
    assert not app.live.store_resting_state("c-1", over)
    assert not app.live.store_resting_state("c-9", over)
    assert [each.conversation_id for each in store.live_work.due(soon)] == ["c-2", "c-1"]


def test_a_listing_by_pages(app: AppStore) -> None:
    """By id; those that go on and those that are over."""
    for number in range(5):
        add(app, f"c-{number}", "a")
    app.live.append("c-1", lambda _: Decision([Ended(id="ended", at=NOW, received_at=NOW)], NOW))
    assert app.live.store_resting_state("c-1", RestingState(events=2, due_at=None, is_ended=True))
    assert [(each.conversation_id, each.events) for each in app.live.listing(is_ended=True)] == [("c-1", 2)]
    assert [each.conversation_id for each in app.live.listing(is_ended=False)] == ["c-0", "c-2", "c-3", "c-4"]
    first = app.live.listing(limit=2)
    rest = app.live.listing(after_id=first[-1].conversation_id)
    assert [each.conversation_id for each in (*first, *rest)] == [f"c-{number}" for number in range(5)]


def test_who_sees_a_conversation_that_goes_on(app: AppStore) -> None:
    """By queue, agent and team, as of conversations that are over: in lists, alone, and by the page."""
    app.people.directory.put_teams([Team(team_id="te-1", name="One")])
    app.people.directory.add_memberships([Membership(kind="team", group_id="te-1", agent_id="a-2")])
    for name, agent, queue in (("c-1", "a-1", "Retail"), ("c-2", "a-2", "Cards"), ("c-3", "a-1", "Retail")):
        who = Participant(id=agent, queue_id=f"q-{queue}", queue_name=queue)
        came = Moved(
            id=f"moved:{name}", at=NOW, received_at=NOW, transfer="first", is_entry=True, participant=who
        )  # fmt: skip
        app.live.append(name, lambda _, came=came: Decision([came, said("a")], NOW), make=True)
    add(app, "c-4", "a")
    for visibility, seen in (
        (Visibility(queues=frozenset({"retail"})), ["c-1", "c-3"]),
        (Visibility(queues=frozenset({"q-cards"})), ["c-2"]),
        (Visibility(agents=frozenset({"a-1"})), ["c-1", "c-3"]),
        (Visibility(teams=frozenset({"te-1"})), ["c-2"]),
        (Visibility(assigned_to=frozenset({"who@example.com"})), []),
        (Visibility(), []),
    ):
        live = app.live.seen_by(visibility)
        assert [each.conversation_id for each in live.listing(limit=1)] == seen[:1]
        assert [each.conversation_id for each in live.listing(is_ended=False)] == seen
        assert [name for name in ("c-1", "c-2", "c-3", "c-4") if live.count(name) and live.log(name).events] == seen
        assert live.listing(is_ended=True) == []


def test_the_tenant_is_in_the_door(store: Store, app: AppStore) -> None:
    """Another app with the same ids sees nothing of it, and changes nothing."""
    store.ensure(OTHER)
    other = store.within(OTHER)
    add(app, "c-1", "a")
    assert (ids(other, "c-1"), other.live.count("c-1"), other.live.listing()) == ([], 0, [])
    assert add(other, "c-1", "a", "b") == ["message:a", "message:b"]
    assert not other.conversations.erase("c-9")
    assert other.conversations.erase("c-1")
    assert ids(app, "c-1") == ["message:a"]


def test_erasing_takes_the_live_conversation_along(store: Store, app: AppStore) -> None:
    """Whether it was filed already or not; and the same id may begin anew."""
    add(app, "c-1", "a")
    assert app.conversations.erase("c-1")
    assert (ids(app, "c-1"), store.live_work.due(NOW)) == ([], [])
    add(app, "c-2", "a")
    put(app, conversation("c-2"))
    assert app.conversations.erase("c-2")
    assert ids(app, "c-2") == []
    assert app.conversations.get("c-2") is None
    assert store.recount() == []
    assert add(app, "c-1", "b") == ["message:b"]
    assert ids(app, "c-1") == ["message:b"]


def test_settings_are_the_apps_own(store: Store, app: AppStore) -> None:
    """Defaults until it chooses."""
    store.ensure(OTHER)
    chosen = AssistSettings(idle_after_s=60, reasons=FeedbackReasons(widget=Reasons(like=("Nice",))))
    assert app.live.settings() == AssistSettings()
    for settings in (AssistSettings(summaries_per_agent=5), chosen):
        app.live.configure(settings)
        assert app.live.settings() == settings
    assert store.within(OTHER).live.settings() == AssistSettings()


@pytest.mark.parametrize("odd", ["c\0", "\ud800"])
def test_ids_that_no_database_can_hold_are_unknown(app: AppStore, odd: str) -> None:
    """To look for one is no error."""
    assert (app.live.count(odd), app.live.log(odd).events) == (0, ())
