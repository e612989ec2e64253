"""The agentic history of one conversation (wire 2026-10): each request of the assistant with its response."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType, field

from auscult.domain.assist.assistance import AgenticSession, Assist, Suggestion
from auscult.domain.conversation import Conversation
from auscult.domain.tenancy import Tenant
from auscult.reports._instants import with_zone

_Text = str | UnsetType


class ContentRow(Struct, frozen=True, kw_only=True):
    """A part of a response: always a text."""

    type: Literal["text"] = "text"
    content: str


class SessionRow(Struct, frozen=True, kw_only=True):
    """The session of the linked app that answered."""

    status: _Text = UNSET
    user_reference: str = field(name="userReference")
    session_reference: str = field(name="sessionReference")
    user_id: _Text = field(name="userId", default=UNSET)
    session_id: _Text = field(name="sessionId", default=UNSET)
    run_id: _Text = field(name="runId", default=UNSET)
    app_id: _Text = field(name="appId", default=UNSET)
    attachments: tuple[dict[str, Any], ...] = ()
    conversation_state: _Text = field(name="conversationState", default=UNSET)
    active_conversation_agent: str | None = field(name="activeConversationAgent")
    source: _Text = UNSET


class ResponseRow(Struct, frozen=True, kw_only=True):
    """A response of the assistant."""

    service: Literal["agentic"] = field(name="serviceType", default="agentic")
    response: tuple[ContentRow, ...]
    session: SessionRow | UnsetType = field(name="sessionInfo", default=UNSET)
    received_at: _Text = field(name="receivedAt", default=UNSET)


class RequestRow(Struct, frozen=True, kw_only=True):
    """A request: for a turn of the conversation, or an agent's search."""

    request_id: _Text = field(name="requestId", default=UNSET)
    conversation_id: str = field(name="conversationId")
    bot_id: str = field(name="botId")
    account_id: str = field(name="accountId")
    org_id: str = field(name="orgId")
    query: _Text = UNSET
    is_override: bool | UnsetType = field(name="override", default=UNSET)
    is_search: bool = field(name="isSearch")
    participant_id: _Text = field(name="participantId", default=UNSET)
    requested_at: _Text = field(name="timestamp", default=UNSET)
    language: str
    experience: Literal["chat", "voice"]
    responses: tuple[ResponseRow, ...]


class HistoryPage(Struct, frozen=True, kw_only=True):
    """A page of requests, the first one first."""

    results: tuple[RequestRow, ...]
    total: Annotated[int, Meta(ge=0)] = field(name="totalCount")
    page: int
    total_pages: int = field(name="totalPages")
    limit: int
    has_more: bool = field(name="hasMore")


def history(conversation: Conversation, tenant: Tenant, page: int, limit: int, *, searches_only: bool) -> bytes:
    """Return a page of the requests of a conversation by time; those without a time are last."""
    assist = conversation.assist or Assist()
    asked = [(each, True) for each in assist.searches]
    if not searches_only:
        asked += [(each, False) for each in assist.suggestions]
    asked.sort(key=lambda one: ((at := one[0].requested_at or one[0].at) and at.timestamp()) or float("inf"))
    skip = (page - 1) * limit
    rows = asked[skip : skip + limit]
    return msgspec.json.encode(
        HistoryPage(
            results=tuple(_request(each, conversation, tenant, is_search=is_search) for each, is_search in rows),
            total=len(asked),
            page=page,
            total_pages=-(-len(asked) // limit),
            limit=limit,
            has_more=skip + len(rows) < len(asked),
        )
    )


def _request(asked: Suggestion, conversation: Conversation, tenant: Tenant, *, is_search: bool) -> RequestRow:
    agent = asked.feedback and asked.feedback.agent
    only = conversation.agents[0].id if len(conversation.agents) == 1 else None
    return RequestRow(
        request_id=asked.request_id or UNSET,
        conversation_id=conversation.id,
        bot_id=tenant.app_id,
        account_id=tenant.account_id,
        org_id=tenant.org_id,
        query=UNSET if asked.query is None else asked.query,
        is_override=UNSET if asked.is_override is None else asked.is_override,
        is_search=is_search,
        participant_id=(agent and agent.id) or only or UNSET,
        requested_at=with_zone(asked.requested_at) if asked.requested_at else UNSET,
        language=asked.language or conversation.language,
        experience=conversation.channel,
        responses=() if asked.text is None else (_response(asked, asked.text, conversation, tenant),),
    )


def _response(asked: Suggestion, text: str, conversation: Conversation, tenant: Tenant) -> ResponseRow:
    received_at = asked.responded_at or asked.received_at
    return ResponseRow(
        response=(ContentRow(content=text),),
        session=UNSET if asked.session is None else _session(asked.session, f"{tenant.app_id}+{conversation.id}"),
        received_at=with_zone(received_at) if received_at else UNSET,
    )


def _session(session: AgenticSession, reference: str) -> SessionRow:
    return SessionRow(
        status=session.status or UNSET,
        user_reference=reference.lower(),
        session_reference=reference,
        user_id=session.user_id or UNSET,
        session_id=session.session_id or UNSET,
        run_id=session.run_id or UNSET,
        app_id=session.app_id or UNSET,
        conversation_state=session.conversation_state or UNSET,
        active_conversation_agent=session.active_conversation_agent,
        source=session.source or UNSET,
    )
