"""Looking for patterns in what was said, and quoting what matched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.analyzers._phrases import Phrases
from auscult.analyzers._shares import parts_of, whole_percents
from tests.data_files import data_of

WORDS = st.lists(st.sampled_from(["I'm", "the", "the", "uh", "manager", "Speak", "to", "now!", "…"]), max_size=12)


@pytest.mark.parametrize(("pattern", "text", "quote"), data_of(__file__, "quotes_the_text_as_it_stands"))
def test_quotes_the_text_as_it_stands(pattern: str, text: str, quote: str) -> None:
    """Marks, capitals, fillers and words said twice stay in the quotation."""
    phrases = Phrases([pattern])
    assert phrases.find(text) == (0,)
    assert phrases.quote(0, text) == quote


@pytest.mark.parametrize(("pattern", "text"), [("art", "party"), ("^no$", "no thanks"), ("thanks$", "thanks bye")])
def test_matches_whole_words_and_ends(pattern: str, text: str) -> None:
    """Not inside of a word; ``^`` and ``$`` are the turn's ends."""
    assert Phrases([pattern]).find(text) == ()


@given(texts=st.lists(WORDS.map(" ".join), max_size=5))
def test_one_look_finds_what_each_turn_holds(texts: list[str]) -> None:
    """Something is found in several texts together exactly where it is found in one of them."""
    phrases = Phrases(["speak to", "^im$", "now$", "the manager"])
    assert phrases.found_in(texts) == any(phrases.find(text) for text in texts)


@given(text=WORDS.map(" ".join))
def test_a_quote_is_in_the_text(text: str) -> None:
    """A quoted text that is not in the conversation would be no evidence."""
    phrases = Phrases(["speak to", "im", "the manager", "manager now"])
    for index in phrases.find(text):
        assert phrases.quote(index, text)
        assert phrases.quote(index, text) in text


@given(counts=st.lists(st.integers(0, 500), min_size=1, max_size=6))
def test_percents_total_100_and_are_near(counts: list[int]) -> None:
    """Largest remainder (rule 12): whole, total 100, each within one of its share; nothing counted gives zeros."""
    shares = whole_percents(counts)
    assert sum(shares) == (100 if sum(counts) else 0)
    assert all(
        abs(share * sum(counts) - 100 * count) < sum(counts) or not sum(counts)
        for share, count in zip(shares, counts, strict=True)
    )


def test_equal_remainders_go_to_the_first() -> None:
    """Thirds of 100."""
    assert parts_of(100, [1, 1, 1]) == [34, 33, 33]
