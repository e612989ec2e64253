"""Runs of digits, written or said: ``4111-1111``, ``double four, oh one``, ``forty-one eleven``."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from unicodedata import decimal

from msgspec import Struct

from auscult.redactors._spoken.abroad import ABROAD_DOUBTFUL, FOREIGN, FOREIGN_TENS, JOINS, is_near, summed
from auscult.redactors._words import words_of

_DECIMAL, _WORD, _REMEMBERED = re.compile(r"\d"), re.compile(r"[^\W_]+"), 64
"""Of texts, as a turn is read several times, this many have their words kept."""
_TOKEN = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?|\d+|[^\w\s]|_")
_NOT_A_NUMBER = re.compile(
    r"[$€£¥₹]\s?\d[\d,]*(?:\.\d+)?"  # prices
    r"|(?<![\d,.-])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d,])"  # 1,234.50
    r"|(?<![\d.,-])\d+\.\d{1,2}(?![.\d-])"  # 12.50
    r"|(?<!\d)\d{1,2}:\d{2}(?!\d)"  # times
    r"|\d+\s?%"
    r"|\b(?:card|visa|mastercard|amex|debit|credit)\b[^.?!\n\d]{0,20}\bending (?:in |with )?\d{4}\b"  # the end of a card
    r"|\[[a-z ]+ \d+\]"  # placeholders
)
_MAY_BE_NONE, _MAY_BE_DATE = re.compile(r"[$€£¥₹%\[]|\d[.,:]\d|ending"), re.compile(r"\d[-/.]\d")
_SMALL = "two|three|four|five|six|eight|ten|twelve|sixteen"
_COUNT = rf"(?:{_SMALL}|[2-9]|1[0-9])"
_COUNTED = re.compile(
    rf"\b{_COUNT}(?=[ -](?:digits?|numbers?|figures|characters)\b)"
    rf"|\b(?:first|second|third|fourth|fifth|last|final|next|other|middle|remaining|following) {_COUNT}"
    r"(?=(?: ones)?(?:,? (?:are|is|being)\b|:|'re\b)|,? (?:\d\d|\d(?: \d)* ?$))"
    r"|\b(?:last|wrong|other|old|new|same|right|correct|this|that|which|another|previous|spare|first|second"
    r"|business|home|work|main) one\b(?= (?:again|is|was|should)\b|[,.])"
    rf"|\bthe (?:first|second|third|fourth|fifth|last|final|next|other|middle|remaining|following) {_COUNT}\b"
)
"""Counts of digits, which are none of them: ``the last four are``, ``16 digits``."""
_COUNTS = frozenset(("one", *_SMALL.split("|"), *map(str, range(2, 20))))
_COUNTED_WORDS = words_of("words.txt")["around_counts"]
"""One word of each is in every text with a count of digits."""
_DATE = re.compile(
    r"(?<![\d./-])(?:(?:19|20)\d\d([-/.])\d{1,2}\1\d{1,2}|\d{1,2}([-/.])\d{1,2}\2(?:(?:19|20)\d\d|\d\d))(?!\d|[./-]\d)"
)

ONES: Mapping[str, str] = {
    **{
        word: str(value)
        for value, word in enumerate(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"])
    },
    **dict.fromkeys(("oh", "o", "nought", "naught", "nil"), "0"),
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
_O = "o"
_SAID: Mapping[str, str] = {**FOREIGN, **_HOMOPHONES, **TEENS, **ONES}
_LONELY = frozenset({"o", "won", "tree", "fife", "nil", "to", "too", "for", "ate", "fore"})
"""Digits only between digits."""
_FILLERS = words_of("words.txt")["between_digits"]
_JOINTS = frozenset("-.,/()\u2013\u2014\u2026\u00b7'_*|")
_MOST_FILLERS = 3
_LONG_NUMBER, _GROUP = 9, 3
"""Digits of a number that is read though a word is written without a space before or after it."""
_SIGNS = str.maketrans(
    {
        **dict.fromkeys([0xA0, *range(0x2000, 0x200C), 0x202F, 0x205F, 0x2060, 0x3000, 0xFEFF, 0xAD], " "),
        **dict.fromkeys([*range(0x2010, 0x2016), 0x2212, 0xFE58, 0xFF0D], "-"),
    }
)
"""Spaces, including invisible ones, and hyphens."""
_OTHER_DIGIT = re.compile(r"(?![0-9])\d")
_BEFORE_NUMBER = frozenset(
    ["card", "cc", "visa", "mc", "mastercard", "amex", "pan", "no", "nr", "num", "number", "x", "tel", "ssn"]
)
_CARDS = frozenset(["card", "cc", "visa", "mc", "mastercard", "amex"])
_AFTER_NUMBER = frozenset(["exp", "expiry", "expires", "cvv", "cvc", "visa", "mc", "mastercard", "amex", "x", "and"])
"""Words that are written without a space before a number, and after it."""
_EDGE = 3
"""Words that may stand between a run and the end of its turn where the number goes on in another turn."""
_LONG = 4
"""Digits of a run that may be a part of somebody's number."""
_WORDS = frozenset({*ONES, *TEENS, *TENS, *_TIMES, *FOREIGN})
_BEGINS = _WORDS | frozenset(_HOMOPHONES)


