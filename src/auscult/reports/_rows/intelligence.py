"""Conversation intelligence as the raw-data reports spell it (rules 12 and 13)."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Raw, Struct, UnsetType, field

from auscult.domain.insight import Emotions, Intent, Sentiment, SentimentLabel, SpeakingRate, Topic
from auscult.domain.operations.records import made_from
from auscult.reports._rows.quality import described, number

Percent = Annotated[int, Meta(ge=0, le=100)]


class IntentRow(Struct, frozen=True, kw_only=True):
    """One thing that the conversation was about. How the customer felt about it is there where it is known."""

    emotions: tuple[str, ...] | UnsetType = UNSET
    intent: str | UnsetType = UNSET
    topic: str | UnsetType = UNSET
    keywords: tuple[str, ...]
    sentiment: SentimentLabel | UnsetType = field(name="Sentiment", default=UNSET)
    score: Annotated[int | UnsetType, described("1 to 10, 5 neutral.")] = field(name="Sentiment Score", default=UNSET)


class PatternRow(Struct, frozen=True, kw_only=True):
    """Sentiment of the customer at the start and at the end."""

    start: SentimentLabel
    end: SentimentLabel


class RatioRow(Struct, frozen=True, kw_only=True):
    """Shares of the customer's turns in percent, 100 together."""

    positive: Percent
    neutral: Percent
    negative: Percent


class EmotionRow(Struct, frozen=True, kw_only=True):
    """One emotion of the customer or of the agent."""

    emotion: str
    duration_ms: Annotated[int | None, described("In ms; 0 in chat, null where no times are known.")] = field(
        name="duration"
    )
    proportion: Annotated[Raw, described("Percent of that side's emotional turns, two decimals.", type="number")]
    source: Literal["customer", "agent"]


class RateRow(Struct, frozen=True, kw_only=True):
    """Speaking rate of one person."""

    words: int = field(name="nWords")
    seconds: Annotated[int, described("Seconds of talk.")] = field(name="timeTaken")
    average: Annotated[Raw, described("Words a minute.", type="number")]
    score: Annotated[int, described("0 to 10, 10 best.")]
    source: Literal["agent", "customer"]
    source_id: str | None = field(name="sourceId")


def intent_rows(intents: Iterable[Intent], key: Literal["intent", "topic"]) -> tuple[IntentRow, ...]:
    """Intents or topics."""
    return tuple(_intent_row(each, key) for each in intents)


def pattern_row(sentiment: Sentiment) -> PatternRow:
    """Start and end."""
    return PatternRow(start=sentiment.start, end=sentiment.end)


def ratio_row(sentiment: Sentiment) -> RatioRow:
    """Three shares."""
    return RatioRow(positive=sentiment.positive, neutral=sentiment.neutral, negative=sentiment.negative)


def emotion_rows(emotions: Emotions) -> tuple[EmotionRow, ...]:
    """The customer's emotions, then the agents'."""
    sides: tuple[Literal["customer", "agent"], ...] = ("customer", "agent")
    return tuple(
        EmotionRow(emotion=each.emotion, duration_ms=each.duration_ms, proportion=number(each.proportion), source=side)
        for side in sides
        for each in (emotions.customer if side == "customer" else emotions.agent)
    )


def rate_rows(rates: Iterable[SpeakingRate]) -> tuple[RateRow, ...]:
    """Return the rate of everybody who spoke long enough."""
    return tuple(made_from(RateRow, each, average=number(each.words_a_minute)) for each in rates)


def tree_of(topics: Iterable[Topic]) -> dict[str, Any]:
    """The taxonomy's topics as a tree; ``total_topics_identified`` counts every node (rule 13)."""
    roots = tuple(topics)
    return {
        "topics": [{"topic_name": each.name, "level": f"L{each.level}", **_node(each)} for each in roots],
        "total_topics_identified": sum(_count(each) for each in roots),
    }


TREE_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["topics", "total_topics_identified"],
    "properties": {
        "topics": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["topic_name", "level", "confidence_score"],
                "description": "A topic with those below it in `L2_topics`, and in these `L3_topics`, which may have "
                "`sentiment` (1 to 10) and `resolution` (1 resolved, 0 not).",
            },
        },
        "total_topics_identified": {"type": "integer", "description": "Topics of all levels."},
    },
}


def whole(value: Decimal) -> int:
    """The nearest whole number, a half going up."""
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))


def _intent_row(intent: Intent, key: Literal["intent", "topic"]) -> IntentRow:
    is_felt = intent.sentiment is not None or bool(intent.emotions)
    return IntentRow(
        emotions=intent.emotions if is_felt else UNSET,
        intent=intent.name if key == "intent" else UNSET,
        topic=intent.name if key == "topic" else UNSET,
        keywords=intent.keywords,
        sentiment=UNSET if intent.sentiment is None else intent.sentiment,
        score=UNSET if intent.score is None else intent.score,
    )


def _node(topic: Topic) -> dict[str, Any]:
    node: dict[str, Any] = {"confidence_score": number(topic.confidence)}
    if topic.sentiment is not None:
        node["sentiment"] = topic.sentiment
    if topic.is_resolved is not None:
        node["resolution"] = int(topic.is_resolved)
    if topic.topics:
        below = [{"topic_name": each.name, **_node(each)} for each in topic.topics]
        node[f"L{topic.level + 1}_topics"] = below
    return node


def _count(topic: Topic) -> int:
    return 1 + sum(_count(each) for each in topic.topics)
