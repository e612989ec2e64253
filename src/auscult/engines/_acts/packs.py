"""Wording packs over many texts: one search through each text for the lines of all packs together.

The answers are exactly those of ``Matcher``.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple

from auscult.wording import available, pack
from auscult.wording.matcher import line_search


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
