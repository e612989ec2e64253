"""What is only denied counts for nothing: in the answers of the starter forms, and in how the customer sounds."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from auscult import bootstrap
from auscult.config import read_settings
from auscult.domain.scoring.stored import PendingConversation
from auscult.services.definitions.forms.reading import all_starter_documents, read_form
from auscult.services.scoring.evaluate import Evaluator
from tests.data_files import data_of
from tests.strategies import talk

AT = datetime(2026, 5, 4, tzinfo=UTC)
FORMS = [replace(read_form(document), abstain_below=None) for document in all_starter_documents().values()]
OPENS = {
    "en": "Hello, this is Kim from Acme.",
    "de": "Guten Tag, hier ist Kim von Acme.",
    "es": "Buenos días, le habla Kim.",
}
TROUBLE = {
    "en": "My parcel is broken and I am really upset.",
    "de": "Mein Paket ist kaputt, ich bin echt sauer.",
    "es": "Mi paquete está roto, estoy muy molesta.",
}


@pytest.fixture(scope="module", params=["on", "off"])
def evaluator(request: pytest.FixtureRequest) -> Evaluator:
    """Judge with votes of the dialogue acts, and by words alone."""
    return bootstrap.evaluator(replace(read_settings(), votes=request.param), judge_ineligible=True)


def found(evaluator: Evaluator, language: str, *turns: str) -> dict[str, str]:
    """Return the verdicts of the starter forms, and the customer's sentiment."""
    pending = PendingConversation(conversation=replace(talk(*turns), language=language), revision=1)
    evaluation, insights = evaluator.evaluate([pending], FORMS, AT)[0]
    assert insights is not None
    answers = {one.metric.id: one.verdict.qualification for one in evaluation.results}
    return answers | ({"sentiment": insights.sentiment.label} if insights.sentiment else {})


@pytest.mark.parametrize(("language", "said", "verdict"), data_of(__file__, "sympathy_that_is_denied_is_none"))
def test_sympathy_that_is_denied_is_none(evaluator: Evaluator, language: str, said: str, verdict: str) -> None:
    """Neither in words, nor where the act of the turn sounds like it."""
    turns = (f"agent: {OPENS[language]}", f"customer: {TROUBLE[language]}", f"agent: {said}")
    assert found(evaluator, language, *turns)["em-empathy"] == verdict


@pytest.mark.parametrize(("language", "said"), data_of(__file__, "a_greeting_that_is_denied_is_none"))
def test_a_greeting_that_is_denied_is_none(evaluator: Evaluator, language: str, said: str) -> None:
    """A greeting that is only spoken about greets nobody."""
    assert found(evaluator, language, f"agent: {said}", f"customer: {TROUBLE[language]}")["em-greeting"] == "NO"


@pytest.mark.parametrize(("language", "said"), data_of(__file__, "trouble_that_is_denied_is_no_complaint"))
def test_trouble_that_is_denied_is_no_complaint(evaluator: Evaluator, language: str, said: str) -> None:
    """Neither by the words of the turn, nor by the head, which knows the words and not what denies them."""
    assert found(evaluator, language, f"agent: {OPENS[language]}", f"customer: {said}")["sentiment"] != "negative"


def test_joy_that_is_denied_is_a_complaint(evaluator: Evaluator) -> None:
    """The words "not happy" sound bad."""
    said = "I am not happy with this at all."
    assert found(evaluator, "en", f"agent: {OPENS['en']}", f"customer: {said}")["sentiment"] == "negative"
