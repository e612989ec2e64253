"""Runs of digits, written or said: ``4111-1111``, ``double four, oh one``, ``forty-one eleven``, ``g b two nine``."""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property

from msgspec import Struct

_TOKEN = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?|\d+|[^\w\s]|_")
_NOT_A_NUMBER = re.compile(
    r"[$€£¥₹]\s?\d[\d,]*(?:\.\d+)?"  # prices
    r"|(?<![\d,.-])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d,])"  # 1,234.50
    r"|(?<![\d.,-])\d+\.\d{1,2}(?![.\d-])"  # 12.50
    r"|(?<!\d)\d{1,2}:\d{2}(?!\d)"  # times
    r"|\d+\s?%"
    r"|\[[a-z ]+ \d+\]"  # placeholders
)
DATE = re.compile(
    r"(?<![\d./-])(?:(?:19|20)\d\d([-/.])\d{1,2}\1\d{1,2}|\d{1,2}([-/.])\d{1,2}\2(?:(?:19|20)\d\d|\d\d))(?!\d|[./-]\d)"
)

ONES: Mapping[str, str] = {
    **{
        word: str(value)
        for value, word in enumerate(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"])
    },
    **dict.fromkeys(("oh", "o", "nought", "naught", "nil", "null"), "0"),
    "won": "1",
    "niner": "9",
    "fife": "5",
    "tree": "3",
}
TEENS: Mapping[str, str] = {
    word: str(value)
    for value, word in enumerate(
        ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"],
        10,
    )
}
TENS: Mapping[str, str] = {
    word: str(value)
    for value, word in zip(
        range(2, 10), ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], strict=True
    )
} | {"fourty": "4", "ninty": "9"}
_PLURALS: Mapping[str, str] = {
    **{f"{word}s": digit for word, digit in ONES.items() if word not in ("six", "o")},
    "sixes": "6",
    "zeroes": "0",
    "noughts": "0",
}
"""Of ``four ones`` (``1111``)."""
_SCALES = {"hundred": "00", "thousand": "000"}
_TIMES = {"double": 2, "triple": 3, "treble": 3, "quadruple": 4}
_HOMOPHONES = {"to": "2", "too": "2", "for": "4", "ate": "8", "fore": "4"}
_LONELY = frozenset({"o", "won", "tree", "fife", "nil", "null", "to", "too", "for", "ate", "fore"})
"""Digits only between digits."""
_FILLERS = frozenset(
    [
        "uh",
        "um",
        "er",
        "erm",
        "ah",
        "hm",
        "hmm",
        "mm",
        "then",
        "and",
        "dash",
        "hyphen",
        "space",
        "comma",
        "dot",
        "period",
        "stroke",
        "slash",
        "pause",
        "so",
        "yeah",
        "okay",
        "ok",
        "next",
        "followed",
        "by",
        "again",
        "sorry",
        "right",
        "well",
        "wait",
        "yes",
    ]
)
_JOINTS = frozenset("-.,/()\u2013\u2014\u2026\u00b7'")
_MOST_FILLERS = 3
_NATO: Mapping[str, str] = {
    word: word[0]
    for word in [
        "alpha",
        "alfa",
        "bravo",
        "charlie",
        "delta",
        "echo",
        "foxtrot",
        "golf",
        "hotel",
        "india",
        "juliet",
        "juliett",
        "kilo",
        "lima",
        "mike",
        "november",
        "oscar",
        "papa",
        "quebec",
        "romeo",
        "sierra",
        "tango",
        "uniform",
        "victor",
        "whiskey",
        "whisky",
        "xray",
        "yankee",
        "zulu",
    ]
}
EDGE = 3
"""Words that may stand between a run and the end of its turn where the number goes on in another turn."""
LONG = 4
"""Digits of a run that may be a part of somebody's number."""
WORDS = frozenset({*ONES, *TEENS, *TENS, *_TIMES})


