"""Findings of analysis, independent of any form: how the customer felt, the subjects, how agents spoke.

None means unknown (no times, no turns, an unsupported language), never 0 and never a guess; ``unknown`` has the reason,
by field name.
"""

from decimal import Decimal
from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import force_setattr, replace

from auscult.domain.errors import from_store
from auscult.domain.evaluation import Evidence

SentimentLabel = Literal["negative", "neutral", "positive"]
Resolution = Literal["YES", "NO", "NA"]


class TurnSentiment(Struct, frozen=True, kw_only=True):
    """Sentiment of one customer turn; ``score`` from 1 (worst) over 5 (neutral) to 10 (best), one decimal."""

    turn_id: str
    label: SentimentLabel
    score: Decimal


class Sentiment(Struct, frozen=True, kw_only=True):
    """Sentiment of the customer. ``score`` 1 to 10, one decimal, with more weight on the end.

    ``start`` and ``end`` are the pattern; ``positive``, ``neutral`` and ``negative`` are shares of customer turns,
    whole percents that total 100.
    """

    label: SentimentLabel
    score: Decimal
    start: SentimentLabel
    end: SentimentLabel
    positive: int
    neutral: int
    negative: int
    turns: tuple[TurnSentiment, ...] = ()


class Emotion(Struct, frozen=True, kw_only=True):
    """One emotion of one side, in the turns where it was found.

    ``proportion`` is their share of that side's emotional turns in percent, two decimals; ``duration_ms`` is how long
    these turns lasted (0 for chat, None when no times are known).
    """

    emotion: str
    turns: tuple[str, ...]
    proportion: Decimal
    duration_ms: int | None


class Emotions(Struct, frozen=True, kw_only=True):
    """Emotions by side, the most frequent first."""

    customer: tuple[Emotion, ...] = ()
    agent: tuple[Emotion, ...] = ()


class Flag(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that was observed or not, with what shows it.

    ``confidence`` is that of a vote, from 0 to 1 with 2 decimals; there is none where words alone decide.
    """

    observed: bool
    evidence: tuple[Evidence, ...] = ()
    confidence: Decimal | UnsetType = UNSET


class Outcome(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Answer to whether the customer's main request was met: NO if not, NA if there was none.

    ``doubt`` is why a YES or NO is unclear; there is none where it is certain. ``confidence`` is that of a vote, from
    0 to 1 with 2 decimals; there is none where words alone decide.
    """

    resolution: Resolution
    evidence: tuple[Evidence, ...] = ()
    doubt: str | UnsetType = UNSET
    confidence: Decimal | UnsetType = UNSET

    def __post_init__(self) -> None:
        """Read the code of a stored reason."""
        if self.doubt:
            force_setattr(self, "doubt", from_store(self.doubt))


class AgentHabits(Struct, frozen=True, kw_only=True):
    """Speaking habits of one agent: 0 to 10, 10 best, one decimal. None when there was nothing to measure.

    ``empathy`` is 10 times ``empathy_shown`` by ``empathy_sought``: the number of times that the customer reported
    trouble, and that the agent answered it. ``crutch_words`` is 10 less one for each crutch word in a hundred
    ``words``. ``evidence`` holds the turns in which empathy was shown or is missing, and those with crutch words.
    """

    agent_id: str | None
    empathy: Decimal | None
    crutch_words: Decimal | None
    crutch_counts: dict[str, int] = {}
    empathy_sought: int = 0
    empathy_shown: int = 0
    words: int = 0
    evidence: tuple[Evidence, ...] = ()


class SpeakingRate(Struct, frozen=True, kw_only=True):
    """Speaking rate of one person: words, seconds of talk, words a minute (two decimals), a score 0 to 10 (10 best)."""

    source: Literal["agent", "customer"]
    source_id: str | None
    words: int
    seconds: int
    words_a_minute: Decimal
    score: int


class Moment(Struct, frozen=True, kw_only=True):
    """A stretch of the call, in ms from its start: a silence, two people talking at once.

    ``turn_id`` is the last turn before a silence, or what the one who came in was saying. ``begun_by`` is who came in
    on the other, None for a silence and where both began together.
    """

    start_ms: int
    end_ms: int
    turn_id: str | None = None
    begun_by: Literal["agent", "customer"] | None = None


class Speech(Struct, frozen=True, kw_only=True):
    """Voice only. Ratios are whole percents of talk and silence (holds left out) that total 100."""

    customer_talk_ratio: int
    agent_talk_ratio: int
    silence: int
    rates: tuple[SpeakingRate, ...] = ()
    cross_talk: tuple[Moment, ...] = ()
    dead_air: tuple[Moment, ...] = ()


class Intent(Struct, frozen=True, kw_only=True):
    """One thing that the conversation was about, in generated words. ``score`` is its sentiment, 1 to 10."""

    name: str
    keywords: tuple[str, ...] = ()
    sentiment: SentimentLabel | None = None
    score: int | None = None
    emotions: tuple[str, ...] = ()
    turns: tuple[str, ...] = ()


class Topic(Struct, frozen=True, kw_only=True):
    """Topic of the configured taxonomy that was found; level 1 to 3. Level 3 has sentiment and resolution."""

    name: str
    level: int
    confidence: Decimal
    sentiment: int | None = None
    is_resolved: bool | None = None
    topics: tuple["Topic", ...] = ()
    turns: tuple[str, ...] = ()


class Summary(Struct, frozen=True, kw_only=True):
    """The conversation in two to four sentences. ``evidence`` holds the turns behind them, in the order of the text."""

    text: str
    evidence: tuple[Evidence, ...] = ()


class Insights(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that analysis found, one field an analyzer. ``engines`` names what answered, model versions included.

    ``taxonomies`` names those that ``configured_intents`` are of, with their versions: ``tx-retail 3``. ``added`` holds what analyzers of plug-ins found, by their names, as plain JSON values.
    """

    language: str | None = None
    sentiment: Sentiment | None = None
    emotions: Emotions | None = None
    churn_risk: Flag | None = None
    escalation: Flag | None = None
    resolution: Outcome | None = None
    habits: tuple[AgentHabits, ...] | None = None
    speech: Speech | None = None
    intents: tuple[Intent, ...] | None = None
    topics: tuple[Intent, ...] | None = None
    configured_intents: tuple[Topic, ...] | None = None
    summary: Summary | None = None
    sides_look_swapped: Flag | None = None
    added: dict[str, Any] = {}
    unknown: dict[str, str] = {}
    engines: tuple[str, ...] = ()
    taxonomies: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Read the codes of stored reasons."""
        force_setattr(self, "unknown", {field: from_store(reason) for field, reason in self.unknown.items()})


def without_agent_emotions(found: Insights) -> Insights:
    """Return the insights with the part for agents' emotions empty."""
    if found.emotions is None or not found.emotions.agent:
        return found
    return replace(found, emotions=replace(found.emotions, agent=()))
