"""Findings of analysis, as programs read them: in the lines of ``auscult score`` and in our own API.

Decimals go out as numbers: encode with ``decimal_format="number"``.
"""

from typing import Any

from msgspec import UNSET, Struct, UnsetType

from auscult.domain.evaluation import Evidence
from auscult.domain.insight import (
    AgentHabits,
    Emotions,
    Flag,
    Insights,
    Intent,
    Resolution,
    Sentiment,
    SentimentLabel,
    Speech,
    Summary,
    Topic,
    TurnSentiment,
)
from auscult.domain.operations.records import made_from


class EvidenceLine(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One piece of evidence. The first five are always there."""

    turn_id: str | None
    start_ms: int | None
    end_ms: int | None
    text: str
    why: str
    similarity: float | None = None
    threshold: float | None = None
    call_id: str | None = None


class CustomerSentiment(Struct, frozen=True, kw_only=True):
    """Overall sentiment of the customer; ``score`` from 1 (worst) over 5 (neutral) to 10 (best)."""

    label: SentimentLabel
    score: float


class SentimentCourse(Struct, frozen=True, kw_only=True):
    """Sentiment of the customer at the start, at the end and turn by turn; shares of their turns in percent."""

    start: SentimentLabel
    end: SentimentLabel
    positive: int
    neutral: int
    negative: int
    turns: tuple[TurnSentiment, ...]


class ObservedFlag(Struct, frozen=True, kw_only=True):
    """Flag that was observed or not, with its turns."""

    observed: bool
    evidence: tuple[EvidenceLine, ...]


class Mark(Struct, frozen=True, kw_only=True):
    """Mark of an unclear YES or NO: ``certain`` is false, ``reason`` is why."""

    certain: bool
    reason: str


class Findings(Struct, frozen=True, kw_only=True):
    """All findings of analysis. An unknown value is null, and ``unknown`` has the reason, by the analyzer's name.

    ``resolution_mark`` is there where the resolution is unclear.
    """

    language: str | None
    customer_sentiment: CustomerSentiment | None
    escalation: ObservedFlag | None
    churn_risk: ObservedFlag | None
    resolution: Resolution | None
    resolution_evidence: tuple[EvidenceLine, ...]
    sentiment_course: SentimentCourse | None
    emotions: Emotions | None
    habits: tuple[AgentHabits, ...] | None
    speech: Speech | None
    intents: tuple[Intent, ...] | None
    topics: tuple[Intent, ...] | None
    configured_intents: tuple[Topic, ...] | None
    summary: Summary | None
    unknown: dict[str, str]
    engines: tuple[str, ...]
    taxonomies: tuple[str, ...]
    resolution_mark: Mark | UnsetType = UNSET
    sides_look_swapped: ObservedFlag | UnsetType = UNSET
    added: dict[str, Any] | UnsetType = UNSET
    """What analyzers of plug-ins found, by their names; not there where none did."""


def findings(insights: Insights) -> Findings:
    """Show insights."""
    sentiment, outcome = insights.sentiment, insights.resolution
    return made_from(
        Findings,
        insights,
        customer_sentiment=_customer(sentiment) if sentiment else None,
        escalation=_flag(insights.escalation),
        churn_risk=_flag(insights.churn_risk),
        resolution=outcome.resolution if outcome else None,
        resolution_evidence=evidence_lines(outcome.evidence) if outcome else (),
        resolution_mark=Mark(certain=False, reason=outcome.doubt) if outcome and outcome.doubt else UNSET,
        sentiment_course=made_from(SentimentCourse, sentiment) if sentiment else None,
        sides_look_swapped=_flag(insights.sides_look_swapped) or UNSET,
        added=insights.added or UNSET,
    )


def evidence_lines(evidence: tuple[Evidence, ...]) -> tuple[EvidenceLine, ...]:
    """Show evidence."""
    return tuple([made_from(EvidenceLine, each) for each in evidence])


def _flag(flag: Flag | None) -> ObservedFlag | None:
    return None if flag is None else ObservedFlag(observed=flag.observed, evidence=evidence_lines(flag.evidence))


def _customer(sentiment: Sentiment) -> CustomerSentiment:
    return CustomerSentiment(label=sentiment.label, score=float(sentiment.score))
