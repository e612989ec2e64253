"""Topics of a taxonomy over both databases: counted, each above it too, and a few conversations of one."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from auscult.domain.conversation import Turn
from auscult.domain.definitions.taxonomy import Node, Taxonomy
from auscult.domain.directory import NO_ALIASES
from auscult.domain.insight import Insights, Topic
from auscult.domain.people.visibility import Visibility
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.services.conversations import latest
from auscult.services.history import sorted_topics as room
from auscult.services.history.sorted_topics import SortedTopics, names_at
from auscult.services.scoring.render import render
from auscult.storage.store import AppStore
from tests.contract.storing import TENANT, conversation, evaluation

LOST, BROKEN = Node(name="Lost", level=2), Node(name="Broken", level=2)
BANK = Taxonomy(
    id="tx-bank",
    name="Bank",
    topics=(Node(name="Cards", level=1, topics=(LOST, BROKEN)), Node(name="Branch", level=1)),
)


def cards(*below: tuple[str, str, str]) -> Topic:
    """The topic Cards with some below it, each with the turn that decided and how sure that was."""
    its = tuple(Topic(name=name, level=2, confidence=Decimal(sure), turns=(turn_id,)) for name, turn_id, sure in below)
    return Topic(name="Cards", level=1, confidence=Decimal("0.5"), topics=its)


BRANCH = Topic(name="Branch", level=1, confidence=Decimal("0.7"), turns=("m2",))
FOUND: dict[str, Insights | None] = {
    "c-1": Insights(language="en", configured_intents=(cards(("Lost", "m2", "0.9")),)),
    "c-2": Insights(language="en", configured_intents=(cards(("Lost", "m2", "0.4"), ("Broken", "m3", "0.8")), BRANCH)),
    "c-3": Insights(language="en", configured_intents=()),
    "c-4": Insights(language="de", configured_intents=(cards(("Lost", "m2", "0.9")),)),
    "c-5": Insights(language="en", configured_intents=None),
    "c-6": None,
}


def case(of: Any) -> Any:
    """A finished conversation with what was found in it."""
    pending = of.conversation
    found = EvaluatedConversation(
        conversation=pending, evaluation=evaluation(pending, of.revision), insights=FOUND[pending.id]
    )
    return render(TENANT, found, {}, NO_ALIASES)


@pytest.fixture
def app(app: AppStore, monkeypatch: pytest.MonkeyPatch) -> AppStore:
    """An app with six conversations a day apart, the first the oldest; they are read two at a time."""
    monkeypatch.setattr(latest, "AT_A_TIME", 2)
    made = [
        conversation(
            name,
            timedelta(days=number),
            turns=(
                Turn("m1", "agent", "hello"),
                Turn("m2", "customer", f"my card is lost, {name}"),
                Turn("m3", "customer", "it is broken"),
            ),
        )
        for number, name in enumerate(FOUND)
    ]
    batch = app.conversations.accept(made).batch_id or ""
    app.conversations.record(batch, [case(each) for each in app.conversations.pending(batch)])
    return app


def test_each_conversation_counts_once_at_its_topics_and_those_above(app: AppStore) -> None:
    """Conversations in another language, and those that were never sorted, are not counted."""
    found = SortedTopics(app, [BANK], BANK).counts()
    assert (found.read, found.without) == (3, 1)
    assert found.topics == {("Cards",): 2, ("Cards", "Lost"): 2, ("Cards", "Broken"): 1, ("Branch",): 1}
    assert found.since is not None
    assert found.until is not None
    assert (found.until - found.since).days == 2


def test_a_topic_that_was_moved_takes_its_conversations_along(app: AppStore) -> None:
    """It leaves none at the topic that it was below."""
    below = Node(name="Branch", level=1, topics=(replace(BROKEN, level=2),))
    draft = replace(BANK, topics=(Node(name="Cards", level=1, topics=(LOST,)), below))
    found = SortedTopics(app, [BANK], draft).counts()
    assert (found.topics[("Cards",)], found.topics[("Branch", "Broken")]) == (2, 1)
    assert [each.conversation.id for each in SortedTopics(app, [BANK], draft).here(("Branch", "Broken"))] == ["c-2"]


def test_a_topic_that_was_moved_and_then_renamed_takes_them_along_too(app: AppStore) -> None:
    """Its sentences show that it is the same, in the draft and in each version before it."""
    said = replace(BROKEN, examples=("it is broken",))
    first = replace(BANK, topics=(Node(name="Cards", level=1, topics=(LOST, said)), BANK.topics[1]))
    moved = Node(name="Branch", level=1, topics=(replace(said, level=2),))
    second = replace(first, topics=(Node(name="Cards", level=1, topics=(LOST,)), moved))
    renamed = replace(moved, topics=(replace(said, name="Defective"),))
    draft = replace(second, topics=(second.topics[0], renamed))
    names = ("Branch", "Defective")
    for versions, count in (([second, first], 1), ([second], 0), ([draft, second, first], 1)):
        assert SortedTopics(app, versions, draft).counts().topics[names] == count
    again = replace(draft, topics=(Node(name="Cards", level=1, topics=(LOST, BROKEN)), renamed))
    assert SortedTopics(app, [second, first], again).counts().topics[names] == 0, "a topic of the name that they have"


def test_topics_of_another_taxonomy_are_none_of_this_one(app: AppStore) -> None:
    """A conversation that only has topics of another taxonomy counts as not recognised."""
    branch = replace(BANK, topics=BANK.topics[1:])
    other = b"id: tx-cards\nname: Cards\ntopics: [{name: Cards, topics: [{name: Lost}, {name: Broken}]}]\n"
    assert SortedTopics(app, [branch], branch).counts().without == 1
    app.definitions.publish("taxonomy", "tx-cards", other)
    found = SortedTopics(app, [branch], branch).counts()
    assert (found.without, found.topics) == (2, {("Branch",): 1})
    assert [each.turn.text for each in SortedTopics(app, [branch], branch).not_recognised()] == [
        "my card is lost, c-3",
        "my card is lost, c-1",
    ]


def test_only_the_newest_are_read(app: AppStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """More are not asked for."""
    monkeypatch.setattr(room, "MOST_READ", 5)
    assert SortedTopics(app, [BANK], BANK).counts().topics[("Cards", "Lost")] == 1
    monkeypatch.setattr(room, "MOST_READ", 0)
    assert SortedTopics(app, [BANK], BANK).counts() == room.TopicCounts(
        read=0, since=None, until=None, without=0, topics=room.Counter()
    )


def test_the_least_sure_come_first_with_the_words_that_decided(app: AppStore) -> None:
    """Of a topic that has none below it."""
    found = SortedTopics(app, [BANK], BANK).here(("Cards", "Lost"))
    assert [(each.turn.text, each.confidence) for each in found] == [
        ("my card is lost, c-2", 0.4),
        ("my card is lost, c-1", 0.9),
    ]
    assert [each.turn.text for each in SortedTopics(app, [BANK], BANK).here(("Cards", "Broken"))] == ["it is broken"]
    assert SortedTopics(app, [BANK], BANK).here(("Cards", "Gone")) == []


def test_what_one_may_not_see_or_judges_blind_is_not_there(app: AppStore) -> None:
    """Neither in a count nor in a list."""
    assert SortedTopics(app, [BANK], BANK, ["c-2"]).counts().topics == {("Cards",): 1, ("Cards", "Lost"): 1}
    assert [each.conversation.id for each in SortedTopics(app, [BANK], BANK, ["c-2"]).here(("Cards", "Lost"))] == [
        "c-1"
    ]
    nothing = app.seen_by(Visibility())
    assert SortedTopics(nothing, [BANK], BANK).counts().read == 0
    assert SortedTopics(nothing, [BANK], BANK).here(("Cards", "Lost")) == []


def test_the_names_of_a_place_in_the_document() -> None:
    """Only of a topic that has none below it."""
    assert names_at(BANK, ("topics", 0, "topics", 1)) == ("Cards", "Broken")
    assert names_at(BANK, ("topics", 1)) == ("Branch",)
    for path in (("topics", 0), ("topics", 2), ("topics", 0, "topics", 2), ("name",), ("topics", "x")):
        assert names_at(BANK, path) == ()
