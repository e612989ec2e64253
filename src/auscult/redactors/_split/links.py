"""Links between two parts of a number, and the readings of parts that take others back."""

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from auscult.redactors._cues import cues_in
from auscult.redactors._digits import Run, Unit
from auscult.redactors._words import words_of

_TAKEN_BACK, _READINGS = 19, 400
"""Digits that a correction may take back, and readings of a number with several corrections."""
_WAYS = 16
"""Readings of one part of a number."""
_GAP = 14
"""Words between two parts of a number in one turn: those that say nothing else, or others in what else is a card."""
_AMEX = (14, 15)
_MISHEARD, _SIMILAR = 2, 9
"""Number of digits that may differ in a read-back, and the length from which on they may."""
_LISTS = words_of("words.txt")
CORRECTS = _LISTS["corrects"]
_BETWEEN = _LISTS["between_digits"] | _LISTS["between_parts"] | CORRECTS
WORDS = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")

_PAUSE = re.compile(
    r"\b(?:hang on|hold on|wait|let me|one (?:sec|second|moment|minute)|just a (?:sec|second|moment|minute)"
    r"|bear with|give me a|"
    r"where (?:are|did) (?:my|i)|(?:can't|cannot|can barely|hard to) (?:read|see|make)|(?:light|glasses|pen|screen"
    r"|sticker|print|writing)(?:'s)?|(?:first|second|other|next|last) (?:half|part|bit|line|row|side)|"
    r"(?:worn|faded|smudged|scratched|rubbed|bent|tiny|blurry)|moment|momentito|espera|attends|attendez|warte"
    r"|aspetti|wacht)\b"
)
"""Words that show that who speaks will go on with a number."""

_ASKS_PHONE = re.compile(
    r"\b(?:mobile|phone|telephone|cell|landline|contact|callback|call back)(?: (?:number|no))?(?: please"
    r"| in case .{3,40})?\W*$"
)

Link = Literal["loose", "corrects", "free"]
"""Separators of two parts of a number, within a turn or across turns: filler, a correction, or other words."""


def is_pause(text: str) -> bool:
    """Return whether a turn only asks for patience, after which a number goes on: ``hang on, the sun's in my eyes``."""
    return len(WORDS.findall(text)) <= _GAP and _PAUSE.search(text) is not None and not cues_in(text)


def asks_phone(text: str) -> bool:
    """Return whether a turn ends with a question for a phone number."""
    return _ASKS_PHONE.search(text) is not None


def link_of(gap: str) -> Link | None:
    """Return how two runs are linked by the text between them: by words that say nothing else, or by few others."""
    words = WORDS.findall(gap)
    if len(words) > _GAP or any(map(str.isdecimal, gap)) or cues_in(gap):
        return None
    if all(word in _BETWEEN for word in words):
        return "corrects" if any(word in CORRECTS for word in words) else "loose"
    if len(words) <= _GAP and _PAUSE.search(gap):
        return "loose"
    return "free" if len(words) <= _GAP else None


def readings_of(chain: Sequence[Run], links: Sequence[Link]) -> Iterator[str]:
    """Yield the digits of a chain, and those without the last ones before a correction, which it may take back."""
    texts = [""]
    for link, run in zip(("loose", *links), chain, strict=True):
        taken_back = range(min(_TAKEN_BACK, *map(len, texts)) + 1) if link == "corrects" else (0,)
        texts = [text[: len(text) - size] for text in texts for size in taken_back][:_READINGS]
        texts = [text + chars for chars in _ways(run) for text in texts][:_READINGS]
    yield from texts


def _ways(run: Run) -> list[str]:
    """Return the digits of a run, and what they may be as well: ``forty two`` is ``42`` or ``402``."""
    texts = [""]
    for unit in run.units:
        ends = (unit.chars, unit.other) if unit.other and len(texts) < _WAYS else (unit.chars,)
        texts = [text + end for end in ends for text in texts]
    return texts


def is_grouped(chain: Sequence[Run], links: Sequence[Link]) -> bool:
    """Return whether other words are only between the groups of a card."""
    size, total = 0, sum(len(run.chars) for run in chain)
    for run, link in zip(chain, links, strict=False):
        size += len(run.chars)
        if link == "free" and (size % 4 if total not in _AMEX else size not in (4, 10)):
            return False
    return True


def is_similar(one: str, other: str) -> bool:
    if len(one) != len(other) or len(one) < _SIMILAR:
        return False
    return sum(a != b for a, b in zip(one, other, strict=True)) <= _MISHEARD


def owners(chain: Sequence[Run]) -> list[tuple[int, Unit]]:
    """Return the units of all runs, each with its turn."""
    return [(run.turn, unit) for run in chain for unit in run.units]


def runs_of(chain: Sequence[Run], first: int, behind: int) -> int:
    """Return over how many runs some of the units of all are."""
    owning = [index for index, run in enumerate(chain) for _ in run.units]
    return len(set(owning[first:behind]))


def in_one_text(units: Sequence[Unit], chain: Sequence[Run]) -> Sequence[Unit]:
    """Return units with offsets in the first turn's text; of a chain those of later turns mean nothing there."""
    if len(chain) == 1:
        return units
    offset = chain[0].start
    return [Unit(unit.chars, offset, offset) for unit in units]
