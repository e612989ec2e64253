"""Rows of the five reports as types, with the wire's own names, its spelling faults included.

A row stays the dict that the server sent: nothing is converted, and keys that a later server adds are there, too.
Keys that are ``NotRequired`` may be absent. Values are as docs/reference/reports.md has them.
Written by ``make docs`` from the rows of ``auscult.reports``; ``make check`` compares.
"""

from collections.abc import Mapping
from typing import Any, Literal, NotRequired, TypedDict

from auscult.client.assist_rows import AssistRow

Qualification = Literal["-", "NA", "NO", "YES"]
Sentiment = Literal["negative", "neutral", "positive"]
Side = Literal["agent", "customer"]

QueueRow = TypedDict(
    "QueueRow",
    {
        "Queue ID": str,
        # Null where the queue has no name.
        "Queue Name": str | None,
    },
)
"""A queue that the conversation was in."""

ScoredAgentRow = TypedDict(
    "ScoredAgentRow",
    {
        "Agent ID": str,
        # Null where the agent has no name.
        "Agent Name": str | None,
    },
)
"""An agent who took part."""

MetricRow = TypedDict(
    "MetricRow",
    {
        "Metric ID": str,
        "Metric Name": str,
        # What the right answer brings.
        "Metric Weight": float,
        # What the wrong answer costs; never negative.
        "Metric Negative Weight": float,
        # The raw answer, whichever is the right one; "-" until a person has answered what only a person can. Absent
        # where the conversation was not evaluated.
        "Qualification": NotRequired[Qualification],
        # A fatal metric that was not met here; the score is then 0.
        "isFatalError": bool,
        # Null until the audit is submitted. With wire 2026-10.
        "Auditor Response": NotRequired[Literal["NA", "NO", "YES"] | None],
    },
)
"""A metric of the form, how it turned out, and what the auditor answered."""


class ScoreRow(TypedDict):
    """A row of ``scorereporting``: one conversation."""

    conversationId: str
    customConversationId: NotRequired[str]
    """Absent where none was given."""
    Queues: list[QueueRow]
    Agents: list[ScoredAgentRow]
    koreEvalutionScore: NotRequired[int | None]
    """Null where nothing applied or the conversation was too short. Absent where no form is for it."""
    fatalErrorCount: NotRequired[int]
    """Metrics with isFatalError. With wire 2026-10."""
    Language: str
    """In English; an unknown code stays a code."""
    duration_status: NotRequired[Literal["below_threshold", "duration_unavailable", "evaluated"] | None]
    """Null where no form is for the conversation. With wire 2026-10."""
    Metrics: list[MetricRow]
    """Empty where no form is for the conversation."""
    contactDirection: NotRequired[Literal["inbound", "outbound"]]
    """With wire 2026-10."""
    AuditStatus: NotRequired[Literal["Assigned", "Audited", "Not Assigned"]]
    """With wire 2026-10."""
    AuditDate: NotRequired[str | None]
    """2026-03-23 12:30:00, UTC; null until the audit is submitted. With wire 2026-10."""
    AuditorName: NotRequired[str | None]
    """Null until the audit is submitted. With wire 2026-10."""
    custom_fields: NotRequired[dict[str, str]]
    """Empty where there are none. With wire 2026-10."""
    evaluation_status: NotRequired[Literal["fail", "not_evaluated", "pass"]]
    """not_evaluated without a verdict. With wire 2026-10."""
    is_direction_defaulted: NotRequired[bool]
    """True where inbound was taken. With wire 2026-10."""
    channel: NotRequired[Literal["chat", "voice"]]
    """With wire 2026-10."""
    AuditScore: NotRequired[int]
    """Absent until the audit has one. With wire 2026-10."""
    evaluatedAt: NotRequired[str]
    """UTC. With wire 2026-10."""


RawAgentRow = TypedDict(
    "RawAgentRow",
    {
        "Agent ID": str,
        # Null where the agent has no name.
        "Agent Name": str | None,
        # Absent where it is not known.
        "agentEmail": NotRequired[str],
    },
)
"""An agent who took part."""


class JustificationRow(TypedDict):
    """Grounds of an answer. The first three keys are there for a metric that compares values."""

    sourceSystemValue: NotRequired[str]
    """The value of the source of truth."""
    agentMentionedValue: NotRequired[str | None]
    """The value that the agent stated; null if the agent stated none."""
    AgentEntity: NotRequired[str]
    """The name of the value."""
    message_id: list[str]
    """Ids of turns; empty where it rests on none."""
    timestamp: list[int]
    """When these were said, in ms since 1970; empty where not known."""
    justification: str
    """In words."""


