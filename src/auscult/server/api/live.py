"""Live conversations: how one stands, what happens to it, and what agents ask and say of the assistant."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import Literal

from msgspec import Struct

from auscult.domain.assist import AssistedAgent, Feedback
from auscult.domain.errors import RequestError
from auscult.domain.live_fold import Live, fold
from auscult.domain.live_settings import AssistSettings
from auscult.pipeline.follow import Followed
from auscult.pipeline.live import LiveConversation
from auscult.pipeline.live_ports import LiveListed
from auscult.server.api import _live_shown, _query, _shown
from auscult.server.api._contract import (
    EVENTS,
    Answer,
    Body,
    Call,
    Operation,
    Parameter,
    Shown,
    Stream,
    reading,
    writing,
)
from auscult.server.api._live_bodies import EditBody, FeedbackBody, LiveAgentBody, SearchBody, SummaryBody, UseBody
from auscult.server.api._live_examples import AGENT, ANSWER, FOLLOWED, LISTED, SETTINGS, STATE, SUMMARY

STATES: tuple[Literal["open", "ended"], ...] = ("open", "ended")
LOOK_EVERY_S = 0.5
"""Between two looks at what other processes did to a conversation that somebody listens to."""
STILL_THERE_S = 15.0
"""After so long without news a line goes to who listens, so that nobody in between takes the connection for dead."""


class LivePage(Struct, frozen=True, kw_only=True):
    """One page. ``next_cursor`` is null after the last."""

    items: tuple[LiveListed, ...]
    next_cursor: str | None


def listing(call: Call) -> Answer:
    """List live conversations by id."""
    states = _query.choices(call.query, "state", STATES)
    limit = _query.limit(call.query)
    after = _query.read_cursor(call.query, tuple[str])
    is_ended = None if len(states) != 1 else states[0] == "ended"
    found = call.app.live.listing(is_ended=is_ended, after_id=after[0] if after else "", limit=limit + 1)
    more = len(found) > limit
    page = LivePage(
        items=tuple(found[:limit]),
        next_cursor=_query.write_cursor(found[limit - 1].conversation_id) if more else None,
    )
    return Answer(200, _shown.encode(page))


def show(call: Call) -> Answer:
    """Show how a live conversation stands."""
    conversation = _conversation(call)
    log = conversation.known()
    live = fold(call.app.tenant, conversation.id, log.events)
    return Answer(200, _shown.encode(_live_shown.state(live, len(log.events))))


def show_playbook(call: Call) -> Answer:
    """Show how far it has come in its playbooks."""
    return Answer(200, _shown.encode(_followed(call, _conversation(call).state())))


def _followed(call: Call, live: Live) -> Followed:
    return call.services.live.assistant.follow(call.app, live)


def stream(call: Call) -> Stream:
    """Tell what happens to it, as server-sent events, until it is over."""
    after = _query.whole_number(call.query, "after", 0, least=0, most=10**9)
    conversation = _conversation(call)
    conversation.known()
    return Stream(lambda: _told(call, conversation, after))


async def _told(call: Call, conversation: LiveConversation, seen: int) -> AsyncGenerator[bytes]:
    """What is new, whenever something is; the connection is kept alive in between."""
    service, loop = call.services.live, asyncio.get_running_loop()
    with service.listening((call.app.tenant.app_id, conversation.id)) as changed:
        quiet_since = loop.time()
        yield b": listening\n\n"
        while not service.is_closed:
            changed.clear()
            if call.services.settings.page_threads:
                news = await loop.run_in_executor(call.services.reading, _news, call, conversation, seen)
            else:  # of an embedded database: a turn in a thread costs more
                news = _news(call, conversation, seen)
            text, seen, is_over = news
            if text:
                quiet_since = loop.time()
                yield text
            if is_over:
                return
            if loop.time() - quiet_since >= STILL_THERE_S:
                quiet_since = loop.time()
                yield b": still there\n\n"
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await changed.wait()


def _news(call: Call, conversation: LiveConversation, seen: int) -> tuple[bytes, int, bool]:
    """The events after those that were seen, how many there are now, and whether it is over and done with."""
    if seen and conversation.app.live.count(conversation.id) == seen:
        return b"", seen, False
    log = conversation.app.live.log(conversation.id)
    if not log.events:
        return b"", seen, True  # it was erased
    live = fold(call.app.tenant, conversation.id, log.events)
    text = b"".join(
        b"id: %d\nevent: %b\ndata: %b\n\n" % (change.seq, change.name.encode(), _shown.encode(change.item))
        for change in _live_shown.changes(live, log.events, seen, lambda live: _followed(call, live))
    )
    return text, len(log.events), live.is_ended and _live_shown.is_settled(live)


def search(call: Call) -> Answer:
    """Search for an agent."""
    body = _query.read_body(call.body, SearchBody)
    conversation = _conversation(call)
    found = call.services.live.assistant.search(conversation, body.query, _agent(call, body.agent), body.key)
    return _changed(call, _live_shown.answer(found, {}))


def summarise(call: Call) -> Answer:
    """Write an interim summary that an agent asks for."""
    body = _query.read_body(call.body, SummaryBody)
    agent = call.agent or AssistedAgent(id=body.agent.id, name=body.agent.name)
    made = call.services.live.assistant.summarize(_conversation(call), agent, body.key)
    return _changed(call, _live_shown.summary(made))


def edit(call: Call) -> Answer:
    """Put an agent's text beside a summary."""
    body = _query.read_body(call.body, EditBody)
    summary_id = call.path["summary_id"]
    conversation = _conversation(call)
    conversation.edit(summary_id, body.text, _agent(call, body.agent))
    edited = next(each for each in conversation.state().assist.summaries if each.id == summary_id)
    return _changed(call, _live_shown.summary(edited))


