from collections.abc import Sequence
from typing import ClassVar

import pytest

from auscult.domain.errors import EngineError
from auscult.domain.probe import Answer, Closest, Judgement, Probe, Similarity, SimilarityAnswer, Transcript
from auscult.services.scoring.engine_calls.ask_local import ask_local

ONE = Similarity(("hello",), ("hi", "bye"))
SAME = Similarity(("hello",), ("hi", "bye"))
OTHER = Similarity(("hello",), ("hi",))


class Counting:
    """An engine that keeps what it was asked: lengths stand for likeness."""

    probe: ClassVar[type[Probe]] = Similarity
    version = "counting 1"

    def __init__(self) -> None:
        """Nothing asked yet."""
        self.asked: list[list[Probe]] = []

    def answer(self, probes: Sequence[Probe]) -> list[Answer]:
        """One answer for each."""
        self.asked.append(list(probes))
        return [
            SimilarityAnswer(closest=tuple(Closest(len(text), 0) for text in probe.texts), engine=self.version)
            for probe in probes
            if isinstance(probe, Similarity)
        ]


def test_each_engine_is_asked_once_and_each_question_put_once() -> None:
    """Equal probes of many conversations are one question."""
    engine = Counting()
    answers = ask_local([ONE, OTHER, SAME], {Similarity: engine})
    assert engine.asked == [[ONE, OTHER]]
    assert answers == {
        ONE: SimilarityAnswer(closest=(Closest(2, 0), Closest(3, 0)), engine="counting 1"),
        OTHER: SimilarityAnswer(closest=(Closest(2, 0),), engine="counting 1"),
    }


def test_no_questions_ask_nobody() -> None:
    """A batch that needs no engine starts none."""
    engine = Counting()
    assert ask_local([], {Similarity: engine}) == {}
    assert engine.asked == []


def test_a_question_that_nobody_answers_is_named() -> None:
    """A form that needs a judge where none is configured is told so, with what there is."""
    with pytest.raises(EngineError, match=r"answers Judgement probes \(configured: Similarity\)") as caught:
        ask_local([ONE, Judgement("holds", Transcript("c-1", ()), ("m1",))], {Similarity: Counting()})
    assert caught.value.reason == "engine.missing"
