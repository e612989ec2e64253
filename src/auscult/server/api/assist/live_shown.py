"""Views of a live conversation in our own API: its current state, and its changes since an event."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from msgspec import Struct
from msgspec.structs import asdict

from auscult.domain.assist.assistance import AssistedAgent, Citation, Feedback, Suggestion, Summary
from auscult.domain.assist.live import (
    Event,
    Message,
    Passed,
    Rated,
    Redacted,
    Reworded,
    Searched,
    Suggested,
    Summarised,
    Tracked,
    Transfer,
)
from auscult.domain.assist.live_projection import Live
from auscult.domain.assist.segments import AgentSegment
from auscult.domain.conversation import Channel, Turn
from auscult.domain.operations.records import made_from
from auscult.services.assist.playbook_progress import Followed

_MS = timedelta(milliseconds=1)


class LiveAgent(Struct, frozen=True, kw_only=True):
    """Segment of an agent; ``until`` is null while the agent is in the conversation."""

    id: str
    name: str | None
    email: str | None
    queue_id: str | None
    queue_name: str | None
    since: datetime
    until: datetime | None
    transfer: Transfer


class LiveMessage(Struct, frozen=True, kw_only=True):
    """A message. ``passed`` is the reason why the assistant did not answer it, if it did not.

    ``reworded_at`` is the time when another text arrived under its id; ``text`` is the first one.
    """

    id: str
    speaker: Literal["customer", "agent"]
    text: str
    agent_id: str | None
    at: datetime
    passed: str | None
    reworded_at: datetime | None


class LiveAnswer(Struct, frozen=True, kw_only=True):
    """An answer of the assistant to the message ``message_id``, or to a search. ``text`` is null if it found nothing.

    ``sources`` are the passages behind it, the best first; for a search that is quoted, all that were found.
    Their ``version`` is the first of the base with the document as it is. ``alternatives`` are the next passages, the
    likelier first; ``is_unsure``: no passage is likely enough to be suggested alone. ``engine`` found or wrote the answer.
    ``instead`` is the text that an agent sent in its place, if reported.
    """

    request_id: str
    query: str
    text: str | None
    message_id: str | None
    sources: tuple[Citation, ...]
    alternatives: tuple[Citation, ...]
    is_unsure: bool
    engine: str | None
    requested_at: datetime | None
    responded_at: datetime | None
    is_sent: bool
    is_copied: bool
    is_override: bool
    instead: str | None
    feedback: Feedback | None


class LiveSummary(Struct, frozen=True, kw_only=True):
    """A summary that the assistant wrote for an agent, with the agent's edit and feedback."""

    id: str
    type: Literal["interim", "final"]
    agent: AssistedAgent | None
    text: str
    edited_text: str | None
    generation_ms: int
    feedback: Feedback | None


class LiveHeader(Struct, frozen=True, kw_only=True):
    """Properties of a conversation: its channel and times, its present and past agents, and whether it is over."""

    conversation_id: str
    channel: Channel
    language: str
    source: str | None
    started_at: datetime
    ended_at: datetime | None
    is_ended: bool
    reason: str | None
    agents: tuple[LiveAgent, ...]


class LiveState(LiveHeader, frozen=True, kw_only=True):
    """State of a live conversation after ``seq`` events. ``is_settled``: the assistant has nothing left to do."""

    seq: int
    is_settled: bool
    messages: tuple[LiveMessage, ...]
    suggestions: tuple[LiveAnswer, ...]
    searches: tuple[LiveAnswer, ...]
    summaries: tuple[LiveSummary, ...]
    feedback: tuple[Feedback, ...]


class Change(NamedTuple):
    """The item that the ``seq``-th event changed; ``name`` is its kind."""

    seq: int
    name: Literal["state", "message", "suggestion", "search", "summary", "feedback", "playbook"]
    item: Struct | Sequence[Struct]


