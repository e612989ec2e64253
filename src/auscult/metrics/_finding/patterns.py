"""Words and patterns, looked for many at once. All in RE2: time grows with the text and never explodes.

A set of patterns answers in one pass which of them are in a text, about a microsecond a turn however many they are.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any, Protocol

import re2

from auscult.domain.errors import coded
from auscult.domain.said.text import spoken_words, straighten_quotes
from auscult.domain.scoring.budget import add_work, check_time
from auscult.wording.matcher import options as options_of_packs

_WHOLE_TEXT = re.compile(r"\\[AzQ]|\(\?\w*-")
_BRACKET = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[()]", re.DOTALL)
_COUNTED = re.compile(r"\{\d+(?:,\d*)?\}")

AT_ONCE = 65_536
"""Letters that are searched without a look at the time."""

MOST_INSTRUCTIONS = 12_000
"""Of one pattern that counts repetitions: RE2 takes so many steps at worst for each letter of a text."""


class _Match(Protocol):
    def group(self) -> str | None: ...


class _Regexp(Protocol):
    groups: int


class _Captured(Protocol):
    @property
    def re(self) -> _Regexp: ...

    def span(self, index: int = 0) -> tuple[int, int]: ...


def refusal(pattern: str) -> str | None:
    """Why a pattern cannot be used, or None. Patterns are RE2: no look-around, no back-references."""
    if not pattern:
        return coded("is empty")
    try:
        searcher((pattern,))
        nothing = _finder(pattern)("")
        instructions = _instructions(pattern) if _COUNTED.search(pattern) else 0
    except re2.error as error:
        said = error.args[0]
        text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        return text + _position(pattern, text) + "; " + _likely(text)
    add_work(instructions)
    if instructions > MOST_INSTRUCTIONS:
        return coded(
            "counts repetitions so high that it takes {n} steps a letter, at most {m}; count lower, or use * and +",
            n=instructions,
            m=MOST_INSTRUCTIONS,
        )
    return coded("matches even where nothing is said; it must ask for something") if nothing else None


def _instructions(pattern: str) -> int:
    compiled: Any = re2.compile(pattern, options_of_packs())  # its stubs do not know programsize
    return compiled.programsize


def _position(pattern: str, said: str) -> str:
    """Return the position of a fault in a pattern, from RE2's message."""
    if said.startswith(("missing )", "unexpected )")):
        at = _unbalanced(pattern)
    else:
        _, colon, culprit = said.partition(": ")
        at = pattern.find(culprit) if colon else -1
    return coded(", at character {n}", n=at + 1) if at >= 0 else ""


def _unbalanced(pattern: str) -> int:
    """The bracket that has no other half: the last that is never closed, or the first that closes nothing."""
    opened: list[int] = []
    for found in _BRACKET.finditer(pattern):
        if found.group() == "(":
            opened.append(found.start())
        elif found.group() == ")":
            if not opened:
                return found.start()
            opened.pop()
    return opened[-1] if opened else -1


def _likely(said: str) -> str:
    if "missing )" in said or "unexpected )" in said:
        return coded("a bracket that is meant as such is written \\( or \\)")
    if "repetition size" in said:
        return coded("a repetition is written {least,most}, at most 1000")
    if "repetition" in said:
        return coded("what is meant as such is written with a backslash: \\? \\* \\+")
    return coded("patterns are RE2 (github.com/google/re2/wiki/Syntax): no look-around, no back-references")


@lru_cache(maxsize=1024)
def searcher(patterns: tuple[str, ...]) -> Callable[[str], list[int] | None]:
    """Compile patterns into one function: text in, positions of those that are in it out (None: not one).

    Raises ``re2.error`` for a pattern that RE2 refuses or that would take too much memory.
    """
    found = re2.Set.SearchSet(options_of_packs())
    for pattern in patterns:
        _finder(pattern)
        found.Add(pattern)
    try:
        found.Compile()
    except re2.error:  # too many for one set
        if len(patterns) == 1:
            raise
        return _searcher_in_halves(patterns)
    found.Match("")
    match = found.Match

    def checked(text: str) -> list[int] | None:
        check_time(len(text))
        return match(text)

    return checked


