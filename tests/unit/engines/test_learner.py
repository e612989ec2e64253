"""Learning labels from a few examples: exact, bounded, the same however it is asked."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from auscult.domain.errors import EngineError
from auscult.domain.probe import Examples, FewShot, FewShotAnswer, Likely
from auscult.domain.said.text import spoken_words
from auscult.engines import learner as module
from auscult.engines._vectors.softmax import descend, fit
from auscult.engines.learner import Learner
from auscult.engines.wordllama import WordLlama
from tests.data_files import tuples_of

CARDS = Examples(
    ("lost card", "exchange rate", "cancel transfer"),
    (
        ("i lost my card", "my card was stolen", "i can't find my bank card"),
        ("what is the exchange rate", "how many euros do i get for a dollar"),
        ("please cancel the transfer i just made", "i sent money to the wrong account, stop it"),
    ),
)
ASKED = tuples_of(__file__, "asked")


@pytest.fixture(scope="module")
def learner() -> Learner:
    """A learner on the default vectors."""
    return Learner(WordLlama())


def told(learner: Learner, *texts: str, examples: Examples = CARDS) -> tuple[tuple[Likely, ...], ...]:
    """What a learner says of texts."""
    (answer,) = learner.answer([FewShot(examples, texts)])
    assert isinstance(answer, FewShotAnswer)
    return answer.likely


def test_tells_new_wordings_apart(learner: Learner) -> None:
    """What was never said in these words is known by its meaning."""
    assert [likely[0].label for likely in told(learner, *ASKED[:3])] == list(CARDS.labels)


def test_knows_its_own_examples(learner: Learner) -> None:
    """Each example is most like its label, and closer to it than a text about something else is to anything."""
    for label, texts in zip(CARDS.labels, CARDS.texts, strict=True):
        for likely in told(learner, *texts):
            assert likely[0].label == label
            assert likely[0].closeness > told(learner, "my dishwasher leaks")[0][0].closeness


@given(texts=st.lists(st.sampled_from(ASKED) | st.text(max_size=60), min_size=1, max_size=8))
def test_says_how_likely_and_how_close(learner: Learner, texts: list[str]) -> None:
    """Shares of 1, the likeliest first; cosines; nothing of a text without words."""
    for text, likely in zip(texts, told(learner, *texts), strict=True):
        assert (likely == ()) == (spoken_words(text) == " ")
        assert list(likely) == sorted(likely, key=lambda one: -one.probability)
        assert sum(one.probability for one in likely) == pytest.approx(1 if likely else 0, abs=0.001)
        assert all(-1 <= one.closeness <= 1 for one in likely)


@settings(max_examples=5)
@given(texts=st.permutations(ASKED))
def test_a_text_is_told_the_same_in_any_company(texts: list[str]) -> None:
    """Fresh learners, other neighbours, the same answer."""
    together = dict(zip(texts, told(Learner(WordLlama()), *texts), strict=True))
    assert told(Learner(WordLlama()), texts[0])[0] == together[texts[0]]


def test_the_order_of_labels_does_not_matter(learner: Learner) -> None:
    """A taxonomy that is written in another order finds the same."""
    turned = Examples(CARDS.labels[::-1], CARDS.texts[::-1])
    for one, other in zip(told(learner, *ASKED[:3]), told(learner, *ASKED[:3], examples=turned), strict=True):
        assert one[0].label == other[0].label
        assert one[0].probability == pytest.approx(other[0].probability, abs=0.002)


def test_forgets_the_examples_that_were_asked_about_longest_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is bounded; learning again gives the same."""
    monkeypatch.setattr(module, "KEPT", 1)
    small = Learner(WordLlama())
    before = told(small, *ASKED)
    told(small, "hi", examples=Examples(("a", "b"), (("one",), ("two",))))
    assert len(small._kept) == 1
    assert told(small, *ASKED) == before


@pytest.mark.parametrize("wrong", [Examples((), ()), Examples(("a",), ((),)), Examples(("a", "b"), (("x",),))])
def test_refuses_a_label_without_examples(learner: Learner, wrong: Examples) -> None:
    """There is nothing to learn it from."""
    with pytest.raises(EngineError, match="at least one example"):
        learner.answer([FewShot(wrong, ("x",))])


def test_names_its_revision_and_its_embedding(learner: Learner) -> None:
    """Both decide the answer, so both stand in the version."""
    assert learner.version == f"few-shot 1 on {WordLlama().version}"


def test_goes_to_the_bottom_of_a_bowl() -> None:
    """A quadratic has one bottom, and it is found from anywhere."""
    shape = np.array([1.0, 10.0, 100.0])

    def slope(at: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        return float((shape * np.square(at - 3)).sum()), 2 * shape * (at - 3)

    assert descend(slope, np.array([50.0, -20.0, 7.0]), 1e-9) == pytest.approx([3, 3, 3])


@given(points=st.lists(st.integers(-9, 9), min_size=3, max_size=12, unique=True))
def test_fits_what_can_be_told_apart(points: Sequence[int]) -> None:
    """Points on a line, cut in two: every one falls on its own side."""
    ordered = np.array(sorted(points), np.float64)
    labels = (np.arange(len(ordered)) >= len(ordered) // 2).astype(np.int64)
    features = np.stack([ordered, np.ones_like(ordered)], axis=1)
    kernel = features @ features.T
    weights, bias = fit(kernel, labels, 2, 1_000.0)
    assert ((kernel @ weights + bias).argmax(axis=1) == labels).all()
