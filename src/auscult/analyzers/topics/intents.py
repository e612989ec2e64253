"""Intents of the customer, in a few words: "cancel subscription", "report late or missing delivery".

The names are those of a trained head, so that conversations about the same thing get the same name; where it knows
none, the name is distilled from the sentence that asks (``_naming``), and ``unclear`` where that has none.
Weights: docs/reference/analyzers.md.
"""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import ClassVar, NamedTuple

from auscult.analyzers._contract import Unknown
from auscult.analyzers._evidence import unread_customer
from auscult.analyzers.sentiment._feeling import feeling, says, stretches
from auscult.analyzers.topics._asking import Sentence, asking, asking_probes, is_asking
from auscult.analyzers.topics._keywords import keywords
from auscult.analyzers.topics._naming import name_of
from auscult.domain.conversation import Conversation
from auscult.domain.insight import Insights, Intent
from auscult.domain.probe import Answers, Probe

ENOUGH, ENOUGH_BESIDE, ENOUGH_AT_ONCE = 0.2, 0.3, 0.6
"""From this share on, times what the sentence weighs, the head is believed; where another intent is surer; and where
another is surer that is wanted in the same breath."""
UNCLEAR = "unclear"
"""The name of a request that is made, and that has no sure name."""
MOST = 3
MOST_INFORMATIVE = 8
"""So many sentences at most tell what the keywords are."""
BESIDE = {"speak to person": 0.5, "request callback": 0.5}
"""Intents that are seldom why somebody came, and what they weigh beside others."""


class Wanted(NamedTuple):
    """Request of the customer, and the turns that state it, in order."""

    name: str
    turns: tuple[str, ...]


class Intents:
    """Generated intents, the surest first."""

    field: ClassVar[str] = "intents"
    languages: frozenset[str] = frozenset({"en"})

    def probes(self, conversation: Conversation) -> tuple[Probe, ...]:
        """Return the questions about each of the customer's sentences."""
        return asking_probes(conversation)

    def analyze(self, conversation: Conversation, answers: Answers, known: Insights) -> tuple[Intent, ...] | Unknown:
        """At most three; none where the customer asks for nothing."""
        if (obstacle := unread_customer(conversation, known, self.languages)) is not None:
            return obstacle
        said = asking(conversation, answers)
        found = wanted(said, says(conversation)) or distilled(said)
        stretch_of = stretches(conversation, [one.turns[0] for one in found])
        return tuple([_intent(one, stretch_of[one.turns[0]], conversation, said, known) for one in found])


def wanted(said: Sequence[Sentence], say_of: Mapping[str, int]) -> list[Wanted]:
    """Return the intents of which the head is sure. ``say_of``: the utterance of each turn, which seldom has two."""
    sure: dict[str, float] = {}
    turns: dict[str, dict[str, None]] = {}
    for sentence in said:
        if sentence.share >= ENOUGH and (worth := sentence.weight * sentence.share) >= ENOUGH:
            intent = sentence.intent
            sure[intent] = max(worth * BESIDE.get(intent, 1.0), sure.get(intent, 0.0))
            turns.setdefault(intent, {})[sentence.turn.id] = None
    kept: dict[str, int] = {}
    for intent in sorted(sure, key=lambda intent: -sure[intent]):
        say = say_of[next(iter(turns[intent]))]
        if not kept or sure[intent] >= (ENOUGH_AT_ONCE if say in kept.values() else ENOUGH_BESIDE):
            kept[intent] = say
    return [Wanted(intent, tuple(turns[intent])) for intent in [*kept][:MOST]]


def distilled(said: Sequence[Sentence]) -> list[Wanted]:
    """Return a name made of the sentence that asks most clearly, or ``unclear``; none where there is only small talk."""
    informative = sorted((one for one in said if one.tells), key=lambda one: -one.weight * (1 - one.idle))
    for sentence in informative:
        if is_asking(sentence.text) and (name := name_of(sentence.text)) is not None:
            return [Wanted(name, (sentence.turn.id,))]
    return [Wanted(UNCLEAR, (informative[0].turn.id,))] if informative else []


def _intent(
    one: Wanted, stretch: frozenset[str], conversation: Conversation, said: Sequence[Sentence], known: Insights
) -> Intent:
    felt = feeling(stretch, known)
    informative = (each.text for each in said if each.turn.id in stretch and each.tells)
    return Intent(
        name=one.name,
        keywords=keywords(conversation, islice(informative, MOST_INFORMATIVE)),
        sentiment=felt.label,
        score=felt.score,
        emotions=felt.emotions,
        turns=one.turns,
    )
