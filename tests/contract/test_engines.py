"""What every engine promises, tried on every engine in the table."""

import pytest

from auscult.domain.conversation import Turn
from auscult.domain.errors import EngineError
from auscult.domain.probe import (
    Acts,
    ActsAnswer,
    Classification,
    ClassificationAnswer,
    Examples,
    FewShot,
    FewShotAnswer,
    Judgement,
    Lesson,
    LessonAnswer,
    Probe,
    Resemblance,
    ResemblanceAnswer,
    Said,
    Similarity,
    SimilarityAnswer,
    TableLookup,
    Transcript,
)
from auscult.engines import ENGINES
from auscult.engines._contract import Engine

DESSERTS = Examples(("cake", "fruit"), (("cake with cream", "a chocolate cake"), ("an apple", "some grapes", "a pear")))
GREETING = Turn("t1", "agent", text="Hello, my name is Ada, how can I help you?")
QUESTION = Turn("t2", "customer", text="I would like to cancel my order")
CAKE = (Said("would you like some cake", 0, 1), Said("the bill please", 1, 0, at=1))
OFFERED = Acts((Turn("t1", "agent", CAKE[0].text), Turn("t2", "agent", CAKE[1].text), QUESTION), "chat")
LESSON = Lesson(
    "Was cake offered?",
    "en",
    (CAKE, CAKE[::-1], CAKE),
    ((True, False), (None, True), (None, None)),
    (OFFERED, None, OFFERED),
)
(TAUGHT,) = ENGINES["teacher"]().answer([LESSON])
assert isinstance(TAUGHT, LessonAnswer)
PROBES: dict[type[Probe], list[Probe]] = {
    Acts: [Acts((GREETING, QUESTION), "voice", agents=("Ada",)), Acts((QUESTION,), "chat"), Acts((), "chat")],
    Similarity: [
        Similarity(("Hello, good morning",), ("hello there, good morning to you", "the parcel is late")),
        Similarity(("how can I help you?", "anything else?"), ("what can I do for you today",)),
        Similarity(("how can I help you?", "anything else?"), ()),
    ],
    Classification: [
        Classification("sentiment", ("this is a disgrace", "thank you so much", "")),
        Classification("emotion", ("this is a disgrace",)),
        Classification("sentiment", ()),
    ],
    TableLookup: [TableLookup("plans", "plan", "gold", "fee"), TableLookup("rates", "of", "1", "rate")],
    FewShot: [
        FewShot(DESSERTS, ("a slice of cake please", "is the apple fresh", "")),
        FewShot(DESSERTS, ("cake",)),
        FewShot(Examples(("one",), (("only this",),)), ("whatever is asked", "only this")),
        FewShot(DESSERTS, ()),
    ],
    Lesson: [LESSON, Lesson("Was cake offered?", "en", (CAKE, ()), ((None, None), ()))],
    Resemblance: [
        Resemblance(TAUGHT.weights, TAUGHT.encoder, CAKE, OFFERED),
        Resemblance(TAUGHT.weights, TAUGHT.encoder, CAKE),
        Resemblance(TAUGHT.weights, TAUGHT.encoder, ()),
    ],
}


@pytest.fixture(params=sorted(ENGINES), scope="module")
def engine(request: pytest.FixtureRequest) -> Engine:
    """Every engine of the shelf."""
    return ENGINES[request.param]()


def test_has_examples_for_every_kind_of_probe_an_engine_answers(engine: Engine) -> None:
    """An engine for a new kind of probe must bring examples here."""
    assert engine.probe in PROBES


def test_answers_each_probe_in_order_and_says_who_answered(engine: Engine) -> None:
    """One answer for each probe, shaped like it, with the version beside it."""
    probes = PROBES[engine.probe]
    answers = engine.answer(probes)
    assert [answer.engine for answer in answers] == [engine.version] * len(probes)
    for probe, answer in zip(probes, answers, strict=True):
        if isinstance(probe, Similarity):
            assert isinstance(answer, SimilarityAnswer)
            assert len(answer.closest) == len(probe.texts)
        if isinstance(probe, Acts):
            assert isinstance(answer, ActsAnswer)
            assert [len(scores) for scores in answer.scores] == [len(answer.acts)] * len(probe.turns)
        if isinstance(probe, Classification):
            assert isinstance(answer, ClassificationAnswer)
            assert [len(shares) for shares in answer.probabilities] == [len(answer.labels)] * len(probe.texts)
        if isinstance(probe, FewShot):
            assert isinstance(answer, FewShotAnswer)
            assert len(answer.likely) == len(probe.texts)
        if isinstance(probe, Resemblance):
            assert isinstance(answer, ResemblanceAnswer)
            assert len(answer.odds) == len(probe.turns)
        if isinstance(probe, Lesson):
            assert isinstance(answer, LessonAnswer)
            assert [len(odds) for odds in answer.odds] == [len(some) for some in probe.conversations]


def test_gives_the_same_answer_alone_and_in_a_batch(engine: Engine) -> None:
    """What else is in the batch changes nothing."""
    probes = PROBES[engine.probe]
    assert [engine.answer([probe])[0] for probe in probes] == engine.answer([*reversed(probes)])[::-1]


def test_answers_nothing_with_nothing(engine: Engine) -> None:
    """No probes, no answers."""
    assert engine.answer([]) == []


def test_refuses_a_probe_of_another_kind(engine: Engine) -> None:
    """A question it cannot answer is an error with a code, not a guess."""
    other: Probe = (
        Judgement("holds", Transcript("c-1", ()), ("m1",)) if engine.probe is Similarity else Similarity(("a",), ("b",))
    )
    with pytest.raises(EngineError, check=lambda error: error.reason == "engine.wrong_probe"):
        engine.answer([other])
