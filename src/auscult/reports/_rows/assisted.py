"""Rows of assist conversations: the messages, and the assistant's part in them.

Four flags of a request choose the parts of a row that are shown, so that a row is rendered as pieces (``_views``).
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType, field

from auscult.domain.assist.assistance import (
    AgenticSession,
    Assist,
    AssistedAgent,
    AssistMessage,
    Feedback,
    Suggestion,
    Summary,
)
from auscult.domain.conversation import Conversation, Speaker, Turn
from auscult.domain.errors import sent
from auscult.domain.record import Record
from auscult.reports._instants import with_zone
from auscult.reports._rows import known, row_of
from auscult.reports._rows.stays import instant_of
from auscult.reports._views import Item, Pieces, all_views, views_with

FLAGS = ("includeHistory", "includeAgenticHistory", "includeFeedback", "includeSummary")
"""What a request may include, each one bit of a view's number, from the lowest."""
HISTORY, AGENTIC, FEEDBACK, SUMMARY = (views_with(flag, len(FLAGS)) for flag in range(len(FLAGS)))
ALWAYS = all_views(len(FLAGS))

_At = Annotated[str | UnsetType, Meta(extra_json_schema={"format": "date-time"})]
_Text = str | UnsetType
AuthorType = Literal["USER", "AGENT", "BOT", "SYSTEM"]
_AUTHORS: Mapping[Speaker, AuthorType] = {
    "agent": "AGENT", "customer": "USER", "bot": "BOT", "system": "SYSTEM", "unknown": "USER",
}  # fmt: skip

_encode = msgspec.json.Encoder(enc_hook=sent).encode


class AgentDetails(Struct, frozen=True, kw_only=True):
    """The agent who gave feedback."""

    identity: _Text = UNSET
    name: _Text = UNSET


class FeedbackRow(Struct, frozen=True, kw_only=True):
    """Feedback of an agent."""

    agent: AgentDetails | UnsetType = field(name="agentDetails", default=UNSET)
    feedback: Literal["like", "dislike"] | UnsetType = UNSET
    comment: _Text = UNSET
    details: tuple[str, ...] = field(name="feedbackDetails")
    type: Literal["summary", "agentic", "widget"]


class Participant(Struct, frozen=True, kw_only=True):
    """Agent that a summary was written for. Their times of joining and leaving are not kept: both are empty."""

    identity: _Text = UNSET
    name: _Text = UNSET
    type: Literal["agent"] = "agent"
    started: tuple[str, ...] = field(name="startTime", default=())
    ended: tuple[str, ...] = field(name="endTime", default=())


class SummaryRow(Struct, frozen=True, kw_only=True):
    """A summary."""

    id: _Text = field(name="summaryId", default=UNSET)
    participant: Participant
    text: _Text = field(name="summary", default=UNSET)
    edited_text: _Text = field(name="editedSummary", default=UNSET)
    type: _Text = UNSET
    generation_s: float | int | UnsetType = field(name="generationTimeInSecs", default=UNSET)


class Said(Struct, frozen=True, kw_only=True):
    """The text of a component."""

    text: str


class MessageComponent(Struct, frozen=True, kw_only=True):
    """A part of a message: always a text."""

    id: _Text = field(name="_id", default=UNSET)
    type: Literal["text"] = field(name="cT", default="text")
    data: Said
    thumbnails: tuple[str, ...] = ()


class Author(Struct, frozen=True, kw_only=True):
    """Author of a message."""

    type: AuthorType
    id: _Text = UNSET


class MessageRow(Struct, frozen=True, kw_only=True):
    """A turn of the talk."""

    id: str = field(name="_id")
    bot_id: str = field(name="botId")
    account_id: str = field(name="accountId")
    components: tuple[MessageComponent, ...]
    created_at: _At = field(name="createdOn", default=UNSET)
    modified_at: _At = field(name="lmodifiedOn", default=UNSET)
    ire: bool | UnsetType = UNSET
    channel: Literal["agentassist"] = field(name="chnl", default="agentassist")
    language: str = field(name="lang")
    author: Author
    conversation_id: str = field(name="conversationId")
    modified_second: _At = field(name="__lModifiedOn__", default=UNSET)
    at_ms: int | UnsetType = field(name="timestampValue", default=UNSET)


class AnswerComponent(Struct, frozen=True, kw_only=True):
    """Answer of the assistant: always a text."""

    id: _Text = field(name="_id", default=UNSET)
    type: Literal["text"] = field(name="cT", default="text")
    data: Said


class SessionRow(Struct, frozen=True, kw_only=True):
    """The session of the linked app that answered."""

    status: _Text = UNSET
    user_id: _Text = field(name="userId", default=UNSET)
    session_id: _Text = field(name="sessionId", default=UNSET)
    run_id: _Text = field(name="runId", default=UNSET)
    app_id: _Text = field(name="appId", default=UNSET)
    env_id: _Text = field(name="envId", default=UNSET)
    env_name: _Text = field(name="envName", default=UNSET)
    conversation_state: _Text = field(name="conversationState", default=UNSET)
    active_conversation_agent: str | None = field(name="activeConversationAgent")
    source: _Text = UNSET


