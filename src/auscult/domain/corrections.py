"""Corrections: facts about what a conversation was delivered with, and what it counts as since. They overwrite nothing."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, NamedTuple, TypeVar

from msgspec import Meta, Struct
from msgspec.structs import replace

from auscult.domain.contact import Destination
from auscult.domain.conversation import (
    LONGEST_ID,
    Agent,
    AssumedField,
    Conversation,
    Queue,
    Speaker,
    Turn,
    speaker_name,
    with_speakers,
)
from auscult.domain.errors import ConflictError, RequestError, coded
from auscult.domain.operations.records import made_from
from auscult.domain.stated import text as stated_text

CorrectionKind = Literal["queue", "agent", "sides", "excluded", "scored_again"]
MOVES: tuple[CorrectionKind, ...] = ("queue", "agent")
"""Kinds that name another party."""
REVISES: tuple[CorrectionKind, ...] = (*MOVES, "sides")
"""Kinds that make another revision, and are applied again to what the sender delivers later."""

CORRECT = "conversation.correct"
"""The permission to put conversations right."""
LONGEST_REASON = 500
MOST_AT_ONCE = 100
MOST_CORRECTIONS = 200


class Party(Struct, frozen=True, kw_only=True):
    """A queue or an agent. ``name`` is as it was known when it was corrected."""

    id: str
    name: str | None = None

    @property
    def shown(self) -> str:
        """Return the name, else the id."""
        return self.name or self.id


class Correction(Struct, frozen=True, kw_only=True):
    """One correction of a conversation. ``before`` is None where it had no queue or agent.

    ``by`` and ``undone_by`` are e-mail addresses, or the id of a client. ``revision`` is the one of the conversation
    that it made; None where it made none. ``speakers`` are sides by the names of speakers, None for other kinds.
    """

    correction_id: str
    conversation_id: str
    kind: CorrectionKind
    by: str
    at: datetime
    reason: str
    before: Party | None = None
    after: Party | None = None
    speakers: dict[str, Speaker] | None = None
    revision: int | None = None
    undone_by: str | None = None
    undone_at: datetime | None = None

    @property
    def is_in_force(self) -> bool:
        """Return whether it was not undone."""
        return self.undone_at is None


class NewCorrection(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A correction to make, with its reason."""

    kind: Annotated[
        CorrectionKind,
        Meta(
            description="Another queue, another agent, whose side speakers are on, left out of figures, or scored again "
            "with the forms in force."
        ),
    ]
    reason: Annotated[str, stated_text(LONGEST_REASON), Meta(description="Why; it is shown with the correction.")]
    after: Annotated[
        str | None, Meta(description="Of `queue` and `agent`: the right one, by id, or by a name that only one has.")
    ] = None
    before: Annotated[
        str | None,
        Meta(description="Of `queue` and `agent`: the wrong one, by id; needed where the conversation has several."),
    ] = None
    speakers: Annotated[
        dict[Annotated[str, Meta(min_length=1, max_length=LONGEST_ID)], Speaker] | None,
        Meta(
            description="Of `sides`: the side of each speaker, by the label of their turns, or by the side that they have: "
            '`{"Speaker 1": "agent"}`, `{"agent": "customer", "customer": "agent"}`.'
        ),
    ] = None


class Stop(NamedTuple):
    """The queue and the agent of a destination, as far as known."""

    queue_id: str | None
    queue_name: str | None
    agent_id: str | None
    agent_name: str | None
    agent_email: str | None


class Handled(Struct, frozen=True, kw_only=True):
    """The parts of a conversation that corrections change: who handled it, and where.

    ``turns`` are agents by the id of a turn, ``events`` and ``stops`` are by position. ``speakers`` and ``labels`` are
    by the id of a turn, those that have none left out of ``labels``; of what was stored before there were sides, both
    are empty. ``assumed`` is what the file did not say.
    """

    queues: tuple[Queue, ...] = ()
    agents: tuple[Agent, ...] = ()
    turns: dict[str, str] = {}
    events: tuple[str | None, ...] = ()
    calls: dict[str, str] = {}
    stops: tuple[Stop, ...] = ()
    speakers: dict[str, Speaker] = {}
    labels: dict[str, str] = {}
    assumed: dict[AssumedField, str] = {}