class Unit(Struct, frozen=True):
    """Characters that were written or said as one: ``1111``, ``double four`` (``44``), ``g`` of ``g b two nine``."""

    chars: str
    start: int
    end: int


class Run(Struct, frozen=True, dict=True):
    """Units that follow each other in one turn. ``before`` and ``after`` count the words around it in the turn."""

    turn: int
    units: tuple[Unit, ...]
    before: int
    after: int

    @cached_property
    def chars(self) -> str:
        """All characters: digits, and capital letters where letters are read too."""
        return "".join(unit.chars for unit in self.units)

    @property
    def start(self) -> int:
        """The place of the first character in the turn."""
        return self.units[0].start

    @property
    def end(self) -> int:
        """The place behind the last character in the turn."""
        return self.units[-1].end


def lowered(text: str) -> str:
    """Return a text in small letters, every character in its place."""
    low = text.lower()
    if len(low) == len(text):
        return low
    return "".join(small if len(small := letter.lower()) == 1 else letter for letter in text)


def runs_in(turn: int, low: str, *, letters: bool = False) -> list[Run]:
    """Return the runs of a turn's text in small letters; with ``letters`` those of spelled letters and digits."""
    hidden = [found.span() for found in _NOT_A_NUMBER.finditer(low)]
    if "sort" not in low:
        hidden += [found.span() for found in DATE.finditer(low)]
    tokens = [(found[0], found.start(), found.end()) for found in _TOKEN.finditer(low)]
    reader = _Reader(tokens, hidden, letters=letters)
    found = reader.read()
    words = [place for place, (text, _, _) in enumerate(tokens) if text[0].isalnum()]
    total = len(words)
    runs: list[Run] = []
    for first, last, units in found:
        before = sum(1 for place in words if place < first)
        after = total - sum(1 for place in words if place <= last)
        runs.append(Run(turn, tuple(units), before, after))
    return runs


def long_numbers(text: str) -> list[tuple[int, int]]:
    """Return the places of runs of four digits or more, written or said."""
    return [(run.start, run.end) for run in runs_in(0, lowered(text)) if len(run.chars) >= LONG]


def open_numbers(text: str) -> list[tuple[int, int]]:
    """Return the places of runs near the end of a text that may continue in the next."""
    return [(run.start, run.end) for run in runs_in(0, lowered(text)) if len(run.chars) >= LONG and run.after <= EDGE]


