"""Live conversations: their state and events, and the requests and feedback of agents about the assistant."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Annotated, Literal

from litestar import Router
from litestar.params import JSONBody
from litestar.response import Stream
from msgspec import Meta, Struct
from msgspec.structs import replace

from auscult.domain.assist.assistance import AssistedAgent, Feedback
from auscult.domain.assist.live import About, Use
from auscult.domain.assist.live_log import LiveListed
from auscult.domain.assist.live_projection import fold
from auscult.domain.assist.live_settings import AssistSettings
from auscult.domain.errors import RequestError
from auscult.domain.operations.records import made_from
from auscult.server.api.assist import live_shown
from auscult.server.api.assist.live_examples import AGENT, LISTED
from auscult.server.auth.principal import Principal
from auscult.server.rest import operation
from auscult.server.rest.context import App, Caller, Server, Services
from auscult.server.rest.cursors import read_cursor, write_cursor
from auscult.server.rest.examples import example
from auscult.server.rest.guards import reading, writing
from auscult.server.rest.lists import Called, Page
from auscult.server.rest.openapi import answer
from auscult.server.rest.parameters import ConversationId, Cursor, Limit, path_id, query
from auscult.server.rest.request import ApiRequest, encode
from auscult.server.rest.threads import run
from auscult.services.assist.lines import Line
from auscult.services.assist.live import LiveConversation
from auscult.services.assist.playbook_progress import Followed

NOTHING = Line()


class LiveLine(LiveListed, frozen=True, kw_only=True):
    """A live conversation in the list: the time of its last event, and whether it is over.

    With `details` also the names of the agent and the queue (their ids if no name is known), the customer's last
    words, and the time since which they wait for an answer; each null if unknown.
    """

    agent: str | None
    queue: str | None
    words: str | None
    waits_since: datetime | None


example(LISTED)(LiveLine)
LivePage = Annotated[Page[LiveLine], Called("LivePage")]
_Key = Annotated[str, Meta(min_length=1, max_length=255)] | None
_Id = Annotated[str, Meta(min_length=1, max_length=255)]


class LiveAgentBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The acting agent."""

    id: _Id
    name: Annotated[str, Meta(max_length=255)] | None = None


class SearchBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Search of an agent. A repeated ``key`` returns the same answer again."""

    query: Annotated[str, Meta(min_length=1, max_length=2000)]
    agent: LiveAgentBody | None = None
    key: _Key = None


class SummaryBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Request of an agent for a summary. A repeated ``key`` returns the same summary again."""

    agent: LiveAgentBody
    key: _Key = None


class EditBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An agent's edit of a summary."""

    text: Annotated[str, Meta(min_length=1, max_length=20_000)]
    agent: LiveAgentBody | None = None


class UseBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Use of an answer: the agent sent it to the customer, copied it, or overrode it and sent ``text`` instead."""

    use: Use
    text: Annotated[str, Meta(min_length=1, max_length=20_000)] | None = None
    agent: LiveAgentBody | None = None


class FeedbackBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An agent's feedback about an answer or a summary (with the id ``of``), or the assistant as a whole (the widget).

    ``none`` withdraws earlier feedback with its reasons and its comment.
    """

    about: About
    of: _Key = None
    value: Literal["like", "dislike", "none"]
    reasons: Annotated[tuple[str, ...], Meta(max_length=20)] = ()
    comment: Annotated[str, Meta(max_length=5000)] | None = None
    agent: LiveAgentBody | None = None


