"""Phrase lists: many patterns searched for in one pass, and the words that one of them matched.

Patterns are RE2 (linear time in the text) and match the bare words of a turn: small letters, no punctuation,
apostrophes removed without a gap (``im``, ``dont``), no fillers, no word twice in a row. They match whole words only.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache, partial
from itertools import groupby, islice
from operator import eq
from typing import NamedTuple, Protocol

import re2

from auscult.analyzers._one_pass import OnePass
from auscult.domain.said.negation import Match, is_affirmed
from auscult.domain.said.text import FILLERS, spoken_words

_KEEP = 2_048
"""Texts that are remembered: more than are analysed together."""
_KEEP_CHARACTERS = 2_000
_MEMORY = 8 * 1024 * 1024
"""Bytes that one pattern may take for its states, before it forgets them and works them out anew."""
_NOTHING = r"\x00"
"""A pattern that no bare words match: there has to be one."""
# The words of a text as ``spoken_words`` cuts it, where they stand: runs of letters, digits and apostrophes.
_WORD = re.compile("(?:[^\\W_]|['`\u2019\u2018\u02bc\u201b\u00b4])+")
_APOSTROPHES = re.compile("['`\u2019\u2018\u02bc\u201b\u00b4]")


class _Match(Protocol):
    def start(self) -> int: ...
    def end(self) -> int: ...


class Phrases:
    """A list of patterns. Compiled on first use, which takes some ms; safe to share between threads."""

    def __init__(self, patterns: Iterable[str], one_pass: OnePass | None = None) -> None:
        """Search alone, or in ``one_pass`` with the other lists of the same turns."""
        self.patterns: Sequence[str] = tuple(patterns)
        if one_pass is None:
            self._kept: Callable[[str], tuple[int, ...]] = lru_cache(maxsize=_KEEP)(self.scan)
        else:
            self._kept = one_pass.add(map(_whole_words, self.patterns), _options(), _bare)
        self._one = lru_cache(maxsize=None)(self._compile)

    def find(self, text: str) -> tuple[int, ...]:
        """Return the indices of the patterns that match somewhere in a turn's text, in order."""
        return self._kept(text) if len(text) <= _KEEP_CHARACTERS else self.scan(text)

    def found_in(self, texts: Iterable[str]) -> bool:
        """Return whether any pattern matches in any of the texts: one search for a whole conversation."""
        return self._filter.Match(b"\n".join([_bare(text) for text in texts])) is not None

    def spans(self, index: int, text: str) -> Iterator[tuple[int, int]]:
        """Yield the matches of pattern ``index``: the first word of the turn, and the word after the last."""
        bare = _bare(text)
        search = self._one(index)
        at = 0
        while (match := search(bare, at)) is not None:
            first = bare.count(b" ", 0, match.start())
            at = match.end()
            yield first, first + len(bare[match.start() : at].split())

    def affirms(self, index: int, text: str, language: str) -> bool:
        """Return whether a match of pattern ``index``, which is in a turn's text, is not merely denied there."""
        return is_affirmed(partial(self._matches, index), text, language)

    def _matches(self, index: int, clause: str) -> Iterator[Match]:
        words = _bare(clause).decode().split()
        for first, last in self.spans(index, clause):
            yield Match(words[first:last], words[:first], last == len(words))

    def quote(self, index: int, text: str) -> str:
        """Return the words of the first match of pattern ``index``, as written; empty when it does not match."""
        span = next(self.spans(index, text), None)
        return words_of(*span, text) if span else ""

    def _compile(self, index: int) -> Callable[[bytes, int], _Match | None]:
        return re2.compile(_whole_words(self.patterns[index]), _options()).search

    def scan(self, text: str) -> tuple[int, ...]:
        """Return the same as ``find``, without memoising it."""
        found = self._filter.Match(_bare(text))
        return tuple(sorted(found)) if found else ()

    @cached_property
    def _filter(self) -> re2.Filter:
        """One look for the words that patterns cannot do without, and then only for the patterns whose words are there.

        All patterns as one automaton would take many times the memory, and longer: it works out states for every new text.
        """
        found = re2.Filter()
        for pattern in self.patterns or (_NOTHING,):
            found.Add(_whole_words(pattern), _options())
        found.Compile()
        return found


