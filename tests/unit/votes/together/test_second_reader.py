"""What the second reader reads of a turn: word pieces as the library for them finds them, and the turns around it."""

import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import BertWordPieceTokenizer

from auscult.domain.conversation import Turn
from bench.reader.sequences import AFTER, BEFORE, OWN, sequences
from bench.reader.wordpiece import WordPieces

LETTERS = string.ascii_lowercase + string.digits
VOCABULARY = [
    "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "hello", "help", "hel", "##lo", "un", "##believ", "##able", "é", "'", ",",
    ".", "-", "@", "€", "電", *LETTERS, *(f"##{letter}" for letter in LETTERS if letter != "q"),
]  # fmt: skip
WORDS = WordPieces(VOCABULARY)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> BertWordPieceTokenizer:
    """The library's own, with the same vocabulary."""
    file: Path = tmp_path_factory.mktemp("pieces") / "vocabulary.txt"
    file.write_text("\n".join(VOCABULARY), encoding="utf-8")
    return BertWordPieceTokenizer(str(file), lowercase=True)


@given(
    st.text(
        st.sampled_from(LETTERS + " Éàüß'\u2019.,-@€電\n\t\u0301\u200b\x00")
        | st.characters(max_codepoint=0x2FF, exclude_categories=("C",)),
        max_size=60,
    )
)
def test_pieces_are_the_librarys(library: BertWordPieceTokenizer, text: str) -> None:
    """Accents, punctuation, ideographs, control characters, and words that no pieces make up."""
    assert WORDS.ids(text) == library.encode(text, add_special_tokens=False).ids


def test_a_turn_is_read_between_its_neighbours() -> None:
    """Its own pieces first, then the end of the turn before and the beginning of the one after, each with its side."""
    turns = [
        Turn(id="m1", speaker="agent", text="a " * 30 + "b"),
        Turn(id="m2", speaker="customer", text="c " * 80),
        Turn(id="m3", speaker="agent", text="d " * 30),
    ]
    number = VOCABULARY.index
    first, middle, _ = sequences(turns, WORDS)
    own, before, after = [number("c")] * OWN, [number("a")] * (BEFORE - 1) + [number("b")], [number("d")] * AFTER
    assert middle.pieces == [WORDS.first, *own, WORDS.end, *before, WORDS.end, *after, WORDS.end]
    assert middle.sides == [1] * (OWN + 2) + [0] * (BEFORE + 1 + AFTER + 1)
    assert middle.own == OWN
    assert first.pieces[first.own + 1 : first.own + 4] == [WORDS.end, WORDS.end, number("c")]
