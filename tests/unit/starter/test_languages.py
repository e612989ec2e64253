"""The starter forms of other languages: right, short, chosen by language, and in agreement with labels."""

from datetime import UTC, datetime

import pytest

from auscult import bootstrap
from auscult.config import read_settings
from auscult.domain.conversation import Conversation, Turn
from auscult.domain.evaluation import Evaluation
from auscult.domain.form import Form
from auscult.domain.scoring.stored import PendingConversation
from auscult.services.definitions.forms.reading import (
    STARTER_LANGUAGES,
    all_starter_documents,
    check_forms,
    read_form,
    starter_document,
    starter_documents,
)
from bench.quality.languages import OURS, agreement, judged
from tests.data_files import data_of, tuples_of
from tests.waiting import existing

SAID = tuples_of(__file__, "said")
AT = datetime(2026, 5, 4, tzinfo=UTC)


def conversation(language: str, tag: str = "en") -> Conversation:
    """Return a chat in a language whose document has another tag, as where nobody gave one."""
    sides = ("agent", "customer")
    turns = tuple(
        Turn(id=f"m{at}", speaker=side, text=text)
        for at, (side, text) in enumerate(zip(sides, SAID[language], strict=True), 1)
    )
    return Conversation(
        id=f"c-{language}", channel="chat", language=tag, direction="inbound", started_at=AT, ended_at=AT, turns=turns
    )


def evaluated(one: Conversation, forms: list[Form]) -> Evaluation:
    """Return its evaluation with these forms."""
    evaluator = bootstrap.evaluator(read_settings(), judge_ineligible=True)
    return evaluator.evaluate([PendingConversation(conversation=one, revision=1)], forms, AT)[0][0]


@pytest.mark.landing
def test_all_starter_forms_are_right_together() -> None:
    """Forms of different languages are no rivals for the same conversations."""
    checks = check_forms(all_starter_documents())
    assert [problem for check in checks.values() for problem in check.problems] == []
    assert len(checks) == 2 * len(STARTER_LANGUAGES)


@pytest.mark.parametrize("language", STARTER_LANGUAGES)
def test_a_starter_form_is_short(language: str) -> None:
    """Below 200 lines, since its wording is in packs."""
    assert starter_document(language).count(b"\n") < 200


@pytest.mark.parametrize("language", STARTER_LANGUAGES)
def test_the_language_chooses_the_form(language: str) -> None:
    """The language that is spoken, and not the tag of the document, which is often missing."""
    forms = [read_form(document) for document in all_starter_documents().values()]
    assert existing(evaluated(conversation(language), forms).form).languages == (language,)


def test_without_a_form_for_the_language_there_is_no_evaluation() -> None:
    """The reason names the language, and the languages that there are forms for."""
    forms = [read_form(document) for document in all_starter_documents().values()]
    found = evaluated(conversation("nl", "nl"), forms)
    assert (found.status, found.form) == ("not_evaluated", None)
    assert found.reason == "no form is for a chat conversation in nl; there are forms for en, es, de, fr, pt"


def test_an_english_form_refuses_spanish() -> None:
    """As before, where it is the only form."""
    form = read_form(starter_documents()["chat"])
    found = evaluated(conversation("es"), [form])
    assert (found.status, found.reason) == (
        "not_evaluated",
        "form 'ef-starter-chat' is for en, and the conversation is in es",
    )


@pytest.mark.landing
@pytest.mark.parametrize(("name", "votes"), data_of(__file__, "the_forms_agree_with_labels"))
def test_the_forms_agree_with_labels(name: str, votes: bool) -> None:
    """Macro kappa of the ten metrics, on the conversations that the packs were corrected by.

    Votes were fitted to other hands. English that was translated, to which only the packs were corrected, loses by them.
    """
    report = agreement(list(judged(OURS / f"{name}.ndjson", votes=votes)))
    kappas = [one.kappa for metric, one in report.metrics.items() if metric.startswith("em-") and one.kappa is not None]
    assert sum(kappas) / len(kappas) >= 0.9
