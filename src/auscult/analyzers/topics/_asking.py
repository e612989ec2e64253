"""Customer's requests, sentence by sentence, by a trained head and phrases. English."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from auscult.analyzers._evidence import turns_of
from auscult.analyzers._one_pass import CUSTOMER_TURNS
from auscult.analyzers._phrases import Phrases
from auscult.analyzers.outcome._trouble import TROUBLES
from auscult.analyzers.topics._intent_topics import NOTHING
from auscult.analyzers.topics._names import without_introduction
from auscult.domain.conversation import Conversation, Turn
from auscult.domain.memo import kept
from auscult.domain.probe import Answers, Classification, ClassificationAnswer
from auscult.domain.said.text import sentences, spoken_words
from auscult.wording import pack

INTENT = "intent"
EACH_LATER, LATEST = 0.93, 0.3
"""What a sentence weighs beside the one before it, and what even the last one weighs: people begin with what they want."""
UNASKING = 0.7
"""What a sentence weighs in which no phrase asks for or complains of anything."""
TOO_SHORT, FEW_WORDS = 0.5, 3
IDLE = 0.5
"""From this share of ``nothing`` on a sentence asks for nothing."""
ANSWER_WORDS = 4
ASKING = Phrases(pack("en/asking").lines, CUSTOMER_TURNS)
_KEEP = 2_048


class Sentence(NamedTuple):
    """A sentence of the customer's: the ``number``-th of theirs, counted from 0.

    ``intent`` is what it most likely asks for, ``share`` how likely that is, and ``idle`` that it asks for nothing.
    """

    turn: Turn
    text: str
    number: int
    intent: str
    share: float
    idle: float

    @property
    def weight(self) -> float:
        """Return how much it expresses of the customer's request, from 0 to 1."""
        return weight_of(self.text, self.number)

    @property
    def tells(self) -> bool:
        """Return whether it is more than an answer in a few words: a name, a number, a yes."""
        return self.idle < IDLE and (len(spoken_words(self.text).split()) > ANSWER_WORDS or is_asking(self.text))


@kept
def asking_probes(conversation: Conversation) -> tuple[Classification, ...]:
    """Return the questions of ``asking``."""
    texts = tuple([without_introduction(piece) for _, piece in pieces(conversation)])
    return (Classification(INTENT, texts),) if texts else ()


def asking(conversation: Conversation, answers: Answers) -> list[Sentence]:
    """The customer's sentences, in order."""
    probes = asking_probes(conversation)
    answer = answers[probes[0]] if probes else None
    if not isinstance(answer, ClassificationAnswer):
        return []
    nothing = answer.labels.index(NOTHING)
    return [
        Sentence(turn, text, number, *_likeliest(answer.labels, shares, nothing))
        for number, ((turn, text), shares) in enumerate(zip(pieces(conversation), answer.probabilities, strict=True))
    ]


def weight_of(text: str, number: int) -> float:
    """Return how much the customer's ``number``-th sentence expresses of the request, from 0 to 1."""
    weight = max(LATEST, EACH_LATER**number) * (1.0 if is_asking(text) else UNASKING)
    return weight if len(spoken_words(text).split()) >= FEW_WORDS else weight * TOO_SHORT


@kept
def pieces(conversation: Conversation) -> list[tuple[Turn, str]]:
    """The customer's sentences with their turns, in order."""
    return [(turn, piece) for turn in turns_of(conversation, "customer") for piece in sentences(turn.text)]


@lru_cache(maxsize=_KEEP)
def is_asking(text: str) -> bool:
    """Return whether a phrase asks for something, or complains of something."""
    return bool(ASKING.find(text)) or TROUBLES.first(text) is not None


def _likeliest(labels: Sequence[str], shares: tuple[float, ...], nothing: int) -> tuple[str, float, float]:
    """The likeliest intent, its share, and that of nothing."""
    share = max(shares)
    best = shares.index(share)
    if best == nothing:
        share = max((*shares[:best], *shares[best + 1 :]))
        best = shares.index(share)
    return labels[best], share, shares[nothing]
