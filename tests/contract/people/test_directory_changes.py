"""Names and merges, on both databases: filters, grants, reports and lists; undone in one step; ids stay as they were."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from auscult.domain.conversation import Agent, Conversation, Queue, Turn
from auscult.domain.directory import Merge, PartyKind, Rename
from auscult.domain.errors import ConflictError, NotFoundError, RequestError
from auscult.domain.people.grants import Grant, Scope
from auscult.domain.people.principal import operator
from auscult.domain.people.users import User
from auscult.reports import REPORTS
from auscult.services.conversations.latest import Sought, count, latest
from auscult.services.conversations.names import names_in_use
from auscult.services.conversations.queue_names import queue_names
from auscult.services.directory.naming import Naming
from auscult.services.insights.facts import Names
from auscult.services.insights.overview import Wanted, counted
from auscult.services.people.principals import Principals
from auscult.services.scoring.comparing import rows_that_differ
from auscult.services.scoring.rebuild import render_outdated
from auscult.storage import Store
from auscult.storage.store import AppStore
from tests.golden.storing import TENANT, process
from tests.waiting import existing

STARTED = datetime(2026, 3, 23, 10, tzinfo=UTC)
NOW = datetime(2026, 5, 3, 9, tzinfo=UTC)
PHONE, CHAT, SHOP = Queue("rb-01", "Retail Banking"), Queue("RB", "Retail"), Queue("shop", "Online Shop")
WARD, E_WARD, HALE = Agent("a-ward", "Elizabeth Ward"), Agent("ew-1127", "E. Ward"), Agent("a-hale", "Robert Hale")


def call(name: str, queue: Queue, agent: Agent, hours: int) -> Conversation:
    """A call of a queue, with an agent."""
    at = STARTED + timedelta(hours=hours)
    turns = (Turn("m1", "agent", "hello there", agent.id, 0, 900), Turn("m2", "customer", "fine", None, 1000, 1900))
    return Conversation(
        id=name,
        channel="voice",
        started_at=at,
        ended_at=at + timedelta(minutes=3),
        queues=(queue,),
        agents=(agent,),
        turns=turns,
    )


@pytest.fixture
def app(store: Store) -> AppStore:
    """An app whose retail queue comes from the telephone and, under another id, from the chat."""
    store.ensure(TENANT)
    process(
        store,
        [
            call("c-1", PHONE, WARD, 1),
            call("c-2", CHAT, E_WARD, 2),
            call("c-3", SHOP, HALE, 3),
            call("c-4", CHAT, HALE, 4),
        ],
    )
    return store.within(TENANT)


def naming(app: AppStore) -> Naming:
    """The names of an app, as an operator changes them."""
    return Naming(app, lambda: NOW, operator())


def rename(app: AppStore, kind: PartyKind, party: str, name: str) -> str:
    """Rename, and return the change."""
    return naming(app).rename(Rename(kind=kind, id=party, name=name)).change_id


def merge(app: AppStore, kind: PartyKind, party: str, into: str) -> str:
    """Merge, and return the change."""
    return naming(app).merge(Merge(kind=kind, id=party, into=into)).change_id


def found(app: AppStore, **sought: Any) -> set[str]:
    """Return the ids that a filter finds; the count agrees."""
    items = latest(app, Sought(**sought)).items
    assert count(app, Sought(**sought)) == len(items)
    return {each.id for each in items}


def render(store: Store) -> int:
    """Let a worker render what is outdated."""
    return render_outdated(store, REPORTS, lambda _seconds: False)


def row(store: Store, name: str) -> dict[str, Any]:
    """Return the row of our own list."""
    rows = store.filed(TENANT, name, 1, is_itself=True)[name]
    return msgspec.json.decode(rows["conversations"] if "conversations" in rows else next(iter(rows.values())))


def reader(store: Store, scope: Scope, agent_ids: frozenset[str] = frozenset()) -> AppStore:
    """Return the app as a supervisor with one grant sees it."""
    user = User(
        user_id="u-1",
        account_id=TENANT.account_id,
        email="sue@example.com",
        name="Sue",
        agent_ids=agent_ids,
        created_at=NOW,
    )
    store.people.users.add(user)
    grant = Grant(
        grant_id="g-1",
        user_id="u-1",
        app_id=TENANT.app_id,
        role="supervisor",
        scope=scope,
        since=STARTED,
        granted_at=NOW,
    )
    store.people.grants.add(grant)
    return _seen(store)


def _seen(store: Store) -> AppStore:
    user = existing(store.people.users.by_id("u-1"))
    principal = Principals(store, lambda: NOW).principal(store.people.access.of_user(user), TENANT)
    return store.within(TENANT).seen_by(principal.visibility())


@pytest.mark.parametrize("wanted", ["rb-01", "RB", "Retail Banking", "retail"])
def test_merged_queues_are_found_together(app: AppStore, wanted: str) -> None:
    """By either id and either name, and apart again once the merge is undone."""
    before = found(app, queues=(wanted,))
    change = merge(app, "queue", "RB", "rb-01")
    assert found(app, queues=(wanted,)) == {"c-1", "c-2", "c-4"}
    assert found(app, queues=("shop",)) == {"c-3"}
    naming(app).undo(change)
    assert found(app, queues=(wanted,)) == before


def test_charts_count_them_together(app: AppStore) -> None:
    """Under the id and the name that stay, each conversation once."""
    merge(app, "queue", "RB", "rb-01")
    merge(app, "agent", "ew-1127", "a-ward")
    names = Names()
    tally = counted(app, Wanted(since=STARTED, until=NOW), ("queue", "agent"), names).tally
    found = {names.label(key)[1]: each.numbers["conversations"] for key, each in tally.groups.items()}
    left_out = found.pop("Online Shop (shop)"), found.pop("Robert Hale (a-hale)")
    assert (found, left_out) == ({"Retail Banking (rb-01)": 3, "Elizabeth Ward (a-ward)": 2}, (1, 2))
    queues = queue_names(app)
    assert queues.label("RB", "Retail") == "Retail Banking"
    assert queues.offered(["Retail", "Retail Banking", "Online Shop"]) == {
        "Online Shop": "Online Shop",
        "Retail Banking": "Retail Banking",
    }
    assert names_in_use(app).agents == ["Elizabeth Ward", "Robert Hale"]


def test_another_queue_of_the_name_is_still_found_by_it(store: Store, app: AppStore) -> None:
    """Though it belongs to no merge; by an id, only what is merged is."""
    process(store, [call("c-8", Queue("other", "Retail Banking"), HALE, 8)])
    merge(app, "queue", "RB", "rb-01")
    assert found(app, queues=("retail banking",)) == {"c-1", "c-2", "c-4", "c-8"}
    assert found(app, queues=("rb-01",)) == {"c-1", "c-2", "c-4"}


def test_a_merge_changes_no_id_and_no_row(store: Store, app: AppStore) -> None:
    """Both ids stay on the wire; rows need no rendering, and agree with what is stored."""
    before = row(store, "c-2")
    merge(app, "queue", "RB", "rb-01")
    assert app.aliases.progress() is None
    assert row(store, "c-2") == before
    assert {each.queue_id for each in app.people.directory.queues()} == {"rb-01", "RB", "shop"}
    (listed,) = [each for each in latest(app, Sought()).items if each.id == "c-2"]
    assert listed.queues == (Queue("RB", "Retail Banking"),)
    assert rows_that_differ(store, REPORTS) == []


def test_merges_follow_each_other(app: AppStore) -> None:
    """A third joins the group; undoing the first merge leaves the second in force."""
    first = merge(app, "queue", "RB", "rb-01")
    merge(app, "queue", "rb-01", "shop")
    assert found(app, queues=("RB",)) == {"c-1", "c-2", "c-3", "c-4"}
    naming(app).undo(first)
    assert found(app, queues=("rb-01",)) == {"c-1", "c-3"}
    assert found(app, queues=("RB",)) == {"c-2", "c-4"}


def test_grants_cover_what_is_merged(store: Store, app: AppStore) -> None:
    """A grant on one queue opens the other, until the merge is undone."""
    assert found(reader(store, Scope(kind="queues", names=frozenset({"Retail Banking"})))) == {"c-1"}
    change = merge(app, "queue", "RB", "rb-01")
    assert found(_seen(store)) == {"c-1", "c-2", "c-4"}
    naming(app).undo(change)
    assert found(_seen(store)) == {"c-1"}


def test_an_agent_is_one_person(store: Store, app: AppStore) -> None:
    """Their own conversations are those of both ids, and so is a filter by either name."""
    assert found(reader(store, Scope(kind="own"), frozenset({"a-ward"}))) == {"c-1"}
    merge(app, "agent", "ew-1127", "a-ward")
    assert found(_seen(store)) == {"c-1", "c-2"}
    assert found(app, agents=("E. Ward",)) == found(app, agents=("a-ward",)) == {"c-1", "c-2"}


def test_a_rename_is_shown_at_once_and_in_rows_afterwards(store: Store, app: AppStore) -> None:
    """Lists show it before rows are rendered; the job shows its progress, and ids stay."""
    rename(app, "queue", "shop", "Shop Online")
    rename(app, "agent", "a-hale", "Rob Hale")
    progress = existing(app.aliases.progress())
    assert (progress.done, progress.total) == (0, 4)
    (listed,) = [each for each in latest(app, Sought()).items if each.id == "c-3"]
    assert (listed.queues, listed.agents) == ((Queue("shop", "Shop Online"),), (Agent("a-hale", "Rob Hale"),))
    assert row(store, "c-3")["queues"] == [{"id": "shop", "name": "Online Shop"}]
    assert render(store) == 4
    assert app.aliases.progress() is None
    assert row(store, "c-3")["queues"] == [{"id": "shop", "name": "Shop Online"}]
    assert row(store, "c-4")["agents"] == [{"id": "a-hale", "name": "Rob Hale"}]
    for wanted in ("Shop Online", "online shop", "SHOP"):
        assert found(app, queues=(wanted,)) == {"c-3"}
    assert rows_that_differ(store, REPORTS) == []


def test_a_new_conversation_has_the_present_name(store: Store, app: AppStore) -> None:
    """Though its sender goes on with the old one."""
    rename(app, "queue", "shop", "Shop Online")
    render(store)
    process(store, [call("c-9", SHOP, HALE, 9)])
    assert row(store, "c-9")["queues"] == [{"id": "shop", "name": "Shop Online"}]


def test_a_rename_is_undone(store: Store, app: AppStore) -> None:
    """The last name first; then the one of the sender is back, in rows too."""
    first = rename(app, "queue", "shop", "Shop Online")
    second = rename(app, "queue", "shop", "Web Shop")
    with pytest.raises(ConflictError, match=second, check=lambda error: error.reason == "directory.not_last"):
        naming(app).undo(first)
    naming(app).undo(second)
    naming(app).undo(first)
    render(store)
    assert row(store, "c-3")["queues"] == [{"id": "shop", "name": "Online Shop"}]
    assert app.people.directory.queue("shop").name == "Online Shop"
    with pytest.raises(ConflictError, check=lambda error: error.reason == "directory.undone"):
        naming(app).undo(first)


def test_a_rename_in_the_middle_of_rendering_reaches_every_row(store: Store, app: AppStore) -> None:
    """A worker that rendered the first rows under the name before does not note them as done."""
    rename(app, "queue", "shop", "Shop Online")
    old = app.aliases.in_force()
    rename(app, "queue", "shop", "Web Shop")
    store.keep_rendered(TENANT, "", "c-3", old.version)
    assert store.outdated() == (TENANT, "")
    store.keep_rendered(TENANT, "", "c-2", app.aliases.in_force().version)  # a worker that was killed here
    assert store.outdated() == (TENANT, "c-2")
    assert app.aliases.progress() == (2, 4)
    assert render(store) == 2
    assert row(store, "c-3")["queues"] == [{"id": "shop", "name": "Web Shop"}]


def test_grants_stay_on_a_renamed_queue(store: Store, app: AppStore) -> None:
    """Though they name it by its former name."""
    assert found(reader(store, Scope(kind="queues", names=frozenset({"Online Shop"})))) == {"c-3"}
    rename(app, "queue", "shop", "Web Shop")
    render(store)
    assert found(_seen(store)) == {"c-3"}


def test_what_cannot_be_is_refused(app: AppStore) -> None:
    """With its reason and its field, and nothing is changed."""
    with pytest.raises(NotFoundError, match="unknown queue 'q-9'"):
        rename(app, "queue", "q-9", "Nine")
    with pytest.raises(RequestError, match="1 to 200"):
        rename(app, "queue", "shop", "  ")
    rename(app, "queue", "shop", "Web Shop")
    with pytest.raises(ConflictError, match="is called Web Shop already"):
        rename(app, "queue", "shop", "Web Shop")
    merge(app, "queue", "RB", "rb-01")
    for party, into, message in (
        ("rb-01", "RB", "are one already"),
        ("RB", "rb-01", "are one already"),
        ("shop", "shop", "are one already"),
        ("RB", "shop", "is merged into rb-01"),
    ):
        with pytest.raises(ConflictError, match=message):
            merge(app, "queue", party, into)
    assert len(app.aliases.listing(limit=10)) == 2


def test_each_step_is_in_the_access_log(app: AppStore) -> None:
    """With who, what, and the id of the change."""
    renamed = rename(app, "queue", "shop", "Web Shop")
    merged = merge(app, "agent", "ew-1127", "a-ward")
    naming(app).undo(merged)
    lines = [
        (each.action, each.target, msgspec.json.decode(each.details or "{}")["change"]) for each in app.log.entries()
    ]
    assert lines[-3:] == [
        ("directory.renamed", "queue:shop", renamed),
        ("directory.merged", "agent:ew-1127", merged),
        ("directory.change_undone", "agent:ew-1127", merged),
    ]