SummaryId = Annotated[str, path_id("The summary.", "smr-9e7925c8-d842-5567-9966-059b23bd2a11")]
RequestId = Annotated[str, path_id("The answer.", "aa-2aae1892-1e67-5b93-b46b-6e96866b2a11")]
EVENTS = "text/event-stream"
_LONGEST_NUMBER = 18
POLL_EVERY_S = 0.5
"""Interval of polling for changes by other processes to a conversation that has listeners."""
STILL_THERE_S = 5.0
"""Silence after which listeners get a comment line, so that no proxy closes the connection as idle."""
# The fields of a server-sent event, as a reader of the stream returns them.
_EVENT = {
    "type": "object",
    "required": ["data"],
    "properties": {
        "id": {"type": "string", "description": "Its number."},
        "event": {
            "type": "string",
            "enum": ["state", "message", "suggestion", "search", "summary", "feedback", "playbook"],
        },
        "data": {"type": "string", "description": "The current state, as JSON."},
    },
}
_SHOWN_EVENT = "id: 1\nevent: message\ndata: {}\n\n"
_UNKNOWN = "There is no such live conversation, answer or summary, or the client has no such app."
example({"query": "promo code validity", "agent": AGENT})(SearchBody)
example({"agent": AGENT})(SummaryBody)
example({"text": "Codes are valid for seven days."})(EditBody)
example({"use": "sent", "agent": AGENT})(UseBody)
example({"about": "widget", "value": "dislike", "reasons": ["Too Slow"], "comment": "Well.", "agent": AGENT})(
    FeedbackBody
)


@operation.get(
    "/conversations/{conversation_id}", may=reading("assist"), refuses={404: _UNKNOWN}, summary="One live conversation"
)
def get_live(conversation_id: ConversationId, app: App, server: Server) -> live_shown.LiveState:
    """Return the state: messages, suggestions with their sources, searches, summaries, feedback."""
    conversation = server.live.conversation(app, conversation_id)
    log = conversation.known()
    live = fold(app.tenant, conversation.id, log.events)
    return live_shown.state(live, len(log.events))


@operation.get(
    "/conversations/{conversation_id}/playbook",
    may=reading("assist"),
    refuses={404: _UNKNOWN},
    summary="Progress in the playbooks of a live conversation",
)
def get_live_playbook(conversation_id: ConversationId, app: App, server: Server) -> Followed:
    """Return the steps done in each stage, with the messages that did them.

    Also the share that is done, and the share that the form asks for; dialog tasks that were run; the verdicts of
    the form's metrics about them so far; and hints: required steps that are missing though a later one is done.
    Empty if the app has no playbooks, and before the first message.
    """
    return server.live.assistant.follow(app, server.live.conversation(app, conversation_id).state())


@operation.get(
    "/conversations/{conversation_id}/stream",
    may=reading("assist"),
    refuses={404: _UNKNOWN},
    answers={200: answer("The stream: of each event, its fields.", _EVENT, _SHOWN_EVENT, EVENTS)},
)
def stream_live(
    conversation_id: ConversationId,
    app: App,
    server: Server,
    request: ApiRequest,
    after: Annotated[int, query("Only what comes after this event's number.", ge=0)] = 0,
) -> Stream:
    """Listen to a live conversation. Stream the events of a live conversation as server-sent events.

    `event` is `state`, `message`, `suggestion`, `search`, `summary`, `feedback` or `playbook`. `data` is the current
    state of that item (as in `get_live`, and `playbook` as in `get_live_playbook`), and `id` the number of the event.
    An item that changes is sent again under its own id. The stream ends when the conversation is over and the
    assistant has nothing left to do. After a disconnection, continue with `after`, the last number received, or with
    the header `Last-Event-ID`, which libraries send by themselves; the higher of the two numbers counts.
    """
    last_id = request.headers.get("last-event-id", "")
    after = max(after, int(last_id)) if last_id.isdecimal() and len(last_id) <= _LONGEST_NUMBER else after
    conversation = server.live.conversation(app, conversation_id)
    conversation.known()
    return Stream(
        _stream_news(server, conversation, after),
        media_type=EVENTS,
        headers={"Content-Type": EVENTS, "X-Accel-Buffering": "no"},
    )


