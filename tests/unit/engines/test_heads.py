"""Trained heads: exact, bounded, and honest about what they do not know."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auscult.domain.errors import EngineError
from auscult.domain.probe import Classification, ClassificationAnswer
from auscult.engines import heads as module
from auscult.engines.heads import Heads
from auscult.engines.wordllama import WordLlama

TEXTS = ("thank you so much", "this is a disgrace", "i am so worried", "four four one", "", "…", "qwxz")


@pytest.fixture(scope="module")
def heads() -> Heads:
    """The packaged heads."""
    return Heads(WordLlama())


def told(heads: Heads, head: str, *texts: str) -> tuple[tuple[float, ...], ...]:
    """What a head says of texts."""
    (answer,) = heads.answer([Classification(head, texts)])
    assert isinstance(answer, ClassificationAnswer)
    return answer.probabilities


@given(texts=st.lists(st.sampled_from(TEXTS) | st.text(max_size=80), min_size=1, max_size=12))
def test_probabilities_are_shares(heads: Heads, texts: list[str]) -> None:
    """Each between 0 and 1, rounded to 4 decimal places, about 1 together."""
    for shares in told(heads, "emotion", *texts):
        assert all(0 <= share <= 1 and share == round(share, 4) for share in shares)
        assert abs(sum(shares) - 1) < 0.001


@settings(max_examples=5)
@given(texts=st.permutations(TEXTS))
def test_a_text_is_told_the_same_in_any_company(texts: list[str]) -> None:
    """Fresh engines, other neighbours, the same answer."""
    alone = {text: told(Heads(WordLlama()), "sentiment", text)[0] for text in texts[:2]}
    together = dict(zip(texts, told(Heads(WordLlama()), "sentiment", *texts), strict=True))
    assert all(together[text] == shares for text, shares in alone.items())


def test_tells_feelings_apart(heads: Heads) -> None:
    """The labels stand in a fixed order, and plain cases come out right."""
    (answer,) = heads.answer([Classification("sentiment", ("this is a disgrace", "thank you so much"))])
    assert isinstance(answer, ClassificationAnswer)
    assert answer.labels == ("negative", "neutral", "positive")
    assert [max(zip(shares, answer.labels, strict=True))[1] for shares in answer.probabilities] == [
        "negative",
        "positive",
    ]


def test_forgets_when_full_and_answers_the_same(heads: Heads, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is bounded; forgetting changes no answer."""
    before = told(heads, "emotion", *TEXTS)
    monkeypatch.setattr(module, "KEPT_TEXTS", 3)
    monkeypatch.setattr(module, "AT_A_TIME", 2)
    small = Heads(WordLlama())
    assert told(small, "emotion", *TEXTS) == before
    assert tuple(told(small, "emotion", text)[0] for text in TEXTS) == before
    assert all(len(one._kept.table) == 3 for one in small._files.values())


def test_names_its_heads_when_asked_for_another(heads: Heads) -> None:
    """An unknown head is an error that says which there are."""
    with pytest.raises(EngineError, match="emotion, intent, sentiment, trouble"):
        heads.answer([Classification("mood", ("hello",))])


def test_names_its_revision_and_its_embedding(heads: Heads) -> None:
    """All of these decide the answer, so all stand in the version."""
    assert heads.version == f"heads tone 2 intents 1 on {WordLlama().version}"
