"""Ready questions: those of the starter forms for a form's channel and languages, put in without weight."""

import pytest

from auscult.domain.errors import RequestError
from auscult.services.definitions.forms.document import read_document
from auscult.services.definitions.forms.editing.changes import changed
from auscult.services.definitions.forms.editing.questions import mappings, value_of
from auscult.services.definitions.forms.editing.ready import measured, ready_questions, with_ready
from auscult.services.definitions.forms.reading import STARTER_LANGUAGES, check_form
from tests.data_files import data_of

DOCUMENT = data_of(__file__, "document").encode()


def test_they_are_of_the_languages_in_their_order() -> None:
    """Dutch has no starter form; a question whose id the form has is marked, whatever it asks."""
    found = ready_questions(value_of(DOCUMENT))
    assert list(dict.fromkeys(each.language for each in found)) == ["es", "en"]
    assert {each.metric_id for each in found if each.is_there} == {"em-greeting"}
    assert all(each.question for each in found)
    assert {each.type for each in found} == {"by_question", "by_insight"}


@pytest.mark.parametrize("language", STARTER_LANGUAGES)
def test_each_was_measured(language: str) -> None:
    """The agreement with people, with how many conversations of how many people, is there for each of a language."""
    document = f"id: ef-1\nname: Ours\nchannel: voice\nlanguages: [{language}]\nmetrics: []\n".encode()
    found = measured()[language]
    assert found.conversations > found.people > 1
    assert {each.metric_id for each in ready_questions(value_of(document))} == found.kappa.keys()
    assert all(
        -1 <= low <= kappa <= high <= 1 for kappa, low, high in (each for each in found.kappa.values() if len(each) > 1)
    )


@pytest.mark.parametrize("channel", ["voice", "chat"])
def test_each_makes_a_form_without_a_fault(channel: str) -> None:
    """A form of all ready questions, each added once, can be published when they have weights."""
    document = f"id: ef-1\nname: Ours\nchannel: {channel}\nlanguages: [en, de]\nmetrics: []\n".encode()
    while open_ones := [each for each in ready_questions(value_of(document)) if not each.is_there]:
        document = changed(document, *with_ready(value_of(document), open_ones[-1].key, "").changes)
    metrics = mappings(read_document(document).value, "metrics")
    assert len({each["id"] for each in metrics}) == len(metrics) >= 10
    assert {each["weight"] for each in metrics} == {0}
    weighted = document.replace(b"weight: 0", b"weight: 100", 1)
    assert check_form(weighted).problems == ()


def test_it_goes_behind_the_section_and_keeps_the_text() -> None:
    """It gets an id of its own where the form has its id already; comments stay."""
    done = with_ready(value_of(DOCUMENT), "en/em-greeting", "se-1")
    document = changed(DOCUMENT, *done.changes)
    added = mappings(read_document(document).value, "metrics")[1]
    assert (added["id"], added["section"], added["weight"], done.place) == ("em-greeting-2", "se-1", 0, 1)
    assert b"# ours" in document


@pytest.mark.parametrize("key", ["nl/em-greeting", "fr/em-greeting", "en/em-none", "en", ""])
def test_what_is_not_there_is_refused(key: str) -> None:
    """So is a language that the form does not name."""
    with pytest.raises(RequestError, match="no ready question"):
        with_ready(value_of(DOCUMENT), key, "")
