"""The directory, queues that are renamed, and why a user sees a conversation; on both databases."""

from datetime import UTC, datetime

import pytest

from auscult.domain.conversation import Agent, Conversation, Queue
from auscult.domain.errors import NotFoundError, RequestError
from auscult.domain.people.principal import operator
from auscult.services.directory.naming import Naming
from auscult.services.people.directory_import import Noun, import_directory
from auscult.services.people.known import check_known
from auscult.services.people.why import Explainer
from auscult.storage.store import AppStore
from tests.contract.people.world import START, World
from tests.contract.storing import TENANT, conversation, put
from tests.data_files import data_of


def bring(app: AppStore, noun: Noun, text: str) -> None:
    """Import a file as the operator does."""
    import_directory(app, Naming(app, lambda: datetime.now(UTC), operator()), noun, text)


def _call(name: str, queue: Queue, agent: Agent | None = None) -> Conversation:
    return conversation(name, queues=(queue,), agents=(agent,) if agent else ())


def test_conversations_fill_the_directory(world: World) -> None:
    """Unknown agents and queues appear by themselves, once, in no team; what is known of them is kept."""
    app = world.store.within(TENANT)
    put(app, _call("c-1", Queue("q-1", "Billing"), Agent("a-1", "Ada", "ada@x")), _call("c-2", Queue("q-1")))
    put(app, _call("c-3", Queue("q-1", "Invoices"), Agent("a-1", "Another")), _call("c-4", Queue("q-2")))
    directory = app.people.directory
    assert [(each.agent_id, each.name, each.emails) for each in directory.agents()] == [("a-1", "Ada", ("ada@x",))]
    assert [(each.queue_id, each.name) for each in directory.queues()] == [("q-1", "Billing"), ("q-2", None)]
    assert directory.memberships() == []
    assert directory.resolve_queues(["BILLING", "invoices", "Q-2", "other"]) == {"q-1", "q-2", "other"}


def test_work_is_for_users(world: World) -> None:
    """An address without a user is refused; ids of clients are none, and an account without users takes any."""
    check_known(world.store, TENANT, ["ann@example.com"], "raters")
    world.add("ann", "auditor")
    check_known(world.store, TENANT, ["ann@example.com", "cs-1"], "raters")
    with pytest.raises(NotFoundError, match=r"bob@example\.com is no user of this account") as caught:
        check_known(world.store, TENANT, ["ann@example.com", "bob@example.com"], "raters")
    assert (caught.value.reason, caught.value.field) == ("user.unknown", "raters")


def test_a_grant_on_a_queue_outlives_its_name_and_the_queue(world: World) -> None:
    """Given by name, it stays on the queue when that is renamed or removed; given early, it awaits the name."""
    app = world.store.within(TENANT)
    world.add("early", "supervisor", queues=("Billing",))
    put(app, _call("c-1", Queue("q-1", "Billing")))
    world.add("late", "supervisor", queues=("billing",))
    bring(app, "queues", "queue_id,name\nq-1,Accounts\n")
    put(app, _call("c-2", Queue("q-1", "Accounts")), _call("c-3", Queue("q-2", "Sales")))
    for name in ("early", "late"):
        visibility = world.principal(name).visibility()
        assert {each for each in ("c-1", "c-2", "c-3") if app.people.sees(visibility, each)} == {"c-1", "c-2"}
    world.add("gone", "supervisor", queues=("q-77",))
    user = world.users.find("gone@example.com")
    explained = Explainer(world.store, TENANT, START).explain(user, "c-1")
    assert not explained.sees
    assert "not in the directory: q-77" in explained.grants[0].reason


def test_why_agrees_with_what_is_visible(world: World) -> None:
    """For each user and conversation the explanation gives the predicate's answer."""
    app = world.store.within(TENANT)
    put(
        app,
        _call("c-1", Queue("q-1", "Billing"), Agent("a-1")),
        _call("c-2", Queue("q-2"), Agent("a-2")),
        _call("c-3", Queue("q-3"), Agent("a-1")),
    )
    bring(
        app,
        "teams",
        "team_id,name,agent_id,since,until\nnorth,North,a-1,2026-01-01,2026-03-23\nsouth,South,a-2,,\n",
    )
    world.add("all", "analyst")
    world.add("queue", "supervisor", queues=("Billing",))
    world.add("me", "agent", agents=("a-1",))
    world.add("team", "supervisor", teams=("north", "south"))
    world.add("none", "inspector")
    ids = ["c-1", "c-2", "c-3"]
    seen: dict[str, set[str]] = {}
    for name in ("all", "queue", "me", "team", "none"):
        user = world.users.find(f"{name}@example.com")
        explainer = Explainer(world.store, TENANT, START)
        seen[name] = {each for each in ids if explainer.explain(user, each).sees}
        visibility = world.principal(name).visibility()
        assert {each for each in ids if app.people.sees(visibility, each)} == seen[name]
    assert seen == {
        "all": {"c-1", "c-2", "c-3"},
        "queue": {"c-1"},
        "me": {"c-1", "c-3"},
        "team": {"c-2"},
        "none": set(),
    }


@pytest.mark.parametrize(("noun", "text", "field"), data_of(__file__, "a_wrong_file_changes_nothing"))
def test_a_wrong_file_changes_nothing(world: World, noun: str, text: str, field: str) -> None:
    """The refusal names line and column."""
    app = world.store.within(TENANT)
    directory = app.people.directory
    with pytest.raises(RequestError) as refused:
        bring(app, noun, text)  # pyright: ignore[reportArgumentType]
    assert refused.value.field == field
    assert (directory.agents(), directory.teams(), directory.queues()) == ([], [], [])


def test_an_agent_who_changes_teams_leaves_the_first_where_the_second_begins(world: World) -> None:
    """An import closes the open membership elsewhere; a membership of a queue closes none."""
    app = world.store.within(TENANT)
    directory = app.people.directory
    bring(app, "teams", "team_id,name,agent_id,since\nnorth,North,a-1,2026-03-01\n")
    bring(app, "teams", "team_id,name,agent_id,since\nsouth,South,a-1,2026-03-15\n")
    bring(app, "queues", "queue_id,agent_id,since\nq-1,a-1,2026-03-01\nq-2,a-1,2026-03-05\n")
    middle = datetime(2026, 3, 15, tzinfo=UTC)
    assert [(each.group_id, each.until) for each in directory.memberships()] == [
        ("q-1", None),
        ("q-2", None),
        ("north", middle),
        ("south", None),
    ]
