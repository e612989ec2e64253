"""Rows of the five reports as types, with the wire's own names, its spelling faults included.

A row stays the dict that the server sent: nothing is converted, and keys that a later server adds are there, too.
Keys that are ``NotRequired`` may be absent. Values are as docs/reference/reports.md has them.
"""

from collections.abc import Mapping
from typing import Any, Literal, NotRequired, TypedDict

from auscult.client.assist_rows import AssistRow

Qualification = Literal["YES", "NO", "NA", "-"]
Sentiment = Literal["positive", "neutral", "negative"]
Side = Literal["agent", "customer"]

QueueRow = TypedDict("QueueRow", {"Queue ID": str, "Queue Name": str | None})
"""A queue that the conversation was in."""

MetricRow = TypedDict(
    "MetricRow",
    {
        "Metric ID": str,
        "Metric Name": str,
        "Metric Weight": float,
        "Metric Negative Weight": float,
        "Qualification": NotRequired[Qualification],
        "isFatalError": bool,
    },
)
"""A metric of the form and how it turned out."""

ScoredAgentRow = TypedDict("ScoredAgentRow", {"Agent ID": str, "Agent Name": str | None})
"""An agent of ``scorereporting``."""


class ScoreRow(TypedDict):
    """A row of ``scorereporting``."""

    conversationId: str
    customConversationId: NotRequired[str]
    Queues: list[QueueRow]
    Agents: list[ScoredAgentRow]
    koreEvalutionScore: NotRequired[int | None]
    Language: str
    Metrics: list[MetricRow]


RawAgentRow = TypedDict("RawAgentRow", {"Agent ID": str, "Agent Name": str | None, "agentEmail": NotRequired[str]})
"""An agent of ``rawdata``."""

IntentRow = TypedDict(
    "IntentRow",
    {
        "emotions": NotRequired[list[str]],
        "intent": NotRequired[str],
        "topic": NotRequired[str],
        "keywords": list[str],
        "Sentiment": NotRequired[Sentiment],
        "Sentiment Score": NotRequired[int],
    },
)
"""One thing that the conversation was about."""


class RateRow(TypedDict):
    """Speaking rate of one person."""

    nWords: int
    timeTaken: int
    average: float
    score: int
    source: Side
    sourceId: str | None


class PatternRow(TypedDict):
    """Sentiment of the customer at the start and at the end."""

    start: Sentiment
    end: Sentiment


class EmotionRow(TypedDict):
    """One emotion of the customer or of the agent."""

    emotion: str
    duration: int | None
    proportion: float
    source: Side


class RatioRow(TypedDict):
    """Shares of the customer's turns in percent."""

    positive: int
    neutral: int
    negative: int


class RawDataRow(TypedDict):
    """A row of ``rawdata``."""

    conversationId: str
    customConversationId: NotRequired[str]
    contact_direction: Literal["inbound", "outbound"]
    is_direction_defaulted: bool
    AuditStatus: Literal["Audited", "Assigned", "Not Assigned"]
    AuditScore: int | None
    audit_date: str | None
    auditor: str | None
    Queues: list[QueueRow]
    Agents: list[RawAgentRow]
    koreEvalutionScore: NotRequired[int | None]
    fatalErrorCount: int
    Language: str
    duration_status: Literal["evaluated", "below_threshold", "duration_unavailable"] | None
    Metrics: list[MetricRow]
    conversationStartTime: str
    conversationEndTime: str | None
    duration: int | None
    agentRecordings: NotRequired[list[str]]
    customerRecordings: NotRequired[list[str]]
    custom_fields: NotRequired[dict[str, Any]]
    sentiment: NotRequired[Sentiment]
    sentimentScore: NotRequired[float | None]
    generatedIntents: NotRequired[list[IntentRow]]
    configuredIntents: NotRequired[dict[str, Any]]
    speakingRate: NotRequired[list[RateRow]]
    sentimentPattern: NotRequired[PatternRow]
    emotions: NotRequired[list[EmotionRow]]
    sentimentRatio: NotRequired[RatioRow]


AccountAgentRow = TypedDict(
    "AccountAgentRow",
    {
        "agentId": str,
        "Agent Name": str | None,
        "Agent Start Time": str | None,
        "Agent Email": str | None,
        "empathy score": NotRequired[int],
        "crutch word score": NotRequired[int],
    },
)
"""An agent of ``account_rawdata``."""

AccountMetricRow = TypedDict(
    "AccountMetricRow",
    {
        "Metric ID": NotRequired[str],
        "Metric Name": str,
        "Metric Weight": float,
        "Qualification": NotRequired[Qualification],
    },
)
"""A metric of ``account_rawdata``."""