async def _stream_news(server: Services, conversation: LiveConversation, seen: int) -> AsyncGenerator[bytes]:
    """Yield new events as they happen, and a comment line after each ``STILL_THERE_S`` of silence."""
    service, loop = server.live, asyncio.get_running_loop()
    with service.listening((conversation.app.tenant.app_id, conversation.id)) as changed:
        quiet_since = loop.time()
        yield b": listening\n\n"
        while True:
            is_last = service.is_closed  # before it is read, so that what was accepted is sent before the server ends
            changed.clear()
            if server.settings.page_threads:
                news = await run(partial(_news, server, conversation, seen))
            else:  # an embedded database: handing over to a thread costs more
                news = _news(server, conversation, seen)
            text, seen, is_over = news
            if text:
                quiet_since = loop.time()
                yield text
            if is_over or is_last:
                return
            if loop.time() - quiet_since >= STILL_THERE_S:
                quiet_since = loop.time()
                yield b": still there\n\n"
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL_EVERY_S):
                    await changed.wait()


def _news(server: Services, conversation: LiveConversation, seen: int) -> tuple[bytes, int, bool]:
    """Return the events after the first ``seen``, the number of events, and whether the stream is at its end."""
    if seen and conversation.app.live.count(conversation.id) == seen:
        return b"", seen, False
    log = conversation.app.live.log(conversation.id)
    if not log.events:
        return b"", seen, True  # it was erased
    live = fold(conversation.app.tenant, conversation.id, log.events)
    text = b"".join(
        b"id: %d\nevent: %b\ndata: %b\n\n" % (change.seq, change.name.encode(), encode(change.item))
        for change in live_shown.changes(
            live, log.events, seen, partial(server.live.assistant.follow, conversation.app)
        )
    )
    return text, len(log.events), live.is_ended and live_shown.is_settled(live)


@operation.post("/conversations/{conversation_id}/searches", may=writing("assist"), refuses={404: _UNKNOWN})
def search_live(
    conversation_id: ConversationId, data: JSONBody[SearchBody], app: App, server: Server, caller: Caller
) -> live_shown.LiveAnswer:
    """Search for an agent. In the knowledge of the app and the conversation's language; query and answer are stored."""
    conversation = server.live.conversation(app, conversation_id)
    found = server.live.assistant.search(conversation, data.query, _agent(caller, data.agent), data.key)
    server.live.changed(app, conversation_id)
    return live_shown.answer(found, {})


@operation.post(
    "/conversations/{conversation_id}/summaries",
    may=writing("assist"),
    refuses={404: _UNKNOWN, 409: "The agent has had as many as there may be, or there is nothing to summarise."},
)
def summarise_live(
    conversation_id: ConversationId, data: JSONBody[SummaryBody], app: App, server: Server, caller: Caller
) -> live_shown.LiveSummary:
    """Write an interim summary. The app's settings limit them for each agent and conversation (default: 2).

    If there are no messages since the agent's last summary, the answer is that one again, and it counts once. Summaries
    of handovers and the final one are written without a request and do not count.
    """
    agent = caller.agent or AssistedAgent(id=data.agent.id, name=data.agent.name)
    made = server.live.assistant.summarize(server.live.conversation(app, conversation_id), agent, data.key)
    server.live.changed(app, conversation_id)
    return live_shown.summary(made)


@operation.put(
    "/conversations/{conversation_id}/summaries/{summary_id}",
    may=writing("assist"),
    refuses={404: _UNKNOWN},
    example={"edited_text": "Seven days."},
)
def edit_live_summary(
    conversation_id: ConversationId,
    summary_id: SummaryId,
    data: JSONBody[EditBody],
    app: App,
    server: Server,
    caller: Caller,
) -> live_shown.LiveSummary:
    """Edit a summary. The agent's text is stored in addition to the assistant's; the last one counts."""
    conversation = server.live.conversation(app, conversation_id)
    conversation.edit(summary_id, data.text, _agent(caller, data.agent))
    edited = next(each for each in conversation.state().assist.summaries if each.id == summary_id)
    server.live.changed(app, conversation_id)
    return live_shown.summary(edited)


