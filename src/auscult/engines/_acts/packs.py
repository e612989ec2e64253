"""Wording packs over many texts: one search through each text for the lines of all packs together.

The answers are exactly those of ``Matcher``. A search tries only the lines whose literal words are there, which is why
each is a pattern of its own.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple

import re2

from auscult.domain.said.text import straighten_quotes
from auscult.wording import bare_words, pack, wording_pattern
from auscult.wording.matcher import options


class PackReader:
    """The readings of some packs, compiled together."""

    def __init__(self, names: tuple[str, ...]) -> None:
        """Compile the packs of these names (English)."""
        self._names: list[str] = []
        self._bare = _Lines(bare_words)
        self._written = _Lines(straighten_quotes)
        for name in names:
            for one in pack(f"en/{name}").readings:
                number = len(self._names)
                self._names.append(f"{name}:{one.means}")
                for lines, is_off in ((one.says_so, False), (one.unless, True)):
                    for line in lines:
                        self._bare.add(wording_pattern([line]), _Line(number, is_off))
                for lines, is_off in ((one.written, False), (one.unless_written, True)):
                    for line in lines:
                        self._written.add(line, _Line(number, is_off))
        self._bare.compile()
        self._written.compile()

    def held(self, texts: Sequence[str]) -> list[list[str]]:
        """Return for each text the packs that hold, each with a meaning: ``done:``, ``agent_outcome:met``."""
        return [self._held(text) for text in texts]

    def _held(self, text: str) -> list[str]:
        found = self._bare.found(text) + self._written.found(text)
        called_off = {line.reading for line in found if line.is_off}
        said = sorted({line.reading for line in found} - called_off)
        return list(dict.fromkeys(self._names[number] for number in said))


class _Line(NamedTuple):
    """The reading that a line is of, and whether the line calls it off."""

    reading: int
    is_off: bool


class _Lines:
    """Lines that are searched for together in a text that was prepared in one way."""

    def __init__(self, prepare: Callable[[str], str]) -> None:
        self._prepare = prepare
        self._filter = re2.Filter()
        self._lines: list[_Line] = []

    def add(self, pattern: str, line: _Line) -> None:
        self._filter.Add(pattern, options())
        self._lines.append(line)

    def compile(self) -> None:
        self._filter.Compile()

    def found(self, text: str) -> list[_Line]:
        return [self._lines[index] for index in self._filter.Match(self._prepare(text)) or ()]


@cache
def reader_of(names: tuple[str, ...]) -> PackReader:
    """Return the reader of these packs; it is made once."""
    return PackReader(names)
