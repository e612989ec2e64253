"""Negation: whether what a pattern finds in a turn is affirmed there, or only ever denied ("no chest pain").

English only. A clause is judged by the words before the match: a negator within reach, and nothing between that ends
its scope. When in doubt the words are affirmed, because a missed trigger costs more than a needless question.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from auscult.domain.form import UNDETERMINED, primary
from auscult.domain.said.text import spoken_words
from auscult.metrics._finding.language import What
from auscult.metrics._finding.packed import readings_of
from auscult.metrics._finding.patterns import bare_words, match_starts, phrase_pattern, wording_pattern
from auscult.metrics._finding.reading import Way

REACH = 6
"""Words before a match in which a negator counts."""

_REACH_OF_NO = 3
_LONGEST_ITEM = 5
_CLAUSE_END = re.compile(r"[.!?;:\n]+(?=\s|$)|[\u3002\uff01\uff1f]|\s[-\u2013\u2014]+\s|,(?=\s)")
_NEGATORS = frozenset(
    [
        "not",
        "never",
        "without",
        "nor",
        "neither",
        "dont",
        "doesnt",
        "didnt",
        "isnt",
        "arent",
        "wasnt",
        "werent",
        "havent",
        "hasnt",
        "hadnt",
        "wont",
        "wouldnt",
        "cant",
        "cannot",
        "couldnt",
        "shouldnt",
        "aint",
        "denies",
        "denied",
        "hardly",
    ]
)
_NO = frozenset({"no", "zero"})
_STOPS = frozenset(
    [
        "but",
        "however",
        "and",
        "because",
        "although",
        "though",
        "except",
        "since",
        "so",
        "then",
        "if",
        "whether",
        "why",
        "what",
        "how",
        "who",
        "which",
        "that",
        "until",
        "unless",
        "yet",
        "still",
        "just",
    ]
)
_SUBJECTS = frozenset(
    [
        "i",
        "we",
        "you",
        "he",
        "she",
        "it",
        "they",
        "this",
        "that",
        "there",
        "my",
        "our",
        "his",
        "her",
        "im",
        "ive",
        "its",
        "hes",
        "shes",
        "theres",
    ]
)
_NOT_DENYING = frozenset(
    [
        "only",
        "just",
        "merely",
        "simply",
        "sure",
        "certain",
        "stop",
        "help",
        "believe",
        "wait",
        "doubt",
        "wonder",
        "question",
        "idea",
        "matter",
        "know",
        "understand",
        "remember",
        "forget",
    ]
)
"""Words after a negator with which it denies nothing that follows: "not only", "no doubt", "can't stop"."""

_DENIALS = frozenset({"no", "none", "nope", "not at all", "no i dont", "no not at all"})


class _Clause(NamedTuple):
    text: str
    is_open: bool
    """Whether it ends at a comma, so that a list may go on behind it."""


def patterns_of(condition: What) -> tuple[tuple[Way, str], ...]:
    """Return the patterns of a condition of words, each with the way of reading that it is written for."""
    found: list[tuple[Way, str]] = [(spoken_words, phrase_pattern(phrase)) for phrase in condition.phrases or ()]
    if isinstance(condition.wording, tuple):
        found.append((bare_words, wording_pattern(condition.wording)))
    for reading in readings_of(condition):
        found += [(bare_words, wording_pattern(reading.says_so))] if reading.says_so else []
        found += [(str, line) for line in reading.written]
    if condition.pattern is not None:
        found.append((str, condition.pattern))
    return tuple(found)


def is_known(language: str) -> bool:
    """Return whether negation is known in a language: English, or a language that was not determined."""
    return primary(language) in {"en", UNDETERMINED}


def is_affirmed(patterns: Sequence[tuple[Way, str]], text: str) -> bool:
    """Return whether one of the matches in a text is not negated; true also for a match across clauses."""
    clauses = tuple(_clauses(text))
    is_found = False
    for index in range(len(clauses)):
        for start_words, is_last in _matches(patterns, clauses[index].text):
            is_found = True
            is_listed = _is_listed(clauses, index)
            is_denied = is_last and _is_denial(clauses, index + 1)
            if not (is_negated(start_words) or is_listed or is_denied):
                return True
    return not is_found


def is_negated(before: Sequence[str]) -> bool:
    """Return whether the words before a match, in its clause, negate it."""
    for distance, word in enumerate(reversed(before[-REACH:])):
        after = before[len(before) - distance] if distance else ""
        if word in _STOPS:
            return False
        if word in _NEGATORS:
            return after not in _NOT_DENYING
        if word in _NO and distance <= _REACH_OF_NO and after not in _SUBJECTS:
            return after not in _NOT_DENYING
    return False


def _clauses(text: str) -> Iterator[_Clause]:
    start = 0
    for end in _CLAUSE_END.finditer(text):
        yield _Clause(text[start : end.start()], end[0] == ",")
        start = end.end()
    yield _Clause(text[start:], is_open=False)


def _matches(patterns: Sequence[tuple[Way, str]], clause: str) -> Iterator[tuple[list[str], bool]]:
    """Yield the words before each match in a clause, and whether the match is at its end."""
    for way, pattern in patterns:
        read = way(clause)
        for start, end in match_starts(pattern, read):
            yield spoken_words(read[:start]).split(), not spoken_words(read[end:]).strip()


def _is_listed(clauses: Sequence[_Clause], index: int) -> bool:
    """Return whether a clause is a later item of a negated list: "no fever, chest pain or cough"."""
    first = index
    while first > 0 and clauses[first - 1].is_open and _is_item(clauses[first].text):
        first -= 1
    if first == index:
        return False
    last = index
    while last + 1 < len(clauses) and clauses[last].is_open and _is_item(clauses[last + 1].text):
        last += 1
    words = [word for clause in clauses[first + 1 : last + 1] for word in spoken_words(clause.text).split()]
    return bool({"or", "nor"}.intersection(words)) and is_negated(spoken_words(clauses[first].text).split())


def _is_item(text: str) -> bool:
    words = spoken_words(text).split()
    return 0 < len(words) <= _LONGEST_ITEM and words[0] not in _SUBJECTS | _STOPS


def _is_denial(clauses: Sequence[_Clause], index: int) -> bool:
    return index < len(clauses) and spoken_words(clauses[index].text).strip() in _DENIALS
