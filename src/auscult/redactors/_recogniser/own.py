"""What an app says is its own: its numbers, domains, mail addresses and premises stay."""

import re
from collections.abc import Sequence

from auscult.redactors._recogniser.signs import Read
from auscult.redactors._recogniser.spans import Piece, value_of
from auscult.redactors._recogniser.tokens import Turn, lowered

_DOMAIN = re.compile(r"[\w.+-]*@?[\w-]+(?:\.[\w-]+)+")
_LITTLE = frozenset({"the", "in", "an", "am", "der", "de", "la", "el", "do", "da", "at", "und", "and"})
_LEAST, _SAME = 5, 6
"""Digits of a number that is the app's own at least, and of its end that two ways of writing it share."""


class Own:
    """The app's own data, as it may be said."""

    def __init__(self, values: Sequence[str], agents: Sequence[str] = ()) -> None:
        """Sort values: numbers, domains and mail addresses, postal addresses; ``agents`` are names that stay."""
        self._agents = frozenset(word for name in agents for word in lowered(name).split())
        self._numbers: list[str] = []
        self._domains: list[str] = []
        self._words: list[frozenset[str]] = []
        for value in values:
            low = lowered(value).strip()
            digits = "".join(letter for letter in low if letter.isdecimal())
            if _DOMAIN.fullmatch(low):
                self._domains.append(low)
            elif len(digits) >= _LEAST and not any(map(str.isalpha, low)):
                self._numbers.append(digits.lstrip("0"))
            elif low:
                self._words.append(_words_of(Turn(0, "a", value, low)))

    def premises(self, read: Read) -> frozenset[int]:
        """Return the tokens of a turn that are an address of the app's own: two words of it in a row, or more."""
        found: set[int] = set()
        for each in self._words:
            stretch: list[int] = []
            for at in range(len(read.turn.words) + 1):
                unit = read.turn.unit_of.get(at)
                word = unit.chars if unit is not None else read.turn.words[at] if at < len(read.turn.words) else ""
                if word and (word in each or (stretch and word in _LITTLE)):
                    stretch.append(at)
                else:
                    if len([one for one in stretch if read.turn.words[one] not in _LITTLE]) > 1:
                        found.update(stretch)
                    stretch = []
        return frozenset(found)

    def has(self, read: Read, piece: Piece) -> bool:
        """Return whether what was found is the app's own."""
        if piece.kind == "name":
            return self._agents.issuperset(read.turn.words[piece.first : piece.last + 1])
        if not (self._numbers or self._domains):
            return False
        value = value_of(read, piece.first, piece.last, piece.kind)
        if piece.kind == "email":
            return any(
                value == each or value.endswith((f"@{each}", f".{each}")) or each.startswith(value)
                for each in self._domains
            )
        if piece.kind == "address":
            return False
        digits = "".join(letter for letter in value if letter.isdecimal())
        return any(
            len(digits) >= _SAME and (each.endswith(digits[-_SAME:]) and (digits.endswith(each[-_SAME:])))
            for each in self._numbers
        )


def _words_of(turn: Turn, first: int = 0, last: int | None = None) -> frozenset[str]:
    """Return the words of an address, numbers in digits."""
    its: set[str] = set()
    for at in range(first, len(turn.words) if last is None else last + 1):
        unit = turn.unit_of.get(at)
        its.add(unit.chars if unit is not None else turn.words[at])
    return frozenset(its - _LITTLE)
