"""The table ``insights``: one row per analysed conversation."""

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from auscult.domain.scoring.stored import EvaluatedConversation


class Row(Struct, frozen=True, kw_only=True):
    """Findings of analysis. Null means unknown; scores 1 to 10, ratios in whole percents."""

    conversation_id: str
    started_at: datetime
    language: str | None
    sentiment: str | None
    sentiment_score: float | None
    sentiment_start: str | None
    sentiment_end: str | None
    escalation: bool | None
    churn_risk: bool | None
    resolution: str | None
    intents: tuple[str, ...]
    topics: tuple[str, ...]
    summary: str | None
    customer_talk_ratio: int | None
    agent_talk_ratio: int | None
    silence_ratio: int | None


def rows(each: EvaluatedConversation) -> Iterator[Row]:
    """Return the row of a conversation; none where it was not analysed."""
    found = each.insights
    if found is None:
        return
    sentiment, speech = found.sentiment, found.speech
    yield Row(
        conversation_id=each.conversation.id,
        started_at=each.conversation.started_at,
        language=found.language,
        sentiment=sentiment.label if sentiment else None,
        sentiment_score=float(sentiment.score) if sentiment else None,
        sentiment_start=sentiment.start if sentiment else None,
        sentiment_end=sentiment.end if sentiment else None,
        escalation=found.escalation.observed if found.escalation else None,
        churn_risk=found.churn_risk.observed if found.churn_risk else None,
        resolution=found.resolution.resolution if found.resolution else None,
        intents=tuple([intent.name for intent in found.intents or ()]),
        topics=tuple([topic.name for topic in found.topics or ()]),
        summary=found.summary.text if found.summary else None,
        customer_talk_ratio=speech.customer_talk_ratio if speech else None,
        agent_talk_ratio=speech.agent_talk_ratio if speech else None,
        silence_ratio=speech.silence if speech else None,
    )
