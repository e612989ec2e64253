"""Configured intents: what an app's taxonomy finds (rule 13)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given

from auscult.analyzers import ANALYZERS
from auscult.analyzers.topics.configured_intents import ConfiguredIntents
from auscult.domain.conversation import Conversation
from auscult.domain.definitions.taxonomy import Node, Taxonomy
from auscult.domain.insight import Insights, Topic
from auscult.engines._contract import Engine
from auscult.services.definitions.taxonomies import read_taxonomy, starter_taxonomy
from tests.data_files import data_of
from tests.unit.analyzers.conversations import analyzed, conversation, conversations, talk

STARTER = read_taxonomy(starter_taxonomy())
SHOP = msgspec.convert(data_of(__file__, "shop"), Taxonomy)
GERMAN = Taxonomy(
    id="tx-de",
    name="Laden",
    languages=("de",),
    topics=(Node(name="Lieferung", level=1, examples=("wo bleibt mein paket", "mein paket ist nicht gekommen")),),
)


def found(
    engines: Mapping[type, Engine], taxonomies: Sequence[Taxonomy], asked: Conversation
) -> tuple[Insights, tuple[Topic, ...]]:
    """What all analyzers find, and the topics among it."""
    known = analyzed(asked, engines, {**ANALYZERS, "configured_intents": ConfiguredIntents(taxonomies)})
    return known, known.configured_intents or ()


def nodes(topics: Sequence[Topic]) -> Iterator[Topic]:
    """Every node of some trees."""
    for topic in topics:
        yield topic
        yield from nodes(topic.topics)


def test_finds_what_was_said_and_all_above_it(engines: Mapping[type, Engine]) -> None:
    """A tree of what was found: level 3 with sentiment and resolution, those above with neither."""
    asked = talk("C: hello where's my parcel, it should have come on monday", "A: it comes today, i am sorry", "C: ok")
    known, (shop,) = found(engines, [SHOP], asked)
    assert [(one.name, one.level) for one in nodes([shop])] == [("Shop", 1), ("Delivery", 2), ("Late delivery", 3)]
    late = shop.topics[0].topics[0]
    assert known.sentiment is not None
    assert known.resolution is not None
    assert late.sentiment == round(known.sentiment.score)
    assert late.is_resolved == (known.resolution.resolution == "YES")
    assert (shop.sentiment, shop.is_resolved, shop.topics[0].is_resolved) == (None, None, None)
    assert shop.turns == late.turns == ("m1",)
    assert 0 < late.confidence <= shop.confidence <= 1


def test_resolution_only_where_it_is_detected(engines: Mapping[type, Engine]) -> None:
    """Level 3 may say that it is not told; level 2 has none."""
    asked = talk(
        "C: please deliver it to another address",
        "A: i have changed that for you",
        "C: and when do you open on sunday",
        "A: at ten",
    )
    _, (shop,) = found(engines, [SHOP], asked)
    assert {one.name: (one.level, one.sentiment, one.is_resolved) for one in nodes([shop])} == {
        "Shop": (1, None, None),
        "Delivery": (2, None, None),
        "Change of address": (3, 5, None),
        "Opening hours": (2, None, None),
    }


def test_each_of_two_reasons_has_its_own_outcome(engines: Mapping[type, Engine]) -> None:
    """One was refused with anger, the other met with thanks."""
    asked = talk(
        "C: i want a refund",
        "A: i'm sorry, we can't refund that",
        "C: that is a disgrace, i am furious",
        "A: sorry",
        "C: well. i forgot my password and can't get into my account",
        "A: i've reset your password, please check your mail",
        "C: wonderful, it works, thank you so much",
    )
    _, topics = found(engines, [STARTER], asked)
    by_name = {one.name: one for one in nodes(topics) if one.level == 3}
    assert (by_name["Refund"].is_resolved, by_name["Password and login"].is_resolved) == (False, True)
    assert (by_name["Refund"].sentiment or 0) < 5 < (by_name["Password and login"].sentiment or 0)


@pytest.mark.parametrize(("said", "topic"), data_of(__file__, "the_starter_sorts_plain_requests"))
def test_the_starter_sorts_plain_requests(engines: Mapping[type, Engine], said: str, topic: str) -> None:
    """Wordings that do not stand in it."""
    _, topics = found(engines, [STARTER], talk(f"C: {said}"))
    assert [one.name for one in nodes(topics) if one.level == 3] == [topic]


def test_what_is_about_nothing_in_it_is_not_forced_in(engines: Mapping[type, Engine]) -> None:
    """Small talk, and what the taxonomy does not know, is none of its topics: known, and empty."""
    for line in ("C: good morning, how are you", "C: my tomatoes have brown spots on their leaves"):
        known, topics = found(engines, [SHOP], talk(line))
        assert topics == ()
        assert known.configured_intents == ()


def test_sorts_each_language_by_its_own(engines: Mapping[type, Engine]) -> None:
    """German words by the German taxonomy; without one for it, a language is said to be unsupported."""
    asked = talk("A: guten tag", "C: guten tag, wo bleibt denn mein paket? es ist nicht gekommen", language="de")
    known, (topic,) = found(engines, [SHOP, GERMAN], asked)
    assert (topic.name, topic.level, topic.sentiment) == ("Lieferung", 1, None)
    assert known.unknown["emotions"] == "German is not supported"
    known, _ = found(engines, [SHOP], asked)
    assert known.unknown["configured_intents"] == "German is not supported"


def test_says_that_there_is_no_taxonomy(engines: Mapping[type, Engine]) -> None:
    """Null has its reason; an empty taxonomy is none."""
    empty = Taxonomy(id="tx-0", name="Empty", topics=())
    for taxonomies in ((), (empty,)):
        known, _ = found(engines, taxonomies, talk("C: where is my parcel"))
        assert known.configured_intents is None
        assert known.unknown["configured_intents"] == "no taxonomy is configured"


def test_names_the_versions_it_sorts_by() -> None:
    """What decided is kept beside what was decided."""
    assert ConfiguredIntents([SHOP, GERMAN]).taxonomies == ("tx-shop 3", "tx-de 1")


@given(asked=conversations())
def test_what_is_found_is_a_part_of_the_taxonomy(engines: Mapping[type, Engine], asked: Any) -> None:
    """Every node found is one of the taxonomy, under the same parent, with turns of the customer's that show it."""
    _, topics = found(engines, [STARTER], asked)
    customer = {turn.id for turn in asked.turns if turn.speaker == "customer"}

    def check(some: Sequence[Topic], known: Sequence[Node]) -> None:
        by_name = {node.name: node for node in known}
        assert len({topic.name for topic in some}) == len(some)
        for topic in some:
            node = by_name[topic.name]
            assert topic.level == node.level
            assert topic.turns
            assert set(topic.turns) <= customer
            assert (topic.topics == ()) == (node.topics == ())
            assert topic.confidence == max((below.confidence for below in topic.topics), default=topic.confidence)
            check(topic.topics, node.topics)

    check(topics, STARTER.topics)


def test_nothing_is_asked_about_a_conversation_without_customer() -> None:
    """No probe without a text."""
    assert ConfiguredIntents([SHOP]).probes(conversation([])) == ()
    assert ConfiguredIntents().probes(talk("C: hello")) == ()