class AgenticRow(Struct, frozen=True, kw_only=True):
    """Answer of the assistant to a turn of the conversation or to a search."""

    id: _Text = field(name="_id", default=UNSET)
    type: Literal["AGENTIC"] = "AGENTIC"
    at_ms: int | UnsetType = field(name="timestampValue", default=UNSET)
    request_id: _Text = field(name="requestId", default=UNSET)
    conversation_id: str = field(name="conversationId")
    bot_id: str = field(name="botId")
    account_id: str = field(name="accountId")
    org_id: str = field(name="orgId")
    experience: Literal["chat", "voice"]
    language: str
    query: _Text = UNSET
    component: AnswerComponent | UnsetType = field(name="components", default=UNSET)
    triggering_turn_id: str | None = field(name="triggeringMessageId")
    is_sent: bool | UnsetType = field(name="isSent", default=UNSET)
    is_copied: bool | UnsetType = field(name="isCopied", default=UNSET)
    is_override: bool | UnsetType = field(name="isOverride", default=UNSET)
    requested_at: _At = field(name="requestedAt", default=UNSET)
    responded_at: _At = field(name="respondedAt", default=UNSET)
    session: SessionRow | UnsetType = field(name="sessionInfo", default=UNSET)


class Beginning(Struct, frozen=True, kw_only=True):
    """Beginning of a row, in every view."""

    id: str = field(name="_id")
    conversation_id: str = field(name="convId")
    bot_id: str = field(name="botId")
    is_external: bool | UnsetType = field(name="isExtAD", default=UNSET)
    started_at: _At = field(name="startTime")


class Middle(Struct, frozen=True, kw_only=True):
    """Part of a row between summaries and messages, in every view."""

    session_id: _Text = field(name="mbSessionId", default=UNSET)
    user_id: _Text = field(name="mbUserId", default=UNSET)
    experience: Literal["chat", "voice"]


def render(record: Record, assist: Assist) -> bytes:
    """Render a conversation with an assistant's part, as ``_views`` stores rows."""
    conversation = record.conversation
    pieces = Pieces()
    pieces.add(_encode(_beginning(record, assist))[:-1], ALWAYS)
    pieces.add(b',"summaries":', SUMMARY)
    pieces.add_list(((_summary(each), SUMMARY) for each in assist.summaries), SUMMARY)
    pieces.add(b",%b" % _encode(_middle(conversation, assist))[1:-1], ALWAYS)
    pieces.add(b',"messages":', HISTORY | AGENTIC)
    pieces.add_list(_messages(record, assist), HISTORY | AGENTIC)
    if assist.suggestions or assist.searches:
        pieces.add(b',"searchHistory":', AGENTIC)
        pieces.add_list(((_agentic(each, record), AGENTIC) for each in assist.searches), AGENTIC)
        for name, group in ((b"Assist", assist.suggestions), (b"Search", assist.searches)):
            pieces.add(b',"agentic%bSessionIds":%b' % (name, _encode(_sessions(group))), AGENTIC)
    widget = [_feedback(each, "widget") for each in assist.feedback]
    pieces.add(b',"widgetFeedbacks":%b' % _encode(widget), FEEDBACK)
    pieces.add(b"}", ALWAYS)
    return pieces.stored(assist.was_loaded)


