"""Words of a question as the passages spell them: a slip of one letter is forgiven, a word of its own is not."""

from collections.abc import Iterable, Mapping
from functools import lru_cache

_SHORTEST = 4
"""Shorter words have too many neighbours."""


class Spelling:
    """Words of passages, found again by a word with one letter left out, added, replaced, or swapped with the next."""

    def __init__(self, words: Mapping[str, int]) -> None:
        """``words`` are those of the passages, each with the number of passages that have it."""
        self._count = words
        self._near: dict[str, list[str]] = {}
        for word in sorted(words):
            if len(word) >= _SHORTEST and word.isalpha():
                for part in _parts(word):
                    self._near.setdefault(part, []).append(word)

    def corrected(self, word: str) -> str:
        """Return the word of the passages that was probably meant; the word itself where there is none."""
        if word in self._count or len(word) < _SHORTEST or not word.isalpha():
            return word
        found = {near for part in _parts(word) for near in self._near.get(part, ()) if is_slip(word, near)}
        return max(found, key=lambda near: (self._count[near], near), default=word)


@lru_cache(4096)
def _parts(word: str) -> tuple[str, ...]:
    """Return the word, and the word without each of its letters."""
    return tuple(dict.fromkeys([word, *_without_one(word)]))


def _without_one(word: str) -> Iterable[str]:
    return (word[:index] + word[index + 1 :] for index in range(len(word)))


def is_slip(given: str, meant: str) -> bool:
    """Return whether two words differ by one letter left out, added or replaced, or by two neighbours swapped."""
    if abs(len(given) - len(meant)) > 1:
        return False
    if len(given) != len(meant):
        shorter, longer = sorted((given, meant), key=len)
        return shorter in _without_one(longer)
    indexes = [index for index, (one, other) in enumerate(zip(given, meant, strict=True)) if one != other]
    if len(indexes) == 2:  # noqa: PLR2004  (two neighbours)
        first, second = indexes
        return second == first + 1 and (given[first], given[second]) == (meant[second], meant[first])
    return len(indexes) == 1
