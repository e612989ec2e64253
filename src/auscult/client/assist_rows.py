"""The rows of assist conversations as types: see ``rows``. Written by ``make docs``."""

from typing import Literal, NotRequired, TypedDict


class ParticipantRow(TypedDict):
    """Agent that a summary was written for. Their times of joining and leaving are not kept: both are empty."""

    identity: NotRequired[str]
    name: NotRequired[str]
    type: Literal["agent"]
    startTime: list[str]
    endTime: list[str]


class AgentDetailsRow(TypedDict, total=False):
    """The agent who gave feedback."""

    identity: str
    name: str


class FeedbackRow(TypedDict):
    """Feedback of an agent."""

    agentDetails: NotRequired[AgentDetailsRow]
    feedback: NotRequired[Literal["dislike", "like"]]
    comment: NotRequired[str]
    feedbackDetails: list[str]
    type: Literal["agentic", "summary", "widget"]


class SummaryRow(TypedDict):
    """A summary."""

    summaryId: NotRequired[str]
    participant: ParticipantRow
    summary: NotRequired[str]
    editedSummary: NotRequired[str]
    type: NotRequired[str]
    generationTimeInSecs: NotRequired[float]
    feedbackInfo: NotRequired[FeedbackRow]


class SaidRow(TypedDict):
    """The text of a component."""

    text: str


class MessageComponentRow(TypedDict):
    """A part of a message: always a text."""

    _id: NotRequired[str]
    cT: Literal["text"]
    data: SaidRow
    thumbnails: list[str]


class AuthorRow(TypedDict):
    """Author of a message."""

    type: Literal["AGENT", "BOT", "SYSTEM", "USER"]
    id: NotRequired[str]


class MessageRow(TypedDict):
    """A turn of the talk."""

    _id: str
    botId: str
    accountId: str
    components: list[MessageComponentRow]
    createdOn: NotRequired[str]
    lmodifiedOn: NotRequired[str]
    ire: NotRequired[bool]
    chnl: Literal["agentassist"]
    lang: str
    author: AuthorRow
    conversationId: str
    __lModifiedOn__: NotRequired[str]
    timestampValue: NotRequired[int]


class AnswerRow(TypedDict):
    """Answer of the assistant: always a text."""

    _id: NotRequired[str]
    cT: Literal["text"]
    data: SaidRow


class SessionRow(TypedDict):
    """The session of the linked app that answered."""

    status: NotRequired[str]
    userId: NotRequired[str]
    sessionId: NotRequired[str]
    runId: NotRequired[str]
    appId: NotRequired[str]
    envId: NotRequired[str]
    envName: NotRequired[str]
    conversationState: NotRequired[str]
    activeConversationAgent: str | None
    source: NotRequired[str]


class AgenticRow(TypedDict):
    """Answer of the assistant to a turn of the conversation or to a search."""

    _id: NotRequired[str]
    type: Literal["AGENTIC"]
    timestampValue: NotRequired[int]
    requestId: NotRequired[str]
    conversationId: str
    botId: str
    accountId: str
    orgId: str
    experience: Literal["chat", "voice"]
    language: str
    query: NotRequired[str]
    components: NotRequired[AnswerRow]
    triggeringMessageId: str | None
    isSent: NotRequired[bool]
    isCopied: NotRequired[bool]
    isOverride: NotRequired[bool]
    requestedAt: NotRequired[str]
    respondedAt: NotRequired[str]
    sessionInfo: NotRequired[SessionRow]
    feedbackInfo: NotRequired[FeedbackRow]


class AssistRow(TypedDict):
    """A row of ``aaconversation``."""

    _id: str
    convId: str
    botId: str
    isExtAD: NotRequired[bool]
    startTime: str
    summaries: NotRequired[list[SummaryRow]]
    mbSessionId: NotRequired[str]
    mbUserId: NotRequired[str]
    experience: Literal["chat", "voice"]
    messages: NotRequired[list[MessageRow | AgenticRow]]
    searchHistory: NotRequired[list[AgenticRow]]
    agenticAssistSessionIds: NotRequired[list[str]]
    agenticSearchSessionIds: NotRequired[list[str]]
    widgetFeedbacks: NotRequired[list[FeedbackRow]]
    widgetLoaded: NotRequired[bool]
    """True if the assistant was open in front of an agent."""