def use(call: Call) -> Answer:
    """Keep what an agent did with an answer."""
    body = _query.read_body(call.body, UseBody)
    if body.text is not None and body.use != "overridden":
        raise RequestError(
            "text: give the words that were sent instead of the answer only where use is overridden.",
            code="field.unknown_value",
            field="text",
            value=body.text,
        )
    _conversation(call).use(call.path["request_id"], body.use, _agent(call, body.agent), body.text)
    return _changed(call)


def rate(call: Call) -> Answer:
    """Keep what an agent thinks."""
    body = _query.read_body(call.body, FeedbackBody)
    if (body.of is None) != (body.about == "widget"):
        raise RequestError(
            "of: give the id of the answer or summary that it is about; nothing for the widget.",
            code="field.unknown_value",
            field="of",
            value=body.of,
        )
    feedback = Feedback(agent=_agent(call, body.agent), value=body.value, comment=body.comment, details=body.reasons)
    _conversation(call).rate(body.about, body.of, feedback)
    return _changed(call)


def settings(call: Call) -> Answer:
    """Show what the app chose."""
    return Answer(200, _shown.encode(call.app.live.settings()))


def configure(call: Call) -> Answer:
    """Choose."""
    chosen = _query.read_body(call.body, AssistSettings)
    call.app.live.configure(chosen)
    return Answer(200, _shown.encode(chosen))


def _conversation(call: Call) -> LiveConversation:
    return call.services.live.conversation(call.app, call.path["conversation_id"])


def _agent(call: Call, body: LiveAgentBody | None) -> AssistedAgent | None:
    """The agent who acts: who is signed in, or whom the client names."""
    if call.agent is not None:
        return call.agent
    return None if body is None else AssistedAgent(id=body.id, name=body.name)


def _changed(call: Call, shown: Struct | None = None) -> Answer:
    """Have it tended, and answer."""
    call.services.live.changed(call.app, call.path["conversation_id"])
    return Answer(204) if shown is None else Answer(200, _shown.encode(shown))


_PATH = "/api/v1/live/conversations"
_ONE = _PATH + "/{conversation_id}"
# What the lines of a server-sent event carry, as a reader of the stream hands them on.
_EVENT = {
    "type": "object",
    "required": ["data"],
    "properties": {
        "id": {"type": "string", "description": "Its number."},
        "event": {
            "type": "string",
            "enum": ["state", "message", "suggestion", "search", "summary", "feedback", "playbook"],
        },
        "data": {"type": "string", "description": "The thing as it stands now, as JSON."},
    },
}
_SHOWN_EVENT = "id: 1\nevent: message\ndata: {}\n\n"
_UNKNOWN = {404: "There is no such live conversation, answer or summary, or the client has no such app."}

