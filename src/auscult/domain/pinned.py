"""Collections of pinned moments, and the rules on who sees and changes them.

A moment is shown while every agent of its conversation lets colleagues listen: the consent that coaching asks for.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Literal

from msgspec import Meta, Struct
from msgspec.structs import replace

from auscult.domain import errors
from auscult.domain.conversation import Conversation, Speaker
from auscult.domain.errors import AccessError, ConflictError, RequestError, coded
from auscult.domain.operations.records import made_from
from auscult.domain.stated import stated
from auscult.domain.stated import text as stated_text

Audience = Literal["colleagues", "agents"]
"""A collection is shown to colleagues who read conversations of others, or to agents, too."""

READ = "conversation.read"
EDIT = "collection.edit"
"""The permission to pin moments, and to make collections."""
LONGEST_NAME, LONGEST_NOTE = 100, 500
MOST_COLLECTIONS, MOST_PINS, MOST_AGENTS = 200, 200, 500
NEIGHBOURS = 1
"""Turns shown before a pinned turn, and after it."""
UNDO = timedelta(minutes=10)
"""The time in which a removal can be undone."""


class Collection(Struct, frozen=True, kw_only=True):
    """A named collection. ``agent_ids`` are the agents that it is shared with; all of them where it names none.

    ``removed_at`` is set for ten minutes after its removal, in which it can be restored. ``changes`` counts writes.
    """

    collection_id: str
    name: str
    audience: Audience = "colleagues"
    agent_ids: tuple[str, ...] = ()
    made_by: str
    made_at: datetime
    removed_at: datetime | None = None
    changes: int = 1

    def is_shared_with(self, agent_ids: frozenset[str]) -> bool:
        """Return whether it is shared with a person who is these agents."""
        return self.audience == "agents" and bool(agent_ids) and not agent_ids.isdisjoint(self.agent_ids or agent_ids)


class Pin(Struct, frozen=True, kw_only=True):
    """A turn in a collection, with the reason why it is a good example."""

    pin_id: str
    collection_id: str
    conversation_id: str
    turn_id: str
    note: str
    pinned_by: str
    pinned_at: datetime


class MomentTurn(Struct, frozen=True, kw_only=True):
    """A turn as it is stored, redacted where redaction is on. Times are in ms from the conversation's start."""

    turn_id: str
    speaker: Speaker
    text: str
    start_ms: int | None
    end_ms: int | None
    is_pinned: bool


class Moment(Pin, frozen=True, kw_only=True):
    """A pin with the words around it; ``turns`` is empty where a later revision has lost the turn.

    ``agents`` are names or ids. ``can_open``: the caller reads the whole conversation.
    """

    started_at: datetime
    language: str
    agents: tuple[str, ...]
    turns: tuple[MomentTurn, ...]
    can_open: bool

    @property
    def span(self) -> tuple[int, int] | None:
        """Return the start and the end of its words, in ms from the conversation's start; None where a time is missing."""
        starts = [each.start_ms for each in self.turns if each.start_ms is not None]
        ends = [each.end_ms for each in self.turns if each.end_ms is not None]
        found = (min(starts), max(ends)) if starts and ends else None
        return found if found and found[0] < found[1] else None


class ListedCollection(Collection, frozen=True, kw_only=True):
    """A collection with the number of moments that the caller is shown."""

    moments: int


class ShownCollection(Collection, frozen=True, kw_only=True):
    """A collection with its moments, in order.

    ``waiting`` is the number of pins without their agents' consent; 0 for those who may not pin.
    """

    moments: tuple[Moment, ...]
    waiting: int


