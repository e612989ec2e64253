"""Turns in which a customer reports trouble: a problem, a loss, a complaint, a worry. There empathy is expected.

Phrases decide, or the tone, or, where neither does, a trained head that is sure.
"""

from typing import NamedTuple

from auscult.analyzers._evidence import turns_of
from auscult.analyzers._one_pass import CUSTOMER_TURNS
from auscult.analyzers._phrases import Claim, Claims
from auscult.analyzers.sentiment._tone import customer_tones
from auscult.domain.conversation import Conversation
from auscult.domain.memo import kept
from auscult.domain.probe import Answers, Classification, ClassificationAnswer
from auscult.domain.said.text import sentences
from auscult.wording import pack

TROUBLE = "trouble"
SURE = 0.8
UPSET = -0.4
_TROUBLE = pack("en/trouble").readings[0]
TROUBLES = Claims(_TROUBLE.says_so, _TROUBLE.unless, CUSTOMER_TURNS)


class Trouble(NamedTuple):
    """Reason why a turn reports trouble: its words, or else its tone."""

    claim: Claim | None = None
    sound: str = ""

    @property
    def why(self) -> str:
        """In words."""
        return f"'{self.claim.words}'" if self.claim else self.sound


@kept
def trouble_probes(conversation: Conversation) -> tuple[Classification, ...]:
    """Return the questions of ``troubles``, in addition to those of the tones."""
    texts = tuple([piece for turn in turns_of(conversation, "customer") for piece in sentences(turn.text)])
    return (Classification(TROUBLE, texts),) if texts else ()


@kept
def troubles(conversation: Conversation, answers: Answers) -> dict[str, Trouble]:
    """Return the reason for each of the customer's turns that reports trouble, by turn id."""
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
    """Return the head's probability of trouble in the clearest sentence of each turn, by turn id."""
    probes = trouble_probes(conversation)
    answer = answers[probes[0]] if probes else None
    if not isinstance(answer, ClassificationAnswer):
        return {}
    column = answer.labels.index(TROUBLE)
    heard: dict[str, float] = {}
    read = 0
    for turn in turns_of(conversation, "customer"):
        count = len(sentences(turn.text))
        heard[turn.id] = max((shares[column] for shares in answer.probabilities[read : read + count]), default=0.0)
        read += count
    return heard
