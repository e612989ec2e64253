"""Events of a live conversation. An event never changes.

One list holds what the hook received, what the assistant did, and what agents did with it; ``live_projection`` computes
the state of the conversation from it. An event's id names its subject, so that an event that arrives several times has
its effect once: ``message:ms-7``, ``suggested:ms-7``, ``used:aa-7:sent``.
"""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.assist.assistance import AssistedAgent, Feedback, Suggestion, Summary
from auscult.domain.conversation import Channel
from auscult.domain.definitions.playbook import Plan, StepId

Author = Literal["customer", "agent"]
Transfer = Literal["first", "cold", "warm", "redial"]
Use = Literal["sent", "copied", "overridden"]
About = Literal["suggestion", "search", "summary", "widget"]
Occasion = Literal["asked", "handover", "end"]

_NAMESPACE = uuid.UUID("5b0f0e0c-9a53-5c0b-8c55-0e8b6d1c2f0a")
_DIGEST_BYTES = 12


class LiveEvent(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind"):
    """Event of a live conversation. ``at`` is its instant as reported, else that of ``received_at``, its arrival.

    Both are aware UTC. Events of one instant are in the order of arrival.
    """

    id: str
    at: datetime
    received_at: datetime


class HookEvent(LiveEvent, frozen=True, kw_only=True, omit_defaults=True):
    """Event from the hook. Each may describe the conversation; the earliest description counts."""

    channel: Channel | None = None
    language: str | None = None
    source: str | None = None
    is_external: bool | None = None


class Participant(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Agent as the contact centre describes them."""

    id: str
    name: str | None = None
    email: str | None = None
    queue_id: str | None = None
    queue_name: str | None = None


class Message(HookEvent, frozen=True, kw_only=True, omit_defaults=True, tag="message"):
    """Message in the conversation. ``agent_id`` is its author, or its addressee."""

    message_id: str
    author: Author
    text: str
    agent_id: str | None = None
    wants_answer: bool = True
    sealed: bytes | None = None
    """The text as it came, encrypted, where ``text`` is redacted; gone once the conversation is over."""


class Moved(HookEvent, frozen=True, kw_only=True, omit_defaults=True, tag="moved"):
    """An agent came in or left."""

    transfer: Transfer
    is_entry: bool
    participant: Participant


class SummaryAsked(HookEvent, frozen=True, kw_only=True, omit_defaults=True, tag="summary_asked"):
    """Request of the contact centre for the final summary, before an end was reported."""


class Ended(HookEvent, frozen=True, kw_only=True, omit_defaults=True, tag="ended"):
    """The conversation is over."""

    reason: str | None = None
    participant: Participant | None = None


class Idled(LiveEvent, frozen=True, kw_only=True, omit_defaults=True, tag="idled"):
    """Nothing came for so long that it is taken to be over; ``at`` is of the last that came. Anything later undoes it."""


class Suggested(LiveEvent, frozen=True, kw_only=True, omit_defaults=True, tag="suggested"):
    """The assistant answered a message."""

    answer: Suggestion


class Passed(LiveEvent, frozen=True, kw_only=True, omit_defaults=True, tag="passed"):
    """The assistant had nothing to say to a message (``of`` is its id); or nothing to summarise of ``turns`` turns."""

    of: str
    reason: str
    turns: int | None = None


class Searched(LiveEvent, frozen=True, kw_only=True, omit_defaults=True, tag="searched"):
    """An agent searched."""

    answer: Suggestion
    agent: AssistedAgent | None = None


class Summarised(LiveEvent, frozen=True, kw_only=True, omit_defaults=True, tag="summarised"):
    """The assistant wrote a summary of ``turns`` turns. A final one without an agent is for the last who was there."""

    summary: Summary
    occasion: Occasion
    turns: int


class Used(LiveEvent, frozen=True, kw_only=True, omit_defaults=True, tag="used"):
    """An agent sent or copied what the assistant had answered, or put it aside: ``text`` is what they sent instead."""

    request_id: str
    use: Use
    agent: AssistedAgent | None = None
    text: str | None = None


class Edited(LiveEvent, frozen=True, kw_only=True, omit_defaults=True, tag="edited"):
    """Summary as an agent rewrote it."""

    summary_id: str
    text: str
    agent: AssistedAgent | None = None


class Rated(LiveEvent, frozen=True, kw_only=True, omit_defaults=True, tag="rated"):
    """Agent's rating of an answer or a summary (``of`` is its id), or of the assistant as a whole."""

    about: About
    feedback: Feedback
    of: str | None = None


class Tracked(LiveEvent, frozen=True, kw_only=True, omit_defaults=True, tag="tracked"):
    """Playbooks, steps and dialog tasks that the assistant recognised in a message (``of`` is its id).

    ``plan`` is what the app had defined to be followed; the first such event of a conversation carries it, and it holds
    for the whole conversation.
    """

    of: str
    plan: Plan | None = None
    opens: tuple[str, ...] = ()
    steps: tuple[StepId, ...] = ()
    dialogs: tuple[str, ...] = ()


class Redacted(LiveEvent, frozen=True, kw_only=True, omit_defaults=True, tag="redacted"):
    """A later message showed what a number in an earlier one was (``of`` is its id): ``text`` takes its place."""

    of: str
    text: str


class Reworded(LiveEvent, frozen=True, kw_only=True, omit_defaults=True, tag="reworded"):
    """A message came in again with another text (``of`` is its id). The first text stays; this one is not stored."""

    of: str


Event = (
    Message
    | Redacted
    | Reworded
    | Moved
    | SummaryAsked
    | Ended
    | Idled
    | Suggested
    | Passed
    | Tracked
    | Searched
    | Summarised
    | Used
    | Edited
    | Rated
)

_ENCODE = msgspec.json.Encoder(order="deterministic").encode
_NO_TIME = datetime.min.replace(tzinfo=UTC)
_NEXT = timedelta(microseconds=1)


class Arrival(Struct, frozen=True, kw_only=True):
    """Event from the hook, before it has an id. ``key`` is the caller's own name for it, where there is one.

    ``is_timed``: the caller sent its instant.
    """

    event: HookEvent
    key: str | None = None
    is_timed: bool = False


def admit(
    conversation_key: str, arrivals: Iterable[Arrival], stored: Sequence[Event], repeat_within: timedelta
) -> list[Event]:
    """The events that are new among those that came in, each with its id. ``conversation_key`` names app and conversation.

    With a key or a time, the same is the same whenever it comes. Without either, the same words within
    ``repeat_within`` are one event that was sent twice, unless something else came in between: then they are said
    again, as they are later. After the end they always are a repetition.
    An agent who came in may leave again, and the other way round, however soon. What comes in later was received
    later, also where a clock was set back or another server's is slow.
    """
    known = {event.id: event for event in stored}
    last = max((event.received_at for event in stored), default=_NO_TIME)
    moves = [event for event in stored if isinstance(event, Moved)]
    is_over = any(isinstance(event, Ended) for event in stored)
    new: list[Event] = []
    arrived = [_received_after(last, each) for each in arrivals]
    names = frozenset(map(_name_of, arrived))
    for given in arrived:
        arrival = _received_after(last, given)
        if is_over:
            event_id = _id_of(arrival, known, timedelta.max, lambda before: _is_undone(before, moves))
        else:
            event_id = _id_of(
                arrival,
                known,
                repeat_within,
                lambda before: _is_undone(before, moves) or _is_past(before, known, names),
            )
        event = _with_id(arrival, event_id, conversation_key)
        if event.id in known:
            continue
        known[event.id] = event
        last = event.received_at
        new.append(event)
        if isinstance(event, Moved):
            moves.append(event)
        is_over = is_over or isinstance(event, Ended)
    return new


@lru_cache(maxsize=16_384)
def derived_id(kind: str, *parts: str) -> str:
    """An id that the same parts always give: ``aa-`` and a UUID."""
    return f"{kind}-{uuid.uuid5(_NAMESPACE, chr(10).join((kind, *parts)))}"


def object_id(at: datetime, *parts: str) -> str:
    """An id of 24 hexadecimal digits, as the vendor's documents have them: seconds since the epoch, and a digest."""
    digest = blake2b("\n".join(parts).encode(), digest_size=8).hexdigest()
    return f"{int(at.timestamp()) & 0xFFFF_FFFF:08x}{digest}"


def whole_ms(at: datetime) -> datetime:
    """An instant to the millisecond, as conversations have them; what is finer only keeps events in order."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def _received_after(last: datetime, arrival: Arrival) -> Arrival:
    """The arrival, received after all that is there; what has no time of its own happened when it came in."""
    if arrival.event.received_at > last:
        return arrival
    received_at = last + _NEXT
    at = arrival.event.at if arrival.is_timed else received_at
    return replace(arrival, event=replace(arrival.event, at=at, received_at=received_at))


def _id_of(
    arrival: Arrival, known: Mapping[str, Event], repeat_within: timedelta, is_over: Callable[[Event], bool]
) -> str:
    """Return the id of an arrival: that of an earlier event where it repeats it. ``is_over`` excludes an earlier one."""
    name = _name_of(arrival)
    if arrival.key is not None or arrival.is_timed:
        return name
    times = 1
    while (before := known.get(f"{name}#{times}")) is not None:
        if arrival.event.received_at - before.received_at <= repeat_within and not is_over(before):
            break
        times += 1
    return f"{name}#{times}"


def _name_of(arrival: Arrival) -> str:
    """Return what an arrival is: its key, or a digest of what it says."""
    kind = str(arrival.event.__struct_config__.tag)
    return f"{kind}:{arrival.key or _digest(arrival.event, is_timed=arrival.is_timed)}"


def _is_past(before: Event, known: Mapping[str, Event], names: frozenset[str]) -> bool:
    """Return whether something else came in after a message; ``names`` are what arrives together with its repetition."""
    return isinstance(before, Message) and any(
        isinstance(event, HookEvent)
        and event.received_at > before.received_at
        and event.id.rpartition("#")[0] not in names
        and event.id not in names
        for event in known.values()
    )


def _is_undone(before: Event, moves: Sequence[Moved]) -> bool:
    """Return whether this agent has made the opposite move since."""
    return isinstance(before, Moved) and any(
        move.participant.id == before.participant.id
        and move.is_entry != before.is_entry
        and move.received_at > before.received_at
        for move in moves
    )


def _with_id(arrival: Arrival, event_id: str, conversation_key: str) -> Any:  # noqa: ANN401  (one of the kinds above)
    event = arrival.event
    if isinstance(event, Message) and not event.message_id:
        return replace(event, id=event_id, message_id=derived_id("ms", conversation_key, event_id))
    return replace(event, id=event_id)


def _digest(event: HookEvent, *, is_timed: bool) -> str:
    bare = replace(event, id="", received_at=_NO_TIME, **({} if is_timed else {"at": _NO_TIME}))
    return blake2b(_ENCODE(bare), digest_size=_DIGEST_BYTES).hexdigest()