AccountRawDataRow = TypedDict(
    "AccountRawDataRow",
    {
        "src": str | None,
        "Conversation Start Time": str,
        "Conversation End Time": str | None,
        "Duration": str | None,
        "Conversation ID": str,
        "Sentiment Score": NotRequired[int | None],
        "Intents": NotRequired[list[IntentRow]],
        "Topics": NotRequired[list[IntentRow]],
        "Kore Evaluation Score": NotRequired[int | None],
        "IsChurnRiskObserved": NotRequired[bool | None],
        "IsEscalationObserved": NotRequired[bool | None],
        "Pass Score": NotRequired[float],
        "IsPassed": NotRequired[bool | None],
        "Queues": list[QueueRow],
        "Agents": list[AccountAgentRow],
        "Metrics": list[AccountMetricRow],
    },
)
"""A row of ``account_rawdata``."""


class ConsultationRow(TypedDict, total=False):
    """Agent consulted by the responding agent."""

    isMerged: bool
    name: str
    acceptedTime: str
    assignedAt: str
    consultingEndTime: str


class MissedRow(TypedDict, total=False):
    """An agent who did not take the contact."""

    agentId: str
    email: str
    name: str
    assignedAt: str
    nonResponseEvent: str


class SegmentRow(TypedDict):
    """A stay with an agent."""

    agentId: NotRequired[str]
    agentNotes: list[str]
    destinationType: Literal["AgentSegment"]
    status: str
    firstResponseTime: NotRequired[str]
    firstResponseDuration: NotRequired[int]
    interactionEndTime: NotRequired[str]
    interactionDuration: NotRequired[int]
    holdDuration: NotRequired[int]
    afterCallWorkDuration: NotRequired[int]
    afterCallWorkEndTime: NotRequired[str]
    ConsultingAgents: list[ConsultationRow]
    JoinedUsers: list[dict[str, Any]]
    email: NotRequired[str]
    name: NotRequired[str]
    acceptedTime: NotRequired[str]
    assignedAt: NotRequired[str]


class QueueEntryRow(TypedDict):
    """A queue that the contact entered, with who answered there and who did not."""

    destinationType: Literal["QueueEntry"]
    queueId: NotRequired[str]
    queueName: NotRequired[str]
    EnterTime: NotRequired[str]
    respondingAgent: NotRequired[SegmentRow]
    nonRespondingAgents: NotRequired[list[MissedRow]]
    CallbackOpted: NotRequired[bool]
    CallbackOptedTime: NotRequired[str]
    CallbackInitiatedTime: NotRequired[str]
    userCallbackAcceptTime: NotRequired[str]
    ExternalTransferTime: NotRequired[str]
    ExternalTransferDestination: NotRequired[str]


class TagRow(TypedDict):
    """A tag of a user or a session."""

    name: str
    value: NotRequired[str | None]


class CallDetailsRow(TypedDict):
    """A row of ``calldetails``. One that the bot closed alone has no ``conversationId`` and a ``reason``."""

    conversationId: NotRequired[str]
    sessionId: NotRequired[str]
    channel: str
    isVoicemail: NotRequired[Literal["YES", "NO"]]
    Direction: NotRequired[Literal["Inbound", "Outbound"]]
    finalStatus: NotRequired[str]
    smartStatus: NotRequired[str]
    Reason: NotRequired[str]
    botId: str
    dispositions: NotRequired[list[str]]
    dispositionRemarks: NotRequired[list[str]]
    metaInfo: NotRequired[dict[str, Any]]
    sessionStartTime: str
    sessionEndTime: NotRequired[str]
    channelSpecificUserId: NotRequired[str]
    userId: NotRequired[str]
    destinations: NotRequired[list[QueueEntryRow | SegmentRow]]
    surveyType: NotRequired[Literal["csat", "nps", "likeDislike"]]
    csatScore: NotRequired[int]
    npsScore: NotRequired[int]
    likeDislikeScore: NotRequired[int]
    csatFeedback: NotRequired[str]
    disconnectingEvent: NotRequired[str]
    errorDetails: NotRequired[str]
    automationBotIDs: NotRequired[list[str]]
    appId: NotRequired[str]
    customerinfo: NotRequired[dict[str, Any]]
    userleveltags: NotRequired[list[TagRow]]
    sessionleveltags: NotRequired[list[TagRow]]
    campaigninfo: NotRequired[dict[str, Any]]
    orgId: NotRequired[str]
    reason: NotRequired[str]


ROWS: Mapping[str, type] = {
    "scorereporting": ScoreRow,
    "rawdata": RawDataRow,
    "account_rawdata": AccountRawDataRow,
    "calldetails": CallDetailsRow,
    "aaconversation": AssistRow,
}
"""The type of each report's rows."""
