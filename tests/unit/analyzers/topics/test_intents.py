"""What was wanted and what it was about, in generated words."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.analyzers.topics._intent_topics import NOTHING, TOPIC_OF
from auscult.analyzers.topics._keywords import informative_runs, keywords
from auscult.analyzers.topics._names import without_introduction
from auscult.analyzers.topics._naming import name_of, object_of
from auscult.analyzers.topics.intents import MOST
from auscult.domain.conversation import Agent, Customer
from auscult.domain.insight import Insights
from auscult.domain.probe import Classification, ClassificationAnswer
from auscult.engines._contract import Engine
from tests.data_files import data_of, tuples_of
from tests.unit.analyzers.conversations import analyzed, conversation, conversations, talk

WORDS = st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyz '.,?!@0123456789é"), max_size=80)


def intents(engines: Mapping[type, Engine], *lines: str) -> list[str]:
    """The names of what was wanted."""
    found = analyzed(talk(*lines), engines).intents
    assert found is not None
    return [one.name for one in found]


@pytest.mark.parametrize(
    ("said", "wanted"),
    tuples_of(__file__, "the_same_wish_has_the_same_name"),
)
def test_the_same_wish_has_the_same_name(engines: Mapping[type, Engine], said: tuple[str, ...], wanted: str) -> None:
    """Volume by topic needs conversations about one thing to be called one thing, whatever the words."""
    assert intents(engines, *[f"C: {text}" for text in said])[0] == wanted


@pytest.mark.parametrize(("said", "name"), data_of(__file__, "distils_a_name_where_none_is_known"))
def test_distils_a_name_where_none_is_known(said: str, name: str | None) -> None:
    """A verb and its object; never a noun alone, and nothing of small talk or trouble."""
    assert name_of(said) == name


def test_a_request_without_a_sure_name_is_unclear(engines: Mapping[type, Engine]) -> None:
    """It has its turn, and is counted as such; where nothing is asked there is no intent."""
    found = analyzed(talk("A: how can I help", "C: I've got a problem with the lighthouse", "A: bring it in"), engines)
    assert found.intents is not None
    assert [(one.name, one.turns) for one in found.intents] == [("unclear", ("m2",))]
    assert [one.name for one in found.topics or ()] == ["unclear"]
    assert intents(engines, "C: my dog ate a whole bar of chocolate, what should I do?") == ["unclear"]
    assert intents(engines, "C: good morning", "A: good morning") == []


@given(text=WORDS)
def test_a_distilled_name_is_short_and_of_its_sentence(text: str) -> None:
    """At most 50 characters, as names in a taxonomy; its object's words are said."""
    name = name_of(text)
    if name is not None:
        assert 0 < len(name) <= 50
        assert object_of(name)
        assert set(object_of(name).split()) <= set(text.replace("'", "").replace(".", " ").split()) | set(
            "".join(letter if letter.isalnum() else " " for letter in text.replace("'", "")).split()
        )


def test_every_intent_of_the_head_has_a_topic(engines: Mapping[type, Engine]) -> None:
    """The table and the trained head name the same intents, none longer than 50 characters."""
    (answer,) = engines[Classification].answer([Classification("intent", ("hello",))])
    assert isinstance(answer, ClassificationAnswer)
    assert set(answer.labels) == {*TOPIC_OF, NOTHING}
    assert max(map(len, TOPIC_OF)) <= 50


def test_nothing_wanted_is_no_intent(engines: Mapping[type, Engine]) -> None:
    """Known, and empty: that is not the same as unknown."""
    found = analyzed(talk("A: your parcel comes tomorrow", "C: ok thanks", "C: bye"), engines)
    assert found.intents == ()
    assert found.topics == ()