@operation.post(
    "/conversations/{conversation_id}/answers/{request_id}/uses",
    may=writing("assist"),
    refuses={404: _UNKNOWN, 409: "The answer was sent before."},
)
def use_live_answer(
    conversation_id: ConversationId,
    request_id: RequestId,
    data: JSONBody[UseBody],
    app: App,
    server: Server,
    caller: Caller,
) -> None:
    """Report an agent's use of an answer. They sent it to the customer, copied it, or overrode it.

    These are `isSent`, `isCopied` and `isOverride` of the report. `text` is the message sent instead. An answer is sent
    once, as it is or in other words: after that, `sent` and `overridden` are refused, but it can be copied.
    """
    if data.text is not None and data.use != "overridden":
        raise RequestError(
            "text: give the words that were sent instead of the answer only where use is overridden.",
            code="field.unknown_value",
            field="text",
            value=data.text,
        )
    server.live.conversation(app, conversation_id).use(request_id, data.use, _agent(caller, data.agent), data.text)
    server.live.changed(app, conversation_id)


@operation.post(
    "/conversations/{conversation_id}/feedback",
    may=writing("assist"),
    refuses={404: _UNKNOWN, 422: "A reason is not among those that may be picked."},
)
def rate_live(
    conversation_id: ConversationId, data: JSONBody[FeedbackBody], app: App, server: Server, caller: Caller
) -> None:
    """Report an agent's feedback. It is about an answer, a summary, or the assistant as a whole (`widget`).

    Reasons are picked from the app's settings. An agent's last feedback about each counts; `none` withdraws it.
    """
    if (data.of is None) != (data.about == "widget"):
        raise RequestError(
            "of: give the id of the answer or summary that it is about; nothing for the widget.",
            code="field.unknown_value",
            field="of",
            value=data.of,
        )
    feedback = Feedback(agent=_agent(caller, data.agent))
    if data.value != "none":
        feedback = replace(feedback, value=data.value, comment=data.comment, details=data.reasons)
    server.live.conversation(app, conversation_id).rate(data.about, data.of, feedback)
    server.live.changed(app, conversation_id)


@operation.get("/settings", may=reading("assist"), summary="Settings of assistance")
def get_live_settings(app: App) -> AssistSettings:
    """Return the settings: the silence that ends a conversation, the limit of summaries, the reasons to pick from."""
    return app.live.settings()


@operation.put("/settings", may=writing("assist"))
def put_live_settings(data: JSONBody[AssistSettings], app: App) -> AssistSettings:
    """Change the settings of assistance. A setting that is left out is reset to its default."""
    app.live.configure(data)
    return data


def _agent(caller: Principal, body: LiveAgentBody | None) -> AssistedAgent | None:
    """Return the acting agent: the signed-in one, or the one that the client names."""
    if caller.agent is not None:
        return caller.agent
    return None if body is None else AssistedAgent(id=body.id, name=body.name)


@operation.get("/conversations", may=reading("assist"))
def list_live(
    app: App,
    server: Server,
    in_state: Annotated[
        Literal["open", "ended"] | None, query("Only those that go on, or are over.", name="state")
    ] = None,
    details: Annotated[bool, query("With agent, queue, the customer's last words and waiting time.")] = False,  # noqa: FBT002  (a name of the query)
    limit: Limit = 100,
    cursor: Cursor = None,
) -> LivePage:
    """List live conversations. Those received by the hook, by id: in progress, over, or all."""
    after = read_cursor(cursor, tuple[str])
    is_ended = None if in_state is None else in_state == "ended"
    found = app.live.listing(is_ended=is_ended, after_id=after[0] if after else "", limit=limit + 1)
    more = len(found) > limit
    lines = server.live.lines
    return Page(
        items=tuple(_line(each, lines.of(app, each) if details else NOTHING) for each in found[:limit]),
        next_cursor=write_cursor(found[limit - 1].conversation_id) if more else None,
    )


def _line(listed: LiveListed, line: Line) -> LiveLine:
    return made_from(
        LiveLine, listed, agent=line.agent, queue=line.queue, words=line.words, waits_since=line.waits_since
    )


FOR_AGENTS = (
    list_live,
    get_live,
    get_live_playbook,
    stream_live,
    search_live,
    summarise_live,
    edit_live_summary,
    use_live_answer,
    rate_live,
    get_live_settings,
)
"""Handlers that the agent's page calls, too."""
ROUTER = Router("/live", route_handlers=[*FOR_AGENTS, put_live_settings])
