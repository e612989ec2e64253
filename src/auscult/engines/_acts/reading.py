"""Signs of a turn: what its text shows by itself, and what its position in the conversation adds.

Wording packs are searched for together, once through each text; the answers are exactly those of ``Matcher``.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from auscult.domain.probe import Acts
from auscult.domain.said.text import spoken_words
from auscult.engines._acts.features import FIRST, LAST, name_words, shapes, side_of
from auscult.votes.signs import AGENT_ACTS
from auscult.wording import available, pack
from auscult.wording.matcher import line_search

CUSTOMER_ACTS = (
    "ask", "problem", "give_identity", "accept", "protest", "thanks_warm", "thanks_plain", "ask_escalation", "threat",
    "churn", "leave", "positive", "negative", "sounds_served",
)  # fmt: skip
ACTS = (*AGENT_ACTS, *CUSTOMER_ACTS)

AGENT_PACKS = (
    "agent_outcome", "done", "escalation_handled", "further_help", "goodbye", "greeting", "hold_announced",
    "identity_request", "introduction", "introduction_brief", "last_thanks", "offer_of_help", "outbound_opening",
    "refused", "signoff", "sympathy",
)  # fmt: skip
CUSTOMER_PACKS = (
    "asking", "customer_outcome", "escalation_request", "identity_given", "leaving", "leaving_bare", "problem",
    "threats",
)  # fmt: skip
"""Packs that have a say about acts, by side; a language may lack some."""


class Position(NamedTuple):
    """Position of a turn: how early and late it is among its side's, who speaks before and after it, and names in it."""

    number: int
    left: int
    channel: str
    before: str | None
    after: str | None
    named: tuple[str, ...] = ()


def text_signs(texts: Sequence[str], language: str, *, is_customer: bool) -> list[list[str]]:
    """Return the signs of each text that count for its neighbours too: its shapes, and the packs that hold."""
    packs = reader_of(language, CUSTOMER_PACKS if is_customer else AGENT_PACKS).held(texts)
    return [[*shapes(text), *held] for text, held in zip(texts, packs, strict=True)]


def positions(asked: Acts) -> Iterator[Position]:
    """Yield the position of each turn."""
    sides = [side_of(turn) for turn in asked.turns]
    left = {side: sides.count(side) for side in set(sides)}
    seen = dict.fromkeys(left, 0)
    names = [("names agent", name_words(asked.agents)), ("names queue", name_words(asked.queues))]
    for turn, side, before, after in zip(asked.turns, sides, (None, *sides), (*sides[1:], None), strict=False):
        left[side] -= 1
        named = ()
        if side == "agent":
            spoken = spoken_words(turn.text)
            named = tuple([sign for sign, of in names if any(name in spoken for name in of)])
        yield Position(min(seen[side], FIRST), min(left[side], LAST), asked.channel, before, after, named)
        seen[side] += 1


def signs_of_position(position: Position) -> list[str]:
    """Return what a position shows."""
    number, left, channel, before, after, named = position
    around = [f"after {before}" if before else "opens", f"before {after}" if after else "closes"]
    return [f"at {number}", f"left {left}", channel, *around, *named]


class PackReader:
    """The readings of some packs, searched for together. Patterns are compiled on first use."""

    def __init__(self, language: str, names: tuple[str, ...]) -> None:
        """Gather the lines of the packs of these names that a language has."""
        self._names: list[str] = []
        self._bare: list[_Line] = []
        self._written: list[_Line] = []
        there = frozenset(available())
        for name in (name for name in names if f"{language}/{name}" in there):
            for one in pack(f"{language}/{name}").readings:
                number = len(self._names)
                self._names.append(f"{name}:{one.means}")
                self._bare += _lines_of(number, one.says_so, one.unless)
                self._written += _lines_of(number, one.written, one.unless_written)
        self._search_bare = line_search([line.pattern for line in self._bare], is_bare=True)
        self._search_written = line_search([line.pattern for line in self._written], is_bare=False)

    def held(self, texts: Sequence[str]) -> list[list[str]]:
        """Return for each text the packs that hold, each with a meaning: ``done:``, ``agent_outcome:met``."""
        return [self._held(text) for text in texts]

    def _held(self, text: str) -> list[str]:
        found = [self._bare[index] for index in self._search_bare(text)]
        found += [self._written[index] for index in self._search_written(text)]
        if not found:
            return []
        called_off = {line.reading for line in found if line.is_off}
        said = sorted({line.reading for line in found} - called_off)
        return list(dict.fromkeys([self._names[number] for number in said]))


class _Line(NamedTuple):
    """A line of a pack, the reading that it belongs to, and whether it calls that off."""

    pattern: str
    reading: int
    is_off: bool


@cache
def reader_of(language: str, names: tuple[str, ...]) -> PackReader:
    """Return the reader of these packs of a language; it is made once."""
    return PackReader(language, names)


def _lines_of(reading: int, says_so: Iterable[str], unless: Iterable[str]) -> list[_Line]:
    return [_Line(line, reading, is_off) for lines, is_off in ((says_so, False), (unless, True)) for line in lines]
