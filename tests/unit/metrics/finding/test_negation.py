"""Words that are only ever denied are not found, unless a form says otherwise."""

import msgspec
import pytest

from auscult.metrics._finding.language import What
from auscult.metrics._finding.negation import Affirmed
from auscult.metrics.by_question import ByQuestion, Settings
from auscult.services.definitions.forms.reading import check_form
from tests.data_files import data_of
from tests.strategies import talk

CHEST_PAIN = What(phrases=("chest pain", "arm pain"))


def is_affirmed(condition: What, text: str, language: str = "en") -> bool:
    """Return whether a condition without a pack counts in a text."""
    return Affirmed(condition, None).holds(1, text, language)


@pytest.mark.parametrize("text", data_of(__file__, "denied_words_are_not_affirmed"))
def test_denied_words_are_not_affirmed(text: str) -> None:
    """A negator before them in their clause, in a list, or a denial behind them."""
    assert not is_affirmed(CHEST_PAIN, text)


@pytest.mark.parametrize("text", data_of(__file__, "what_is_said_is_affirmed"))
def test_what_is_said_is_affirmed(text: str) -> None:
    """A scope ends with its clause; a negator of something else denies nothing."""
    assert is_affirmed(CHEST_PAIN, text)


@pytest.mark.parametrize(
    ("condition", "text", "holds"),
    [
        (What(wording=("(so |very )?sorry",)), "I am not sorry", False),
        (What(wording=("(so |very )?sorry",)), "I am so sorry", True),
        (What(pattern=r"\bbad\b"), "Not bad at all", False),
        (What(pattern=r"\bbad\b"), "This isn\u2019t bad", False),
        (What(pattern=r"\bbad\b"), "This is bad", True),
        (What(phrases=("hello thank you",)), "Hello, thank you for calling", True),
    ],
)
def test_every_kind_of_words_is_read(condition: What, text: str, *, holds: bool) -> None:
    """Phrases, wordings and patterns; a match over several clauses is affirmed."""
    assert is_affirmed(condition, text) is holds


def answer(settings: dict[str, object], said: str) -> str:
    """The answer to a question whose trigger the customer may say."""
    read = msgspec.convert(settings, Settings)
    return ByQuestion().judge(read, talk(f"customer: {said}", "agent: It is noted"), {}).qualification


TRIGGER = {"phrases": ["chest pain"]}
ASKED = {"any_of": [{"phrases": ["are you short of breath"]}]}


def test_a_trigger_that_is_denied_does_not_count() -> None:
    """Unless the condition says so: ``not_negated: false``."""
    said = "No chest pain, just a sore toe"
    assert answer({"trigger": {"any_of": [TRIGGER]}, "answer": ASKED}, said) == "NA"
    assert answer({"trigger": {"any_of": [TRIGGER]}, "answer": ASKED}, "I have chest pain") == "NO"
    free = TRIGGER | {"not_negated": False}
    assert answer({"trigger": {"any_of": [free]}, "answer": ASKED}, said) == "NO"


def test_an_answer_that_is_denied_does_not_count() -> None:
    """The words "I am not sorry" are no empathy, unless the condition says so: ``not_negated: false``."""
    sorry = {"speaker": "customer", "any_of": [{"phrases": ["sorry"]}]}
    assert answer({"answer": sorry}, "I am not sorry") == "NO"
    assert answer({"answer": sorry}, "I am sorry") == "YES"
    free = {"speaker": "customer", "any_of": [{"phrases": ["sorry"], "not_negated": False}]}
    assert answer({"answer": free}, "I am not sorry") == "YES"


@pytest.mark.parametrize(("language", "phrase", "denied", "said"), data_of(__file__, "negations_of_each_language"))
def test_negations_of_each_language(language: str, phrase: str, denied: str, said: str) -> None:
    """A negator of the clause denies; an answer, a question, and what is of another clause do not."""
    assert not is_affirmed(What(phrases=(phrase,)), denied, language)
    assert is_affirmed(What(phrases=(phrase,)), said, language)


def test_a_language_without_known_negators_denies_nothing() -> None:
    """When in doubt the words count."""
    assert is_affirmed(What(phrases=("przykro",)), "Nie jest mi przykro.", "pl")


def test_what_is_denied_is_not_quoted() -> None:
    """Of two phrases in a turn the one that counts is shown."""
    asked = {"speaker": "customer", "any_of": [{"phrases": ["chest pain", "arm pain"]}]}
    said = talk("customer: No chest pain yesterday, but today I have arm pain")
    (shown,) = ByQuestion().judge(msgspec.convert({"answer": asked}, Settings), said, {}).evidence
    assert shown.why == "says 'arm pain'"


def test_what_must_not_be_said_may_be_denied() -> None:
    """``none_of`` calls nothing off where the words are denied and the form says so."""
    finding = {
        "speaker": "customer",
        "any_of": [{"phrases": ["pain"]}],
        "none_of": [{"phrases": ["an accident"], "not_negated": True}],
    }
    assert answer({"answer": finding}, "I have pain. It was not an accident.") == "YES"
    assert answer({"answer": finding}, "I have pain. It was an accident.") == "NO"


def test_negation_belongs_to_words() -> None:
    """A fault with its line for a condition that is not of words."""
    form = data_of(__file__, "negation_belongs_to_words")
    found = {one.field: one.reason for one in check_form(form.encode()).problems}
    assert found == {
        "metrics[0].answer.any_of[0].not_negated": "belongs to phrases, wording, pattern; leave it out here"
    }
