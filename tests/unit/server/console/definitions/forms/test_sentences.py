"""A question in four sentences: nothing of a form is lost by opening and saving it, and words come and go without a trace."""

from collections.abc import Iterable, Iterator

import pytest

from auscult.domain.questions.taught import COUNTS_FROM
from auscult.server.console.definitions.forms.builder import Control, Question, builder_view
from auscult.server.console.definitions.forms.changes import with_changes
from auscult.server.console.definitions.forms.sentences import Sentences, sentences_of
from auscult.services.definitions.forms.document import read_document
from auscult.services.definitions.forms.editing.questions import mappings
from auscult.services.definitions.forms.editing.sentences import proposed
from tests.tiers import drawn
from tests.unit.services.definitions.forms.editing.test_changes import FORMS


def opened(document: bytes, at: int) -> tuple[Question, Sentences]:
    """Open a question of a form."""
    read = read_document(document)
    sections = builder_view(read, (), at).sections
    question = next(each for section in sections for each in section.questions if each.place == at)
    return question, sentences_of(mappings(read.value, "metrics")[at], question)


def inside(controls: Iterable[Control]) -> Iterator[Control]:
    """Yield controls, and what is in them."""
    for each in controls:
        yield each
        yield from inside((*each.parts, *each.rows))


@pytest.mark.parametrize("name", drawn([*FORMS], 20))
def test_open_and_save_unchanged_gives_the_same_form(name: str) -> None:
    """Each control is there once, and what the page sends unchanged changes nothing; words come and go without a trace."""
    document = FORMS[name]
    for at in range(len(mappings(read_document(document).value, "metrics"))):
        question, sentences = opened(document, at)
        shown = [each for sentence in sentences.items for each in inside(sentence.controls)]
        more = [each for _heading, controls in sentences.rest for each in inside(controls)]
        before = [each.path for _heading, controls in question.fields for each in inside(controls)]
        after = [each.path for each in (*shown, *more)]
        assert sorted(path for path in after if "+" not in path) == sorted(before), (name, at)
        sent = {"open": str(at)}
        for each in (one for one in (*shown, *more) if one.kind not in ("words", "rows", "group", "kept")):
            sent |= {f"set:{each.path}": each.value, f"was:{each.path}": each.value, f"as:{each.path}": each.kind}
        sent |= {f"new:{each.path}": "" for each in (*shown, *more) if each.kind == "words"}
        assert with_changes(sent, document, document, "save").document == document

        for each in (one for sentence in sentences.items for one in sentence.controls if "+" in one.path):
            there = with_changes(
                {"open": str(at), f"new:{each.path}": "quite so"}, document, document, f"add:{each.path}"
            )
            assert there.refused is None
            there_now = (one for say in opened(there.document, at)[1].items for one in say.controls)
            found = next(one for one in there_now if "quite so" in one.words)
            key = each.path.split(".")[2]
            is_new = key not in mappings(read_document(document).value, "metrics")[at]
            gone = f"metrics.{at}.{key}" if is_new else found.path.rpartition(".")[0]
            back = with_changes({"open": str(at)}, there.document, document, f"remove:{gone}")
            assert back.document == document, (name, each.path)


def test_parts_are_proposed_from_the_words_of_a_question() -> None:
    """The words of a question propose its speaker, its occasion, and whether the answer comes after that."""
    assert proposed("Did the agent offer the loyalty programme?") == ("agent", "", "")
    assert proposed("When the customer cancels, does the agent ask why?") == ("agent", "the customer cancels", "after")
    assert proposed("Did the agent name the fee before the customer booked?") == (
        "agent",
        "the customer booked",
        "before",
    )
    assert proposed("Sagt der Kunde, dass er kündigt?") == ("customer", "", "")


def test_a_taught_question_says_how_often_it_was_right() -> None:
    """Under its limit it says who should answer it instead; from the limit on it does not."""
    form = (
        "id: ef-x\nname: X\nchannel: voice\nmetrics:\n"
        "  - {id: em-a, name: A, type: by_example, weight: 1, question: Did it?, taught: {answers: 24, right: 15, kappa: %s}}\n"
    )
    said = "Tried on 24 of your answers: 15 right; a person or a judge should answer this one. It counts not."
    assert said in opened((form % 0.4).encode(), 0)[1].items[1].says
    assert "Tried on 24 of your answers: 15 right." in opened((form % COUNTS_FROM).encode(), 0)[1].items[1].says


def test_a_taught_question_may_be_about_what_is_said_before_the_occasion() -> None:
    """Its words propose the order once it has an occasion; what is chosen is proposed no more."""
    form = (
        "id: ef-x\nname: X\nchannel: voice\nmetrics:\n"
        "  - {id: em-a, name: A, type: by_example, weight: 1, question: Was the fee named before the customer booked?%s}\n"
    )
    occasion = ", trigger: {any_of: [{phrases: [book]}]}"
    put = ("put:metrics.0.order=before", "From its words: only before it")
    assert put not in opened((form % "").encode(), 0)[1].items[1].acts
    assert put in opened((form % occasion).encode(), 0)[1].items[1].acts
    assert put not in opened((form % f"{occasion}, order: before").encode(), 0)[1].items[1].acts
