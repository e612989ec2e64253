"""Patterns that RE2 searches: in time that grows with the text alone, however many words they offer."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, cast

import re2

_ANYWHERE: Any = cast("Any", re2)._Anchor.UNANCHORED  # noqa: SLF001


class _Hit:
    """A match in the bytes of a text that has as many letters as bytes, so that all offsets are those of the text."""

    __slots__ = ("_spans", "_text")

    def __init__(self, text: str, spans: Sequence[tuple[int, int]]) -> None:
        self._text = text
        self._spans = spans

    def __getitem__(self, group: int) -> str | None:
        start, end = self._spans[group]
        return None if start < 0 else self._text[start:end]

    def start(self, group: int = 0) -> int:
        return self._spans[group][0]

    def end(self, group: int = 0) -> int:
        return self._spans[group][1]

    def span(self, group: int = 0) -> tuple[int, int]:
        return self._spans[group]

    @property
    def lastindex(self) -> int | None:
        """The group that ends last, the outer one of several."""
        end, group = max(((end, -group) for group, (_, end) in enumerate(self._spans) if group), default=(-1, 0))
        return None if end < 0 else -group


class _Searcher:
    """A pattern. RE2 works on bytes: where every letter is one, as is usual, offsets need no translation.

    Such a text is searched without what the package does for others, which takes as long as the search.
    """

    __slots__ = ("_match", "_pattern", "pattern")

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self._pattern: Any = re2.compile(pattern)
        self._match: Any = self._pattern._regexp.Match  # noqa: SLF001

    def finditer(self, text: str) -> Iterator[Any]:
        if not text.isascii():
            return cast("Iterator[Any]", self._pattern.finditer(text))
        return self._hits(text)

    def search(self, text: str) -> Any:  # noqa: ANN401  (a match of either kind)
        if not text.isascii():
            return self._pattern.search(text)
        spans = self._match(_ANYWHERE, text.encode(), 0, len(text))
        return None if spans[0][0] < 0 else _Hit(text, spans)

    def _hits(self, text: str) -> Iterator[_Hit]:
        encoded = text.encode()
        offset, behind = 0, len(encoded)
        while offset <= behind:
            spans = self._match(_ANYWHERE, encoded, offset, behind)
            start, end = spans[0]
            if start < 0:
                return
            yield _Hit(text, spans)
            offset = end if end > offset else offset + 1


def searcher(pattern: str) -> re.Pattern[str]:
    """Compile a pattern; what it offers, ``finditer`` and ``search`` of a whole text, is used as the standard library's."""
    return cast("re.Pattern[str]", _Searcher(pattern))


def of_words(words: Iterable[str]) -> re.Pattern[str]:
    """Compile a pattern that is found where one of several texts is."""
    return searcher("|".join(map(re.escape, sorted(words))))