def handled_in(conversation: Conversation) -> Handled:
    """Return who handled a conversation, and where."""
    return made_from(
        Handled,
        conversation,
        turns={each.id: each.agent_id for each in conversation.turns if each.agent_id is not None},
        events=tuple(each.agent_id for each in conversation.events),
        calls={each.id: each.agent_id for each in conversation.calls or () if each.agent_id is not None},
        stops=tuple(_stop(each) for each in _destinations(conversation)),
        speakers={each.id: each.speaker for each in conversation.turns},
        labels={each.id: each.speaker_label for each in conversation.turns if each.speaker_label is not None},
    )


def with_handled(conversation: Conversation, handled: Handled) -> Conversation:
    """Return a conversation that was handled like that."""
    turns = tuple(
        each
        if (each.agent_id, each.speaker) == (now := (handled.turns.get(each.id), handled.speakers[each.id]))
        else replace(each, agent_id=now[0], speaker=now[1])
        for each in conversation.turns
    )
    events = tuple(
        replace(each, agent_id=agent) for each, agent in zip(conversation.events, handled.events, strict=True)
    )
    calls = conversation.calls and tuple(
        each if each.agent_id == (agent := handled.calls.get(each.id)) else replace(each, agent_id=agent)
        for each in conversation.calls
    )
    changed = replace(
        conversation,
        queues=handled.queues,
        agents=handled.agents,
        turns=turns,
        events=events,
        calls=calls,
        assumed=handled.assumed,
    )
    if changed.contact is None or not handled.stops:
        return changed
    stops = zip(_destinations(conversation), handled.stops, strict=True)
    contact = replace(changed.contact, destinations=tuple(_stopped(each, stop) for each, stop in stops))
    return replace(changed, contact=contact)


def parties_of(handled: Handled, kind: CorrectionKind) -> tuple[Party, ...]:
    """Return the queues, or the agents, each once."""
    if kind == "queue":
        found: list[tuple[str | None, str | None]] = [(each.id, each.name) for each in handled.queues]
        found += [(each.queue_id, each.queue_name) for each in handled.stops]
    else:
        found = [(each.id, each.name) for each in handled.agents]
        found += [(each, None) for each in handled.turns.values()]
        found += [(each.agent_id, each.agent_name) for each in handled.stops]
    parties: dict[str, Party] = {}
    for each, name in found:
        if each is not None:
            parties.setdefault(each, Party(id=each, name=name))
    return tuple(parties.values())


def applied(handled: Handled, corrections: Iterable[Correction]) -> Handled:
    """Return what corrections make of it, in their order; those that were undone change nothing.

    The party that a correction names is replaced; where the sender names another one meanwhile, and it is the only
    one, that is. A correction of several others that the sender names now changes nothing.
    """
    for each in corrections:
        if each.is_in_force and each.after is not None:
            handled = _moved(handled, each.kind, each.before, each.after)
        if each.is_in_force and each.speakers is not None:
            handled = _sided(handled, each.speakers)
    return handled


def _sided(handled: Handled, sides: Mapping[str, Speaker]) -> Handled:
    turns = [
        Turn(id=each, speaker=was, agent_id=handled.turns.get(each), speaker_label=handled.labels.get(each))
        for each, was in handled.speakers.items()
    ]
    after = with_speakers(turns, sides)
    return replace(
        handled,
        speakers={each.id: each.speaker for each in after},
        turns={each.id: each.agent_id for each in after if each.agent_id is not None},
        assumed={field: how for field, how in handled.assumed.items() if field != "sides"},
    )