def state(live: Live, seq: int) -> LiveState:
    """Return the whole state of a live conversation after ``seq`` events."""
    assist = live.assist
    return LiveState(
        **asdict(header(live)),
        seq=seq,
        is_settled=is_settled(live),
        messages=tuple(_message(turn, live) for turn in live.conversation.turns),
        suggestions=tuple(answer(each, live.instead) for each in assist.suggestions),
        searches=tuple(answer(each, live.instead) for each in assist.searches),
        summaries=tuple(summary(each) for each in assist.summaries),
        feedback=assist.feedback,
    )


def is_settled(live: Live) -> bool:
    """Return whether the assistant has nothing left to do."""
    return not (live.unanswered or live.handovers or live.wants_final)


def header(live: Live) -> LiveHeader:
    """Return the state without the lists of messages, answers, summaries and feedback."""
    conversation = live.conversation
    return made_from(
        LiveHeader,
        conversation,
        conversation_id=conversation.id,
        is_ended=live.is_ended,
        reason=live.reason,
        agents=tuple(_agent(stay) for stay in live.stays),
    )


def changes(live: Live, events: Sequence[Event], after: int, follow: Callable[[Live], Followed]) -> Iterator[Change]:
    """Yield the changes after the ``after``-th event, each item in its current state; it replaces the one shown before.

    ``follow`` computes the progress in its playbooks; it is called only if that changed.
    """
    shown = state(live, len(events))
    messages = {each.id: each for each in shown.messages}
    suggestions = {each.request_id: each for each in shown.suggestions}
    searches = {each.request_id: each for each in shown.searches}
    summaries = {each.id: each for each in shown.summaries}
    for seq, event in enumerate(events[after:], start=after + 1):
        name = _id_of(event)
        if isinstance(event, Tracked):
            if event.plan or event.opens or event.steps or event.dialogs:
                yield Change(seq, "playbook", follow(live))
        elif isinstance(event, Redacted | Reworded) and event.of in messages:
            yield Change(seq, "message", messages[event.of])
        elif name in messages and isinstance(event, Message | Passed):
            yield Change(seq, "message", messages[name])
        elif name in suggestions:
            yield Change(seq, "suggestion", suggestions[name])
        elif name in searches:
            yield Change(seq, "search", searches[name])
        elif name in summaries:
            yield Change(seq, "summary", summaries[name])
        elif isinstance(event, Rated):
            yield Change(seq, "feedback", shown.feedback)
        else:
            yield Change(seq, "state", header(live))


def answer(given: Suggestion, instead: Mapping[str, str]) -> LiveAnswer:
    """Return the view of an answer. ``instead`` holds the texts that agents sent in place of answers, by request."""
    return made_from(
        LiveAnswer,
        given,
        request_id=given.request_id or "",
        query=given.query or "",
        message_id=given.triggering_turn_id,
        is_sent=bool(given.is_sent),
        is_copied=bool(given.is_copied),
        is_override=bool(given.is_override),
        instead=instead.get(given.request_id or ""),
    )


def summary(given: Summary) -> LiveSummary:
    """Return the view of a summary."""
    return made_from(
        LiveSummary,
        given,
        id=given.id or "",
        type="final" if given.type == "final" else "interim",
        text=given.text or "",
        generation_ms=given.generation_ms or 0,
    )


def _id_of(event: Event) -> str | None:
    """Return the id of the item that an event is about, None if it has none."""
    if isinstance(event, Suggested | Searched):
        return event.answer.request_id
    if isinstance(event, Summarised):
        return event.summary.id
    names = ("message_id", "request_id", "summary_id", "of")
    return next((getattr(event, name) for name in names if hasattr(event, name)), None)


def _message(turn: Turn, live: Live) -> LiveMessage:
    return made_from(
        LiveMessage,
        turn,
        speaker="customer" if turn.speaker == "customer" else "agent",
        at=live.conversation.started_at + _MS * (turn.start_ms or 0),
        passed=live.passed.get(turn.id),
        reworded_at=live.reworded.get(turn.id),
    )


def _agent(stay: AgentSegment) -> LiveAgent:
    who = stay.participant
    return made_from(LiveAgent, who, since=stay.since, until=stay.until, transfer=stay.transfer)