class NewCollection(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A collection as it is asked for."""

    name: Annotated[str, stated_text(LONGEST_NAME), Meta(description="The name, on one line, as no other has it.")]
    audience: Annotated[Audience, Meta(description="Who is shown it: colleagues, or agents, too.")] = "colleagues"
    agent_ids: Annotated[
        tuple[Annotated[str, stated(minLength=1)], ...],
        stated(maxItems=MOST_AGENTS),
        Meta(description="The agents with whom it is shared; all of them where there is none."),
    ] = ()


class NewPin(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A moment to pin."""

    conversation_id: Annotated[str, Meta(description="The conversation.")]
    turn_id: Annotated[str, Meta(description="The turn.")]
    note: Annotated[str, stated_text(LONGEST_NOTE, 0), Meta(description="Why it is a good example.")] = ""


class NewOrder(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The order of the moments that the caller is shown, each once."""

    pin_ids: Annotated[
        tuple[str, ...],
        stated(maxItems=MOST_PINS, uniqueItems=True),
        Meta(description="The moments, in the new order."),
    ]


def made(wanted: NewCollection, by: str, at: datetime) -> Collection:
    """Return a new collection. Raises ``RequestError`` ``collection.invalid``."""
    bare = Collection(collection_id=f"cl-{uuid.uuid4().hex[:12]}", name="", made_by=by, made_at=at, changes=0)
    return changed(bare, wanted)


def changed(collection: Collection, wanted: NewCollection) -> Collection:
    """Return a collection with another name and other readers. Raises ``RequestError`` ``collection.invalid``."""
    name = wanted.name.strip()
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise _invalid("name", coded("a name has 1 to {n} characters on one line", n=LONGEST_NAME))
    if len(wanted.agent_ids) > MOST_AGENTS:
        raise _invalid("agent_ids", coded("name at most {n} agents, or none for all of them", n=MOST_AGENTS))
    if wanted.agent_ids and wanted.audience != "agents":
        raise _invalid("agent_ids", "agents are named for the audience agents only")
    return replace(
        collection,
        name=name,
        audience=wanted.audience,
        agent_ids=tuple(dict.fromkeys(wanted.agent_ids)),
        changes=collection.changes + 1,
    )


def pinned(collection_id: str, wanted: NewPin, by: str, at: datetime) -> Pin:
    """Return a new pin. Raises ``RequestError`` ``pin.invalid``."""
    note = wanted.note.strip()
    if len(note) > LONGEST_NOTE:
        message = coded("a note has at most {n} characters", n=LONGEST_NOTE)
        raise RequestError(message, code="pin.invalid", field="note", value=len(note))
    return Pin(
        pin_id=f"pi-{uuid.uuid4().hex[:12]}",
        collection_id=collection_id,
        conversation_id=wanted.conversation_id,
        turn_id=wanted.turn_id,
        note=note,
        pinned_by=by,
        pinned_at=at,
    )


def moment_of(pin: Pin, conversation: Conversation, *, can_open: bool) -> Moment:
    """Return a pin with its turn and the neighbours of it."""
    turns = conversation.turns
    at = next((n for n, each in enumerate(turns) if each.id == pin.turn_id), None)
    around = () if at is None else turns[max(0, at - NEIGHBOURS) : at + NEIGHBOURS + 1]
    return made_from(
        Moment,
        pin,
        conversation,
        agents=tuple(each.name or each.id for each in conversation.agents),
        turns=tuple(made_from(MomentTurn, each, turn_id=each.id, is_pinned=each.id == pin.turn_id) for each in around),
        can_open=can_open,
    )


def reordered(present: Sequence[str], wanted: Sequence[str], shown: frozenset[str]) -> list[str]:
    """Return pin ids in a new order; those that the caller is not shown keep their places.

    Raises ``ConflictError`` ``pin.order`` unless ``wanted`` has each that is shown once.
    """
    if len(wanted) != len(shown) or shown.symmetric_difference(wanted):
        message = coded("name each moment of the collection once; read it again where it was changed meanwhile")
        raise ConflictError(message, code="pin.order", field="pin_ids")
    order = iter(wanted)
    return [next(order) if each in shown else each for each in present]


def not_yours(collection: Collection) -> AccessError:
    """Return the error of a collection that the caller may not change."""
    message = coded("only its maker changes a collection, and who edits collections in the whole app")
    return AccessError(message, code="collection.not_yours", field="collection_id", value=collection.collection_id)


def too_many(noun: str, most: int) -> ConflictError:
    """Return the error of one collection, or pin, too many."""
    return ConflictError("there are {n} already; remove some", n=most, code=f"{noun}.too_many", field=f"{noun}_id")


def _invalid(field: str, message: str) -> RequestError:
    return errors.invalid("collection.invalid", field, message)
