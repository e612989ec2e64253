"""Telling phrases: many patterns looked for in what was said, all in one look, and the words that one matched.

Patterns are RE2 (time grows with the text and never explodes) and read the bare words of a turn: small letters, no
punctuation, apostrophes gone without a gap (``im``, ``dont``), no fillers, no word twice running. They match whole
words only.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Protocol

import re2

from auscult.domain.text import FILLERS, spoken_words

TOGETHER = 20
"""So many patterns are looked for in one look. Each look costs a microsecond; the more patterns in one, the more
states it must work out as new texts come."""
_KEEP = 8_192
_KEEP_CHARACTERS = 2_000
_MEMORY = 64 * 1024 * 1024
# The words of a text as ``spoken_words`` cuts it, where they stand: runs of letters, digits and apostrophes.
_WORD = re.compile("(?:[^\\W_]|['`\u2019\u2018\u02bc\u201b\u00b4])+")
_APOSTROPHES = re.compile("['`\u2019\u2018\u02bc\u201b\u00b4]")


class _Match(Protocol):
    def group(self) -> str: ...
    def start(self) -> int: ...
    def end(self) -> int: ...


class Phrases:
    """A list of patterns. Compiled on first use, which takes some ms; safe to share between threads."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self.patterns: Sequence[str] = tuple(patterns)
        self._kept = lru_cache(maxsize=_KEEP)(self._look)
        self._one = lru_cache(maxsize=None)(self._compile)

    def find(self, text: str) -> tuple[int, ...]:
        """Give the places in the list of those that match somewhere in a turn's text, in order."""
        return self._kept(text) if len(text) <= _KEEP_CHARACTERS else self._look(text)

    def found_in(self, texts: Iterable[str]) -> bool:
        """Whether any pattern matches in any of the texts: one look for a whole conversation."""
        said = "\n".join([_bare(text) for text in texts])
        return any(one.Match(said) is not None for _, one in self._sets)

    def spans(self, place: int, text: str) -> list[tuple[int, int]]:
        """Where pattern ``place`` matches: from which word of the turn to which, the last left out."""
        bare = _bare(text)
        search = self._one(place)
        spans: list[tuple[int, int]] = []
        at = 0
        while (match := search(bare, at)) is not None:
            first = bare.count(" ", 0, match.start())
            spans.append((first, first + len(match.group().split())))
            at = match.end()
        return spans

    def words(self, first: int, last: int, text: str) -> str:
        """Words of a turn as they stand in it, from ``first`` up to before ``last``."""
        said: list[tuple[int, int]] = []
        before = ""
        for word in _WORD.finditer(text):
            bare = _APOSTROPHES.sub("", word.group()).casefold()
            if bare and bare not in FILLERS and bare != before:
                said.append(word.span())
                before = bare
        spans = said[first:last]
        return text[spans[0][0] : spans[-1][1]] if spans else ""

    def quote(self, place: int, text: str) -> str:
        """The words that pattern ``place`` matches first, as they stand in the text; empty when it does not."""
        spans = self.spans(place, text)
        return self.words(*spans[0], text) if spans else ""

    def _compile(self, place: int) -> Callable[[str, int], _Match | None]:
        return re2.compile(_whole_words(self.patterns[place]), _options()).search

    def _look(self, text: str) -> tuple[int, ...]:
        bare = _bare(text)
        return tuple(sorted([first + place for first, one in self._sets for place in one.Match(bare) or ()]))

    @cached_property
    def _sets(self) -> list[tuple[int, re2.Set]]:
        """Sets of patterns, each with the place of its first."""
        return [
            (first, _compiled(self.patterns[first : first + TOGETHER]))
            for first in range(0, len(self.patterns), TOGETHER)
        ]


def _whole_words(pattern: str) -> str:
    """``^`` and ``$`` stand for a turn's beginning and end, also where several turns are looked at together."""
    return f"(?m:\\b(?:{pattern})\\b)"


class Kinds:
    """Patterns by kind: which kinds there are in a turn is one look, however many the kinds."""

    def __init__(self, kinds: Mapping[str, Sequence[str]]) -> None:
        self._kinds = [kind for kind, patterns in kinds.items() for _ in patterns]
        self._phrases = Phrases(pattern for patterns in kinds.values() for pattern in patterns)
        self._kept = lru_cache(maxsize=_KEEP)(self._look)

    def find(self, text: str) -> frozenset[str]:
        """The kinds of which a pattern matches somewhere in a turn's text."""
        return self._kept(text) if len(text) <= _KEEP_CHARACTERS else self._look(text)

    def _look(self, text: str) -> frozenset[str]:
        return frozenset([self._kinds[place] for place in self._phrases.find(text)])


def _bare(text: str) -> str:
    """The bare words, each said once where it was said several times running, as people do when they speak."""
    return _kept_bare(text) if len(text) <= _KEEP_CHARACTERS else _said_once(text)


def _said_once(text: str) -> str:
    words = spoken_words(text).split()
    kept = [word for word, before in zip(words, ["", *words], strict=False) if word != before]
    return " ".join(kept)


def _compiled(patterns: Sequence[str]) -> re2.Set:
    found = re2.Set.SearchSet(_options())
    for pattern in patterns:
        found.Add(_whole_words(pattern))
    found.Compile()
    return found


def _options() -> re2.Options:
    options = re2.Options()
    options.log_errors = False
    options.never_capture = True
    options.max_mem = _MEMORY
    return options


_kept_bare = lru_cache(maxsize=_KEEP)(_said_once)
