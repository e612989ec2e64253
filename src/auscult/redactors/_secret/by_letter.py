"""Alternatives of patterns by the letters that they begin with, so that each word is compared with few of them."""

import re
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Generic, TypeVar, cast

_READ: Any = cast("Any", re)._parser  # noqa: SLF001  (reads a pattern as the library does)
_LETTERS, _PLACES, _MOST = 10, 7, 60
"""Letters of a beginning that are compared, letters by which a place is found, and the most beginnings of one pattern."""
_AHEAD = 4
"""Letters behind a word that are compared at once with all that may follow."""
_REMEMBERED = 16_384
"""Words whose patterns are kept: those of a language that are said often are fewer."""
_WORD = re.compile(r"\w*")
Kind = TypeVar("Kind", bound=Hashable)


class ByLetter(Generic[Kind]):
    r"""Patterns of several kinds, each of many alternatives, that begin and end between words.

    It finds what ``(?<!\w)(?:one|another)(?!\w)`` of each kind finds with ``finditer``: at each place the first
    alternative that fits, as those that begin with other letters cannot.
    """

    def __init__(self, kinds: Mapping[Kind, Sequence[str]]) -> None:
        """Read the alternatives of each kind. They are compiled when a text has what they begin with."""
        every = [(kind, each, _starts(each)) for kind, own in kinds.items() for each in own]
        anywhere = [(kind, each) for kind, each, starts in every if "" in starts]
        self._anywhere = [(_needs(each), re.compile(rf"(?<!\w)(?:{each})(?!\w)")) for _, each in anywhere]
        known = [each for each in every if "" not in each[2]]
        signs = {start[0] for _, _, starts in every for start in starts if start and not start[0].isalnum()}
        self._all = _Table(every, rf"[\w{re.escape(''.join(sorted(signs)))}]")
        self._known = _Table(known, _one_of({start[:_PLACES] for _, _, starts in known for start in starts}))

    def find(self, low: str) -> Iterator[tuple[Kind, re.Match[str]]]:
        """Yield what is found of each kind, in the order of the text."""
        is_any = any(any(map(low.__contains__, needs)) and each.search(low) for needs, each in self._anywhere)
        table = self._all if is_any else self._known
        ends = dict[Kind, int]()
        for place in table.places.finditer(low):
            at = place.start()
            starts, patterns = table.beginning(place[0])
            for kind, pattern in patterns if low.startswith(starts, at) else ():
                if at >= ends.get(kind, 0) and (found := pattern.match(low, at)) is not None:
                    ends[kind] = found.end()
                    yield kind, found


class _Table(Generic[Kind]):
    """Alternatives by the texts with which they may begin; ``places`` finds where one of them may."""

    def __init__(self, alternatives: Sequence[tuple[Kind, str, set[str]]], beginning: str) -> None:
        self.places = re.compile(rf"(?<!\w)(?={beginning})\w*")
        self._alternatives = [(kind, each) for kind, each, _ in alternatives]
        self._of: dict[str, list[int]] = {}
        self._longer: dict[str, set[str]] = {}
        for index, (_, _, starts) in enumerate(alternatives):
            for start in starts:
                self._of.setdefault(start, []).append(index)
                if (word := _first_word(start)) != start:
                    self._longer.setdefault(word, set()).add(start)
        self._patterns: dict[tuple[int, ...], list[tuple[Kind, re.Pattern[str]]]] = {}
        self.beginning = lru_cache(_REMEMBERED)(self._beginning)

    def _beginning(self, word: str) -> tuple[tuple[str, ...], list[tuple[Kind, re.Pattern[str]]]]:
        """Return texts of which one is where this word is, or a sign in place of one, and the patterns of each kind there."""
        starts = {word[:length] for length in range(_LETTERS + 1)} & self._of.keys() | self._longer.get(word, set())
        fitting = {index for start in starts for index in self._of[start]}
        ahead = {start[: len(word) + _AHEAD] for start in starts}
        indexes = tuple(sorted(fitting))
        if indexes not in self._patterns:
            self._patterns[indexes] = _compiled([self._alternatives[index] for index in indexes])
        return tuple(sorted(ahead)), self._patterns[indexes]