class Unit(Struct, frozen=True):
    """Digits that were written or said as one: ``1111``, ``double four`` (``44``)."""

    chars: str
    start: int
    end: int


def lowered(text: str) -> str:
    """Return a text in small letters, every character at its offset; spaces, hyphens and digits as ASCII has them."""
    low = text.lower()
    if low.isascii():
        return low
    if len(low) != len(text):
        low = "".join(small if len(small := letter.lower()) == 1 else letter for letter in text)
    low = low.translate(_SIGNS)
    return _OTHER_DIGIT.sub(lambda found: str(decimal(found[0])), low)


@lru_cache(_REMEMBERED)
def _words_in(low: str) -> frozenset[str]:
    """Return the words of a text, those with digits too."""
    return frozenset(_WORD.findall(low))


def _runs_in(low: str) -> list[list[Unit]]:
    """Return the units of each run of digits in a text in small letters."""
    digit, is_said = _DECIMAL.search(low), not _WORDS.isdisjoint(_words_in(low))
    if digit is None and not is_said:
        return []
    hidden = _counted(low)
    if digit:
        if _MAY_BE_NONE.search(low):
            hidden += [found.span() for found in _NOT_A_NUMBER.finditer(low)]
        if "sort" not in low and _MAY_BE_DATE.search(low):
            hidden += [found.span() for found in _DATE.finditer(low)]
    begin = 0 if is_said or digit is None else low.rfind(" ", 0, digit.start()) + 1
    return _Reader(_tokens(low, begin), hidden).read()


def _tokens(low: str, end: int) -> list[tuple[str, int, int]]:
    """Return the tokens of a text from an offset on: only spaces are between them, so that each is the next of its kind."""
    return [(token, start := low.index(token, end), end := start + len(token)) for token in _TOKEN.findall(low, end)]


def _counted(low: str) -> list[tuple[int, int]]:
    """Return the spans of counts of digits: ``the last four are``."""
    if _COUNTS.isdisjoint(words := _words_in(low)) or _COUNTED_WORDS.isdisjoint(words):
        return []
    return [found.span() for found in _COUNTED.finditer(low)]


def long_numbers(text: str) -> list[tuple[int, int]]:
    """Return the spans of runs of four digits or more, written or said."""
    return [
        (units[0].start, units[-1].end)
        for units in _runs_in(lowered(text))
        if sum(len(unit.chars) for unit in units) >= _LONG
    ]


def open_numbers(text: str) -> list[tuple[int, int]]:
    """Return the spans of runs near the end of a text that may continue in the next."""
    low = lowered(text)
    return [
        (start, end)
        for start, end in long_numbers(text)
        if sum(token[0].isalnum() for token in _TOKEN.findall(low, end)) <= _EDGE
    ]


