"""Native document as users write it, and its conversion: every format's conversations pass through here.

Each field is in docs/reference/formats.md.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, cast, get_args, get_origin

import msgspec
from msgspec import Meta, Struct

from auscult.domain.ai_agents.context import TOOL_EVENT, AgentKind, Call
from auscult.domain.conversation import (
    ID_PATTERN,
    ID_SHOULD_BE,
    LONGEST_ID,
    Agent,
    AssumedField,
    Channel,
    Conversation,
    Customer,
    Direction,
    Event,
    InlineRecording,
    Kind,
    Queue,
    Recordings,
    Speaker,
    Turn,
    derive_id,
)
from auscult.domain.errors import FormatError
from auscult.domain.operations.records import made_from
from auscult.domain.recordings.recording import Claims
from auscult.domain.recordings.recording import Speaker as ChannelSpeaker
from auscult.formats import _calls, _instants, _misread, _parts, _turns
from auscult.formats._contract import Limits

Id = Annotated[str, Meta(min_length=1, max_length=255)]
OwnId = Annotated[str, Meta(min_length=1, max_length=LONGEST_ID, pattern=ID_PATTERN)]
Time = str | int | float
Scalar = str | bool | int | float | None
T = TypeVar("T", bound=Struct)


class TurnDocument(Struct, frozen=True):
    """One utterance. It has a ``speaker``, or at least a ``speaker_label``: then sides are found in what is said."""

    speaker: Speaker | None = None
    id: Id | None = None
    text: str | None = None
    agent_id: Id | None = None
    start_ms: int | float | None = None
    end_ms: int | float | None = None
    speaker_label: Id | None = None


class QueueDocument(Struct, frozen=True):
    """A queue that the conversation was in."""

    id: Id
    name: str | None = None


class AgentDocument(Struct, frozen=True):
    """An agent who took part."""

    id: Id
    name: str | None = None
    email: str | None = None
    joined_at: Time | None = None
    kind: AgentKind | None = None
    version: Annotated[str, Meta(max_length=255)] | None = None


class CustomerDocument(Struct, frozen=True):
    """The customer."""

    id: Id | None = None
    name: str | None = None


class EventDocument(Struct, frozen=True):
    """A hold, a transfer; ``tool:NAME`` is a call, with its arguments and its result."""

    type: Id
    start_ms: int | float | None = None
    end_ms: int | float | None = None
    agent_id: Id | None = None
    to_queue_id: Id | None = None
    arguments: dict[str, Any] | None = None
    result: Any = None
    ok: bool | None = None


class StatedDocument(Struct, frozen=True, kw_only=True):
    """Properties of a recording, which are compared with its bytes."""

    content_type: str | None = None
    duration_ms: Annotated[int, Meta(ge=1, le=2**53)] | None = None
    sha256: Annotated[str, Meta(pattern="^[0-9A-Fa-f]{64}$")] | None = None
    sha512: Annotated[str, Meta(pattern="^[0-9A-Fa-f]{128}$")] | None = None
    speakers: tuple[ChannelSpeaker, ...] | None = None


class InlineRecordingDocument(StatedDocument, frozen=True, kw_only=True):
    """A recording inside the document, in base64."""

    content: bytes


class RecordingsDocument(Struct, frozen=True):
    """Addresses of the recordings, and recordings inside the document."""

    agent: tuple[str, ...] | None = None
    customer: tuple[str, ...] | None = None
    inline: tuple[InlineRecordingDocument, ...] | None = None
    stated: dict[str, StatedDocument] | None = None


class ConversationDocument(Struct, frozen=True, kw_only=True):
    """A whole conversation, as users write it. ``null`` says the same as leaving a key out."""

    channel: Channel
    started_at: Time
    kind: Kind | None = None
    id: OwnId | None = None
    custom_id: Annotated[str, Meta(min_length=1)] | None = None
    source: str | None = None
    language: Annotated[str, Meta(min_length=1)] | None = None
    direction: Direction | None = None
    ended_at: Time | None = None
    queues: tuple[QueueDocument, ...] | None = None
    agents: tuple[AgentDocument, ...] | None = None
    customer: CustomerDocument | None = None
    turns: tuple[TurnDocument, ...] | None = None
    events: tuple[EventDocument, ...] | None = None
    custom_fields: dict[str, Scalar] | None = None
    recordings: RecordingsDocument | None = None
    contact: dict[str, Any] | None = None
    assist: dict[str, Any] | None = None
    ai: _calls.AiDocument | None = None
    calls: tuple[_calls.CallDocument, ...] | None = None
    assumed: dict[AssumedField, Annotated[str, Meta(max_length=255)]] | None = None


_TIME = _instants.SHOULD_BE.removeprefix("it should be ")
_SPAN = "a whole number of ms from started_at, 0 or more"
_ID = "text of 1 to 255 characters"
_STATED = {
    "speakers": "a list of agent, customer or unknown",
    "duration_ms": "a whole number of ms, 1 or more",
    "sha256": "64 hexadecimal digits",
    "sha512": "128 hexadecimal digits",
}
RIGHT = {
    "": "a JSON object",
    "channel": "voice or chat",
    "kind": "email",
    "started_at": _TIME,
    "ended_at": _TIME,
    "agents.joined_at": _TIME,
    "direction": "inbound or outbound",
    "turns.speaker": "agent, customer, bot, system or unknown",
    "turns.start_ms": _SPAN,
    "turns.end_ms": _SPAN,
    "events.start_ms": _SPAN,
    "events.end_ms": _SPAN,
    "agents.kind": "ai or human",
    "events.arguments": "an object",
    "recordings.agent": "a list of addresses",
    "recordings.customer": "a list of addresses",
    "recordings.inline.content": "the bytes in base64",
    **{f"recordings.{kind}.{name}": should for kind in ("inline", "stated.*") for name, should in _STATED.items()},
    "custom_fields.*": "text, a number, true or false",
    "id": ID_SHOULD_BE,
    "assumed": f"a map of {', '.join(get_args(AssumedField))} to where each was taken from",
    **dict.fromkeys(
        ("turns.id", "turns.agent_id", "turns.speaker_label", "queues.id", "agents.id", "customer.id"), _ID
    ),
    **dict.fromkeys(("events.type", "events.agent_id", "events.to_queue_id"), _ID),
    **dict.fromkeys(("custom_id", "language"), "text of 1 character or more"),
    **_parts.RIGHT,
    **_calls.RIGHT,
}
"""What fields should be, by their name without indexes."""


def conversation_of(document: ConversationDocument, app_id: str, limits: Limits) -> Conversation:
    """Normalise a document: ids present, instants UTC, direction resolved. Raises ``FormatError``."""
    custom_id = document.custom_id
    if document.id is None and custom_id is None:
        message = "id is missing, and so is custom_id; give at least one of them"
        raise FormatError(message, code="field.missing", field="id")
    _check_kind(document)
    started_at = _instants.instant(document.started_at, "started_at")
    turns = _turns.finish(_raw(document.turns or ()), limits)
    parts = _parts.parts_of(document.contact, document.assist)
    events = [(index, each) for index, each in enumerate(document.events or ()) if _tool(each) is None]
    conversation = Conversation(
        id=document.id or derive_id(app_id, custom_id or ""),
        channel=document.channel,
        started_at=started_at,
        custom_id=custom_id,
        source=document.source,
        language=_misread.language_code(document.language),
        direction=document.direction or "inbound",
        is_direction_defaulted=document.direction is None,
        ended_at=_ended_at(document, started_at, turns),
        queues=tuple([Queue(queue.id, queue.name) for queue in document.queues or ()])
        or _parts.queues_of(parts.contact),
        agents=tuple([_agent(agent, index) for index, agent in enumerate(document.agents or ())])
        or _parts.agents_of(parts.contact)
        or _parts.speaking_agents(turns),
        customer=document.customer and Customer(document.customer.id, document.customer.name),
        turns=turns,
        events=tuple([_event(event, index) for index, event in events]),
        custom_fields=_custom_fields(document.custom_fields or {}, limits),
        recordings=document.recordings and _recordings(document.recordings),
        contact=parts.contact,
        assist=parts.assist,
        kind=document.kind,
        ai=document.ai and _calls.context_of(document.ai),
        calls=_calls_of(document, turns, limits),
        assumed={**(document.assumed or {})},
        unknown_keys=tuple(
            sorted({f"events.{name}" for _, each in events for name in _OF_CALL if getattr(each, name)})
        ),
    )
    return _misread.with_loops_doubted(_misread.restored(conversation))


def _raw(turns: Sequence[TurnDocument]) -> list[_turns.RawTurn]:
    for index, each in enumerate(turns):
        if each.speaker is None and each.speaker_label is None:
            field = f"turns[{index}].speaker"
            message = f"{field} is missing; it should be {RIGHT['turns.speaker']}, or give speaker_label"
            raise FormatError(message, code="field.missing", field=field)
    return [
        _turns.RawTurn(
            of.speaker or "unknown", of.text or "", of.id, of.agent_id, of.start_ms, of.end_ms, of.speaker_label
        )
        for of in turns
    ]


def _ended_at(document: ConversationDocument, started_at: datetime, turns: Sequence[Turn]) -> datetime | None:
    if document.ended_at is None:
        return _turns.ended_at(started_at, turns)
    ended_at = _instants.instant(document.ended_at, "ended_at")
    if ended_at < started_at:
        message = f"ended_at is {document.ended_at!r}, before started_at {document.started_at!r}; it should be later"
        code = "conversation.ends_before_start"
        raise FormatError(message, code=code, field="ended_at", value=document.ended_at)
    return ended_at


_OF_CALL = ("arguments", "result", "ok")
"""Keys of an event that only a call has."""


def _tool(event: EventDocument) -> str | None:
    """Return the name of the tool that was called, None where an event is no call."""
    return event.type.removeprefix(TOOL_EVENT) or None if event.type.startswith(TOOL_EVENT) else None


def _calls_of(document: ConversationDocument, turns: Sequence[Turn], limits: Limits) -> tuple[Call, ...] | None:
    """Return the calls, those that are events last; None where it is not known what was called."""
    of_events = [
        made_from(_calls.CallDocument, each, name=name)
        for each in document.events or ()
        if (name := _tool(each)) is not None
    ]
    if document.calls is None and not of_events:
        return None
    return _calls.calls_of([*(document.calls or ()), *of_events], turns, limits)


def unknown_keys(document: object, kind: type[Struct] = ConversationDocument) -> set[str]:
    """Return the keys of a decoded document that nothing reads, each with its path, without indexes."""
    found = set[str]()
    _add_unknown(found, "", document, kind)
    return found


def _add_unknown(found: set[str], path: str, value: object, kind: type[Struct]) -> None:
    """Add the unknown keys of an object, or of all in a list."""
    known, within = _keys(kind)
    for each in cast("list[object]", value) if isinstance(value, list) else (value,):
        if not isinstance(each, dict):
            continue
        given = cast("dict[str, object]", each)
        if not known.issuperset(given):
            found.update(path + key for key in given.keys() - known)
        for name, inner in within.items():
            if inside := given.get(name):
                _add_unknown(found, f"{path}{name}.", inside, inner)


@cache
def _keys(kind: type[Struct]) -> tuple[frozenset[str], dict[str, type[Struct]]]:
    """Return the keys of an object, and the types of the objects within those that have such."""
    fields = msgspec.structs.fields(kind)
    within = {field.encode_name: inner for field in fields if (inner := next(_structs(field.type), None)) is not None}
    return frozenset(field.encode_name for field in fields), within


def _structs(kind: Any) -> Iterator[type[Struct]]:  # noqa: ANN401  (any type)
    if isinstance(kind, type) and issubclass(kind, Struct):
        yield kind
    elif get_origin(kind) is not dict:
        for each in get_args(kind):
            yield from _structs(each)


def strict(kind: type[T]) -> type[T]:
    """Return a type of the same objects that refuses unknown keys, also in the objects within."""
    within = [
        (each.name, _strict(each.type), each.default)
        for each in msgspec.structs.fields(kind)
        if any(_structs(each.type))
    ]
    made = msgspec.defstruct(
        kind.__name__, within, bases=(kind,), forbid_unknown_fields=True, frozen=True, kw_only=True
    )
    return cast("type[T]", made)


def _strict(kind: Any) -> Any:  # noqa: ANN401  (any type)
    if isinstance(kind, type):
        return strict(kind) if issubclass(kind, Struct) else cast("Any", kind)
    parts: tuple[Any, ...] = tuple(_strict(each) for each in get_args(kind))
    origin: Any = Union if get_origin(kind) is UnionType else get_origin(kind)
    return origin[parts] if parts else kind


def _check_kind(document: ConversationDocument) -> None:
    if document.kind is not None and document.channel != "chat":
        message = f"kind is {document.kind!r} and channel {document.channel!r}; the channel of letters is chat"
        raise FormatError(message, code="field.invalid", field="kind", value=document.kind)


def document_of(conversation: Conversation) -> dict[str, Any]:
    """Return the document of a conversation, as it was read; it reads back as an equal one."""
    document: dict[str, Any] = msgspec.to_builtins(conversation)
    document.pop("is_direction_defaulted", None)
    document.pop("unknown_keys", None)
    document.pop("unknown_line", None)
    if not conversation.is_direction_defaulted:
        document["direction"] = conversation.direction
    return document


def _recordings(document: RecordingsDocument) -> Recordings:
    inline = tuple(InlineRecording(content=each.content, **_stated(each)) for each in document.inline or ())
    stated = {url: Claims(**_stated(each)) for url, each in (document.stated or {}).items()}
    return Recordings(document.agent or (), document.customer or (), inline, stated)


def _stated(document: StatedDocument) -> dict[str, Any]:
    given = {name: getattr(document, name) for name in Claims.__struct_fields__}
    return {name: value for name, value in given.items() if value is not None}


def _agent(agent: AgentDocument, index: int) -> Agent:
    joined_at = None if agent.joined_at is None else _instants.instant(agent.joined_at, f"agents[{index}].joined_at")
    return Agent(agent.id, agent.name, agent.email, joined_at, agent.kind, agent.version or None)


def _event(event: EventDocument, index: int) -> Event:
    start, end = _turns.span("events", index, event.start_ms, event.end_ms)
    return Event(event.type, start, end, event.agent_id, event.to_queue_id)


def _custom_fields(given: dict[str, Scalar], limits: Limits) -> dict[str, str]:
    limits.check_custom_fields(len(given))
    return {key: _as_text(value) for key, value in given.items() if value is not None}


def _as_text(value: Scalar) -> str:
    """A custom field as text: what is no text already, as JSON writes it."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
