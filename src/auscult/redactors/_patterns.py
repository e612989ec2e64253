"""Patterns that RE2 searches: in time that grows with the text alone, however many words they offer."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast

import re2

_MEMORY = 64 << 20
"""Bytes for what a set of patterns remembers of texts; it starts from scratch when they are full."""


class _Hit:
    """A match in the bytes of a text that has as many letters as bytes, so that all places are those of the text."""

    __slots__ = ("_found", "_text", "end", "span", "start")

    def __init__(self, text: str, found: Any) -> None:  # noqa: ANN401  (a match of RE2, which has no types)
        self._text = text
        self._found = found
        self.start, self.end, self.span = found.start, found.end, found.span

    def __getitem__(self, group: int) -> str | None:
        start, end = self.span(group)
        return None if start < 0 else self._text[start:end]

    @property
    def lastindex(self) -> int | None:
        return self._found.lastindex


class _Searcher:
    """A pattern. RE2 works on bytes: where every letter is one, as is usual, places need no translation."""

    __slots__ = ("_pattern", "pattern")

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self._pattern: Any = re2.compile(pattern)

    def finditer(self, text: str) -> Iterator[Any]:
        if not text.isascii():
            return cast("Iterator[Any]", self._pattern.finditer(text))
        return (_Hit(text, found) for found in self._pattern.finditer(text.encode()))

    def search(self, text: str) -> Any:  # noqa: ANN401  (a match of either kind)
        return next(self.finditer(text), None)


def searcher(pattern: str) -> re.Pattern[str]:
    """Compile a pattern; what it offers, ``finditer`` and ``search`` of a whole text, is used as the standard library's."""
    return cast("re.Pattern[str]", _Searcher(pattern))


TurnsOf = Callable[[re.Pattern[str]], Sequence[int]]
"""Turns in which one of several patterns is."""


class PatternSet:
    """Several patterns: one pass over a text shows which of them are in it."""

    def __init__(self, *patterns: re.Pattern[str], memory: int = _MEMORY) -> None:
        options = re2.Options()
        options.max_mem = memory
        options.log_errors = False
        self.patterns = patterns
        self._set: Any = re2.Set.SearchSet(options)
        for each in patterns:
            self._set.Add(each.pattern)
        self._end = self._set.Add(r"\n")
        self._set.Compile()

    def within(self, line: str) -> Sequence[re.Pattern[str]]:
        """Return the patterns that are in a line with a line feed at its end, as ``search`` of each would show.

        A set that runs out of memory shows nothing, not even the line feed: then each pattern is searched.
        """
        text = f"{line}\n"
        places: Sequence[int] = self._set.Match(text) or ()
        if self._end not in places:
            return [each for each in self.patterns if each.search(text) is not None]
        return [self.patterns[place] for place in places if place != self._end]
