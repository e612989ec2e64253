"""Words and sentences out of turns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.said.text import FILLERS, sentences, spoken_words, straighten_quotes
from tests.data_files import data_of, tuples_of


@pytest.mark.parametrize(("text", "words"), data_of(__file__, "words_are_bare"))
def test_words_are_bare(text: str, words: str) -> None:
    """No case, no punctuation, no fillers; an apostrophe leaves no gap, nor does a sign of a vowel; one space around."""
    assert spoken_words(text) == words


@given(st.text())
def test_words_of_words_are_the_same_words(text: str) -> None:
    """What is bare stays as it is, and holds no filler."""
    words = spoken_words(text)
    assert spoken_words(words) == words
    assert not FILLERS & set(words.split())


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_plain_and_other_text_are_read_alike(text: str) -> None:
    """ASCII takes a shorter way to the same end: a letter from elsewhere behind it changes nothing before."""
    assert spoken_words(text + " é") == spoken_words(spoken_words(text) + "é")


@given(st.text())
def test_straight_quotes_keep_the_length(text: str) -> None:
    """Offsets in the text stay offsets in the text."""
    assert len(straighten_quotes(text)) == len(text)
    assert "\u2019" not in straighten_quotes(text)


@pytest.mark.parametrize(
    ("text", "pieces"),
    tuples_of(__file__, "sentences"),
)
def test_sentences(text: str, pieces: tuple[str, ...]) -> None:
    """Cut behind stops and at line ends; pieces without a word are left out."""
    assert sentences(text) == pieces


def test_long_speech_is_read_through_windows() -> None:
    """More than 20 words without a stop: windows of 12 that overlap by 6, the last one at the end."""
    words = [f"w{number}" for number in range(1, 24)]
    pieces = sentences(" ".join(words))
    assert [piece.split()[0] for piece in pieces] == ["w1", "w7", "w12"]
    assert {len(piece.split()) for piece in pieces} == {12}
    assert pieces[-1].endswith("w23")
    assert sentences(" ".join(words[:20])) == (" ".join(words[:20]),)


@given(st.text(alphabet="ab .?\n;", max_size=400))
def test_every_piece_is_in_the_text_and_no_word_is_lost(text: str) -> None:
    """Evidence quotes what was said, and every word can be found."""
    pieces = sentences(text)
    assert all(piece in text for piece in pieces)
    assert set(spoken_words(text).split()) == {word for piece in pieces for word in spoken_words(piece).split()}


@pytest.mark.parametrize("text", ["." * 65_000 + "a", "!. " * 20_000, "a" * 65_000, "a." * 32_000, "'" * 65_000])
def test_hostile_text_takes_no_longer(text: str) -> None:
    """The largest turn allowed, written to trap a matcher: a quadratic one would stand still here for minutes."""
    assert isinstance(sentences(text), tuple)
    assert spoken_words(text)
