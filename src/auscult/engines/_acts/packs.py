"""Wording packs over many texts at once: one search through all of them for each pattern.

The answers are exactly those of ``Matcher``; a search through each text by itself costs five times as much.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import accumulate
from typing import NamedTuple

import re2

from auscult.domain.said.text import straighten_quotes
from auscult.wording import bare_words, pack, wording_pattern

_MEMORY = 8 * 1024 * 1024


class PackReader:
    """The readings of some packs, compiled for texts in groups."""

    def __init__(self, names: tuple[str, ...]) -> None:
        """Compile the packs of these names (English)."""
        self._names: list[str] = []
        self._bare: list[_Line] = []
        self._written: list[_Line] = []
        for name in names:
            for one in pack(f"en/{name}").readings:
                number = len(self._names)
                self._names.append(f"{name}:{one.means}")
                for lines, is_off in ((one.says_so, False), (one.unless, True)):
                    if lines:
                        self._bare.append(_Line(number, is_off, _compiled(wording_pattern(lines))))
                for lines, is_off in ((one.written, False), (one.unless_written, True)):
                    if lines:
                        self._written.append(_Line(number, is_off, _compiled("|".join(lines))))

    def held(self, texts: Sequence[str]) -> list[list[str]]:
        """Return for each text the packs that hold, each with a meaning: ``done:``, ``agent_outcome:met``."""
        said: list[set[int]] = [set() for _ in texts]
        off: list[set[int]] = [set() for _ in texts]
        for way, patterns in ((bare_words, self._bare), (straighten_quotes, self._written)):
            # Bytes, as RE2 would encode the whole text again for each pattern and count characters for each match.
            lines = [way(text).replace("\n", " ").encode() for text in texts]
            starts = [0, *accumulate(len(line) + 1 for line in lines)][:-1]
            joined = b"\n".join(lines)
            for number, is_off, pattern in patterns:
                for index in _hit(pattern, joined, lines, starts):
                    (off if is_off else said)[index].add(number)
        return [
            list(dict.fromkeys(self._names[number] for number in sorted(found - called_off)))
            for found, called_off in zip(said, off, strict=True)
        ]


class _Line(NamedTuple):
    """A pattern, the reading that it is of, and whether it calls that off."""

    reading: int
    is_off: bool
    pattern: "re2._Regexp"  # pyright: ignore[reportPrivateUsage]


@cache
def reader_of(names: tuple[str, ...]) -> PackReader:
    """Return the reader of these packs; it is made once."""
    return PackReader(names)


def _hit(pattern: "re2._Regexp", joined: bytes, lines: Sequence[bytes], starts: Sequence[int]) -> Iterator[int]:  # pyright: ignore[reportPrivateUsage]
    """Yield the indexes of the lines that match. A match over two lines proves nothing: each is searched by itself."""
    for match in pattern.finditer(joined):
        start, end = match.span()
        first, last = bisect_right(starts, start) - 1, bisect_right(starts, max(start, end - 1)) - 1
        if first == last:
            yield first
        else:
            yield from (index for index in range(first, last + 1) if pattern.search(lines[index]))


def _compiled(pattern: str) -> "re2._Regexp":  # pyright: ignore[reportPrivateUsage]
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = False
    options.never_capture = True
    options.max_mem = _MEMORY
    return re2.compile(f"(?m:{pattern})", options)