def _moved(handled: Handled, kind: CorrectionKind, before: Party | None, after: Party) -> Handled:
    present = [each.id for each in parties_of(handled, kind)]
    wrong = before.id if before is not None and before.id in present else present[0] if len(present) == 1 else None
    if wrong is None and present:
        return handled
    if kind == "queue":
        queues = _once([Queue(id=after.id, name=after.name) if each.id == wrong else each for each in handled.queues])
        stops = tuple(
            each._replace(queue_id=after.id, queue_name=after.name) if each.queue_id == wrong and wrong else each
            for each in handled.stops
        )
        return replace(handled, queues=queues or (Queue(id=after.id, name=after.name),), stops=stops)
    agents = _once(
        [
            Agent(id=after.id, name=after.name, joined_at=each.joined_at) if each.id == wrong else each
            for each in handled.agents
        ]
    )
    return replace(
        handled,
        agents=agents or (Agent(id=after.id, name=after.name),),
        turns={turn: after.id if agent == wrong else agent for turn, agent in handled.turns.items()},
        events=tuple(after.id if agent == wrong and wrong else agent for agent in handled.events),
        calls={call: after.id if agent == wrong else agent for call, agent in handled.calls.items()},
        stops=tuple(
            each._replace(agent_id=after.id, agent_name=after.name, agent_email=None)
            if each.agent_id == wrong and wrong
            else each
            for each in handled.stops
        ),
    )


def corrected(
    conversation_id: str, wanted: NewCorrection, by: str, at: datetime, parties: tuple[Party | None, Party | None]
) -> Correction:
    """Return a new correction, from one party to another.

    Raises ``RequestError`` ``correction.reason_missing``, ``correction.reason_too_long``.
    """
    before, after = parties
    return Correction(
        correction_id=f"cr-{uuid.uuid4().hex[:12]}",
        conversation_id=conversation_id,
        kind=wanted.kind,
        by=by,
        at=at,
        reason=_checked(wanted.reason),
        before=before,
        after=after,
        speakers=wanted.speakers,
    )


def check_speakers(conversation: Conversation, wanted: NewCorrection) -> None:
    """Check that the speakers of a correction are there, and are on another side.

    Raises ``RequestError`` ``correction.no_speakers``, ``correction.not_there``; ``ConflictError`` ``correction.already``.
    """
    if wanted.kind != "sides":
        if wanted.speakers is not None:
            raise RequestError(
                "{kind} takes no speakers", kind=wanted.kind, code="correction.no_speakers", field="speakers"
            )
        return
    present = dict.fromkeys(speaker_name(turn) for turn in conversation.turns)
    known = ", ".join(map(repr, present)) or "none"
    if not wanted.speakers:
        message = coded("name the side of a speaker as speakers; the conversation has: {known}", known=known)
        raise RequestError(message, code="correction.no_speakers", field="speakers")
    if missing := next((name for name in wanted.speakers if name not in present), None):
        message = coded(
            "conversation {id} has no speaker {missing!r}; available: {known}",
            id=conversation.id,
            missing=missing,
            known=known,
        )
        raise RequestError(message, code="correction.not_there", field="speakers", value=missing)
    is_found = "sides" in conversation.assumed  # saying that what was found is right is worth a correction
    if not is_found and with_speakers(conversation.turns, wanted.speakers) == conversation.turns:
        message = coded("the speakers of conversation {id} are on these sides already", id=conversation.id)
        raise ConflictError(message, code="correction.already", field="speakers")


_NOT_THERE = {
    "queue": coded("conversation {id} has no queue {value!r}; it has: {list}"),
    "agent": coded("conversation {id} has no agent {value!r}; it has: {list}"),
}
_SEVERAL = {
    "queue": coded("conversation {id} has several; name the wrong queue as before: {list}"),
    "agent": coded("conversation {id} has several; name the wrong agent as before: {list}"),
}
_ALREADY = {
    "queue": coded("the queue of conversation {id} is {value} already"),
    "agent": coded("the agent of conversation {id} is {value} already"),
}


