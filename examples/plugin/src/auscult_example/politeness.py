"""An analyzer: how often each side says please and thanks."""

from collections import Counter
from typing import ClassVar

from msgspec import Struct

from auscult.analyzers import Unknown
from auscult.domain.conversation import Conversation
from auscult.domain.insight import Insights
from auscult.domain.probe import Answers, Probe
from auscult.domain.said.text import spoken_words

POLITE = frozenset({"please", "thanks", "thank"})


class PoliteWords(Struct, frozen=True):
    """How many polite words each side says, and the turns in which they are."""

    agent: int
    customer: int
    turns: tuple[str, ...]


class Politeness:
    """Counts polite words. Its findings stand under ``insights.added.politeness``."""

    field: ClassVar[str] = "politeness"
    languages: frozenset[str] = frozenset({"en"})

    def probes(self, conversation: Conversation) -> tuple[Probe, ...]:
        """Nothing has to be asked."""
        return ()

    def analyze(self, conversation: Conversation, answers: Answers, known: Insights) -> PoliteWords | Unknown:
        """What it found, or why it cannot know."""
        if not conversation.turns:
            return Unknown("nobody speaks")
        said: Counter[str] = Counter()
        turns: list[str] = []
        for turn in conversation.turns:
            count = sum(word in POLITE for word in spoken_words(turn.text).split())
            if count and turn.speaker in ("agent", "customer"):
                said[turn.speaker] += count
                turns.append(turn.id)
        return PoliteWords(said["agent"], said["customer"], tuple(turns))
