"""The effect of a taxonomy before it is published."""

from collections.abc import Mapping

import pytest
from msgspec.structs import replace

from auscult.domain.conversation import Conversation
from auscult.domain.definitions.taxonomy import Node, Taxonomy
from auscult.domain.errors import EngineError
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.engines import embedded
from auscult.engines._contract import Engine
from auscult.services.history.topic_effect import topic_effect
from tests.strategies import evaluation_of
from tests.unit.analyzers.conversations import talk

LATE = Node(name="Late delivery", level=1, examples=("where is my parcel", "my order is late"))
HOURS = Node(name="Opening hours", level=1, examples=("when do you open on sunday", "are you open today"))
PARCELS = Node(name="Parcels", level=1, examples=("where is my parcel", "has my parcel been sent"))
SHOP = Taxonomy(id="tx-shop", name="Shop", topics=(LATE, HOURS))


def case(name: str, said: str, language: str = "en") -> EvaluatedConversation:
    """A conversation in which the customer says something."""
    conversation: Conversation = replace(talk(f"C: {said}", language=language), id=name)
    return EvaluatedConversation(
        conversation=conversation,
        evaluation=evaluation_of(name, evaluated_at=conversation.started_at),
    )


CASES = [
    case("c-1", "Where is my parcel?"),
    case("c-2", "When do you open on Sunday?"),
    case("c-3", "Wo bleibt mein Paket?", "de"),
]


@pytest.fixture(scope="module")
def engines() -> Mapping[type, Engine]:
    """The engines of the base installation, by the kind of probe they answer."""
    return {engine.probe: engine for engine in embedded()}


def test_nothing_moves_where_nothing_changes(engines: Mapping[type, Engine]) -> None:
    """Conversations in other languages are not read."""
    found = topic_effect(CASES, [SHOP], SHOP, engines)
    assert (found.read, found.moved, found.without) == (2, (), (0, 0))
    assert found.topics == {("Late delivery",): 1, ("Opening hours",): 1}


def test_conversations_move_to_another_topic(engines: Mapping[type, Engine]) -> None:
    """With what was said, how sure it is, and the number that moves from one topic to the other."""
    found = topic_effect(CASES, [SHOP], replace(SHOP, topics=(PARCELS, HOURS)), engines)
    (moved,) = found.moved
    assert (moved.conversation_id, moved.said) == ("c-1", "Where is my parcel?")
    assert (moved.turn_id, moved.former) == (CASES[0].conversation.turns[0].id, ("Late delivery",))
    assert moved.confidence is not None
    assert moved.confidence > 0.5
    assert found.moves == {((("Late delivery",),), (("Parcels",),)): 1}


def test_a_topic_that_stands_elsewhere_keeps_its_conversations(engines: Mapping[type, Engine]) -> None:
    """Nobody looks for them in another place because the topic above has another name."""
    below = [replace(LATE, level=2), replace(HOURS, level=2)]
    shop, store = (replace(SHOP, topics=(Node(name=name, level=1, topics=tuple(below)),)) for name in ("Shop", "Store"))
    assert topic_effect(CASES, [shop], store, engines).moved == ()


def test_a_topic_with_another_name_keeps_its_conversations(engines: Mapping[type, Engine]) -> None:
    """It has the same sentences, and nothing else has them."""
    draft = replace(SHOP, topics=(replace(LATE, name="Late parcel"), HOURS))
    found = topic_effect(CASES, [SHOP], draft, engines)
    assert (found.moved, found.topics[("Late parcel",)]) == ((), 1)
    twice = replace(SHOP, topics=(replace(LATE, name="Late parcel"), replace(LATE, name="Parcel"), HOURS))
    assert len(topic_effect(CASES, [SHOP], twice, engines).moved) == 1


def test_topics_that_go_leave_conversations_without_one(engines: Mapping[type, Engine]) -> None:
    """A first version gives them one."""
    found = topic_effect(CASES, [SHOP], replace(SHOP, topics=()), engines)
    assert (found.without, found.moves[(("Opening hours",),), ()]) == ((0, 2), 1)
    first = topic_effect(CASES, [], SHOP, engines)
    assert (first.without, len(first.moved)) == ((2, 0), 2)


def test_a_topic_of_another_taxonomy_is_not_the_former_one(engines: Mapping[type, Engine]) -> None:
    """Stays, for such a conversation, means that it belongs to no topic of this taxonomy."""
    other = replace(SHOP, id="tx-other")
    (late, *_others) = topic_effect(
        CASES, [other], replace(SHOP, topics=(replace(LATE, name="Parcels"),)), engines
    ).moved
    assert (late.conversation_id, late.former) == ("c-1", ())


def test_an_engine_is_needed() -> None:
    """Without one nothing is sorted, which is said."""
    with pytest.raises(EngineError):
        topic_effect(CASES, [SHOP], SHOP, {})
