"""Lines that begin with who speaks, with times or without, as transcripts and cells of tables have them."""

import re
from collections import Counter
from itertools import pairwise
from typing import NamedTuple

from auscult.formats._others.labels import is_generic, side_of
from auscult.formats._others.talk import Said

_CLOCK = r"(?P<{0}>\d{{1,2}}:\d{{2}}(?::\d{{2}})?(?:[.,]\d{{1,3}})?(?:\s?[AaPp][Mm])?)"
_AROUND = r"[\[(]?\s*{0}(?:\s*(?:-->|-|\u2013)\s*\d{{1,2}}:\d{{2}}(?::\d{{2}})?(?:[.,]\d{{1,3}})?)?\s*[\])]?"
_BEFORE, _AFTER, _ALONE = (_AROUND.format(_CLOCK.format(name)) for name in ("before", "after", "alone"))
_LABEL = r"(?P<label>[^\W_][^:\n\[\]<>\"|;\t,?!]{0,39}?)"
_LINE = re.compile(
    rf"\s*(?:{_BEFORE}\s*[-\u2013]?\s*)?(?:[-*#>]+\s*)?\**{_LABEL}\s*(?:{_AFTER})?\**\s*:\**(?:\s+(?P<text>.*))?"
)
_HEADING = re.compile(rf"\s*{_LABEL}\s+{_ALONE}\s*")
_MOST_WORDS, _LEAST, _HOUR_S, _NOON = 4, 0.4, 3600, 12


class _Turn(NamedTuple):
    label: str
    text: str
    clock: str | None
    is_heading: bool = False


def are_labelled(lines: list[str]) -> bool:
    """Return whether enough lines begin with one of several names, of which one is a side or returns."""
    labels = [turn.label for line in lines if (turn := _turn(line)) is not None]
    counted = Counter(labels)
    is_known = any(counted[label] > 1 or side_of(label) or is_generic(label) for label in counted)
    return len(counted) > 1 and is_known and len(labels) >= max(2, _LEAST * len(lines))


def said_in(text: str) -> list[Said]:
    """Return the turns of a text; a line without a name goes on with the one before."""
    lines = [(line, _turn(line)) for line in filter(None, map(str.strip, text.splitlines()))]
    begun = _begun([turn for _, turn in lines if turn is not None])
    turns: list[_Turn] = []
    for line, turn in lines:
        if turn is not None and (turn in begun or not turns):
            turns.append(turn)
        elif turns:
            turns[-1] = turns[-1]._replace(text=f"{turns[-1].text}\n{line}".strip())
    counted = Counter(turn.label for turn in turns)
    if any(side_of(label) or counted[label] > 1 for label in counted):
        turns = _without_headings(turns, counted)
    times = _times([turn.clock for turn in turns])
    return [Said(turn.text, turn.label, start_ms=ms) for turn, ms in zip(turns, times, strict=True)]


def _turn(line: str) -> _Turn | None:
    found = _LINE.fullmatch(line)
    if found is not None and len(found["label"].split()) <= _MOST_WORDS and not found["label"].isdigit():
        return _Turn(found["label"].strip("* "), (found["text"] or "").strip(), found["before"] or found["after"])
    heading = _HEADING.fullmatch(line)
    if heading is not None and len(heading["label"].split()) <= _MOST_WORDS and not heading["label"].isdigit():
        return _Turn(heading["label"].strip(), "", heading["alone"], is_heading=True)
    return None


def _begun(turns: list[_Turn]) -> set[_Turn]:
    """Return those that are turns: in a text whose turns have headings, or times, ``Name: Anna`` is what one says.

    So is ``See you at 10:30`` in one whose turns have no headings.
    """
    if 2 * sum(turn.is_heading for turn in turns) <= len(turns):
        turns = [turn for turn in turns if not turn.is_heading]
    timed = {turn.label for turn in turns if turn.clock}
    if len(timed) > 1 and 2 * sum(turn.clock is not None for turn in turns) > len(turns):
        turns = [turn for turn in turns if turn.clock or turn.label in timed or side_of(turn.label)]
    return set(turns)


def _without_headings(turns: list[_Turn], counted: Counter[str]) -> list[_Turn]:
    """Return turns without the lines about the call above the first of them, as ``Date: …``."""
    first = next(
        (
            at
            for at, turn in enumerate(turns)
            if side_of(turn.label) or is_generic(turn.label) or counted[turn.label] > 1
        ),
        0,
    )
    rest = turns[first:]
    return rest if len({turn.label for turn in rest}) > 1 else turns


def _times(clocks: list[str | None]) -> list[float | None]:
    """Return ms from the start: times of day count from the first of them, others from the start."""
    seconds = [None if clock is None else _seconds(clock) for clock in clocks]
    known = [one for one in seconds if one is not None]
    if not known or any(after < before for before, after in pairwise(known)):
        return [None] * len(clocks)
    begin = known[0] if known[0] >= _HOUR_S else 0
    return [None if one is None else (one - begin) * 1000 for one in seconds]


def _seconds(clock: str) -> float:
    """Return seconds of ``12:34`` (minutes and seconds), ``1:12:34`` or ``3:34 PM``."""
    half = clock[-2:].lower() if clock[-1] in "mM" else ""
    parts = [float(part) for part in clock.rstrip("aApPmM ").replace(",", ".").split(":")]
    if half:
        hour = parts[0] % _NOON + (_NOON if half == "pm" else 0)
        parts = [hour, *parts[1:], *([0.0] if len(parts) == 2 else [])]  # noqa: PLR2004  (hour and minute)
    total = 0.0
    for part in parts:
        total = total * 60 + part
    return total