class _Reader:
    """One pass over the tokens of a text."""

    def __init__(
        self, tokens: Sequence[tuple[str, int, int]], hidden: Sequence[tuple[int, int]], *, letters: bool
    ) -> None:
        self._tokens = tokens
        self._hidden = hidden
        self._letters = letters

    def read(self) -> list[tuple[int, int, list[Unit]]]:
        """Return each run: its first and last token, and its units."""
        runs: list[tuple[int, int, list[Unit]]] = []
        units: list[Unit] = []
        first = last = at = skipped = 0
        while at < len(self._tokens):
            read = self._unit(at, inside=bool(units))
            if read is not None:
                unit, behind = read
                first = at if not units else first
                units.append(unit)
                last, skipped, at = behind - 1, 0, behind
                continue
            token = self._tokens[at][0]
            if units and token in _SCALES and not self._letters:
                units[-1] = Unit(units[-1].chars + _SCALES[token], units[-1].start, self._tokens[at][2])
                last = at
            elif units and token in _FILLERS and skipped < _MOST_FILLERS:
                skipped += 1
            elif units and token not in _JOINTS:
                runs.append((first, last, units))
                units, skipped = [], 0
            at += 1
        if units:
            runs.append((first, last, units))
        return runs

    def _unit(self, at: int, *, inside: bool) -> tuple[Unit, int] | None:
        """Read one unit from a token on; None where none begins there."""
        token, start, end = self._tokens[at]
        if token[0].isdecimal():
            is_hidden = any(begin < end and start < stop for begin, stop in self._hidden) or self._is_glued(at)
            return None if is_hidden else (Unit(_plain(token), start, end), at + 1)
        if token in _TIMES:
            return self._repeated(at)
        if token in TENS:
            return self._tens(at)
        digits = self._digits(at, token, inside=inside)
        if digits is not None:
            return digits
        return self._letter(at) if self._letters else None

    def _digits(self, at: int, token: str, *, inside: bool) -> tuple[Unit, int] | None:
        """Read ``four``, ``oh``, ``fourteen``, ``four ones``; between digits also ``to`` and ``for``."""
        _, start, end = self._tokens[at]
        following = self._tokens[at + 1] if at + 1 < len(self._tokens) else ("", end, end)
        if following[0] in _PLURALS and "1" < ONES.get(token, "0") < "7":
            return Unit(_PLURALS[following[0]] * int(ONES[token]), start, following[2]), at + 2
        chars = ONES.get(token) or TEENS.get(token) or _HOMOPHONES.get(token)
        if chars is None:
            return None
        is_another_word = token in _LONELY or token in _HOMOPHONES
        return (
            None if is_another_word and not (inside and self._is_digit(at + 1)) else (Unit(chars, start, end), at + 1)
        )

    def _repeated(self, at: int) -> tuple[Unit, int] | None:
        """Read ``double four``."""
        token, start, _ = self._tokens[at]
        after = self._unit(at + 1, inside=True) if at + 1 < len(self._tokens) else None
        if after is None:
            return None
        unit, behind = after
        return Unit(unit.chars[0] * _TIMES[token] + unit.chars[1:], start, unit.end), behind

    def _tens(self, at: int) -> tuple[Unit, int]:
        """Read ``forty``, ``forty one``, ``forty-one``."""
        token, start, end = self._tokens[at]
        following = at + 1
        if following < len(self._tokens) and self._tokens[following][0] == "-":
            following += 1
        if following < len(self._tokens):
            one = ONES.get(self._tokens[following][0], "0")
            if one != "0" and self._tokens[following][0] not in _LONELY:
                return Unit(TENS[token] + one, start, self._tokens[following][2]), following + 1
        return Unit(TENS[token] + "0", start, end), at + 1

    def _letter(self, at: int) -> tuple[Unit, int] | None:
        """Read a spelled letter: ``g``, ``golf``, ``g as in golf``, ``g for golf``."""
        token, start, end = self._tokens[at]
        if token in _NATO:
            return Unit(_NATO[token].upper(), start, end), at + 1
        if len(token) != 1 or not token.isascii() or not token.isalpha():
            return None
        words = [self._tokens[place][0] for place in range(at + 1, min(at + 4, len(self._tokens)))]
        if words[:2] == ["as", "in"] and words[2:] and words[2][0] == token:
            return Unit(token.upper(), start, self._tokens[at + 3][2]), at + 4
        if words[:1] in (["for"], ["like"]) and words[1:] and words[1][0] == token:
            return Unit(token.upper(), start, self._tokens[at + 2][2]), at + 3
        return Unit(token.upper(), start, end), at + 1

    def _is_glued(self, at: int) -> bool:
        """Return whether written digits are part of a word: ``ab12``, ``12c``. Those are read by patterns."""
        _, start, end = self._tokens[at]
        before = at and self._tokens[at - 1][2] == start and self._tokens[at - 1][0][0].isalpha()
        after = at + 1 < len(self._tokens) and self._tokens[at + 1][1] == end and self._tokens[at + 1][0][0].isalpha()
        return bool(before or after)

    def _is_digit(self, at: int) -> bool:
        token = self._tokens[at][0] if at < len(self._tokens) else " "
        return token in WORDS or token[0].isdecimal()


def _plain(digits: str) -> str:
    """Return digits of any script as 0 to 9."""
    return digits if digits.isascii() else "".join(str(int(one)) for one in digits)
