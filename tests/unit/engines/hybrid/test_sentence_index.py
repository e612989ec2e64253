"""Passages searched by a model that has read them and their sentences."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.assist.knowledge import Passage
from auscult.engines.hybrid import (
    HEADING_BY_MODEL,
    PASSAGE_BY_MODEL,
    SENTENCE_BY_MODEL,
    Hybrid,
    SentenceIndex,
)
from tests.data_files import tuples_of
from tests.sentence_reader import WORDS, Reader

SENTENCES = tuples_of(__file__, "sentences")
PASSAGES = st.lists(
    st.builds(
        lambda heading, said: (heading, " ".join(said)),
        st.sampled_from([(), ("Money", "Refunds"), ("Workshop",)]),
        st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=4),
    ),
    min_size=1,
    max_size=6,
)


def read(found: Sequence[tuple[tuple[str, ...], str]]) -> SentenceIndex:
    """An index of passages with these headings and texts."""
    passages = [
        Passage(id=str(number), source="s", heading=heading, text=text) for number, (heading, text) in enumerate(found)
    ]
    index = Hybrid(WORDS, Reader()).index(passages, "en").completed(lambda: False)
    assert isinstance(index, SentenceIndex)
    return index


def cosine(one: str, other: str) -> float:
    """The cosine of two texts by the reader; 0 where one has no word."""
    first, second = WORDS.embed([one, other])
    lengths = float(np.linalg.norm(first) * np.linalg.norm(second))
    return float(first @ second) / lengths if lengths else 0.0


@given(found=PASSAGES)
def test_a_passage_has_the_score_that_it_would_have_alone(found: list[tuple[tuple[str, ...], str]]) -> None:
    """What stands beside it, and in which order, changes nothing."""
    question = "when do i get my refund"
    together = read(found).by_sentences(question)
    alone = [read([each]).by_sentences(question)[0] for each in found]
    assert together == pytest.approx(alone, abs=1e-5)


def test_the_nearest_sentence_counts_beside_the_whole_and_the_heading() -> None:
    """Each cosine has its weight; a sentence is read with the last heading."""
    question = "when is my card charged"
    first, second = SENTENCES[0], SENTENCES[1]
    (score,) = read([(("Money", "Refunds"), f"{first} {second}")]).by_sentences(question)
    nearest = max(cosine(question, f"Refunds. {each}") for each in (first, second))
    whole = cosine(question, f"Money > Refunds. {first} {second}")
    heading = cosine(question, "Money > Refunds")
    wanted = PASSAGE_BY_MODEL * whole + SENTENCE_BY_MODEL * nearest + HEADING_BY_MODEL * heading
    assert score == pytest.approx(wanted, abs=1e-5)


def test_a_passage_of_one_sentence_is_read_once() -> None:
    """It is its own nearest sentence; a longer one costs its sentences."""
    reader = Reader()
    texts = ["Refunds take five days.", "Keep the receipt. Boots are resoled here."]
    passages = [Passage(id=text, source="s", heading=(), text=text) for text in texts]
    Hybrid(WORDS, reader).index(passages, "en").completed(lambda: False)
    assert sorted(text for text in reader.texts if text not in ("", "ready")) == sorted(
        [*texts, "Keep the receipt.", "Boots are resoled here."]
    )
