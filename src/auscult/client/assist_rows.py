"""The rows of assist conversations as types: see ``rows``."""

from typing import Literal, NotRequired, TypedDict


class AgentDetailsRow(TypedDict, total=False):
    """The agent who gave feedback."""

    identity: str
    name: str


class FeedbackRow(TypedDict):
    """Feedback of an agent."""

    agentDetails: NotRequired[AgentDetailsRow]
    feedback: NotRequired[Literal["like", "dislike"]]
    comment: NotRequired[str]
    feedbackDetails: list[str]
    type: Literal["summary", "agentic", "widget"]


class ParticipantRow(TypedDict):
    """Agent that a summary was written for."""

    identity: NotRequired[str]
    name: NotRequired[str]
    type: Literal["agent"]
    startTime: list[str]
    endTime: list[str]


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
    """A part of a message."""

    _id: NotRequired[str]
    cT: Literal["text"]
    data: SaidRow
    thumbnails: list[str]


class AuthorRow(TypedDict):
    """Author of a message."""

    type: Literal["USER", "AGENT", "BOT", "SYSTEM"]
    id: NotRequired[str]


class MessageRow(TypedDict):
    """A turn of the talk: what has no ``type``."""

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


class AnswerRow(TypedDict):
    """Answer of the assistant."""

    _id: NotRequired[str]
    cT: Literal["text"]
    data: SaidRow


class AgenticRow(TypedDict):
    """An answer of the assistant, to a turn of the talk or to a search."""

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
