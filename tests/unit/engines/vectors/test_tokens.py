"""Byte pair encoding: the tokens that the reference library gives."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer as Reference

from auscult.domain.said.text import spoken_words
from auscult.engines._vectors.tokens import Tokenizer
from auscult.engines.wordllama import TOKENIZER
from tests.data_files import data_of

OURS, THEIRS = Tokenizer(TOKENIZER), Reference.from_file(str(TOKENIZER))


def reference(word: str) -> list[int]:
    """The library's tokens."""
    return list(THEIRS.encode(word, add_special_tokens=False).ids)


@pytest.mark.parametrize(
    "word",
    [
        *data_of(__file__, "words_have_the_reference_tokens"),
        "x" * 300,
    ],
)
def test_words_have_the_reference_tokens(word: str) -> None:
    """Letters, figures, other scripts, and characters that have only bytes."""
    assert OURS.ids(word) == reference(word)


@given(st.text(min_size=1, max_size=30))
def test_any_text_has_the_reference_tokens(text: str) -> None:
    """As words reach the engine, and as they come."""
    for word in (text, *spoken_words(text).split()):
        assert OURS.ids(word) == reference(word)
