"""Answers to questions about AI agents: the signs that are found, and how often each was right on labelled hands."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from math import exp, log
from operator import mul
from typing import NamedTuple

from auscult.domain.conversation import language_code
from auscult.domain.errors import coded
from auscult.domain.evaluation import Qualification
from auscult.metrics._ai import agreeing, claims, grounding, keeping, people, repeating
from auscult.metrics._ai.reading import AiReading, Found, Outcome, sentences_of
from auscult.metrics._ai.words import rows_of
from auscult.wording import pack
from auscult.wording.matcher import Matcher

LEAST = 0.5
"""Probability that a finding is right from which on it answers NO."""
_AS_SURE: Mapping[str, float] = {"grounded": 1.0}
_NEARLY = 0.6
"""Share of the surest finding's probability from which on an earlier one is taken: a loop and a claim go on behind it."""
_PRIOR_WEIGHT = 2


class Sign(NamedTuple):
    """Reliability of a sign: how often it is expected to be right, and was right and wrong on labelled hands."""

    expected: float
    right: int = 0
    wrong: int = 0

    @property
    def confidence(self) -> float:
        """The share of right findings, drawn towards what is expected while there are few."""
        return (self.right + _PRIOR_WEIGHT * self.expected) / (self.right + self.wrong + _PRIOR_WEIGHT)


Signs = Mapping[tuple[str, str], Sign]
"""Signs by question and name."""
Weights = Mapping[str, Sequence[float]]
"""By question the weights of a finding: alone, of the log odds that its sign is right, and of what it weighs."""
UNKNOWN = Sign(0.4)
UNSIGNED = "-"
"""Name of the sign that there is none: right where the label is not NO."""


class Answered(NamedTuple):
    """The answer to a question, with what decided it and the probability that it is right."""

    answer: Qualification
    outcome: Outcome
    found: Found | None
    confidence: float


@lru_cache(maxsize=1)
def shipped() -> Signs:
    """Return the signs as they were counted on all labelled hands."""
    return {
        (question, sign): Sign(float(expected), int(right), int(wrong))
        for question, sign, expected, right, wrong in rows_of("signs.tsv")
    }


@lru_cache(maxsize=1)
def shipped_weights() -> Weights:
    """Return the weights as they were fitted on all labelled hands."""
    return {question: [float(one) for one in weights] for question, *weights in rows_of("weights.tsv")}


def kept(reading: AiReading) -> Outcome:
    """Was what is said to be done, done by a successful call?"""
    if not reading.is_called:
        return Outcome("NA", None, coded("it is not known what was called"), ())
    said, found = claims.held_against_calls(reading)
    if not said and not found:
        return Outcome("NA", None, coded("it claims to have done nothing"), ())
    step = reading.steps[said[0].at] if said else None
    return Outcome(
        "YES" if said else "NA",
        step,
        coded("says '{words}'", words=said[0].said) if said else coded("it claims to have done nothing"),
        found,
    )


def grounded(reading: AiReading) -> Outcome:
    """Return whether each figure is in what was given, read or said, or follows from it."""
    ai = reading.conversation.ai
    if not reading.is_called and (ai is None or not (ai.instructions or ai.knowledge)):
        return Outcome("NA", None, coded("neither calls nor instructions nor knowledge are known"), ())
    stated, signs, _ = grounding.figured(reading)
    found = list(signs)
    if reading.is_called:
        broken = claims.held_against_calls(reading)[1]
        found += [each._replace(sign=f"kept_{each.sign}") for each in broken if each.sign in ("other_day", "other_id")]
    found += [each._replace(sign=f"self_{each.sign}") for each in people.undisclosed(reading) if "_" in each.sign]
    step = stated[0].step if stated else None
    return Outcome(
        "YES" if stated else "NA",
        step,
        coded("every figure is in the instructions, the sources or the conversation"),
        grounding.measured(reading, found),
    )


def no_loop(reading: AiReading) -> Outcome:
    """Does it move on?"""
    last = reading.steps[reading.bots[-1]]
    return Outcome(
        "YES", last, coded("nothing is said or called again without a reason"), list(repeating.repeated(reading))
    )


def human(reading: AiReading) -> Outcome:
    """Is a wish for a person met?"""
    wished = people.wishes(reading)
    if not wished:
        return Outcome("NA", None, coded("the customer asks for no person"), ())
    return Outcome(
        "YES", reading.steps[wished[0]], coded("a person is called or comes"), list(people.unmet(reading, wished))
    )