def wrong_party(conversation_id: str, wanted: NewCorrection, handled: Handled) -> Party | None:
    """Return the party that a correction replaces; None where there is none yet.

    Raises ``RequestError`` ``correction.ambiguous`` where there are several and none is named, ``correction.not_there``.
    """
    present = parties_of(handled, wanted.kind)
    named = [each for each in present if wanted.before in (each.id, None)]
    known = ", ".join(each.id for each in present) or "none"
    if wanted.before is not None and not named:
        message = coded(_NOT_THERE[wanted.kind], id=conversation_id, value=wanted.before, list=known)
        raise RequestError(message, code="correction.not_there", field="before", value=wanted.before)
    if len(named) > 1:
        message = coded(_SEVERAL[wanted.kind], id=conversation_id, list=known)
        raise RequestError(message, code="correction.ambiguous", field="before")
    return next(iter(named), None)


def check_new(new: Correction, earlier: Sequence[Correction]) -> None:
    """Check that a correction changes something.

    Raises ``ConflictError`` ``correction.already``, ``correction.too_many``.
    """
    if new.after is not None and new.before is not None and new.after.id == new.before.id:
        message = coded(_ALREADY[new.kind], id=new.conversation_id, value=new.after.id)
        raise ConflictError(message, code="correction.already", field="after", value=new.after.id)
    if new.kind == "excluded" and (done := in_force(earlier, "excluded")):
        message = coded(
            "conversation {id} is left out of figures already, by {name}: {other}",
            id=new.conversation_id,
            name=done.by,
            other=done.reason,
        )
        raise ConflictError(message, code="correction.already", field="kind", value=new.kind)
    if len(earlier) >= MOST_CORRECTIONS:
        message = coded("a conversation has at most {n} corrections", n=MOST_CORRECTIONS)
        raise ConflictError(message, code="correction.too_many")


def undone(correction: Correction, all_: Sequence[Correction], by: str, at: datetime) -> Correction:
    """Return a correction that is undone.

    Raises ``ConflictError`` ``correction.undone``; ``correction.not_last`` where a later one of its kind is in force.
    """
    if not correction.is_in_force:
        raise ConflictError("correction {id} is undone already", id=correction.correction_id, code="correction.undone")
    last = in_force(all_, correction.kind)
    if last is not None and last.correction_id != correction.correction_id:
        message = coded(
            "correction {id} has a later one behind it; undo {other} first",
            id=correction.correction_id,
            other=last.correction_id,
        )
        raise ConflictError(message, code="correction.not_last", field="correction_id", value=correction.correction_id)
    return replace(correction, undone_by=by, undone_at=at)


def in_force(corrections: Sequence[Correction], kind: CorrectionKind) -> Correction | None:
    """Return the last correction of a kind that was not undone."""
    return next((each for each in reversed(corrections) if each.kind == kind and each.is_in_force), None)


def _checked(reason: str) -> str:
    if not reason.strip():
        raise RequestError("a reason is missing; write why", code="correction.reason_missing", field="reason")
    if len(reason.strip()) > LONGEST_REASON:
        message = coded("a reason has at most {n} characters", n=LONGEST_REASON)
        raise RequestError(message, code="correction.reason_too_long", field="reason")
    return reason.strip()


_Named = TypeVar("_Named", Queue, Agent)


def _once(parties: Iterable[_Named]) -> tuple[_Named, ...]:
    found: dict[str, Any] = {}
    for each in parties:
        found.setdefault(each.id, each)
    return tuple(found.values())


def _destinations(conversation: Conversation) -> tuple[Destination, ...]:
    return (conversation.contact and conversation.contact.destinations) or ()


def _stop(destination: Destination) -> Stop:
    agent = destination.responding_agent
    return Stop(
        destination.queue_id,
        destination.queue_name,
        agent.agent_id if agent else None,
        agent.name if agent else None,
        agent.email if agent else None,
    )


def _stopped(destination: Destination, stop: Stop) -> Destination:
    agent = destination.responding_agent
    if agent is not None:
        agent = replace(agent, agent_id=stop.agent_id, name=stop.agent_name, email=stop.agent_email)
    return replace(destination, queue_id=stop.queue_id, queue_name=stop.queue_name, responding_agent=agent)
