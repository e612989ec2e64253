"""Where a customer tells of trouble: a problem, a loss, a complaint, a worry. That is where empathy is sought.

Telling phrases say so, or the tone, or, where neither does, a trained head that is sure.
"""

from typing import NamedTuple

from auscult.analyzers._evidence import turns_of
from auscult.analyzers._phrases import Claim, Claims
from auscult.analyzers._problem_phrases import NO_PROBLEMS, PROBLEMS
from auscult.analyzers._tone import customer_tones
from auscult.domain.conversation import Conversation
from auscult.domain.kept import kept
from auscult.domain.probe import Answers, Classification, ClassificationAnswer
from auscult.domain.text import sentences

TROUBLE = "trouble"
SURE = 0.8
UPSET = -0.4
TROUBLES = Claims(PROBLEMS, NO_PROBLEMS)


class Trouble(NamedTuple):
    """Why a turn tells of trouble: the words that say so, or else how it sounds."""

    claim: Claim | None = None
    sound: str = ""

    @property
    def why(self) -> str:
        """In words."""
        return f"'{self.claim.words}'" if self.claim else self.sound


@kept
def trouble_probes(conversation: Conversation) -> tuple[Classification, ...]:
    """What ``troubles`` needs to be told, beside what tones do."""
    texts = tuple([piece for turn in turns_of(conversation, "customer") for piece in sentences(turn.text)])
    return (Classification(TROUBLE, texts),) if texts else ()


@kept
def troubles(conversation: Conversation, answers: Answers) -> dict[str, Trouble]:
    """Why each of the customer's turns that tells of trouble does so, by turn id."""
    heard = _heard(conversation, answers)
    found: dict[str, Trouble] = {}
    for tone in customer_tones(conversation, answers):
        if (claim := TROUBLES.first(tone.turn.text)) is not None:
            found[tone.turn.id] = Trouble(claim)
        elif tone.valence <= UPSET:
            found[tone.turn.id] = Trouble(sound=tone.emotion or "upset")
        elif heard.get(tone.turn.id, 0.0) >= SURE and not TROUBLES.is_excused(tone.turn.text):
            found[tone.turn.id] = Trouble(sound="by its meaning")
    return found


def _heard(conversation: Conversation, answers: Answers) -> dict[str, float]:
    """How sure the head is of trouble in the most telling sentence of each turn, by turn id."""
    probes = trouble_probes(conversation)
    answer = answers[probes[0]] if probes else None
    if not isinstance(answer, ClassificationAnswer):
        return {}
    place = answer.labels.index(TROUBLE)
    heard: dict[str, float] = {}
    read = 0
    for turn in turns_of(conversation, "customer"):
        count = len(sentences(turn.text))
        heard[turn.id] = max((shares[place] for shares in answer.probabilities[read : read + count]), default=0.0)
        read += count
    return heard
