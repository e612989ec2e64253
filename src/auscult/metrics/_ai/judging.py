"""Parts that the metric types about AI agents share: a check, and its answer as a verdict."""

from collections.abc import Callable
from decimal import Decimal
from typing import ClassVar, Protocol, TypeVar

from auscult.domain.conversation import Conversation
from auscult.domain.errors import coded
from auscult.domain.evaluation import Evidence, Verdict, grounds, nothing_in
from auscult.metrics._ai.answering import Answered, answer
from auscult.metrics._ai.reading import AiReading, ai_reading, cite_call, cite_step
from auscult.metrics._ai.words import LANGUAGES
from auscult.metrics._contract import Alone

_PLACES = Decimal("0.01")
NOBODY = coded("no AI agent speaks")


class Checked(Protocol):
    """Settings that name a check."""

    @property
    def asked(self) -> str:
        """The question by the name that answers have."""
        ...


S = TypeVar("S", bound=Checked)


class Judging(Alone[S]):
    """A metric type that answers one question about an AI agent. NA where no AI agent speaks; it needs no engine."""

    reads_words: ClassVar[bool] = True

    def languages(self, settings: S) -> frozenset[str] | None:  # noqa: ARG002 always the same
        """Return the languages whose words it reads."""
        return frozenset(LANGUAGES)

    def unique_key(self, settings: S) -> str | None:
        """Return the question: a form asks it once."""
        return settings.asked

    def decide(self, settings: S, conversation: Conversation) -> Verdict:
        """Return the verdict; NO with the sentence and the call, or with what was looked through."""
        return verdict(conversation, lambda reading: answer(settings.asked, reading))


def verdict(conversation: Conversation, ask: Callable[[AiReading], Answered]) -> Verdict:
    """Return the answer to a question about a conversation as a verdict."""
    if not any(turn.speaker in ("bot", "agent") for turn in conversation.turns):
        return Verdict(qualification="NA", reason=NOBODY)
    reading = ai_reading(conversation)
    if not reading.bots:
        return Verdict(qualification="NA", reason=NOBODY)
    if reading.words is None:
        reason = coded("its words are read in {words} only", words=", ".join(LANGUAGES))
        return Verdict(qualification="NA", reason=reason)
    answered = ask(reading)
    outcome, found = answered.outcome, answered.found
    confidence = Decimal(answered.confidence).quantize(_PLACES)
    if found is not None:
        said = cite_step(reading, found.step, found.why, found.text)
        against = (cite_call(found.call),) if found.call is not None else _looked_through(reading)
        return Verdict(qualification="NO", evidence=(said, *against), reason=found.why, confidence=confidence)
    if answered.answer != "YES" or outcome.step is None:
        return Verdict(qualification="NA", reason=outcome.why)
    said = cite_step(reading, outcome.step, outcome.why)
    call = outcome.step.call
    return Verdict(
        qualification="YES",
        evidence=grounds((said, cite_call(call)) if call is not None else (said,)),
        reason=outcome.why,
        confidence=confidence,
    )


def _looked_through(reading: AiReading) -> tuple[Evidence, ...]:
    """Return what was looked through in vain: the turns, and the calls where they are known."""
    turns = nothing_in(reading.conversation.turns)
    return (
        (turns, Evidence(why=coded("calls looked through: {n}", n=len(reading.calls))))
        if reading.is_called
        else (turns,)
    )
