"""Asks by_question as a form would: settings in, a verdict out, engines answered by what a test says."""

from typing import Any

import msgspec

from auscult.domain.conversation import Conversation
from auscult.domain.evaluation import Verdict
from auscult.domain.probe import Answer, Closest, JudgementAnswer, Probe, Similarity, SimilarityAnswer
from auscult.metrics.by_question import ByQuestion, Settings
from tests.strategies import talk

METRIC = ByQuestion()
HELLO = {"phrases": ["hello"]}
HELLO_FOUND = {"any_of": [HELLO]}


def settings(**written: Any) -> Settings:
    """Settings as a form writes them."""
    read = msgspec.convert(written, Settings)
    assert METRIC.problems(read) == ()
    return read


def near(probe: Similarity, nearness: dict[str, float]) -> SimilarityAnswer:
    """An answer in which texts have these similarities to the first sample, and all others 0.1."""
    return SimilarityAnswer(tuple(Closest(nearness.get(text, 0.1), 0) for text in probe.texts), "test 1")


def judge(
    conversation: Conversation,
    nearness: dict[str, float] | None = None,
    judged: dict[str, Any] | None = None,
    **written: Any,
) -> Verdict:
    """Judge a conversation by settings as a form writes them."""
    read = settings(**written)
    answers: dict[Probe, Answer] = {}
    for probe in METRIC.probes(read, conversation):
        if isinstance(probe, Similarity):
            answers[probe] = near(probe, nearness or {})
        else:
            answers[probe] = JudgementAnswer(
                **({"holds": False, "turn_ids": (), "reason": "", "engine": "t"} | (judged or {}))
            )
    return METRIC.judge(read, conversation, answers)


CALL = talk(
    "agent: Thank you for calling Anchor Credit Union.",
    "customer: Hi, I lost my card.",
    "agent: Oh no. I'm sorry to hear that!",
    "customer: yes",
    "agent: Anything else?",
    "customer: no thank you",
    "agent: Goodbye.",
)
