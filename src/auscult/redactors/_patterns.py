"""Patterns that RE2 searches: in time that grows with the text alone, however many words they offer."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, cast

import re2

from auscult.domain.privacy.redaction import Utterance

_ANSWERS_WITHIN = 2
"""Turns after a question in which its answer is looked for."""
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


TurnsOf = Callable[[re.Pattern[str]], Sequence[int]]
"""Turns in which one of several patterns is."""


class PatternSet:
    """Several patterns: one pass over a text shows which of them are in it.

    RE2 builds the states of a set while it reads. Few patterns share few; the states of many that may each be halfway
    are as good as endless, and building them takes a hundred times as long as a pass over those that are known.
    """

    def __init__(self, *patterns: re.Pattern[str]) -> None:
        options = re2.Options()
        options.log_errors = False
        self.patterns = patterns
        self._set: Any = re2.Set.SearchSet(options)
        for each in patterns:
            self._set.Add(each.pattern)
        self._end = self._set.Add(r"\n")
        self._set.Compile()
        self._match: Any = self._set._set.Match  # noqa: SLF001
        self._nothing = [self._end]

    def within(self, lines: Iterable[bytes]) -> Iterator[tuple[int, re.Pattern[str]]]:
        """Yield the patterns that are in lines, each with its line's number, as ``search`` of each would show.

        A line has a line feed at its end; one with nothing else has no pattern.
        A set that runs out of memory shows nothing, not even the line feed: then each pattern is searched.
        """
        for number, line in enumerate(lines):
            if line == b"\n" or (indexes := self._match(line)) == self._nothing:
                continue
            if self._end not in indexes:
                text = line.decode()
                indexes = [index for index, each in enumerate(self.patterns) if each.search(text) is not None]
            for index in indexes:
                if index != self._end:
                    yield number, self.patterns[index]


class Turns:
    """The turns of a conversation by the patterns that are in them.

    ``frequent`` patterns are searched turn by turn; the ``seldom`` ones only where the whole conversation has one of
    their set. It has those of its turns, as none is bound to the beginning or the end of a text rather than a line.
    """

    def __init__(
        self,
        utterances: Sequence[Utterance],
        lows: Sequence[str],
        frequent: PatternSet,
        seldom: Sequence[PatternSet],
    ) -> None:
        self._utterances = utterances
        lines = [f"{low}\n".encode() for low in lows]
        whole = b"".join(lines)
        self._turns: dict[re.Pattern[str], list[int]] = {}
        for each in (frequent, *seldom):
            if each is frequent or any(each.within([whole])):
                for turn, pattern in each.within(lines):
                    self._turns.setdefault(pattern, []).append(turn)

    def of(self, pattern: re.Pattern[str]) -> Sequence[int]:
        """Return the turns in which a pattern is, in order."""
        return self._turns.get(pattern, ())

    def has(self, patterns: Iterable[re.Pattern[str]]) -> bool:
        """Return whether one of several patterns is in any turn."""
        return not self._turns.keys().isdisjoint(patterns)

    def after(self, pattern: re.Pattern[str]) -> list[int]:
        """Return the turns of others that follow soon on a turn with a pattern."""
        asked: set[int] = set()
        for turn in self.of(pattern):
            for later in range(turn + 1, min(turn + 1 + _ANSWERS_WITHIN, len(self._utterances))):
                if self._utterances[later].speaker != self._utterances[turn].speaker:
                    asked.add(later)
        return sorted(asked)
