"""Intents of the product have names in the reader's language."""

from auscult.analyzers.topics._intent_topics import TOPIC_OF
from auscult.analyzers.topics.intents import UNCLEAR
from auscult.language import speaking, translation_of
from auscult.services.insights.intent_names import BUILT_IN, intent_name


def test_every_built_in_intent_has_a_name() -> None:
    """The list is the trained head's, and each is translated."""
    assert {*TOPIC_OF, UNCLEAR} - {"nothing"} == BUILT_IN
    with speaking("de"):
        assert [each for each in BUILT_IN if not translation_of(each)] == []
        assert intent_name("check account balance") == "Kontostand abfragen"


def test_an_intent_of_an_account_keeps_its_words() -> None:
    """Only its first letter is a capital."""
    with speaking("de"):
        assert intent_name("repair grandfather clock") == "Repair grandfather clock"
    assert intent_name("check account balance") == "Check account balance"
    assert intent_name("") == ""