RawMetricRow = TypedDict(
    "RawMetricRow",
    {
        "Metric ID": str,
        "Metric Name": str,
        # What the right answer brings.
        "Metric Weight": float,
        # What the wrong answer costs; never negative.
        "Metric Negative Weight": float,
        # The raw answer, whichever is the right one; "-" until a person has answered what only a person can. Absent
        # where the conversation was not evaluated.
        "Qualification": NotRequired[Qualification],
        # A fatal metric that was not met here; the score is then 0.
        "isFatalError": bool,
        # What made the question apply. With wire 2026-10.
        "triggerJustification": NotRequired[list[JustificationRow]],
        # What the answer rests on. With wire 2026-10.
        "justification": NotRequired[list[JustificationRow]],
        # Null until the audit is submitted. With wire 2026-10.
        "Auditor Response": NotRequired[Literal["NA", "NO", "YES"] | None],
    },
)
"""A metric of the form, how it turned out, and why."""

IntentRow = TypedDict(
    "IntentRow",
    {
        "emotions": NotRequired[list[str]],
        "intent": NotRequired[str],
        "topic": NotRequired[str],
        "keywords": list[str],
        "Sentiment": NotRequired[Sentiment],
        # 1 to 10, 5 neutral.
        "Sentiment Score": NotRequired[int],
    },
)
"""One thing that the conversation was about. How the customer felt about it is there where it is known."""


class RateRow(TypedDict):
    """Speaking rate of one person."""

    nWords: int
    timeTaken: int
    """Seconds of talk."""
    average: float
    """Words a minute."""
    score: int
    """0 to 10, 10 best."""
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
    """In ms; 0 in chat, null where no times are known."""
    proportion: float
    """Percent of that side's emotional turns, two decimals."""
    source: Side


class RatioRow(TypedDict):
    """Shares of the customer's turns in percent, 100 together."""

    positive: int
    neutral: int
    negative: int


RawDataRow = TypedDict(
    "RawDataRow",
    {
        "conversationId": str,
        # Absent where none was given.
        "customConversationId": NotRequired[str],
        "contact_direction": Literal["inbound", "outbound"],
        # True where no direction was given, and inbound was taken.
        "is_direction_defaulted": bool,
        "AuditStatus": Literal["Assigned", "Audited", "Not Assigned"],
        # The auditor's; null until the audit is submitted.
        "AuditScore": int | None,
        # When the audit was submitted: 2026-03-23 12:30:00, UTC.
        "audit_date": str | None,
        # Null until the audit is submitted.
        "auditor": str | None,
        "Queues": list[QueueRow],
        "Agents": list[RawAgentRow],
        # Null where nothing applied or the conversation was too short. Absent where no form is for it.
        "koreEvalutionScore": NotRequired[int | None],
        # Metrics with isFatalError.
        "fatalErrorCount": int,
        # In English; an unknown code stays a code.
        "Language": str,
        # Null where no form is for the conversation, so that no duration is asked for.
        "duration_status": Literal["below_threshold", "duration_unavailable", "evaluated"] | None,
        # Empty where no form is for the conversation.
        "Metrics": list[RawMetricRow],
        # UTC.
        "conversationStartTime": str,
        # UTC; null where it is not known.
        "conversationEndTime": str | None,
        # In ms; null where it is not known.
        "duration": int | None,
        # Absent where there are none.
        "agentRecordings": NotRequired[list[str]],
        # Absent where there are none.
        "customerRecordings": NotRequired[list[str]],
        # Absent where there are none.
        "custom_fields": NotRequired[dict[str, str]],
        "sentiment": NotRequired[Sentiment],
        # 1 to 10, 5 neutral; null where it cannot be known.
        "sentimentScore": NotRequired[float | None],
        "generatedIntents": NotRequired[list[IntentRow]],
        "configuredIntents": NotRequired[dict[str, Any]],
        "speakingRate": NotRequired[list[RateRow]],
        "sentimentPattern": NotRequired[PatternRow],
        "emotions": NotRequired[list[EmotionRow]],
        "sentimentRatio": NotRequired[RatioRow],
        # Where it comes from. With wire 2026-10.
        "src": NotRequired[str | None],
        # With wire 2026-10.
        "IsChurnRiskObserved": NotRequired[bool | None],
        # With wire 2026-10.
        "IsEscalationObserved": NotRequired[bool | None],
        # With wire 2026-10.
        "Taxonomy Resolution": NotRequired[Literal["NA", "NO", "YES"]],
        # With wire 2026-10.
        "Pass Score": NotRequired[float],
        # Absent without a verdict. With wire 2026-10.
        "IsPassed": NotRequired[bool],
        # With wire 2026-10.
        "Evaluation Form Name": NotRequired[str],
        # With wire 2026-10.
        "Evaluation Form Scoring Type": NotRequired[Literal["percentage", "points"]],
    },
)
"""A row of ``rawdata``: one conversation. Nothing that analysis finds is there before the conversation was analysed."""

