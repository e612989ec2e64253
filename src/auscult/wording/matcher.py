"""Matching a pack against what was said in one turn. All in RE2: time grows with the text and never explodes."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

import re2

from auscult.domain.said.negation import Match, is_affirmed
from auscult.domain.said.text import scan_words, spoken_words, straighten_quotes
from auscult.wording.packs import Pack, Reading

# The words of a text as ``spoken_words`` cuts it, where they stand: runs of letters, digits and apostrophes.
_WORD = re.compile("(?:[^\\W_]|['`\u2019\u2018\u02bc\u201b\u00b4])+")
_MEMORY = 8 * 1024 * 1024

Search = Callable[[bytes], str]
"""Text in, as UTF-8, the first words that match out; "" for none. RE2 reads bytes, and encoding a text once is cheaper."""
FindLines = Callable[[str], Sequence[int]]
"""A turn's text in, the indices of a pack's lines that match it out."""
_KEEP = 2_048
_KEEP_CHARACTERS = 2_000


def bare_words(text: str) -> str:
    """Return ``spoken_words`` without the space at either end, so that ``^`` and ``$`` are its first and last word."""
    return spoken_words(text)[1:-1]


def wording_pattern(lines: Iterable[str]) -> str:
    """Turn lines of bare words into one pattern over ``bare_words`` that matches any of them, whole words."""
    return f"(?:^| )(?:{'|'.join(lines)})(?: |$)"


class _Compiled(NamedTuple):
    said: Search
    written: Search
    unless: Search
    unless_written: Search
    lines: tuple[str, ...]
    written_lines: tuple[str, ...]

    def matches(self, clause: str) -> Iterator[Match]:
        """Yield the matches in a clause, for the reading of negations."""
        for lines, is_bare in ((self.lines, True), (self.written_lines, False)):
            if lines:
                read = bare_words(clause) if is_bare else straighten_quotes(clause)
                for start, end in _spans(lines, is_bare=is_bare)(read):
                    yield Match.of(read, start, end)

    def is_called_off(self, bare: bytes, straight: bytes) -> bool:
        return bool(self.unless(bare) or self.unless_written(straight))


class Matcher:
    """A pack, compiled for single turns."""

    def __init__(self, pack: Pack, find_lines: FindLines | None = None) -> None:
        """Compile every reading. ``find_lines`` searches for the lines in place of a pass of its own."""
        self._language, _, _ = pack.name.partition("/")
        self._readings = [(reading.means, _compiled(reading)) for reading in pack.readings]
        # One pass finds the lines that are said, and with them the readings: it searches only for lines whose literal
        # words are there, which in most turns are few.
        self._of_line = [index for index, each in enumerate(pack.readings) for _ in each.says_so]
        self._search_lines = line_search(pack.lines, is_bare=True)
        self._find_lines = find_lines or self._search_lines
        self._has_written = any(each.written for each in pack.readings)
        self._kept = lru_cache(maxsize=_KEEP)(self._held)

    def holds(self, text: str) -> bool:
        """Return whether a reading of the pack holds for a turn's text."""
        return bool(self._readings_of(text))

    def meanings(self, text: str) -> frozenset[str]:
        """Return what the readings mean that hold for a turn's text; "" for those without a meaning of their own."""
        return frozenset([self._readings[index][0] for index in self._readings_of(text)])

    def affirms(self, text: str) -> bool:
        """Return whether a reading of the pack holds for a turn's text, and its words are not merely denied there."""
        held = [self._readings[index][1] for index in self._readings_of(text)]
        if not held:
            return False
        return is_affirmed(
            lambda clause: (match for one in held for match in one.matches(clause)), text, self._language
        )

    def words(self, text: str) -> str:
        """Return the words of a turn that match the pack, as written; "" where it does not match."""
        found = self._readings_of(text)
        if not found:
            return ""
        bare, straight, held = bare_words(text), straighten_quotes(text), self._readings[found[0]][1]
        if said := held.said(bare.encode()):
            return _as_written(text, bare, said)
        written = held.written(straight.encode())
        start = straight.index(written)
        return text[start : start + len(written)].strip()

    def _readings_of(self, text: str) -> tuple[int, ...]:
        return self._kept(text) if len(text) <= _KEEP_CHARACTERS else self._held(text)

    def _held(self, text: str) -> tuple[int, ...]:
        """Return the indices of the readings that hold for a turn's text."""
        lines = self._find_lines(text) if len(text) <= _KEEP_CHARACTERS else self._search_lines(text)
        if not lines and not self._has_written:
            return ()
        said = {self._of_line[line] for line in lines}
        bare, straight = bare_words(text).encode(), straighten_quotes(text).encode()
        return tuple(
            [
                index
                for index, (_, one) in enumerate(self._readings)
                if (index in said or one.written(straight)) and not one.is_called_off(bare, straight)
            ]
        )


def _as_written(text: str, bare: str, said: str) -> str:
    """Return words found among the bare words of a text as the text has them."""
    start = bare.index(said) + (len(said) - len(said.lstrip()))
    first, count = bare.count(" ", 0, start), len(said.split())
    spans = [
        word.span() for word in _WORD.finditer(straighten_quotes(text)) if len(scan_words(word.group()).split()) == 1
    ]
    if len(spans) != bare.count(" ") + 1:
        return said.strip()
    return text[spans[first][0] : spans[first + count - 1][1]]


def line_search(lines: Sequence[str], *, is_bare: bool) -> FindLines:
    """Return a search for lines in one pass, compiled on first use: lines of bare words, or of the text as written.

    Each line is a pattern of its own, as RE2 then tries only those whose literal words are there.
    """
    form = bare_words if is_bare else straighten_quotes

    @cache
    def compiled() -> re2.Filter:
        found = re2.Filter()
        for line in lines:
            found.Add(wording_pattern([line]) if is_bare else line, options())
        found.Compile()
        return found

    def search(text: str) -> Sequence[int]:
        return (compiled().Match(form(text).encode()) or ()) if lines else ()

    return search


def _compiled(reading: Reading) -> _Compiled:
    return _Compiled(
        said=_any_of(reading.says_so, is_bare=True),
        written=_any_of(reading.written, is_bare=False),
        unless=_any_of(reading.unless, is_bare=True),
        unless_written=_any_of(reading.unless_written, is_bare=False),
        lines=reading.says_so,
        written_lines=reading.written,
    )


@lru_cache(maxsize=256)
def _any_of(lines: tuple[str, ...], *, is_bare: bool) -> Search:
    if not lines:
        return lambda _: ""
    pattern = wording_pattern(lines) if is_bare else "|".join(lines)
    search = re2.compile(pattern, options()).search

    def found(text: bytes) -> str:
        match = search(text)
        return (match.group() or b"").decode() if match is not None else ""

    return found


@lru_cache(maxsize=256)
def _spans(lines: tuple[str, ...], *, is_bare: bool) -> Callable[[str], list[tuple[int, int]]]:
    """Return a search for where each match of lines begins and ends. Slower than a search for whether there is one."""
    capturing = options()
    capturing.never_capture = False
    search = re2.compile(wording_pattern(lines) if is_bare else "|".join(lines), capturing).finditer
    return lambda text: [match.span() for match in search(text)]


def options() -> re2.Options:
    """Return the options of every pattern of a pack."""
    found = re2.Options()
    found.log_errors = False
    found.case_sensitive = False
    found.never_capture = True
    found.max_mem = _MEMORY
    return found