def schemas(template: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """JSON Schema of a row with everything that may be in it, and of what it refers to."""
    kinds = (Beginning, Middle, SummaryRow, MessageRow, AgenticRow, FeedbackRow)
    (_, _, summary, message, agentic, feedback), found = msgspec.json.schema_components(kinds, ref_template=template)
    for kind in ("SummaryRow", "AgenticRow"):
        found[kind]["properties"]["feedbackInfo"] = feedback
    ids = {"type": "array", "items": {"type": "string"}}
    beginning, middle = found.pop("Beginning"), found.pop("Middle")
    row = {
        "type": "object",
        "title": "Row",
        "required": [*beginning["required"], *middle["required"]],
        "properties": {
            **beginning["properties"],
            "summaries": {"type": "array", "items": summary},
            **middle["properties"],
            "messages": {"type": "array", "items": {"anyOf": [message, agentic]}},
            "searchHistory": {"type": "array", "items": agentic},
            "agenticAssistSessionIds": ids,
            "agenticSearchSessionIds": ids,
            "widgetFeedbacks": {"type": "array", "items": feedback},
            "widgetLoaded": {"type": "boolean", "description": "True if the assistant was open in front of an agent."},
        },
    }
    return row, found


def _beginning(record: Record, assist: Assist) -> Beginning:
    conversation = record.conversation
    return Beginning(
        id=assist.id or conversation.id,
        conversation_id=conversation.id,
        bot_id=record.tenant.app_id,
        is_external=known(assist.is_external),
        started_at=with_zone(conversation.started_at),
    )


def _middle(conversation: Conversation, assist: Assist) -> Middle:
    return Middle(session_id=known(assist.session_id), user_id=known(assist.user_id), experience=conversation.channel)


def _messages(record: Record, assist: Assist) -> Iterator[tuple[Item, int]]:
    """Yield turns and suggestions by time. A suggestion without one follows the turn that it answers, or is last."""
    conversation = record.conversation
    details = {each.turn_id: each for each in assist.messages}
    placed: list[tuple[float, int, int, Item, int]] = []
    reached = float("-inf")
    turn_times: dict[str, tuple[float, int]] = {}
    for number, turn in enumerate(conversation.turns):
        message = _message(turn, details.get(turn.id), record)
        reached = reached if isinstance(message.at_ms, UnsetType) else max(reached, message.at_ms)
        turn_times[turn.id] = (reached, number)
        placed.append((reached, number, 0, Item(message, b"", None, 0), HISTORY))
    end = (float("inf"), len(conversation.turns))
    for number, suggestion in enumerate(assist.suggestions, start=1):
        at, after = turn_times.get(suggestion.triggering_turn_id or "", end)
        if suggestion.at is not None:
            at, after = _ms(suggestion.at), end[1]
        placed.append((at, after, number, _agentic(suggestion, record), AGENTIC))
    placed.sort(key=lambda each: each[:3])
    return ((item, views) for *_, item, views in placed)


def _message(turn: Turn, detail: AssistMessage | None, record: Record) -> MessageRow:
    conversation = record.conversation
    detail = detail or AssistMessage(turn_id=turn.id)
    created_at = instant_of(conversation, turn.start_ms)
    received_at = detail.received_at or created_at
    modified_at = detail.modified_at or created_at
    customer = conversation.customer
    author_id = customer and customer.id if turn.speaker == "customer" else turn.agent_id
    return MessageRow(
        id=turn.id,
        bot_id=record.tenant.app_id,
        account_id=record.tenant.account_id,
        components=(MessageComponent(id=known(detail.component_id), data=Said(text=turn.text)),),
        created_at=_at(created_at),
        modified_at=_at(modified_at),
        ire=known(detail.ire),
        language=conversation.language,
        author=Author(type=_AUTHORS[turn.speaker], id=known(author_id)),
        conversation_id=conversation.id,
        modified_second=_at(modified_at and modified_at.replace(microsecond=0)),
        at_ms=UNSET if received_at is None else _ms(received_at),
    )


def _agentic(suggestion: Suggestion, record: Record) -> Item:
    conversation, tenant = record.conversation, record.tenant
    row = row_of(
        AgenticRow,
        suggestion,
        with_zone,
        id=known(suggestion.id or suggestion.request_id),
        at_ms=UNSET if suggestion.at is None else _ms(suggestion.at),
        conversation_id=conversation.id,
        bot_id=tenant.app_id,
        account_id=tenant.account_id,
        org_id=tenant.org_id,
        experience=conversation.channel,
        language=suggestion.language or conversation.language,
        component=_answer(suggestion),
        triggering_turn_id=suggestion.triggering_turn_id,
        session=UNSET if suggestion.session is None else _session(suggestion.session),
    )
    return _with_feedback(row, suggestion.feedback, "agentic")


def _answer(suggestion: Suggestion) -> AnswerComponent | UnsetType:
    if suggestion.text is None:
        return UNSET
    return AnswerComponent(id=known(suggestion.component_id), data=Said(text=suggestion.text))


def _session(session: AgenticSession) -> SessionRow:
    return row_of(SessionRow, session, with_zone, active_conversation_agent=session.active_conversation_agent)


def _sessions(suggestions: Iterable[Suggestion]) -> list[str]:
    """The sessions that answered, each once, in order."""
    found = (each.session.session_id for each in suggestions if each.session)
    return list(dict.fromkeys(session_id for session_id in found if session_id))


def _summary(summary: Summary) -> Item:
    agent = summary.agent or AssistedAgent()
    row = row_of(
        SummaryRow,
        summary,
        with_zone,
        participant=Participant(identity=known(agent.id), name=known(agent.name)),
        generation_s=UNSET if summary.generation_ms is None else _in_seconds(summary.generation_ms),
    )
    return _with_feedback(row, summary.feedback, "summary")


def _with_feedback(row: Struct, feedback: Feedback | None, kind: Literal["summary", "agentic"]) -> Item:
    return Item(row, b"feedbackInfo", None if feedback is None else _feedback(feedback, kind), FEEDBACK)


def _feedback(feedback: Feedback, kind: Literal["summary", "agentic", "widget"]) -> FeedbackRow:
    agent = feedback.agent
    return row_of(
        FeedbackRow,
        feedback,
        with_zone,
        agent=UNSET if agent is None else AgentDetails(identity=known(agent.id), name=known(agent.name)),
        feedback=known(feedback.value),
        type=kind,
    )


def _at(at: datetime | None) -> str | UnsetType:
    return UNSET if at is None else with_zone(at)


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _in_seconds(ms: int) -> float | int:
    """Seconds as JSON shall show them: 1.435, and 2 rather than 2.0."""
    return ms // 1000 if ms % 1000 == 0 else ms / 1000