def words_of(first: int, last: int, text: str) -> str:
    """Return the words of a turn as written, from ``first`` up to but without ``last``."""
    said: list[tuple[int, int]] = []
    before = ""
    for word in _WORD.finditer(text):
        bare = _APOSTROPHES.sub("", word.group()).casefold()
        if bare and bare not in FILLERS and bare != before:
            said.append(word.span())
            before = bare
    spans = said[first:last]
    return text[spans[0][0] : spans[-1][1]] if spans else ""


class Claim(NamedTuple):
    """Match of a pattern: its index in the list, and the words of the text, from one to before another."""

    pattern: int
    first: int
    last: int
    text: str

    @property
    def words(self) -> str:
        """Return the words that match, as written."""
        return words_of(self.first, self.last, self.text)


class Claims:
    """Patterns that count only where no excuse overlaps them: words that merely look like them."""

    def __init__(self, patterns: Iterable[str], excuses: Iterable[str] = (), one_pass: OnePass | None = None) -> None:
        self.phrases = Phrases(patterns, one_pass)
        self._excuses = Phrases(excuses)
        self._kept = lru_cache(maxsize=_KEEP)(self._scan)

    def first(self, text: str) -> Claim | None:
        """Return the match of the first pattern of the list that matches a turn's text."""
        return self._kept(text) if len(text) <= _KEEP_CHARACTERS else self._scan(text)

    def _scan(self, text: str) -> Claim | None:
        found = self.phrases.find(text)
        if not found:
            return None
        excused = [span for excuse in self._excuses.find(text) for span in self._excuses.spans(excuse, text)]
        for pattern in found:
            for start, end in self.phrases.spans(pattern, text):
                if not any(first < end and start < last for first, last in excused):
                    return Claim(pattern, start, end, text)
        return None

    def is_excused(self, text: str) -> bool:
        """Return whether a turn's text has words that only resemble a claim."""
        return bool(self._excuses.find(text))


def _whole_words(pattern: str) -> str:
    """Return a pattern whose ``^`` and ``$`` mean a turn's beginning and end, also in several turns joined."""
    return f"(?m:\\b(?:{pattern})\\b)"


class Kinds:
    """Patterns by kind: which kinds there are in a turn is one look, however many the kinds."""

    def __init__(self, kinds: Mapping[str, Sequence[str]], one_pass: OnePass | None = None) -> None:
        self._kinds = [kind for kind, patterns in kinds.items() for _ in patterns]
        self._phrases = Phrases([pattern for patterns in kinds.values() for pattern in patterns], one_pass)
        self._kept = lru_cache(maxsize=_KEEP)(self._scan)

    def find(self, text: str) -> frozenset[str]:
        """The kinds of which a pattern matches somewhere in a turn's text."""
        return self._kept(text) if len(text) <= _KEEP_CHARACTERS else self._scan(text)

    def _scan(self, text: str) -> frozenset[str]:
        return frozenset([self._kinds[index] for index in self._phrases.find(text)])


def _bare(text: str) -> bytes:
    """Return the bare words, each once where it is said several times running, as UTF-8.

    RE2 reads bytes: text would be encoded again for every list of phrases, and offsets in it counted out for every match.
    """
    return _kept_bare(text) if len(text) <= _KEEP_CHARACTERS else _said_once(text)


def _said_once(text: str) -> bytes:
    spoken = spoken_words(text)
    words = spoken.split()
    if any(map(eq, words, islice(words, 1, None))):
        return " ".join([word for word, _ in groupby(words)]).encode()
    return spoken[1:-1].encode()


def _options() -> re2.Options:
    options = re2.Options()
    options.log_errors = False
    options.never_capture = True
    options.max_mem = _MEMORY
    return options


_kept_bare = lru_cache(maxsize=_KEEP)(_said_once)
