"""Conditions of words, as the reading of negations searches for them."""

from collections.abc import Iterator, Sequence

from auscult.domain.said.negation import Match, is_affirmed
from auscult.domain.said.text import spoken_words
from auscult.metrics._finding.language import What
from auscult.metrics._finding.packed import Packed, written_in
from auscult.metrics._finding.patterns import bare_words, match_starts, phrase_pattern, wording_pattern
from auscult.metrics._finding.reading import Way

Patterns = Sequence[tuple[Way, str]]
"""Patterns, each with the way of reading that it is written for."""


class Affirmed:
    """A condition of words that counts in a turn only where one of its matches is affirmed."""

    def __init__(self, condition: What, packed: Packed | None) -> None:
        self._readings = [(one.holds, written_in(one.reading)) for one in packed.readings] if packed else []
        self._patterns = patterns_of(condition)

    def holds(self, bits: int, text: str, language: str) -> bool:
        """Return whether a condition that holds for a turn by its words is not merely denied there."""
        found = [pattern for holds, patterns in self._readings if holds(bits) for pattern in patterns]
        return is_affirmed(lambda clause: matches(found or self._patterns, clause), text, language)


def affirmed_first(phrases: tuple[str, ...], text: str, language: str) -> tuple[str, ...]:
    """Return phrases, those last that a text only denies, so that evidence does not quote them."""
    return tuple(sorted(phrases, key=lambda one: not Affirmed(What(phrases=(one,)), None).holds(0, text, language)))


def patterns_of(condition: What) -> Patterns:
    """Return the patterns that a condition of words has itself; those of a pack are its readings'."""
    found: list[tuple[Way, str]] = [(spoken_words, phrase_pattern(phrase)) for phrase in condition.phrases or ()]
    if isinstance(condition.wording, tuple):
        found.append((bare_words, wording_pattern(condition.wording)))
    if condition.pattern is not None:
        found.append((str, condition.pattern))
    return tuple(found)


def matches(patterns: Patterns, clause: str) -> Iterator[Match]:
    """Yield the matches of patterns in a clause."""
    for way, pattern in patterns:
        read = way(clause)
        for start, end in match_starts(pattern, read):
            yield Match.of(read, start, end)
