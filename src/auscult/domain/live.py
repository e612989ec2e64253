"""A conversation while it goes on: everything that happens to it is an event, and an event never changes.

What came in by the hook, what the assistant did, and what agents made of it stand in one list; ``live_fold`` works
out from it how the conversation stands. An event's id says what it is about, so that the same thing happens once
however often it is told: ``message:ms-7``, ``suggested:ms-7``, ``used:aa-7:sent``.
"""

import uuid
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.assist import AssistedAgent, Feedback, Suggestion, Summary
from auscult.domain.conversation import Channel
from auscult.domain.playbook import Plan, StepId

Author = Literal["customer", "agent"]
Transfer = Literal["first", "cold", "warm", "redial"]
Use = Literal["sent", "copied", "overridden"]
About = Literal["suggestion", "search", "summary", "widget"]
Occasion = Literal["asked", "handover", "end"]

_NAMESPACE = uuid.UUID("5b0f0e0c-9a53-5c0b-8c55-0e8b6d1c2f0a")
_DIGEST_BYTES = 12


class LiveEvent(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind"):
    """Something that happened. ``at``: when, as it was told, else as it came in; ``received_at``: when it came in.

    Both are aware UTC. Where several are told to be of one instant, they stand in the order in which they came in.
    """

    id: str
    at: datetime
    received_at: datetime


class Told(LiveEvent, frozen=True, kw_only=True, omit_defaults=True):
    """What came in from outside. Each may say what conversation it is; the earliest that says so is believed."""

    channel: Channel | None = None
    language: str | None = None
    source: str | None = None
    is_external: bool | None = None


class Participant(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An agent as the contact centre tells of them."""

    id: str
    name: str | None = None
    email: str | None = None
    queue_id: str | None = None
    queue_name: str | None = None


class Message(Told, frozen=True, kw_only=True, omit_defaults=True, tag="message"):
    """Somebody said something. ``agent_id`` is the agent who said it, or to whom it was said."""

    message_id: str
    author: Author
    text: str
    agent_id: str | None = None
    wants_answer: bool = True


class Moved(Told, frozen=True, kw_only=True, omit_defaults=True, tag="moved"):
    """An agent came in or left."""

    transfer: Transfer
    is_entry: bool
    participant: Participant


class SummaryAsked(Told, frozen=True, kw_only=True, omit_defaults=True, tag="summary_asked"):
    """The contact centre wants the final summary, though the end was not told yet."""


class Ended(Told, frozen=True, kw_only=True, omit_defaults=True, tag="ended"):
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
    """An agent wrote a summary anew."""

    summary_id: str
    text: str
    agent: AssistedAgent | None = None


class Rated(LiveEvent, frozen=True, kw_only=True, omit_defaults=True, tag="rated"):
    """What an agent thinks of an answer or a summary (``of`` is its id), or of the assistant as a whole."""

    about: About
    feedback: Feedback
    of: str | None = None


class Tracked(LiveEvent, frozen=True, kw_only=True, omit_defaults=True, tag="tracked"):
    """What the assistant recognised in a message (``of`` is its id): playbooks that it opens, steps, dialog tasks.

    ``plan`` is what the app had there to be followed; it stands in the first of these of a conversation, and holds for
    all of it.
    """

    of: str
    plan: Plan | None = None
    opens: tuple[str, ...] = ()
    steps: tuple[StepId, ...] = ()
    dialogs: tuple[str, ...] = ()


Event = (
    Message
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
    """What came in by the hook, before it has its id. ``key`` is the caller's own name for it, where there is one.

    ``is_timed``: the caller said when it happened.
    """

    event: Told
    key: str | None = None
    is_timed: bool = False


def admit(place: str, arrivals: Iterable[Arrival], stored: Sequence[Event], repeat_within: timedelta) -> list[Event]:
    """The events that are new among those that came in, each with its id. ``place`` names app and conversation.

    With a key or a time, the same is the same whenever it comes. Without either, the same words within
    ``repeat_within`` are one event that was sent twice, and after the end they always are; later they are said again.
    An agent who came in may leave again, and the other way round, however soon. What comes in later was received
    later, also where a clock was set back or another server's is slow.
    """
    known = {event.id: event for event in stored}
    last = max((event.received_at for event in stored), default=_NO_TIME)
    moves = [event for event in stored if isinstance(event, Moved)]
    is_over = any(isinstance(event, Ended) for event in stored)
    new: list[Event] = []
    for given in arrivals:
        arrival = _received_after(last, given)
        event = _with_id(arrival, _id_of(arrival, known, moves, timedelta.max if is_over else repeat_within), place)
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


def _id_of(arrival: Arrival, known: dict[str, Event], moves: Sequence[Moved], repeat_within: timedelta) -> str:
    event = arrival.event
    kind = str(event.__struct_config__.tag)
    if arrival.key is not None:
        return f"{kind}:{arrival.key}"
    digest = _digest(event, is_timed=arrival.is_timed)
    if arrival.is_timed:
        return f"{kind}:{digest}"
    times = 1
    while (before := known.get(f"{kind}:{digest}#{times}")) is not None:
        if event.received_at - before.received_at <= repeat_within and not _is_undone(before, moves):
            break
        times += 1
    return f"{kind}:{digest}#{times}"


def _is_undone(before: Event, moves: Sequence[Moved]) -> bool:
    """Whether this agent has gone the other way since."""
    return isinstance(before, Moved) and any(
        move.participant.id == before.participant.id
        and move.is_entry != before.is_entry
        and move.received_at > before.received_at
        for move in moves
    )


def _with_id(arrival: Arrival, event_id: str, place: str) -> Any:  # noqa: ANN401  (one of the kinds above)
    event = arrival.event
    if isinstance(event, Message) and not event.message_id:
        return replace(event, id=event_id, message_id=derived_id("ms", place, event_id))
    return replace(event, id=event_id)


def _digest(event: Told, *, is_timed: bool) -> str:
    bare = replace(event, id="", received_at=_NO_TIME, **({} if is_timed else {"at": _NO_TIME}))
    return blake2b(_ENCODE(bare), digest_size=_DIGEST_BYTES).hexdigest()