def _compiled(alternatives: Iterable[tuple[Kind, str]]) -> list[tuple[Kind, re.Pattern[str]]]:
    of_kind: dict[Kind, list[str]] = {}
    for kind, each in alternatives:
        of_kind.setdefault(kind, []).append(each)
    return [(kind, re.compile(rf"(?:{'|'.join(own)})(?!\w)")) for kind, own in of_kind.items()]


def _first_word(start: str) -> str:
    """Return the word with which a text begins, empty where a sign does."""
    return cast("re.Match[str]", _WORD.match(start))[0]


def _one_of(texts: set[str]) -> str:
    """Return a pattern of the shortest of these texts at a place, which compares each letter once."""
    rest: dict[str, set[str]] = {}
    for text in texts:
        rest.setdefault(text[:1], set()).add(text[1:])
    if "" in rest:
        return ""
    return f"(?:{'|'.join(re.escape(letter) + _one_of(behind) for letter, behind in sorted(rest.items()))})"


def _needs(pattern: str) -> Sequence[str]:
    """Return texts of which each text that a pattern fits has one."""
    return _longest(_READ.parse(pattern))


def _longest(parts: Iterable[Any]) -> list[str]:
    """Return, of the lists of texts of which one is in what parts of a pattern fit, that with the longest texts."""
    return max(_texts(parts), key=lambda texts: min(map(len, texts)), default=[""])


def _texts(parts: Iterable[Any]) -> Iterator[list[str]]:
    """Yield lists of texts, of each of which one is in what parts of a pattern fit."""
    literal = ""
    every: list[Any] = [*parts, ("END", None)]
    for part in every:
        name, value = str(part[0]), part[1]
        if name == "LITERAL":
            literal += chr(value)
            continue
        if literal:
            yield [literal]
            literal = ""
        if name == "SUBPATTERN":
            yield from _texts(value[3])
        elif name == "BRANCH":
            yield [text for branch in value[1] for text in _longest(branch)]
        elif name == "MAX_REPEAT" and value[0]:
            yield from _texts(value[2])


def _starts(pattern: str) -> set[str]:
    """Return the texts, of some letters or until anything may follow, with which a pattern may begin."""
    return {text for text, _ in _after({("", True)}, _READ.parse(pattern))}


def _after(begun: set[tuple[str, bool]], parts: Iterable[Any]) -> set[tuple[str, bool]]:
    """Return texts with what parts of a pattern may add; with each, whether it may still grow."""
    for part in parts:
        if not any(grows for _, grows in begun):
            break
        done = {each for each in begun if not each[1]}
        more = _with(begun - done, part)
        is_open = len(more) <= _MOST
        begun = done | {(text[:_LETTERS], grows and is_open and len(text) < _LETTERS) for text, grows in more}
    return begun


def _with(begun: set[tuple[str, bool]], part: Any) -> set[tuple[str, bool]]:  # noqa: ANN401  (as the library reads it)
    name, value = str(part[0]), part[1]
    match name:
        case "LITERAL":
            return {(text + chr(value), True) for text, _ in begun}
        case "IN" if all(str(kind) in ("LITERAL", "RANGE") for kind, _ in value):
            letters = [chr(code) for kind, of in value for code in _codes(str(kind), of)]
            return {(text + letter, True) for text, _ in begun for letter in letters}
        case "BRANCH":
            return set[tuple[str, bool]]().union(*(_after(begun, branch) for branch in value[1]))
        case "SUBPATTERN":
            return _after(begun, value[3])
        case "MAX_REPEAT":
            least, most, repeated = value
            found = begun if least == 0 else set[tuple[str, bool]]()
            for times in range(1, min(most, _LETTERS) + 1):
                begun = _after(begun, repeated)
                found = found | begun if times >= least else found
            return found or begun
        case _:
            is_empty = name in ("AT", "ASSERT", "ASSERT_NOT")
            return begun if is_empty else {(text, False) for text, _ in begun}


def _codes(kind: str, value: Any) -> Iterable[int]:  # noqa: ANN401
    return (value,) if kind == "LITERAL" else range(value[0], value[1] + 1)
