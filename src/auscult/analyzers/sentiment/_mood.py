"""Sentiment of a turn by itself, by the trained sentiment head: the turn's own label where no phrase decides.

A conversation's score does not use it (``_tone``): the head knows general talk, and finds warmth in every
thanks and annoyance in every no.
"""

from auscult.analyzers._evidence import turns_of
from auscult.analyzers._outcomes import CUSTOMER_SAYS
from auscult.domain.conversation import Conversation
from auscult.domain.memo import kept
from auscult.domain.probe import Answers, Classification, ClassificationAnswer
from auscult.domain.said.text import spoken_words

SENTIMENT = "sentiment"
SURE = 0.5
STRENGTH = 0.6
"""What a head that is quite sure weighs beside a phrase."""
FEW_WORDS, SOME_WORDS = 5, 8
"""Up to so many words a turn with a formula in it is nothing else, and one that begins with a no is a plain no."""
FORMULAS = frozenset({"thanks", "agreed", "bye"})
"""Kinds of what customers say that are mere politeness where they are all that is said."""
NAYS = ("no", "nope", "not")


@kept
def mood_probes(conversation: Conversation) -> tuple[Classification, ...]:
    """Return the questions of ``moods``."""
    texts = tuple([turn.text for turn in turns_of(conversation, "customer")])
    return (Classification(SENTIMENT, texts),) if texts else ()


def moods(conversation: Conversation, answers: Answers) -> dict[str, float]:
    """For each of the customer's turns, by id, how good (above 0) or bad it sounds to the head; 0 where it is unsure."""
    probes = mood_probes(conversation)
    answer = answers[probes[0]] if probes else None
    if not isinstance(answer, ClassificationAnswer):
        return {}
    column = {label: at for at, label in enumerate(answer.labels)}
    return {
        turn.id: _mood(turn.text, shares[column["positive"]], shares[column["negative"]])
        for turn, shares in zip(turns_of(conversation, "customer"), answer.probabilities, strict=True)
    }


def _mood(text: str, positive: float, negative: float) -> float:
    words = spoken_words(text).split()
    if positive >= SURE and not (len(words) <= FEW_WORDS and FORMULAS & CUSTOMER_SAYS.find(text)):
        return STRENGTH * positive
    if negative >= SURE and not (len(words) <= SOME_WORDS and words and words[0] in NAYS):
        return -STRENGTH * negative
    return 0.0
