"""Conversations that come in more than once: as legs, which are joined, or as an original and its redacted copy."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import TypeVar

from msgspec.structs import replace

from auscult.domain.conversation import Agent, Conversation, Event, Leg, Queue, Turn

Timed = TypeVar("Timed", Turn, Event)
Party = TypeVar("Party", Queue, Agent)

_BETWEEN = ":"
_MS = timedelta(milliseconds=1)


def turn_of_leg(leg: str, number: int) -> str:
    """Return the id of a turn, by its leg and its number there."""
    return f"{leg}{_BETWEEN}{number}"


def leg_named(text: str) -> str:
    """Return the id of a leg by the name that a source has for it, short enough for the ids of its turns."""
    return text.replace(_BETWEEN, "_")[-200:]


def with_parties(conversation: Conversation, names: Iterable[str] | None = None) -> Conversation:
    """Return a conversation of one file, each of whose legs (these, or those that it has) has all its queues and agents."""
    queues = tuple(queue.id for queue in conversation.queues)
    agents = tuple(agent.id for agent in conversation.agents)
    ids = sorted(legs_of(conversation) if names is None else set(names))
    return replace(conversation, legs=tuple(Leg(name, queues, agents) for name in ids))


def depends_on_stored(later: Conversation) -> bool:
    """Return whether what a conversation becomes depends on what is stored of it."""
    return bool(later.legs) or later.edition is not None


def followed(earlier: Conversation, later: Conversation) -> Conversation:
    """Return what is stored once a conversation has come in again: the later one, the earlier one, or both joined.

    An original never replaces its redacted copy. Legs are joined in the order of time, whichever came first; a leg
    that came before is replaced.
    """
    if earlier.edition == "redacted" and later.edition == "original":
        return earlier
    if not later.legs:
        return later
    named = _with_legs(earlier, later)
    return later if legs_of(named) <= legs_of(later) else _joined(named, later)


def is_replaced(earlier: Conversation, later: Conversation) -> bool:
    """Return whether words of one of two that came in are not stored, as the other replaces it."""
    if not (earlier.legs and later.legs):
        return earlier != later
    return bool(legs_of(earlier) & legs_of(later)) and followed(earlier, later) != earlier


def legs_of(conversation: Conversation) -> set[str]:
    """Return the ids of the legs of a conversation."""
    return {leg.id for leg in conversation.legs}


def _with_legs(earlier: Conversation, later: Conversation) -> Conversation:
    """Return a conversation with legs. One of a version without them, or of an export, has those that its turns show.

    What has no name is one leg, and is gone where the later ones have a turn of the same side at the same time.
    """
    if earlier.legs and "" not in legs_of(earlier):
        return earlier
    if not earlier.legs and earlier.source != later.source:
        return later
    turns = earlier.turns
    if not {(turn.speaker, _at(earlier, turn)) for turn in turns if not _leg(turn)}.isdisjoint(
        (turn.speaker, _at(later, turn)) for turn in later.turns
    ):
        turns = tuple(turn for turn in turns if _leg(turn))
    names = {_leg(turn) for turn in turns}
    if not earlier.legs:
        return with_parties(replace(earlier, turns=turns), names)
    return replace(earlier, turns=turns, legs=tuple(leg for leg in earlier.legs if leg.id in names))


def _at(conversation: Conversation, turn: Turn) -> datetime:
    return conversation.started_at + (turn.start_ms or 0) * _MS


def _joined(earlier: Conversation, later: Conversation) -> Conversation:
    start = min(earlier.started_at, later.started_at)
    again = legs_of(later)
    kept = [turn for turn in earlier.turns if _leg(turn) not in again]
    turns = [*_moved(kept, earlier.started_at, start), *_moved(later.turns, later.started_at, start)]
    turns.sort(key=lambda turn: (turn.start_ms or 0, _leg(turn)))
    events = {*_moved(earlier.events, earlier.started_at, start), *_moved(later.events, later.started_at, start)}
    first, second = sorted((earlier, later), key=_begins)
    legs = sorted([*(leg for leg in earlier.legs if leg.id not in again), *later.legs], key=lambda leg: leg.id)
    begun = list(dict.fromkeys(_leg(turn) for turn in turns))
    in_time = sorted(legs, key=lambda leg: begun.index(leg.id) if leg.id in begun else len(begun))
    return replace(
        first,
        started_at=start,
        ended_at=max((one.ended_at for one in (first, second) if one.ended_at is not None), default=None),
        queues=_named((name for leg in in_time for name in leg.queues), (*second.queues, *first.queues)),
        agents=_named((name for leg in in_time for name in leg.agents), (*second.agents, *first.agents)),
        turns=tuple(turns),
        events=tuple(sorted(events, key=lambda event: (event.start_ms or 0, event.type, event.agent_id or ""))),
        custom_fields={**second.custom_fields, **first.custom_fields},
        masks={**later.masks, **earlier.masks},
        legs=tuple(legs),
    )


def _leg(turn: Turn) -> str:
    return turn.id.rpartition(_BETWEEN)[0]


def _begins(one: Conversation) -> datetime:
    """Return when the first turn begins."""
    return one.started_at + min((turn.start_ms for turn in one.turns if turn.start_ms is not None), default=0) * _MS


def _moved(spans: Iterable[Timed], begun: datetime, start: datetime) -> Iterator[Timed]:
    """Yield turns or events with times that count from ``start`` instead of ``begun``."""
    by = (begun - start) // _MS
    for one in spans:
        begins, ends = one.start_ms, one.end_ms
        yield replace(
            one,
            start_ms=None if begins is None else begins + by,
            end_ms=None if ends is None else ends + by,
        )


def _named(names: Iterable[str], parties: Iterable[Party]) -> tuple[Party, ...]:
    """Return the parties of these ids, each once and in their order."""
    by_id = {one.id: one for one in parties}
    return tuple(by_id[name] for name in dict.fromkeys(names) if name in by_id)
