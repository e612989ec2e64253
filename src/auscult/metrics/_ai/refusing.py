"""Requests that an AI agent turns down, found by the words with which agents do so; a figure, and no fault."""

from functools import lru_cache

from auscult.domain.conversation import language_code
from auscult.domain.errors import coded
from auscult.metrics._ai.answering import Answered
from auscult.metrics._ai.reading import AiReading, Outcome, sentences_of
from auscult.wording import pack
from auscult.wording.matcher import Matcher

CONFIDENCE = 0.67
"""Share of answers that were read and were right (docs/explanation/ai-agents.md)."""


def refused(reading: AiReading) -> Answered:
    """Return YES with the first sentence that turns down what the customer asked for; NA without one, never NO."""
    says = _says(language_code(reading.conversation))
    for at in reading.bots:
        if reading.before(at, "customer") is None:
            continue
        for sentence in sentences_of(reading.steps[at].text):
            if not sentence.endswith("?") and says.meanings(sentence) & {"refused", "met", "done"} == frozenset(
                {"refused"}
            ):
                outcome = Outcome("YES", reading.steps[at], coded("says '{words}'", words=sentence), ())
                return Answered("YES", outcome, None, CONFIDENCE)
    return Answered("NA", Outcome("NA", None, coded("it turns nothing down"), ()), None, CONFIDENCE)


@lru_cache(maxsize=8)
def _says(language: str) -> Matcher:
    return Matcher(pack(f"{language}/agent_outcome"))