def _searcher_in_halves(patterns: tuple[str, ...]) -> Callable[[str], list[int] | None]:
    """Search with two sets in place of one, or with as many as it takes."""
    middle = len(patterns) // 2
    first, second = searcher(patterns[:middle]), searcher(patterns[middle:])

    def match(text: str) -> list[int] | None:
        found = [*(first(text) or ()), *(middle + index for index in second(text) or ())]
        return found or None

    return match


@lru_cache(maxsize=1024)
def line_searcher(patterns: tuple[str, ...]) -> Callable[[str], list[int] | None] | None:
    """Compile patterns into one function over many texts, one a line: empty only where none is in any of them.

    Of a long text it returns those of the first piece that has one. So a whole conversation is done in one pass when
    nothing is there, which is the result of most searches.
    None where a pattern asks for the beginning or end of the whole text in a way that a line cannot express.
    """
    if any(_WHOLE_TEXT.search(pattern) for pattern in patterns):
        return None
    search = searcher(tuple(f"(?m:{pattern})" for pattern in patterns))

    def match(text: str) -> list[int] | None:
        if len(text) <= AT_ONCE:
            return search(text)
        return next((found for piece in _pieces(text) if (found := search(piece))), None)

    return match


def _pieces(text: str) -> Iterator[str]:
    """Cut a text between lines into pieces of about a length, so that the time can be checked on the way."""
    start = 0
    while start < len(text):
        end = text.find("\n", start + AT_ONCE)
        end = len(text) if end < 0 else end + 1
        yield text[start:end]
        start = end


def matched_words(pattern: str, text: str) -> str:
    """Return the first words that a pattern matches in a text, or nothing."""
    check_time(len(text))
    match = _finder(pattern)(straighten_quotes(text))
    return (match.group() if match else None) or ""


def match_starts(pattern: str, text: str) -> list[tuple[int, int]]:
    """Return where each match of a pattern begins and ends in a text."""
    check_time(len(text))
    return [match.span() for match in _capturer(pattern)(straighten_quotes(text))]


def captured(pattern: str, text: str) -> list[tuple[int, int]]:
    """Return the matches of a pattern in a text: of each its first group, where that took part, else all of it."""
    check_time(len(text))
    found: list[tuple[int, int]] = []
    for match in _capturer(pattern)(straighten_quotes(text)):
        span = match.span(1) if match.re.groups else match.span()
        found.append(span if span[0] >= 0 else match.span())
    return found


@lru_cache(maxsize=1024)
def _capturer(pattern: str) -> Callable[[str], Iterator[_Captured]]:
    options = options_of_packs()
    options.never_capture = False
    return re2.compile(pattern, options).finditer


@lru_cache(maxsize=1024)
def _finder(pattern: str) -> Callable[[str], _Match | None]:
    return re2.compile(pattern, options_of_packs()).search


def phrase_pattern(phrase: str) -> str:
    """Convert a phrase to a pattern over ``spoken_words``: whole words, each ``[placeholder]`` matches 1 to 4 words."""
    return " " + "".join(_phrase_parts(phrase))


def wording_pattern(wordings: tuple[str, ...]) -> str:
    """Turn wordings into one pattern over ``bare_words`` that matches any of them, whole words."""
    return f"(?:^| )(?:{'|'.join(one_line(wording) for wording in wordings)})(?: |$)"


def one_line(wording: str) -> str:
    """Remove line ends and the spaces around them, so that a long wording may be written over several lines."""
    return "".join(line.strip() for line in wording.splitlines())


def bare_words(text: str) -> str:
    """``spoken_words`` without the space at either end, so that ``^`` and ``$`` are its first and last word."""
    return spoken_words(text)[1:-1]


def _phrase_parts(phrase: str) -> Iterable[str]:
    rest = phrase
    while rest:
        plain, opened, behind = rest.partition("[")
        inside, closed, after = behind.partition("]")
        words = spoken_words(plain).strip()
        if words:
            yield re2.escape(words) + " "
        if opened and closed and inside:
            yield "(?:[^ \\n]+ ){1,4}"
        rest = after


def without_placeholders(sample: str) -> str:
    """Return a sample without its brackets, which mean nothing to a model of meaning; all of it where nothing else is there."""
    kept, rest = "", sample
    while rest:
        plain, opened, behind = rest.partition("[")
        _, closed, after = behind.partition("]")
        kept += plain if closed or not opened else rest
        rest = after if closed else ""
    return " ".join(kept.split()) or sample
