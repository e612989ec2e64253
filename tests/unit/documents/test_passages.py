"""Blocks become passages."""

from hypothesis import given
from hypothesis import strategies as st

from auscult.documents._contract import Block
from auscult.documents._passages import LONGEST_BLOCK, MOST_WORDS, passages

WORDS = st.lists(st.sampled_from(["refund", "card.", "returns", "7", "why?", "ok;"]), min_size=1, max_size=400)
HEADINGS = st.sampled_from([("A",), ("A", "B"), ()])


@given(st.lists(st.builds(Block, HEADINGS, WORDS.map(" ".join), st.booleans()), max_size=6))
def test_nothing_is_lost_or_moved(blocks: list[Block]) -> None:
    """Every word stands in one passage, in order, under its heading; and no passage is long."""
    pieces = list(passages(blocks))
    assert [word for piece in pieces for word in piece.text.split()] == [
        word for block in blocks for word in block.text.split()
    ]
    assert [piece.heading for piece in pieces for _ in piece.text.split()] == [
        block.heading for block in blocks for _ in block.text.split()
    ]
    assert all(0 < len(piece.text.split()) <= LONGEST_BLOCK for piece in pieces)


def test_short_blocks_stand_together_and_answers_alone() -> None:
    """A passage is about as long as can be read at a glance; a question with its answer is one by itself."""
    short = [Block(("A",), "word " * 25) for _ in range(4)]
    assert [len(piece.text.split()) for piece in passages(short)] == [50, 50]
    answers = [Block(("A",), "7 days", is_whole=True), Block(("A",), "8 days", is_whole=True)]
    assert [piece.text for piece in passages([Block(("A",), "before"), *answers, Block(("A",), "after")])] == [
        "before",
        "7 days",
        "8 days",
        "after",
    ]
    (long,) = passages([Block(("A",), "word " * (MOST_WORDS + 5))])
    assert len(long.text.split()) == MOST_WORDS + 5
