"""Sides that the words contradict: who is called the agent speaks like a customer, and the customer like an agent."""

from decimal import Decimal
from typing import ClassVar

from auscult.analyzers._contract import Unknown, unheard
from auscult.analyzers._evidence import language_of, unsupported
from auscult.domain.conversation import Conversation
from auscult.domain.errors import coded
from auscult.domain.evaluation import cite
from auscult.domain.insight import Flag, Insights
from auscult.domain.probe import Answers, Probe
from auscult.sides import languages, probability, reader

SURE = 0.01
"""Probability of the stated sides below which they are flagged."""
MOST_CITED = 3
_LIKE = {"agent": coded("the agent speaks like a customer"), "customer": coded("the customer speaks like an agent")}


class SidesLookSwapped:
    """Flag of stated sides; ``confidence`` is the probability of the answer."""

    field: ClassVar[str] = "sides_look_swapped"
    languages: frozenset[str] = languages()

    def probes(self, conversation: Conversation) -> tuple[Probe, ...]:  # noqa: ARG002  (the contract's)
        """Return no question: the words are enough."""
        return ()

    def analyze(self, conversation: Conversation, answers: Answers, known: Insights) -> Flag | Unknown:  # noqa: ARG002
        """Return the flag, or unknown where only one side speaks."""
        if fault := unsupported(conversation, known, self.languages):
            return fault
        reading = reader(language_of(conversation, known))
        right = None if reading is None else probability(conversation.turns, reading)
        if reading is None or right is None:
            return unheard(conversation, coded("only one side speaks"))
        if right >= SURE:
            return Flag(observed=False, confidence=_share(right))
        against = {
            turn: reading.score(turn.text) * (1 if turn.speaker == "customer" else -1)
            for turn in conversation.turns
            if turn.speaker in _LIKE
        }
        telling = sorted(against, key=lambda turn: -against[turn])[:MOST_CITED]
        return Flag(
            observed=True,
            evidence=tuple(cite(turn, _LIKE[turn.speaker]) for turn in telling),
            confidence=_share(1 - right),
        )


def _share(exact: float) -> Decimal:
    return Decimal(str(min(0.99, round(exact, 2))))
