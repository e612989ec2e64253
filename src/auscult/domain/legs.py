"""Conversations that come in more than once: as legs, which are joined, or as an original and its redacted copy."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import TypeVar

from msgspec.structs import replace

from auscult.domain.conversation import Agent, Conversation, Event, Queue, Turn

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


def depends_on_stored(later: Conversation) -> bool:
    """Return whether what a conversation becomes depends on what is stored of it."""
    return bool(later.legs) or later.edition == "original"


def followed(earlier: Conversation, later: Conversation) -> Conversation:
    """Return what is stored once a conversation has come in again: the later one, the earlier one, or both joined.

    An original never replaces its redacted copy. Legs are joined in the order of time, whichever came first; a leg
    that came before is replaced.
    """
    if earlier.edition == "redacted" and later.edition == "original":
        return earlier
    return later if set(earlier.legs) <= set(later.legs) or not later.legs else _joined(earlier, later)


def is_replaced(earlier: Conversation, later: Conversation) -> bool:
    """Return whether words of one of two that came in are not stored, as the other replaces it."""
    if not (earlier.legs and later.legs):
        return earlier != later
    return not set(earlier.legs).isdisjoint(later.legs) and followed(earlier, later) != earlier


def _joined(earlier: Conversation, later: Conversation) -> Conversation:
    start = min(earlier.started_at, later.started_at)
    kept = [turn for turn in earlier.turns if _leg(turn) not in later.legs]
    turns = [*_moved(kept, earlier.started_at, start), *_moved(later.turns, later.started_at, start)]
    events = {*_moved(earlier.events, earlier.started_at, start), *_moved(later.events, later.started_at, start)}
    first, second = sorted((earlier, later), key=_begins)
    return replace(
        first,
        started_at=start,
        ended_at=max((one.ended_at for one in (first, second) if one.ended_at is not None), default=None),
        queues=_once((*first.queues, *second.queues)),
        agents=_once((*first.agents, *second.agents)),
        turns=tuple(sorted(turns, key=lambda turn: (turn.start_ms or 0, _leg(turn)))),
        events=tuple(sorted(events, key=lambda event: (event.start_ms or 0, event.type, event.agent_id or ""))),
        custom_fields={**second.custom_fields, **first.custom_fields},
        masks={**later.masks, **earlier.masks},
        legs=tuple(sorted({*earlier.legs, *later.legs})),
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


def _once(parties: Iterable[Party]) -> tuple[Party, ...]:
    found: dict[str, Party] = {}
    for one in parties:
        found.setdefault(one.id, one)
    return tuple(found.values())