OPERATIONS = (
    Operation(
        method="GET",
        path=_PATH,
        name="list_live",
        summary="List live conversations",
        text="Conversations that came in by the hook, by id: those that go on, those that are over, or all.",
        scopes=reading("assist"),
        handle=listing,
        parameters=(
            Parameter("state", {"type": "string", "enum": list(STATES)}, "Only those that go on, or are over."),
            _query.LIMIT,
            _query.CURSOR,
        ),
        answers={200: Shown("A page.", LivePage, {"items": [LISTED], "next_cursor": None})},
    ),
    Operation(
        method="GET",
        path=_ONE,
        name="get_live",
        summary="One live conversation",
        text="How it stands: messages, suggestions with their sources, searches, summaries, feedback.",
        scopes=reading("assist"),
        handle=show,
        answers={200: Shown("The conversation.", _live_shown.LiveState, STATE)},
        statuses=_UNKNOWN,
    ),
    Operation(
        method="GET",
        path=_ONE + "/playbook",
        name="get_live_playbook",
        summary="How far it has come in its playbooks",
        text="Which steps of which stages are done, with the messages that did them; the share that is done, and the share "
        "that the form asks for; dialog tasks that were run; what the form's metrics about them say so far; and hints: "
        "required steps that are missing though one that comes after them is done. Empty where the app has no playbooks, "
        "and before the first message.",
        scopes=reading("assist"),
        handle=show_playbook,
        answers={200: Shown("How far it has come.", Followed, FOLLOWED)},
        statuses=_UNKNOWN,
    ),
    Operation(
        method="GET",
        path=_ONE + "/stream",
        name="stream_live",
        summary="Listen to a live conversation",
        text="Server-sent events, one for each thing that happens: `event` is `state`, `message`, `suggestion`, `search`, "
        "`summary`, `feedback` or `playbook`, `data` the thing as it stands now (as in `get_live`, and `playbook` as in "
        "`get_live_playbook`), `id` its number. "
        "A thing that changes is sent again under the same id of its own. The stream ends when the conversation is over "
        "and the assistant has nothing to do any more. After a break go on with `after`, the last number that came.",
        scopes=reading("assist"),
        handle=stream,
        parameters=(
            Parameter(
                "after", {"type": "integer", "minimum": 0, "default": 0}, "Only what comes after this event's number."
            ),
        ),
        answers={200: Shown("The stream: of each event, its fields.", _EVENT, _SHOWN_EVENT, EVENTS)},
        statuses=_UNKNOWN,
    ),
    Operation(
        method="POST",
        path=_ONE + "/searches",
        name="search_live",
        summary="Search for an agent",
        text="Looks for passages in what the app knows, in the conversation's language, and keeps query and answer.",
        scopes=writing("assist"),
        handle=search,
        body=Body("object", SearchBody, {"query": "promo code validity", "agent": AGENT}, "What to look for."),
        answers={200: Shown("What was found.", _live_shown.LiveAnswer, {**ANSWER, "message_id": None})},
        statuses=_UNKNOWN,
        may_take_long=True,
    ),
    Operation(
        method="POST",
        path=_ONE + "/summaries",
        name="summarise_live",
        summary="Write an interim summary",
        text="Each agent may ask for so many in a conversation as the app's settings say (2 unless they say otherwise). "
        "Summaries of handovers and the final one are written unasked and do not count.",
        scopes=writing("assist"),
        handle=summarise,
        body=Body("object", SummaryBody, {"agent": AGENT}, "For whom."),
        answers={200: Shown("The summary.", _live_shown.LiveSummary, SUMMARY)},
        statuses={**_UNKNOWN, 409: "The agent has had as many as there may be, or there is nothing to summarise."},
        may_take_long=True,
    ),
    Operation(
        method="PUT",
        path=_ONE + "/summaries/{summary_id}",
        name="edit_live_summary",
        summary="Edit a summary",
        text="Puts the agent's text beside the assistant's; the last one counts.",
        scopes=writing("assist"),
        handle=edit,
        body=Body("object", EditBody, {"text": "Codes are valid for seven days."}, "The agent's text."),
        answers={200: Shown("The summary.", _live_shown.LiveSummary, {**SUMMARY, "edited_text": "Seven days."})},
        statuses=_UNKNOWN,
        may_take_long=True,
    ),
    Operation(
        method="POST",
        path=_ONE + "/answers/{request_id}/uses",
        name="use_live_answer",
        summary="Say what an agent did with an answer",
        text="Sent it to the customer, copied it, or put it aside: `isSent`, `isCopied` and `isOverride` of the report. "
        "What was sent instead goes into `text`; each use happens once.",
        scopes=writing("assist"),
        handle=use,
        body=Body("object", UseBody, {"use": "sent", "agent": AGENT}, "What was done."),
        answers={204: Shown("It is kept.")},
        statuses=_UNKNOWN,
        may_take_long=True,
    ),
    Operation(
        method="POST",
        path=_ONE + "/feedback",
        name="rate_live",
        summary="Say what an agent thinks",
        text="Of an answer, a summary, or the assistant as a whole (`widget`). Reasons are picked from the app's settings. "
        "An agent's last word on a thing counts.",
        scopes=writing("assist"),
        handle=rate,
        body=Body(
            "object",
            FeedbackBody,
            {"about": "widget", "value": "dislike", "reasons": ["Too Slow"], "comment": "Well.", "agent": AGENT},
            "The feedback.",
        ),
        answers={204: Shown("It is kept.")},
        statuses={**_UNKNOWN, 422: "A reason is not among those that may be picked."},
        may_take_long=True,
    ),
    Operation(
        method="GET",
        path="/api/v1/live/settings",
        name="get_live_settings",
        summary="What the app chose about assistance",
        text="When silence is an end, how many summaries an agent may ask for, and the reasons that may be picked.",
        scopes=reading("assist"),
        handle=settings,
        answers={200: Shown("The settings.", AssistSettings, SETTINGS)},
    ),
    Operation(
        method="PUT",
        path="/api/v1/live/settings",
        name="put_live_settings",
        summary="Choose about assistance",
        text="What is left out has its default again.",
        scopes=writing("assist"),
        handle=configure,
        body=Body("object", AssistSettings, SETTINGS, "The settings."),
        answers={200: Shown("The settings.", AssistSettings, SETTINGS)},
        may_take_long=True,
    ),
)
