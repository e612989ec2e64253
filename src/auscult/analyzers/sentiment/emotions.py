"""Emotions of each side: satisfaction, happiness, anger, confusion, sadness, fear; empathy, patience, frustration.

A turn has at most one emotion, the strongest that shows. The customer's are from phrases and a trained head
(``_tone``), the agent's from phrases alone, for an agent's politeness is not a feeling.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import ClassVar

from auscult.analyzers._contract import Unknown, unheard
from auscult.analyzers._evidence import turns_of, unsupported
from auscult.analyzers._phrases import Phrases
from auscult.analyzers._shares import parts_of
from auscult.analyzers.sentiment._tone import customer_probes, customer_tones
from auscult.domain.conversation import Conversation, Turn
from auscult.domain.errors import coded
from auscult.domain.insight import Emotion, Insights
from auscult.domain.insight import Emotions as Found
from auscult.domain.probe import Answers, Probe
from auscult.domain.said.speech import is_timed
from auscult.wording import pack

CUSTOMER = ("satisfaction", "happiness", "anger", "sadness", "fear", "confusion")
AGENT = ("empathy", "patience", "happiness", "frustration", "confusion")
"""The emotions that are distinguished; where two are as frequent, the earlier comes first."""

_SHOWN = pack("en/agent_feelings").readings
_AGENT = Phrases("|".join(reading.says_so) for reading in _SHOWN)
_SAME = {"gratitude": "satisfaction"}
_HUNDREDTHS = 10_000


class Emotions:
    """Emotions of customer and agent."""

    field: ClassVar[str] = "emotions"
    languages: frozenset[str] = frozenset({"en"})

    def __init__(self, *, agents: bool = True) -> None:
        """Without ``agents``, those of agents are not looked for: their part stays, and is empty."""
        self._agents = agents

    def probes(self, conversation: Conversation) -> tuple[Probe, ...]:
        """Return the questions about the tone of the customer's turns."""
        return customer_probes(conversation)

    def analyze(self, conversation: Conversation, answers: Answers, known: Insights) -> Found | Unknown:
        """Emotions by side, with how often and how long."""
        agent = turns_of(conversation, "agent")
        if not agent and not turns_of(conversation, "customer"):
            return unheard(conversation, coded("neither customer nor agent speaks"))
        if (obstacle := unsupported(conversation, known, self.languages)) is not None:
            return obstacle
        shown = agent if self._agents and _AGENT.found_in([turn.text for turn in agent]) else ()
        felt = [(tone.turn, tone.emotion) for tone in customer_tones(conversation, answers)]
        return Found(
            customer=_summed(conversation, [(turn, _SAME.get(one, one)) for turn, one in felt if one], CUSTOMER),
            agent=_summed(conversation, [(turn, one) for turn in shown if (one := agent_emotion(turn.text))], AGENT),
        )


def agent_emotion(text: str) -> str | None:
    """The emotion that an agent's turn shows first in the order of the list, or None."""
    found = _AGENT.find(text)
    return _SHOWN[found[0]].feeling if found else None


def _summed(conversation: Conversation, felt: Sequence[tuple[Turn, str]], order: Sequence[str]) -> tuple[Emotion, ...]:
    """One row for each emotion, the most frequent first; proportions total 100."""
    turns: Mapping[str, list[Turn]] = {emotion: [turn for turn, one in felt if one == emotion] for emotion in order}
    found = sorted((one for one in order if turns[one]), key=lambda one: -len(turns[one]))
    shares = parts_of(_HUNDREDTHS, [len(turns[one]) for one in found])
    return tuple(
        Emotion(
            emotion=one,
            turns=tuple(turn.id for turn in turns[one]),
            proportion=Decimal(share).scaleb(-2),
            duration_ms=_duration_ms(conversation, turns[one]),
        )
        for one, share in zip(found, shares, strict=True)
    )


def _duration_ms(conversation: Conversation, turns: Sequence[Turn]) -> int | None:
    if conversation.channel == "chat":
        return 0
    if not any(map(is_timed, conversation.turns)):
        return None
    return sum((turn.end_ms or 0) - (turn.start_ms or 0) for turn in turns if is_timed(turn))
