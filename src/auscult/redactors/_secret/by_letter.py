"""Alternatives of patterns by the letters that they begin with, so that each word is compared with few of them."""

import re
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Generic, TypeVar, cast

_READ: Any = cast("Any", re)._parser  # noqa: SLF001  (reads a pattern as the library does)
_LETTERS = 3
"""Number of first letters that are compared. Three leave few alternatives for a word; a fourth would hardly reduce them."""
_REMEMBERED = 8_192
"""Beginnings of words whose patterns are kept: those of a language are fewer."""
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
        self._anywhere = [pattern for _, pattern in _compiled(anywhere, before=r"(?<!\w)")]
        known = [each for each in every if "" not in each[2]]
        signs = {start[0] for _, _, starts in every for start in starts if start and not start[0].isalnum()}
        self._all = _Table(every, rf"[\w{re.escape(''.join(sorted(signs)))}]")
        self._known = _Table(known, _one_of(set[str]().union(*(starts for _, _, starts in known))))

    def find(self, low: str) -> Iterator[tuple[Kind, re.Match[str]]]:
        """Yield what is found of each kind, in the order of the text."""
        table = self._all if any(each.search(low) for each in self._anywhere) else self._known
        ends = dict[Kind, int]()
        for place in table.places.finditer(low):
            at = place.start()
            for kind, pattern in table.beginning(low[at : at + _LETTERS]):
                if at >= ends.get(kind, 0) and (found := pattern.match(low, at)) is not None:
                    ends[kind] = found.end()
                    yield kind, found


class _Table(Generic[Kind]):
    """Alternatives by the texts with which they may begin; ``places`` finds where one of them may."""

    def __init__(self, alternatives: Sequence[tuple[Kind, str, set[str]]], beginning: str) -> None:
        self.places = re.compile(rf"(?<!\w)(?={beginning})")
        self._alternatives = [(kind, each) for kind, each, _ in alternatives]
        self._of: dict[str, list[int]] = {}
        for index, (_, _, starts) in enumerate(alternatives):
            for start in starts:
                self._of.setdefault(start, []).append(index)
        self._patterns: dict[tuple[int, ...], list[tuple[Kind, re.Pattern[str]]]] = {}
        self.beginning = lru_cache(_REMEMBERED)(self._beginning)

    def _beginning(self, letters: str) -> list[tuple[Kind, re.Pattern[str]]]:
        """Return the patterns of each kind for a place where these letters are."""
        fitting = {index for length in range(_LETTERS + 1) for index in self._of.get(letters[:length], ())}
        indexes = tuple(sorted(fitting))
        if indexes not in self._patterns:
            self._patterns[indexes] = _compiled([self._alternatives[index] for index in indexes])
        return self._patterns[indexes]


def _compiled(alternatives: Iterable[tuple[Kind, str]], before: str = "") -> list[tuple[Kind, re.Pattern[str]]]:
    of_kind: dict[Kind, list[str]] = {}
    for kind, each in alternatives:
        of_kind.setdefault(kind, []).append(each)
    return [(kind, re.compile(rf"{before}(?:{'|'.join(own)})(?!\w)")) for kind, own in of_kind.items()]


def _one_of(texts: set[str]) -> str:
    """Return a pattern of the shortest of these texts at a place, which compares each letter once."""
    rest: dict[str, set[str]] = {}
    for text in texts:
        rest.setdefault(text[:1], set()).add(text[1:])
    if "" in rest:
        return ""
    return f"(?:{'|'.join(re.escape(letter) + _one_of(behind) for letter, behind in sorted(rest.items()))})"


def _starts(pattern: str) -> set[str]:
    """Return the texts, of three letters or until anything may follow, with which a pattern may begin."""
    return {text for text, _ in _after({("", True)}, _READ.parse(pattern))}


def _after(begun: set[tuple[str, bool]], parts: Iterable[Any]) -> set[tuple[str, bool]]:
    """Return texts with what parts of a pattern may add; with each, whether it may still grow."""
    for part in parts:
        if not any(grows for _, grows in begun):
            break
        done = {each for each in begun if not each[1]}
        begun = done | {(text[:_LETTERS], grows and len(text) < _LETTERS) for text, grows in _with(begun - done, part)}
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
