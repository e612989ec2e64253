"""Counting words, in the scripts of the vendor's six languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.said.words import count_words
from tests.data_files import data_of, tuples_of

# What two dictionaries count (UniDic's short units by fugashi 1.5.2, IPADIC by Janome 0.5.0), and what was said.
JAPANESE = tuples_of(__file__, "japanese")


@pytest.mark.parametrize(
    ("text", "count"),
    [
        *data_of(__file__, "counts_words"),
        ("[" * 65_000, 0),
        ("<a" * 30_000, 30_000),
    ],
)
def test_counts_words(text: str, count: int) -> None:
    """Fillers are words, sounds in brackets are not, redacted words are; hostile text takes no longer."""
    assert count_words(text) == count


@pytest.mark.parametrize("text", data_of(__file__, "signs_of_vowels_make_no_gaps"))
def test_signs_of_vowels_make_no_gaps(text: str) -> None:
    """Where words have spaces between them, combining marks and joiners cut none in two: Hindi, and letters decomposed."""
    assert count_words(text) == len(text.split())


def test_japanese_words_are_as_many_as_dictionaries_count() -> None:
    """Without spaces: over a whole talk within 4 % of the mean of two dictionaries, a single turn at most 3 words off."""
    counts = [(count_words(text), first, second) for first, second, text in JAPANESE]
    total = sum(first + second for _, first, second in counts) / 2
    assert abs(sum(count for count, _, _ in counts) - total) <= 0.04 * total
    for count, first, second in counts:
        assert min(first, second) - 3 <= count <= max(first, second) + 3


@pytest.mark.parametrize(("text", "count"), data_of(__file__, "reads_every_form_of_japanese_letters"))
def test_reads_every_form_of_japanese_letters(text: str, count: int) -> None:
    """Han, both kana, half width, decomposed, Latin in between; marks alone are none."""
    assert count_words(text) == count


@given(
    first=st.text(st.characters(exclude_characters="[]<>")), second=st.text(st.characters(exclude_characters="[]<>"))
)
def test_what_is_said_after_a_gap_adds_its_own_words(first: str, second: str) -> None:
    """Counting does not look over a space, whatever the script."""
    assert count_words(f"{first} {second}") == count_words(first) + count_words(second)


@given(st.text(st.sampled_from("ab1.'-_ ,"), max_size=40))
def test_plain_and_other_text_are_counted_alike(text: str) -> None:
    """ASCII takes a shorter way to the same end: a word from elsewhere behind it is one more."""
    assert count_words(f"{text} \u00e9") == count_words(text) + 1


@given(text=st.text(alphabet="あいうえおかさたなはまやらわんっーがです", max_size=60))
def test_every_hiragana_text_has_words_but_no_more_than_letters(text: str) -> None:
    """Something said is at least one word, and no word has less than one letter."""
    assert min(1, len(text)) <= count_words(text) <= len(text)