class _Reader:
    """One pass over the tokens of a text."""

    def __init__(self, tokens: Sequence[tuple[str, int, int]], hidden: Sequence[tuple[int, int]]) -> None:
        self._tokens = tokens
        self._hidden = hidden

    def read(self) -> list[list[Unit]]:
        """Return the units of each run."""
        runs: list[list[Unit]] = []
        units: list[Unit] = []
        at = skipped = 0
        while at < len(self._tokens):
            token = self._tokens[at][0]
            may_begin = token in _BEGINS or token[0].isdecimal()
            read = self._unit(at, inside=bool(units)) if may_begin else None
            if read is not None:
                unit, at = read
                units.append(unit)
                skipped = 0
                continue
            if units and token in _SCALES:
                units[-1] = Unit(units[-1].chars + _SCALES[token], units[-1].start, self._tokens[at][2])
            elif units and token in _FILLERS and skipped < _MOST_FILLERS:
                skipped += 1
            elif units and token not in _JOINTS:
                runs.append(units)
                units, skipped = [], 0
            at += 1
        if units:
            runs.append(units)
        return runs

    def _unit(self, at: int, *, inside: bool) -> tuple[Unit, int] | None:
        """Read one unit from a token on; None where none begins there."""
        token, start, end = self._tokens[at]
        if self._hidden and any(begin < end and start < stop for begin, stop in self._hidden):
            return None
        if token[0].isdecimal():
            return None if self._is_glued(at) else (Unit(token, start, end), at + 1)
        if token in _TIMES:
            return self._repeated(at)
        said = summed(self._tokens, at) if token in FOREIGN else None
        if said is not None or token in TENS or token in FOREIGN_TENS:
            return self._tens(at) if said is None else (Unit(said[0], start, self._tokens[said[1] - 1][2]), said[1])
        return self._digits(at, token, inside=inside)

    def _digits(self, at: int, token: str, *, inside: bool) -> tuple[Unit, int] | None:
        """Read ``four``, ``oh``, ``fourteen``, ``four ones``; between digits also ``to`` and ``for``."""
        _, start, end = self._tokens[at]
        following = self._tokens[at + 1] if at + 1 < len(self._tokens) else ("", end, end)
        if following[0] in _PLURALS and "1" < ONES.get(token, "0") < "7":
            return Unit(_PLURALS[following[0]] * int(ONES[token]), start, following[2]), at + 2
        chars = _SAID.get(token)
        if chars is None:
            return None
        if token in ABROAD_DOUBTFUL:
            is_digit = is_near(self._tokens, at, _JOINTS, inside=inside)
        elif token == _O:
            is_digit = self._is_digit(at + 1) or (inside and (self._ends(at + 1) or self._tokens[at - 1][0] in _WORDS))
        elif token in _LONELY or token in _HOMOPHONES:
            is_digit = (
                inside
                and (self._is_digit(at + 1) or self._is_last(at))
                and not (self._is_group(at - 1) and self._is_group(at + 1))
            )
        else:
            is_digit = True
        return (Unit(chars, start, end), at + 1) if is_digit else None

    def _is_last(self, at: int) -> bool:
        """Return whether a token ends the text behind two digits: ``oh three for``."""
        return at + 1 == len(self._tokens) and all(self._tokens[index][0] in _WORDS for index in (at - 1, at - 2))

    def _is_group(self, at: int) -> bool:
        """Return whether a token is a written number of several digits, between which ``to`` is no two."""
        token = self._tokens[at][0] if 0 <= at < len(self._tokens) else ""
        return token.isdecimal() and len(token) >= _GROUP

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
        ten = TENS.get(token) or FOREIGN_TENS[token]
        following = at + 1
        joins = ("-", *JOINS) if token in FOREIGN_TENS else ("-",)
        is_joined = following < len(self._tokens) and self._tokens[following][0] in joins
        following += is_joined
        if following < len(self._tokens):
            one = ONES.get(self._tokens[following][0]) or FOREIGN.get(self._tokens[following][0], "0")
            if one != "0" and len(one) == 1 and self._tokens[following][0] not in _LONELY:
                return Unit(ten + one, start, self._tokens[following][2]), following + 1
        return Unit(ten + "0", start, end), at + 1

    def _is_glued(self, at: int) -> bool:
        """Return whether written digits are part of a word: ``ab12``, ``12c``. Those are read by patterns."""
        _, start, end = self._tokens[at]
        before = self._tokens[at - 1][0] if at and self._tokens[at - 1][2] == start else " "
        following = self._tokens[at + 1] if at + 1 < len(self._tokens) else ("", -1, -1)
        after = following[0] if following[1] == end else " "
        if end - start >= _LONG_NUMBER and (before in _BEFORE_NUMBER or after in _AFTER_NUMBER):
            return False
        if before in _CARDS and not after[0].isalpha():
            return False
        return before[0].isalpha() or after[0].isalpha()

    def _is_digit(self, at: int) -> bool:
        """Return whether a digit comes, also after words that sound like one: ``to for eight``."""
        while at < len(self._tokens) and (self._tokens[at][0] in _HOMOPHONES or self._tokens[at][0] in ("-", "won")):
            at += 1
        token = self._tokens[at][0] if at < len(self._tokens) else " "
        return token in _WORDS or token[0].isdecimal()

    def _ends(self, at: int) -> bool:
        """Return whether no word comes, or one that may be between digits."""
        token = self._tokens[at][0] if at < len(self._tokens) else " "
        return not token[0].isalpha() or token in _FILLERS