AccountAgentRow = TypedDict(
    "AccountAgentRow",
    {
        "agentId": str,
        # Null where the agent has no name.
        "Agent Name": str | None,
        # When the agent joined, UTC; null where it is not known.
        "Agent Start Time": str | None,
        # Null where it is not known.
        "Agent Email": str | None,
        # 0 to 10, 10 best.
        "empathy score": NotRequired[int],
        # 0 to 10, 10 best.
        "crutch word score": NotRequired[int],
    },
)
"""An agent who took part."""

AccountMetricRow = TypedDict(
    "AccountMetricRow",
    {
        # Absent where the form gives the metric no id.
        "Metric ID": NotRequired[str],
        "Metric Name": str,
        # What the right answer brings.
        "Metric Weight": float,
        # The raw answer, whichever is the right one; "-" until a person has answered what only a person can. Absent
        # where the conversation was not evaluated.
        "Qualification": NotRequired[Qualification],
    },
)
"""A metric of the form and how it turned out."""

AccountRawDataRow = TypedDict(
    "AccountRawDataRow",
    {
        # Where the conversation comes from; null where it is not known.
        "src": str | None,
        # UTC.
        "Conversation Start Time": str,
        # UTC; null where it is not known.
        "Conversation End Time": str | None,
        # As 118182 milliseconds; null where it is not known.
        "Duration": str | None,
        "Conversation ID": str,
        # 1 to 10, 5 neutral; null where it cannot be known.
        "Sentiment Score": NotRequired[int | None],
        "Intents": NotRequired[list[IntentRow]],
        "Topics": NotRequired[list[IntentRow]],
        # Null where nothing applied or the conversation was too short. Absent where no form is for it.
        "Kore Evaluation Score": NotRequired[int | None],
        # Null where it cannot be known.
        "IsChurnRiskObserved": NotRequired[bool | None],
        # Null where it cannot be known.
        "IsEscalationObserved": NotRequired[bool | None],
        # Absent where no form is for the conversation.
        "Pass Score": NotRequired[float],
        # Whether it passed; absent without a score, and where a fatal metric has no answer.
        "IsPassed": NotRequired[bool],
        "Queues": list[QueueRow],
        "Agents": list[AccountAgentRow],
        # Empty where no form is for the conversation.
        "Metrics": list[AccountMetricRow],
    },
)
"""A row of ``account_rawdata``: one conversation.

Nothing that analysis finds is there before the conversation was analysed.
"""


class ConsultationRow(TypedDict, total=False):
    """Agent consulted by the responding agent."""

    isMerged: bool
    name: str
    acceptedTime: str
    assignedAt: str
    consultingEndTime: str


class SegmentRow(TypedDict):
    """A stay with an agent."""

    agentId: NotRequired[str]
    agentNotes: list[str]
    destinationType: Literal["AgentSegment"]
    status: str
    firstResponseTime: NotRequired[str]
    firstResponseDuration: NotRequired[int]
    """In seconds."""
    interactionEndTime: NotRequired[str]
    interactionDuration: NotRequired[int]
    """In seconds."""
    holdDuration: NotRequired[int]
    """In seconds."""
    afterCallWorkDuration: NotRequired[int]
    """In seconds."""
    afterCallWorkEndTime: NotRequired[str]
    ConsultingAgents: list[ConsultationRow]
    JoinedUsers: list[dict[str, Any]]
    email: NotRequired[str]
    name: NotRequired[str]
    acceptedTime: NotRequired[str]
    assignedAt: NotRequired[str]
    snoozeinfo: NotRequired[list[dict[str, Any]]]
    agentChoseTranslate: NotRequired[bool]


class MissedRow(TypedDict, total=False):
    """An agent who did not take the contact."""

    agentId: str
    email: str
    name: str
    assignedAt: str
    nonResponseEvent: str


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
    """A row of ``calldetails``: a contact that went on to people, or a contact that the bot closed alone.

    Such a row has no ``conversationId``, and a ``reason`` in small letters.
    """

    conversationId: NotRequired[str]
    sessionId: NotRequired[str]
    channel: str
    isVoicemail: NotRequired[Literal["NO", "YES"]]
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
    surveyType: NotRequired[Literal["csat", "likeDislike", "nps"]]
    csatScore: NotRequired[int]
    npsScore: NotRequired[int]
    likeDislikeScore: NotRequired[int]
    csatFeedback: NotRequired[str]
    disconnectingEvent: NotRequired[str]
    errorDetails: NotRequired[str]
    automationBotIDs: NotRequired[list[str]]
    appId: str
    customerinfo: NotRequired[dict[str, Any]]
    userleveltags: NotRequired[list[TagRow]]
    sessionleveltags: NotRequired[list[TagRow]]
    campaigninfo: NotRequired[dict[str, Any]]
    skills: NotRequired[list[str | dict[str, Any]]]
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
