"""Dialogue acts: which act a turn is, alone or in any batch."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.conversation import Agent, Conversation, Turn
from auscult.domain.errors import EngineError
from auscult.domain.probe import Acts, ActsAnswer, Similarity
from auscult.engines._acts.features import grams, letters
from auscult.engines._acts.reading import ACTS, PackReader
from auscult.engines.acts import UNIT, DialogueActs, Heads, weights_of
from auscult.engines.wordllama import WordLlama
from auscult.votes import languages
from auscult.wording import Matcher, pack
from bench.quality.verdicts import conversations_in
from tests.data_files import tuples_of

ROOT = Path(__file__).parents[3]
HEADS = {language: Heads(WordLlama(), language) for language in ("en", "de")}


@pytest.fixture(scope="module")
def examples() -> list[Conversation]:
    """The example conversations."""
    return list(conversations_in([ROOT / "examples" / "conversations"]))


@pytest.fixture(scope="module")
def engine() -> DialogueActs:
    """The packaged heads."""
    return DialogueActs(WordLlama())


def _acts(engine: DialogueActs, *said: tuple[str, str]) -> list[set[str]]:
    """The acts of each turn that are more likely than not."""
    turns = tuple(Turn(id=f"m{at}", speaker=speaker, text=text) for at, (speaker, text) in enumerate(said))  # type: ignore[arg-type]
    (answer,) = engine.answer([Acts(turns, "chat")])
    assert isinstance(answer, ActsAnswer)
    return [{act for act, score in zip(answer.acts, row, strict=True) if score >= 0} for row in answer.scores]


def test_everyday_acts_are_recognised(engine: DialogueActs) -> None:
    """A plain conversation has the acts that anybody would name."""
    found = _acts(
        engine,
        ("agent", "Good morning, you're through to Jo at Northwind, how can I help?"),
        ("customer", "Hi, my parcel hasn't arrived"),
        ("agent", "I'm sorry to hear that. Can I take your order number, please?"),
        ("customer", "It's 48213"),
        ("agent", "Thank you. Is there anything else I can help you with?"),
    )
    assert found[0] >= {"greeting", "introduction", "offer_help"}
    assert "problem" in found[1]
    assert found[2] >= {"empathy", "ask_identity"}
    assert "give_identity" in found[3]
    assert "further_help" in found[4]


@pytest.mark.parametrize(
    ("language", "said"),
    tuples_of(__file__, "everyday_acts_are_recognised_in_other_languages"),
)
def test_everyday_acts_are_recognised_in_other_languages(
    engine: DialogueActs, language: str, said: tuple[tuple[str, str], ...]
) -> None:
    """Of a side's turns the one that does it scores highest, by the heads of its language, also where two are asked at once."""
    turns = tuple(Turn(id=f"m{at}", speaker=speaker, text=text) for at, (speaker, text) in enumerate(said))  # type: ignore[arg-type]
    english, answer = engine.answer([Acts(turns, "chat"), Acts(turns, "chat", language=language)])
    assert isinstance(answer, ActsAnswer)
    assert english != answer
    expected = ("greeting", "problem", "empathy", "give_identity", "further_help")
    for at, act in enumerate(expected):
        of_side = range(at % 2, len(turns), 2)
        assert max(of_side, key=lambda turn: answer.scores[turn][ACTS.index(act)]) == at, act


def test_a_language_without_heads_is_refused(engine: DialogueActs) -> None:
    """The error names it."""
    with pytest.raises(EngineError, match="'nl'"):
        engine.answer([Acts((), "chat", language="nl")])


def test_a_score_does_not_depend_on_the_batch(engine: DialogueActs, examples: list[Conversation]) -> None:
    """One at a time, and all at once, each by an engine that has seen nothing before."""
    asked = [Acts.of(one) for one in examples]
    together = DialogueActs(WordLlama()).answer(asked)
    assert [engine.answer([one])[0] for one in asked] == together


@given(
    st.lists(st.sampled_from(["thank", "you", "5", "Ünder", "weiß", "12a", "-", "danke", "um"])),
    st.sampled_from(["en", "de"]),
)
def test_what_a_text_weighs_is_looked_up_word_by_word(words: list[str], language: str) -> None:
    """The rows of a text are those of its words, pairs and runs of letters, as they are learned from."""
    text, weights = " ".join(words), weights_of(language)
    parts = [*grams(text), *(letters(text) if weights.has_letters else ())]
    assert HEADS[language].rows_of_grams(text) - {0} == {
        weights.of_gram[part] for part in parts if part in weights.of_gram
    }


def test_sums_of_weights_cannot_overflow() -> None:
    """All weights of an act together, without their signs, are a number of 32 bits."""
    for language in languages():
        weights = weights_of(language)
        acts = len(ACTS)
        vectors = np.abs(weights.vectors).sum(axis=0).reshape(3, acts).max(axis=0) * UNIT
        signs = np.abs(weights.signs).sum(axis=0, dtype=np.int64).reshape(3, acts).sum(axis=0)
        words = np.abs(weights.grams).sum(axis=0, dtype=np.int64) + np.abs(weights.positions).sum(
            axis=0, dtype=np.int64
        )
        assert (words + signs + 3 * vectors + np.abs(weights.bias)).max() < np.iinfo(np.int32).max


def test_packs_in_groups_hold_as_they_do_alone(examples: list[Conversation]) -> None:
    """A search through many texts at once finds exactly what each pack finds in each text."""
    names = ("greeting", "problem", "agent_outcome")
    texts = [turn.text for one in examples[:40] for turn in one.turns]
    matchers = {name: Matcher(pack(f"en/{name}")) for name in names}
    alone = [{f"{name}:{means}" for name, of in matchers.items() for means in of.meanings(text)} for text in texts]
    assert [set(held) for held in PackReader("en", names).held(texts)] == alone


def test_another_probe_is_refused(engine: DialogueActs) -> None:
    """The error names what was asked."""
    with pytest.raises(EngineError, match="Similarity"):
        engine.answer([Similarity(("hello",), ("hi",))])


def test_a_question_holds_the_turns_that_say_something() -> None:
    """Turns of the system and empty ones are left out; names come along."""
    document = {
        "id": "c-1", "channel": "chat", "started_at": "2026-01-01T00:00:00Z", "agents": [{"id": "a-1", "name": "Jo"}],
        "turns": [
            {"id": "m1", "speaker": "system", "text": "joined"}, {"id": "m2", "speaker": "agent", "text": " "},
            {"id": "m3", "speaker": "customer", "text": "hi"},
        ],
    }  # fmt: skip
    asked = Acts.of(msgspec.convert(document, Conversation))
    assert [turn.id for turn in asked.turns] == ["m3"]
    assert asked.agents == (Agent(id="a-1", name="Jo").name,)
