"""Which language is spoken."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.analyzers._evidence import UNDETERMINED
from auscult.analyzers.speech.language import Language, language_of
from auscult.domain.insight import Insights
from tests.data_files import data_of, rows_of
from tests.unit.analyzers.conversations import talk


@pytest.mark.parametrize(("text", "language"), data_of(__file__, "tells_the_language_of_what_came_as_english"))
def test_tells_the_language_of_what_came_as_english(text: str, language: str) -> None:
    """A document that says nothing is English to us; text that plainly is something else is not."""
    assert language_of(text, "en") == language


@pytest.mark.parametrize(
    ("text", "given_language", "language"), data_of(__file__, "the_document_wins_unless_its_script_is_wrong")
)
def test_the_document_wins_unless_its_script_is_wrong(text: str, given_language: str, language: str) -> None:
    """What the document says counts, where the text can be that."""
    assert language_of(text, given_language) == language


@given(
    language=st.sampled_from(["en", "de", "nl", "es", "ja", "hi"]),
    text=st.text(alphabet="0123456789 .,-!?", max_size=40),
)
def test_text_without_letters_says_nothing(language: str, text: str) -> None:
    """Then the document has the last word."""
    assert language_of(text, language) == language


def test_reads_regions_as_their_language() -> None:
    """``en-GB`` and ``EN_us`` are English."""
    for given_language in ("en-GB", "EN_us"):
        assert Language().analyze(talk("C: hello there", language=given_language), {}, Insights()) == "en"


def test_notes_of_the_system_are_not_speech() -> None:
    """An English note in a German chat does not make it English."""
    asked = talk("S: the agent has joined the chat and will be with you", "C: ich habe eine frage zu der rechnung")
    assert Language().analyze(asked, {}, Insights()) == "de"


SENTENCES: dict[str, list[str]] = {}
"""What is said at service desks, in the vendor's six languages."""
for row in rows_of(Path(__file__).with_name("sentences.csv")):
    SENTENCES.setdefault(row["language"], []).append(row["sentence"])


@pytest.mark.parametrize("language", sorted(SENTENCES))
def test_three_turns_tell_a_language(language: str) -> None:
    """Of a document that says nothing of its language, any three sentences of each of the six are enough."""
    said = SENTENCES[language]
    for first in range(len(said) - 2):
        assert language_of(" ".join(said[first : first + 3]), "en") == language


@pytest.mark.parametrize("language", sorted(SENTENCES))
def test_a_document_is_right_about_its_own_sentences(language: str) -> None:
    """However short: a single sentence of the language that the document gives never makes it another."""
    assert {language_of(one, language) for one in SENTENCES[language]} == {language}


@pytest.mark.parametrize("language", ["hi", "ja"])
def test_another_script_is_never_english(language: str) -> None:
    """Not even a word of it."""
    for one in SENTENCES[language]:
        for word in one.split():
            assert language_of(word, "en") != "en"


@pytest.mark.parametrize("text", data_of(__file__, "an_unread_language_under_the_default_tag_is_not_english"))
def test_an_unread_language_under_the_default_tag_is_not_english(text: str) -> None:
    """A summary then says that the language is not known, and not that nothing was said."""
    assert language_of(text, "en") != "en"


def test_text_without_english_words_is_undetermined() -> None:
    """Where no known language is clear either; four words keep the tag of their document."""
    text = " ".join(f"xq{letter}zz" for letter in "abcdefghijklmnop")
    assert language_of(text, "en") == UNDETERMINED
    assert language_of(text[:24], "en") == "en"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        *data_of(__file__, "latin_letters_do_not_make_another_language_english"),
        ("habari, naweza kukusaidia vipi leo. simu yangu haifanyi kazi tangu jana", UNDETERMINED),
        ("xin chao toi can giup do ve hoa don cua toi. anh cho em xin so dien thoai", UNDETERMINED),
    ],
)
def test_latin_letters_do_not_make_another_language_english(text: str, language: str) -> None:
    """Hindi, Tagalog and others in Latin letters without a tag are no language that the starter forms support."""
    assert language_of(text, "en") == language


@pytest.mark.parametrize("text", data_of(__file__, "english_with_words_of_others_is_english"))
def test_english_with_words_of_others_is_english(text: str) -> None:
    """Pidgin, English with Tagalog in it, terse traffic and names keep the tag of their document."""
    assert language_of(text, "en") == "en"
