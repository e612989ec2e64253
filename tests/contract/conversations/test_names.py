"""Names that filters offer: those of all conversations, as they are written."""

from datetime import timedelta

import pytest

from auscult.domain.conversation import Agent, Queue
from auscult.domain.people.visibility import Visibility
from auscult.services.conversations.names import NamesInUse, custom_fields, names_in_use, typed
from auscult.storage.store import AppStore
from tests.contract.conversations.test_latest import put
from tests.contract.storing import conversation

BANK, SHOP = Queue(id="qu-1", name="Retail Banking"), Queue(id="QU-2")
ANA, BO, CY = Agent(id="a-1", name="Ana"), Agent(id="a-2", name="bo"), Agent(id="a-3")


@pytest.fixture
def app(app: AppStore) -> AppStore:
    """Two conversations of a queue with a name, one of another without."""
    put(app, [(conversation("c1", queues=(BANK,), agents=(ANA,)), ("YES", "YES"))], intent="Lost card")
    put(app, [(conversation("c2", timedelta(days=1), queues=(BANK,), agents=(BO,)), ("NO", "NO"))], intent="lost Card")
    put(app, [(conversation("c3", timedelta(days=2), queues=(SHOP,), agents=(CY,)), ("NO", "NO"))], intent="refund")
    return app


def test_are_those_of_all_conversations(app: AppStore) -> None:
    """Each once, in order, with its name rather than its id; names that differ by case are one."""
    found = names_in_use(app)
    assert found == NamesInUse(["QU-2", "Retail Banking"], ["a-3", "Ana", "bo"], ["lost Card", "refund"], ["en"])
    assert names_in_use(app) == found


def test_follow_the_conversations(app: AppStore) -> None:
    """Names that come are offered, and those of erased conversations no more."""
    names_in_use(app)
    put(
        app,
        [
            (
                conversation("c4", timedelta(days=3), queues=(Queue(id="qu-3", name="Bikes"),), agents=(ANA,)),
                ("NO", "NO"),
            )
        ],
    )
    app.conversations.erase("c3")
    found = names_in_use(app)
    assert (found.queues, found.agents, found.intents) == (["Bikes", "Retail Banking"], ["Ana", "bo"], ["lost Card"])


def test_are_those_of_visible_conversations(app: AppStore) -> None:
    """Who sees one queue, or one agent, is offered no name of others."""
    names_in_use(app)
    assert names_in_use(app.seen_by(Visibility(queues=frozenset({"qu-2"})))) == NamesInUse(
        ["QU-2"], ["a-3"], ["refund"], ["en"]
    )
    assert names_in_use(app.seen_by(Visibility(agents=frozenset({"a-1"})))).agents == ["Ana"]


def test_most_frequent_ones_first(app: AppStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there are too many, those of most conversations are offered."""
    monkeypatch.setattr("auscult.services.conversations.names.MOST", 1)
    assert names_in_use(app).intents == ["lost Card"]


def test_own_ids_and_fields_by_their_beginning(app: AppStore) -> None:
    """Whole filters: of each field that begins so, and of one its values; nothing of what was erased, or is not visible."""
    fields = ({"region": "north", "plan": "basic"}, {"region": "northwest"}, {"region": "south"})
    for n, each in enumerate(fields):
        own = conversation(f"o{n}", timedelta(days=4 + n), custom_id=f"K-{n}", custom_fields=each)
        put(app, [(own, ("YES", "YES"))])
    assert custom_fields(app) == ("plan", "region")
    assert typed(app, "custom_field", "") == ["plan=basic", "region=north", "region=northwest", "region=south"]
    assert typed(app, "custom_field", "REG") == ["region=north", "region=northwest", "region=south"]
    assert typed(app, "custom_field", "region=n") == ["region=north", "region=northwest"]
    assert typed(app, "custom_field", "region=\0") == typed(app, "custom_field", "city=") == []
    assert (typed(app, "custom_id", "K-"), typed(app, "custom_id", "")) == (["K-0", "K-1", "K-2"], [])
    app.conversations.erase("o2")
    assert typed(app, "custom_field", "region=s") == []
    some = app.seen_by(Visibility(queues=frozenset({"qu-2"})))
    assert (typed(some, "custom_field", ""), typed(some, "custom_id", "K")) == ([], [])
