"""Rules for turns and events in every format: ids, order of their times, limits."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from auscult.domain.conversation import Speaker, Turn
from auscult.domain.errors import FormatError
from auscult.formats import _instants
from auscult.formats._contract import Limits

MOST_MS = 366 * 24 * 3600 * 1000
"""No turn begins later than this after its conversation: what is larger counts from somewhere else."""


class RawTurn(NamedTuple):
    """A turn as a format read it; without an id it gets one. Times in ms from the conversation's start."""

    speaker: Speaker
    text: str
    id: str | None = None
    agent_id: str | None = None
    start_ms: float | None = None
    end_ms: float | None = None
    speaker_label: str | None = None


def finish(turns: Sequence[RawTurn], limits: Limits) -> tuple[Turn, ...]:
    """Check turns and assign each an id: its own, or ``m`` and its number.

    Raises ``FormatError`` with the field: a repeated id, impossible times, too many, too large.
    """
    if len(turns) > limits.turns:
        message = f"there are {len(turns):,} turns; at most {limits.turns:,} are read (setting turns)"
        raise FormatError(message, code="turns.too_many", field="turns", value=len(turns))
    given = {turn.id for turn in turns if turn.id is not None}
    if len(given) < len(turns):
        refuse_repeated("turns", (turn.id for turn in turns), code="turn.duplicate_id")
    most_characters = limits.turn_bytes // 4
    finished: list[Turn] = []
    for index, (speaker, text, own_id, agent_id, start_ms, end_ms, label) in enumerate(turns):
        if len(text) > most_characters:
            _refuse_large(text, index, limits.turn_bytes)
        start, end = span("turns", index, start_ms, end_ms)
        finished.append(Turn(own_id or new_id("m", index, given), speaker, text, agent_id, start, end, (), label))
    return tuple(finished)


def ended_at(started_at: datetime, turns: Iterable[Turn]) -> datetime | None:
    """Return the end of the last timed turn, or None where no turn has a time."""
    times = [turn.start_ms if turn.end_ms is None else turn.end_ms for turn in turns]
    last = max((ms for ms in times if ms is not None), default=None)
    return None if last is None else _instants.after(started_at, last)


def span(group: str, index: int, start_ms: float | None, end_ms: float | None) -> tuple[int | None, int | None]:
    """Check start and end of the turn or event at ``index``. Raises ``FormatError`` with the field."""
    # Most times are whole numbers in range, of which a call for each is the larger part of reading a turn.
    start = (
        start_ms
        if type(start_ms) is int and 0 <= start_ms <= MOST_MS
        else _whole_ms(start_ms, group, index, "start_ms")
    )
    end = end_ms if type(end_ms) is int and 0 <= end_ms <= MOST_MS else _whole_ms(end_ms, group, index, "end_ms")
    if start is not None and end is not None and end < start:
        field = f"{group}[{index}].end_ms"
        message = f"{field} is {end}, before its start_ms {start}; it should be {start} or more"
        raise FormatError(message, code="field.invalid", field=field, value=end)
    return start, end


def _whole_ms(value: float | None, group: str, index: int, name: str) -> int | None:
    """Check a time that counts from the conversation's start: whole, not negative, in ms."""
    if value is None:
        return None
    if not 0 <= value <= MOST_MS or value != int(value):
        field = f"{group}[{index}].{name}"
        message = f"{field} is {value}; it should be a whole number of ms from started_at, 0 or more, at most {MOST_MS}"
        raise FormatError(message, code="field.invalid", field=field, value=value)
    return int(value)


def refuse_repeated(group: str, ids: Iterable[str | None], *, code: str) -> None:
    """Refuse the first id in a list that an earlier one has already. Raises ``FormatError``."""
    seen: dict[str, int] = {}
    for index, given in enumerate(ids):
        if given is not None and (first := seen.setdefault(given, index)) != index:
            field = f"{group}[{index}].id"
            message = (
                f"{field} is {given!r}, which {group}[{first}] has already; ids should differ within a conversation"
            )
            raise FormatError(message, code=code, field=field, value=given)


def _refuse_large(text: str, index: int, limit: int) -> None:
    size = len(text.encode())
    if size > limit:
        field = f"turns[{index}].text"
        message = f"{field} has {size:,} bytes; at most {limit:,} are read (setting turn_bytes)"
        raise FormatError(message, code="turn.too_large", field=field, value=size)


def new_id(letter: str, index: int, given: set[str]) -> str:
    """Return a letter and the position from 1; where another one has that id, a dash and a count as well."""
    made = f"{letter}{index + 1}"
    count = 1
    while made in given:
        count += 1
        made = f"{letter}{index + 1}-{count}"
    given.add(made)
    return made
