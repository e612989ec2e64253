"""Live: conversations in progress, for supervisors; read-only, and updated by an event stream."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from datetime import datetime
from hashlib import blake2b

from litestar import Controller, Response, get
from litestar.params import FromPath
from litestar.response import Stream
from markupsafe import Markup
from msgspec import Struct

from auscult.domain.assist.assistance import Suggestion
from auscult.domain.assist.live_log import LiveListed
from auscult.domain.assist.live_projection import Live, fold
from auscult.domain.conversation import Agent, Turn
from auscult.language import gettext as _
from auscult.server.console.frame.charts.sentiment import spark
from auscult.server.console.frame.naming import CHANNELS, agent_name
from auscult.server.console.frame.quoting import excerpt
from auscult.server.console.frame.reader import Reader, clock
from auscult.server.console.frame.visit import BASE, TheVisit, Visit, missing
from auscult.services.assist.lines import waits_since
from auscult.services.assist.mood import Mood
from auscult.storage.store import AppStore

_MOST = 200
_EVERY_S, _ALIVE_S, _LASTS_S = 1.0, 15.0, 600.0
_WAITS_S = 60
_LOW = 4.0
"""Score of sentiment, of 10, below which a conversation is negative."""
_LONGEST_ESCALATION = 90


class StepView(Struct, frozen=True, kw_only=True):
    """One step of a playbook."""

    name: str
    is_done: bool


class LiveCard(Struct, frozen=True, kw_only=True):
    """One conversation. ``waits_s``: how many seconds the customer has been waiting for an answer, else 0.

    ``escalation`` is the customer's request for another person, or threat, in turn ``escalation_turn``;
    ``course`` draws the customer's sentiment so far, and ``sentiment`` is that as a number of 10.
    """

    id: str
    words: str
    about: str
    length: str
    waits: str
    waits_s: int
    steps: tuple[StepView, ...]
    missing: int
    suggestions: int
    unanswered: int
    escalation: str
    escalation_turn: str
    course: Markup
    sentiment: str
    is_low: bool


class MessageView(Struct, frozen=True, kw_only=True):
    """One message."""

    side: str
    speaker: str
    at: str
    text: str
    is_first: bool
    id: str
    is_escalation: bool


class AnswerView(Struct, frozen=True, kw_only=True):
    """A suggestion, the query that it answers, its sources, and its outcome."""

    query: str
    text: str
    sources: tuple[str, ...]
    state: str


class LivePage(Controller):
    """Conversations in progress."""

    path = "/live"

    @get(sync_to_thread=True)
    def show(self, visit: TheVisit) -> Response[str]:
        """Show every conversation in progress, the one that has waited longest for an answer first."""
        app, assistant = visit.app_for("assist.read"), visit.services.live.assistant
        going = _going(app)
        found = (_read(app, each.conversation_id) for each in going)
        cards = [
            live_card(each, assistant.mood(app, each), visit.reader)
            for each in found
            if each is not None and not each.is_ended
        ]
        return live_view(visit, cards, f"{BASE}/live/stream?seen={_mark(going)}")

    @get("/stream", sync_to_thread=True)
    def stream(self, visit: TheVisit) -> Stream:
        """Send an event whenever a conversation in progress changes."""
        app = visit.app_for("assist.read")
        return _stream(visit, lambda: _mark(_going(app)))

    @get("/{conversation_id:str}", sync_to_thread=True)
    def one(self, conversation_id: FromPath[str], visit: TheVisit) -> Response[str]:
        """Show one conversation in progress."""
        app = visit.app_for("assist.read")
        # Counted before the events are read, so that the stream sends what is added in between.
        seen = app.live.count(conversation_id)
        found = _read(app, conversation_id)
        if found is None:
            raise missing("conversation", conversation_id)
        mood = visit.services.live.assistant.mood(app, found)
        is_scored = app.conversations.get(conversation_id) is not None
        return _one(visit, found, mood, seen=seen, is_scored=is_scored)

    @get("/{conversation_id:str}/stream", sync_to_thread=True)
    def one_stream(self, conversation_id: FromPath[str], visit: TheVisit) -> Stream:
        """Send an event whenever one conversation changes."""
        app = visit.app_for("assist.read")
        if not app.live.count(conversation_id):
            raise missing("conversation", conversation_id)
        return _stream(visit, lambda: str(app.live.count(conversation_id)))


def _going(app: AppStore) -> list[LiveListed]:
    return app.live.listing(is_ended=False, limit=_MOST)


def _read(app: AppStore, conversation_id: str) -> Live | None:
    """Return a conversation in its present state, or None without events."""
    events = app.live.log(conversation_id).events
    return fold(app.tenant, conversation_id, events) if events else None


def _mark(going: Sequence[LiveListed]) -> str:
    """Return a mark that changes with every event of the conversations in progress."""
    events = ",".join(f"{each.conversation_id}:{each.events}" for each in going)
    return blake2b(events.encode(), digest_size=8).hexdigest()


def _stream(visit: Visit, mark: Callable[[], str]) -> Stream:
    """Send an event whenever a mark changes, with the mark as its id. The browser connects again when the stream ends.

    What changed since the page was made, or since the last event before a connection broke, is sent at once.
    """
    known = visit.last_event_id or visit.asked("seen")

    async def events() -> AsyncGenerator[bytes]:
        seen = known or await asyncio.to_thread(mark)
        yield b"retry: 2000\n\n"
        quiet = 0.0
        for _round in range(round(_LASTS_S / _EVERY_S)):
            now = await asyncio.to_thread(mark)
            if now != seen:
                seen, quiet = now, 0.0
                yield f"id: {now}\ndata: changed\n\n".encode()
            elif quiet >= _ALIVE_S:
                quiet = 0.0
                yield b": still here\n\n"
            await asyncio.sleep(_EVERY_S)
            quiet += _EVERY_S

    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return Stream(events, media_type="text/event-stream", headers=headers)


def live_view(visit: Visit, cards: Iterable[LiveCard], stream: str) -> Response[str]:
    """Show the ongoing conversations: first those that escalate, then by waiting time, longest first."""
    ordered = sorted(cards, key=lambda each: (not each.escalation, -each.waits_s, each.id))
    return visit.page(
        "assist/live",
        "Live",
        cards=tuple(ordered),
        waiting=sum(each.waits_s >= _WAITS_S for each in ordered),
        escalated=sum(bool(each.escalation) for each in ordered),
        stream=stream,
    )


def live_card(live: Live, mood: Mood, reader: Reader) -> LiveCard:
    """Show one conversation."""
    conversation = live.conversation
    turns = conversation.turns
    # The customer's words; until there are some, whatever was said last.
    said = next((turn.text for turn in reversed(turns) if turn.speaker == "customer"), turns[-1].text if turns else "")
    steps = _steps(live)
    waits = _waits(live, reader.now)
    queue = next((reader.queues.label(each.id, each.name) for each in reversed(conversation.queues)), "")
    agent = _agent(live) if live.agent else _("Nobody yet")
    return LiveCard(
        id=conversation.id,
        words=excerpt(said),
        about=" \u00b7 ".join(each for each in (agent, queue, _(CHANNELS[conversation.channel])) if each),
        length=clock(round((reader.now - conversation.started_at).total_seconds() * 1000)),
        waits=_("Waits {time}").format(time=clock(waits * 1000)) if waits >= _WAITS_S else "",
        waits_s=waits,
        steps=steps,
        missing=sum(not each.is_done for each in steps),
        suggestions=len(live.assist.suggestions),
        unanswered=len(live.unanswered),
        escalation=excerpt(mood.escalation.text, _LONGEST_ESCALATION) if mood.escalation else "",
        escalation_turn=(mood.escalation.turn_id or "") if mood.escalation else "",
        course=spark(mood.scores),
        sentiment="" if mood.score is None else reader.number(mood.score, 1),
        is_low=mood.score is not None and mood.score < _LOW,
    )


def _one(visit: Visit, live: Live, mood: Mood, *, seen: int, is_scored: bool) -> Response[str]:
    """Show one conversation with all its messages."""
    assist, reader = live.assist, visit.reader
    summary = next((each.edited_text or each.text or "" for each in reversed(assist.summaries)), "")
    return visit.page(
        "assist/live_one",
        "Live",
        seen=seen,
        is_scored=is_scored,
        card=live_card(live, mood, reader),
        is_ended=live.is_ended,
        messages=tuple(_messages(live, mood, reader)),
        answers=tuple(
            AnswerView(
                query=each.query or "",
                text=each.text or _("Nothing found."),
                sources=tuple(dict.fromkeys(source.heading or source.source or "" for source in each.sources)),
                state=_became(each),
            )
            for each in reversed(assist.suggestions)
        ),
        summary=summary,
    )


def _became(given: Suggestion) -> str:
    if given.is_sent:
        return _("Sent")
    if given.is_copied:
        return _("Copied")
    return _("Put aside") if given.is_override else _("Not used yet")


def _messages(live: Live, mood: Mood, reader: Reader) -> Iterable[MessageView]:
    before = ""
    agent = _agent(live)
    for turn in live.conversation.turns:
        side = "customer" if turn.speaker == "customer" else "agent"
        yield MessageView(
            side=side,
            speaker=_("Customer") if side == "customer" else agent,
            at=reader.time(at) if (at := _at(turn, live)) else "",
            text=turn.text,
            is_first=side != before,
            id=turn.id,
            is_escalation=mood.escalation is not None and mood.escalation.turn_id == turn.id,
        )
        before = side


def _agent(live: Live) -> str:
    """Return the name of the agent, or the end of their id."""
    if live.agent and (live.agent.name or live.agent.id):
        return agent_name(Agent(id=live.agent.id or "", name=live.agent.name))
    return _("Agent")


def _at(turn: Turn, live: Live) -> datetime | None:
    message = next((each for each in live.messages if each.message_id == turn.id), None)
    return message.at if message else None


def _waits(live: Live, now: datetime) -> int:
    """Return how many seconds the customer has been waiting for an answer."""
    since = waits_since(live)
    return max(0, round((now - since).total_seconds())) if since else 0


def _steps(live: Live) -> tuple[StepView, ...]:
    return tuple(
        StepView(name=step.name or step.id or _("Step"), is_done=step.is_adhered)
        for run in live.assist.playbooks or ()
        for stage in run.stages
        for step in stage.steps
    )
