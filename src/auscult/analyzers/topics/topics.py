"""Topics of the conversation: the things behind the intents, so that "return item" and "exchange item" are one.

An intent of the trained head has a topic of its own (``_intent_topics``); one with a distilled name has its object.
"""

from collections.abc import Sequence
from decimal import Decimal
from itertools import chain
from typing import ClassVar

from auscult.analyzers._contract import Unknown
from auscult.analyzers._evidence import unread_customer
from auscult.analyzers.sentiment._scale import label_of
from auscult.analyzers.topics._intent_topics import TOPIC_OF
from auscult.analyzers.topics._naming import object_of
from auscult.domain.conversation import Conversation
from auscult.domain.errors import coded
from auscult.domain.insight import Insights, Intent
from auscult.domain.probe import Answers, Probe

MOST_KEYWORDS = 5


class Topics:
    """Generated topics, in the order of their intents."""

    field: ClassVar[str] = "topics"
    languages: frozenset[str] = frozenset({"en"})

    def probes(self, conversation: Conversation) -> tuple[Probe, ...]:  # noqa: ARG002  (the contract's)
        """Return no question: the intents are enough."""
        return ()

    def analyze(self, conversation: Conversation, answers: Answers, known: Insights) -> tuple[Intent, ...] | Unknown:  # noqa: ARG002
        """One for each thing that the customer wanted something about."""
        if (obstacle := unread_customer(conversation, known, self.languages)) is not None:
            return obstacle
        if known.intents is None:
            return Unknown(coded("what was wanted is not known"))
        about: dict[str, list[Intent]] = {}
        for intent in known.intents:
            about.setdefault(TOPIC_OF.get(intent.name) or object_of(intent.name), []).append(intent)
        order = {turn.id: index for index, turn in enumerate(conversation.turns)}
        return tuple([_topic(name, intents, order) for name, intents in about.items()])


def _topic(name: str, intents: Sequence[Intent], order: dict[str, int]) -> Intent:
    """Several intents about one thing: their keywords and turns together, their sentiment in the middle."""
    scores = [intent.score for intent in intents if intent.score is not None]
    score = (2 * sum(scores) + len(scores)) // (2 * len(scores)) if scores else None
    label = intents[0].sentiment if len(intents) == 1 or score is None else label_of(Decimal(score))
    turns = {turn for intent in intents for turn in intent.turns}
    return Intent(
        name=name,
        keywords=tuple(dict.fromkeys(chain.from_iterable(intent.keywords for intent in intents)))[:MOST_KEYWORDS],
        sentiment=label,
        score=score,
        emotions=tuple(dict.fromkeys(chain.from_iterable(intent.emotions for intent in intents))),
        turns=tuple(sorted(turns, key=order.__getitem__)),
    )