def handover(reading: AiReading) -> Outcome:
    """Is the customer passed on with what is needed?"""
    over = people.handed_over(reading)
    if not over:
        return Outcome("NA", None, coded("the customer is not passed on"), ())
    return Outcome(
        "YES", reading.steps[over[0]], coded("passed on with what is needed"), list(people.lost(reading, over))
    )


def disclosed(reading: AiReading) -> Outcome:
    """Does it say at the start what it is, and never claim to be a person?"""
    first = reading.steps[reading.bots[0]]
    says = next((reading.steps[at] for at in reading.bots if reading.says("machine", at)), first)
    return Outcome("YES", says, coded("says what it is"), list(people.undisclosed(reading)))


QUESTIONS: Mapping[str, Callable[[AiReading], Outcome]] = {
    "kept": kept,
    "grounded": grounded,
    "no_loop": no_loop,
    "human": human,
    "handover": handover,
    "disclosed": disclosed,
    "confirmed": agreeing.confirmed,
    "tool_rules": agreeing.tool_rules,
    "right_action": keeping.right_action,
    "safe": keeping.safe,
}


def answer(question: str, reading: AiReading) -> Answered:
    """Return the answer to a question: NO where the surest of its signs is sure enough."""
    return weighed(question, QUESTIONS[question](reading))


def weighed(question: str, outcome: Outcome, signs: Signs | None = None, weights: Weights | None = None) -> Answered:
    """Return the answer that signs lead to, those that are shipped where none are given."""
    signs = shipped() if signs is None else signs
    found, confidence = surest(question, outcome, signs, shipped_weights() if weights is None else weights)
    if found is not None and confidence >= LEAST:
        return Answered("NO", outcome, found, confidence)
    unsigned = signs.get((question, UNSIGNED), UNKNOWN).confidence
    return Answered(outcome.base, outcome, None, min(unsigned, 1 - confidence))


def surest(question: str, outcome: Outcome, signs: Signs, weights: Weights) -> tuple[Found | None, float]:
    """Return the first finding that is nearly as sure as the surest, and how sure that is."""
    if not outcome.found:
        return None, 0.0
    mine = weights.get(question)
    sure = [_confidence(signs.get((question, each.sign), UNKNOWN), each, mine) for each in outcome.found]
    enough = _AS_SURE.get(question, _NEARLY) * max(sure)
    almost = [each for each, one in zip(outcome.found, sure, strict=True) if one >= enough]
    return min(almost, key=lambda each: each.step.turn_index), max(sure)


def _confidence(sign: Sign, found: Found, weights: Sequence[float] | None) -> float:
    """Return the probability that a finding is right."""
    if not found.weighs or weights is None:
        return sign.confidence
    return 1 / (1 + exp(-sum(map(mul, weights, values_of(sign, found)))))


def values_of(sign: Sign, found: Found) -> tuple[float, ...]:
    """Return what a finding is weighed by: a constant, the log odds that its sign is right, and what it weighs itself."""
    return (1.0, log(sign.expected / (1 - sign.expected)), *found.weighs)


REFUSED_CONFIDENCE = 0.67
"""Share of answers that were read and were right (docs/explanation/ai-agents.md)."""


def refused(reading: AiReading) -> Answered:
    """Return YES with the first sentence that turns down what the customer asked for; NA without one, never NO.

    It is a figure, and no fault; words with which agents do so are looked for.
    """
    says = _says(language_code(reading.conversation))
    for at in reading.bots:
        if reading.before(at, "customer") is None:
            continue
        for sentence in sentences_of(reading.steps[at].text):
            if not sentence.endswith("?") and says.meanings(sentence) & {"refused", "met", "done"} == frozenset(
                {"refused"}
            ):
                outcome = Outcome("YES", reading.steps[at], coded("says '{words}'", words=sentence), ())
                return Answered("YES", outcome, None, REFUSED_CONFIDENCE)
    return Answered("NA", Outcome("NA", None, coded("it turns nothing down"), ()), None, REFUSED_CONFIDENCE)


@lru_cache(maxsize=8)
def _says(language: str) -> Matcher:
    return Matcher(pack(f"{language}/agent_outcome"))