def test_topics_put_intents_about_one_thing_together(engines: Mapping[type, Engine]) -> None:
    """Two wishes about cards are one topic, with the turns of both."""
    found = analyzed(
        talk(
            "C: i lost my credit card, please block it",
            "A: done",
            "C: great. and how do i change the pin of my other card",
            "A: at any machine",
        ),
        engines,
    )
    assert found.intents is not None
    assert found.topics is not None
    assert [one.name for one in found.intents] == ["report lost or stolen card", "change pin"]
    assert [(one.name, one.turns) for one in found.topics] == [("cards", ("m1", "m3"))]


def test_a_single_wish_feels_as_the_conversation_does(engines: Mapping[type, Engine]) -> None:
    """Sentiment and emotions of the one thing that was wanted are those of the whole."""
    found = analyzed(
        talk("C: where is my parcel, this is a disgrace", "A: lost, sorry", "C: you people are useless"), engines
    )
    assert found.sentiment is not None
    assert found.emotions is not None
    assert found.intents
    (intent,) = found.intents
    assert (intent.sentiment, intent.score) == (found.sentiment.label, round(found.sentiment.score))
    assert set(intent.emotions) == {one.emotion for one in found.emotions.customer}


def test_each_of_several_wishes_feels_its_own_way(engines: Mapping[type, Engine]) -> None:
    """What was said of one does not colour the other."""
    found = analyzed(
        talk(
            "C: i want to return the boots i bought",
            "A: no",
            "C: that is a disgrace, i am furious, worst shop ever",
            "A: sorry",
            "C: anyway, what are your opening hours on sunday",
            "A: ten to four",
            "C: wonderful, thank you so much, you are a star",
        ),
        engines,
    )
    by_name = {one.name: one.sentiment for one in found.intents or ()}
    assert by_name == {"return item": "negative", "get opening hours": "positive"}


@given(asked=conversations())
def test_points_at_the_customers_turns_in_order(engines: Mapping[type, Engine], asked: Any) -> None:
    """Evidence: turns of the customer's, each once, in the order of the talk; at most three names, each once."""
    found = analyzed(asked, engines)
    customer = [turn.id for turn in asked.turns if turn.speaker == "customer"]
    for some in (found.intents, found.topics):
        if some is None:
            continue
        assert len(some) <= MOST
        assert len({one.name for one in some}) == len(some)
        for one in some:
            assert one.turns
            assert list(one.turns) == [turn for turn in customer if turn in one.turns]
            assert len(one.keywords) <= 5
            assert one.score is None or 1 <= one.score <= 10


def test_keywords_are_what_is_rare_and_hold_nobodys_name() -> None:
    """Names, numbers and addresses stay out of them, whoever says them."""
    asked = conversation(
        talk("C: hi louis, i'm olivia flores", "C: my espresso machine leaks, mail me at o.flores@example.com").turns,
        agents=(Agent("a-1", name="Louis Prado"),),
        customer=Customer(name="Olivia Flores"),
    )
    found = keywords(asked, [turn.text for turn in asked.turns])
    assert found[0] == "espresso machine"
    assert not {"olivia", "flores", "louis", "example", "mail"} & {word for one in found for word in one.split()}


@given(text=WORDS)
def test_runs_are_words_of_the_text(text: str) -> None:
    """At most three words each, without digits, of three letters or more."""
    for run in informative_runs(text):
        assert 1 <= len(run) <= 3
        assert all(word.isalpha() and len(word) >= 3 for word in run)


def test_an_introduction_is_not_asked_about() -> None:
    """Greeting and name go; what is asked stays."""
    said = "Good evening, my name is Patricia Wilson and I would like to check my balance"
    assert without_introduction(said) == "and i would like to check my balance"
    assert without_introduction("I lost my card.") == "I lost my card."


def test_topics_need_to_know_what_was_wanted() -> None:
    """Alone, the analyzer of topics says so."""
    from auscult.analyzers.topics.topics import Topics  # noqa: PLC0415  (the one test that runs it alone)

    found = Topics().analyze(talk("C: hello"), {}, Insights(language="en"))
    assert found == ("what was wanted is not known",)
