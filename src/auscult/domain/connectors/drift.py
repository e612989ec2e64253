"""Drift watch: fields that vanished, volumes that fell, queues that are new, compared with the days before."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from statistics import median

from auscult.domain.connectors.document import Watch
from auscult.domain.connectors.run import Day
from auscult.domain.conversation import Conversation
from auscult.domain.errors import coded

COMPARED_DAYS = 28
"""Days before today that are compared with it."""

_USUAL_SHARE = 0.2
_FEWEST_DAYS = 3
_SELDOM_S = 6 * 3600
_SHOWN = 10


def figures_of(conversations: Sequence[Conversation], unknown: Sequence[str] = ()) -> Day:
    """Return the figures of some conversations."""
    day = Day(conversations=len(conversations), fields={}, queues={}, unknown={})
    for one in conversations:
        for name in _fields(one):
            day.fields[name] = day.fields.get(name, 0) + 1
        for queue in one.queues:
            day.queues[queue.id] = day.queues.get(queue.id, 0) + 1
    for name in unknown:
        day.unknown[name] = day.unknown.get(name, 0) + 1
    return day


def drift(hours: Mapping[int, Day], now: datetime, watch: Watch, every_s: int) -> list[str]:
    """Return a line for each drift of today against the days before it, of which there must be some.

    ``hours`` has figures by hours since the epoch. The volume of today is compared up to the last whole hour; where the
    connector runs seldom, up to now.
    """
    hour = hour_of(now)
    first = hour - hour % 24
    last = hour if not 0 < every_s < _SELDOM_S else hour - 1
    earlier = sorted({at // 24 for at in hours if at < first})[-COMPARED_DAYS:]
    if not earlier:
        return []
    today = _sum(hours, first, hour)
    before = [_sum(hours, day * 24, day * 24 + 23) for day in earlier]
    lines = [*_vanished(today, before, watch), *_new_queues(today, before)]
    if len(earlier) >= _FEWEST_DAYS and last >= first:
        usual = median(_sum(hours, day * 24, day * 24 + last - first).conversations for day in earlier)
        count = _sum(hours, first, last).conversations
        if usual >= watch.minimum and count < watch.volume * usual:
            lines.append(
                coded(
                    "the volume fell: {n} conversations today up to {value}, usually {m}",
                    n=count,
                    value=f"{last - first + 1}:00",
                    m=f"{usual:.0f}",
                )
            )
    return lines


def hour_of(at: datetime) -> int:
    """Return the number of the hour since the epoch, in UTC."""
    return int(at.timestamp()) // 3600


def subject(line: str) -> str:
    """Return the part of a line that is the same when the drift is reported again."""
    return line.partition(":")[0]


def _sum(hours: Mapping[int, Day], first: int, last: int) -> Day:
    total = Day(fields={}, queues={}, unknown={})
    for hour in range(first, last + 1):
        if hour in hours:
            total.add(hours[hour])
    return total


def _vanished(now: Day, before: Sequence[Day], watch: Watch) -> Iterator[str]:
    total = sum(day.conversations for day in before)
    if now.conversations < watch.minimum or total < watch.minimum:
        return
    for name in sorted({name for day in before for name in day.fields}):
        share = sum(day.fields.get(name, 0) for day in before) / total
        if share >= _USUAL_SHARE and not now.fields.get(name):
            yield coded(
                "field {name} vanished: {value} of {n} conversations had it, none of {m} today",
                name=name,
                value=f"{share:.0%}",
                n=total,
                m=now.conversations,
            )


def _new_queues(now: Day, before: Sequence[Day]) -> Iterator[str]:
    known = {name for day in before for name in day.queues}
    found = [name for name in sorted(now.queues) if name not in known]
    for name in found[:_SHOWN]:
        yield coded("queue {name} is new: {n} today", name=name, n=now.queues[name])
    if len(found) > _SHOWN:
        yield coded("further new queues: {n}", n=len(found) - _SHOWN)


def _fields(one: Conversation) -> Iterator[str]:
    for name in ("custom_id", "ended_at", "queues", "agents", "customer", "turns", "events", "contact", "recordings"):
        if getattr(one, name):
            yield name
    if any(turn.start_ms is not None for turn in one.turns):
        yield "turns.start_ms"
    if any(turn.agent_id for turn in one.turns):
        yield "turns.agent_id"
    for name, value in one.custom_fields.items():
        if value:
            yield f"custom_fields.{name}"
