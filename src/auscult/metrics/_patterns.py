"""Words and patterns, looked for many at once. All in RE2: time grows with the text and never explodes.

A set of patterns answers in one pass which of them are in a text, about a microsecond a turn however many they are.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Protocol

import re2

from auscult.domain.text import spoken_words, straighten_quotes

_WHOLE_TEXT = re.compile(r"\\[AzQ]|\(\?\w*-")
_BRACKET = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[()]", re.DOTALL)
_MEMORY = 8 * 1024 * 1024


class _Match(Protocol):
    def group(self) -> str | None: ...


class _Regexp(Protocol):
    groups: int


class _Captured(Protocol):
    @property
    def re(self) -> _Regexp: ...

    def span(self, index: int = 0) -> tuple[int, int]: ...


def _options() -> re2.Options:
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = False
    options.never_capture = True
    options.max_mem = _MEMORY
    return options


def refusal(pattern: str) -> str | None:
    """Why a pattern cannot be used, or None. Patterns are RE2: no look-around, no back-references."""
    if not pattern:
        return "is empty"
    try:
        searcher((pattern,))
        nothing = _finder(pattern)("")
    except re2.error as error:
        said = error.args[0]
        text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        return f"{text}{_place(pattern, text)}; {_likely(text)}"
    return "matches even where nothing is said; it must ask for something" if nothing else None


def _place(pattern: str, said: str) -> str:
    """Where in a pattern that is of which RE2 says what is wrong."""
    if said.startswith(("missing )", "unexpected )")):
        at = _unbalanced(pattern)
    else:
        _, colon, culprit = said.partition(": ")
        at = pattern.find(culprit) if colon else -1
    return f", at character {at + 1}" if at >= 0 else ""


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
        return "a bracket that is meant as such is written \\( or \\)"
    if "repetition size" in said:
        return "a repetition is written {least,most}, at most 1000"
    if "repetition" in said:
        return "what is meant as such is written with a backslash: \\? \\* \\+"
    return "patterns are RE2 (github.com/google/re2/wiki/Syntax): no look-around, no back-references"


@lru_cache(maxsize=1024)
def searcher(patterns: tuple[str, ...]) -> Callable[[str], list[int] | None]:
    """Compile patterns into one function: text in, positions of those that are in it out (None: not one).

    Raises ``re2.error`` for a pattern that RE2 refuses or that would take too much memory.
    """
    found = re2.Set.SearchSet(_options())
    for pattern in patterns:
        _finder(pattern)
        found.Add(pattern)
    found.Compile()
    found.Match("")
    return found.Match


@lru_cache(maxsize=1024)
def line_searcher(patterns: tuple[str, ...]) -> Callable[[str], list[int] | None] | None:
    """Compile patterns into one function over many texts, one a line: empty only where none is in any of them.

    So a whole conversation is done with in one look when nothing is there, which is what most searches come to.
    None where a pattern asks for the beginning or end of the whole text in a way that a line cannot stand for.
    """
    if any(_WHOLE_TEXT.search(pattern) for pattern in patterns):
        return None
    return searcher(tuple(f"(?m:{pattern})" for pattern in patterns))


def matched_words(pattern: str, text: str) -> str:
    """Give the first words that a pattern matches in a text, or nothing."""
    match = _finder(pattern)(straighten_quotes(text))
    return (match.group() if match else None) or ""


def captured(pattern: str, text: str) -> list[tuple[int, int]]:
    """Where a pattern matches a text: of each match its first group, where that took part, else all of it."""
    found: list[tuple[int, int]] = []
    for match in _capturer(pattern)(straighten_quotes(text)):
        span = match.span(1) if match.re.groups else match.span()
        found.append(span if span[0] >= 0 else match.span())
    return found


@lru_cache(maxsize=1024)
def _capturer(pattern: str) -> Callable[[str], Iterator[_Captured]]:
    options = _options()
    options.never_capture = False
    return re2.compile(pattern, options).finditer


@lru_cache(maxsize=1024)
def _finder(pattern: str) -> Callable[[str], _Match | None]:
    return re2.compile(pattern, _options()).search


def phrase_pattern(phrase: str) -> str:
    """Turn a phrase into a pattern over ``spoken_words``: whole words, each ``[placeholder]`` stands for 1 to 4 words."""
    return " " + "".join(_phrase_parts(phrase))


def wording_pattern(wordings: tuple[str, ...]) -> str:
    """Turn wordings into one pattern over ``bare_words`` that matches any of them, whole words."""
    return f"(?:^| )(?:{'|'.join(one_line(wording) for wording in wordings)})(?: |$)"


def one_line(wording: str) -> str:
    """Take out line ends and the spaces around them, so that a long wording may be written over several lines."""
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
    """A sample without what stands in brackets, which means nothing to a model of meaning; all of it where that is all."""
    kept, rest = "", sample
    while rest:
        plain, opened, behind = rest.partition("[")
        _, closed, after = behind.partition("]")
        kept += plain if closed or not opened else rest
        rest = after if closed else ""
    return " ".join(kept.split()) or sample
