"""Numbers as people write and say them: ``1,234.50``, ``twenty five``, ``four and a half``, ``double five oh one``.

Digits are read in every language, number words in English. A text is cut into tokens once; numbers and runs of
digits are found among these.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['\u2019][^\W\d_]+)?|[^\w\s]|_")
_WRITTEN = re.compile(r"\d+(\.\d+)?", re.ASCII)
_UNITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = (
    *("ten", "eleven", "twelve", "thirteen", "fourteen"),
    *("fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
SMALL = {word: value for value, word in enumerate((*_UNITS, *_TEENS))} | {
    word: value for value, word in zip(range(20, 100, 10), _TENS, strict=True)
}
_SCALES = {"thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_PARTS = {"half": Decimal("0.5"), "quarter": Decimal("0.25"), "quarters": Decimal("0.25")}
_ARTICLES = ("a", "an")
_TIMES = {"double": 2, "triple": 3}
_ZEROS = ("oh", "o", "nought")
_DIGITS = frozenset((*SMALL, *_TIMES, *_ZEROS))
"""Words that a run of digits begins with."""
_JOINTS = frozenset("-.,()/ ")
_LONGEST = 40


class Token(NamedTuple):
    """A word in small letters, a written number, or a sign, with its offsets in the text."""

    text: str
    start: int
    end: int


class Number(NamedTuple):
    """A number, and the tokens from ``first`` up to ``behind`` that say it."""

    value: Decimal
    first: int
    behind: int


class Digits(NamedTuple):
    """Digits one after the other, as of an account, and the tokens that say them."""

    digits: str
    first: int
    behind: int


def tokens(text: str) -> list[Token]:
    """Cut a text into tokens."""
    return [Token(match[0].casefold(), *match.span()) for match in _TOKEN.finditer(text)]


def numbers(words: Sequence[Token]) -> Iterator[Number]:
    """Every number, from left to right; none overlaps another."""
    at = 0
    while at < len(words):
        found = number_at(words, at)
        if found is None:
            at += 1
        else:
            yield found
            at = found.behind


def number_at(words: Sequence[Token], at: int) -> Number | None:
    """The number that begins at a token, as long as it goes."""
    if at >= len(words) or not _may_begin(words[at].text):
        return None
    whole = _whole(words, at)
    if whole is None:
        return None
    value, behind = whole
    if _is(words, behind, "point") and (decimals := _decimals(words, behind + 1)):
        value, behind = Decimal(f"{value:f}.{decimals[0]}") if value == int(value) else value, decimals[1]
    elif part := _part(words, behind):
        value, behind = value + part[0], part[1]
    if _is(words, behind, *_SCALES):  # two point five million
        value, behind = value * _SCALES[words[behind].text], behind + 1
    return Number(value, at, behind)


def digit_runs(words: Sequence[Token]) -> Iterator[Digits]:
    """Every run of digits, written in groups (``12-34 56``) or said (``one two double five oh``), as long as it goes."""
    at = 0
    while at < len(words):
        if words[at].text not in _DIGITS and not words[at].text[0].isdecimal():
            at += 1
            continue
        digits, behind = _digits_from(words, at)
        if digits:
            yield Digits(digits, at, behind)
        at = max(behind, at + 1)


def written_number(text: str) -> Decimal | None:
    """A number as it is written: ``1,234.50``, ``1234,5``; the last of two kinds of separator is the decimal one."""
    if text.isdecimal() and text.isascii() and len(text) <= _LONGEST:
        return Decimal(text)
    comma, point = text.rfind(","), text.rfind(".")
    if comma >= 0 and point >= 0:
        plain = text.replace("," if point > comma else ".", "").replace(",", ".")
    elif comma >= 0 and (text.count(",") > 1 or len(text) - comma - 1 == 3):  # noqa: PLR2004 thousands
        plain = text.replace(",", "")
    else:
        plain = text.replace(",", ".")
    if plain.count(".") > 1:
        plain = plain.replace(".", "")
    return Decimal(plain) if _WRITTEN.fullmatch(plain) and len(plain) <= _LONGEST else None


def _may_begin(word: str) -> bool:
    """Return whether a number may begin with this token; for most tokens the answer is no."""
    return word in SMALL or word in _ARTICLES or word[0].isdigit()


def _is(words: Sequence[Token], at: int, *wanted: str) -> bool:
    return at < len(words) and words[at].text in wanted


def _skip_dash(words: Sequence[Token], at: int) -> int:
    """Behind the dash of ``twenty-five``."""
    return at + 1 if _is(words, at, "-") and at + 1 < len(words) and words[at + 1].text in SMALL else at


def _whole(words: Sequence[Token], at: int) -> tuple[Decimal, int] | None:
    """A number without what comes behind its point, and the index behind it."""
    if at >= len(words):
        return None
    written = written_number(words[at].text)
    if written is not None:
        value, behind = written, at + 1
        if _is(words, behind, *_SCALES, "hundred"):
            value, behind = value * (_SCALES.get(words[behind].text) or 100), behind + 1
        return value, behind
    total = Decimal(0)
    least = 10**12
    group = _below_thousand(words, at)
    if group is None:
        return None
    while group is not None:
        value, behind = group
        scale = _SCALES.get(words[behind].text, 1) if behind < len(words) else 1
        if scale >= least:
            break
        total, at, least = total + value * scale, behind + (scale > 1), scale
        if scale == 1:
            break
        following = at + 1 if _is(words, at, "and") else at
        group = _below_thousand(words, _skip_dash(words, following))
    return total, at


def _below_thousand(words: Sequence[Token], at: int) -> tuple[int, int] | None:
    """``two hundred and five``, ``twenty-five``, ``a hundred``; ``a`` alone is no number."""
    if _is(words, at, *_ARTICLES) and _is(words, at + 1, "hundred", *_SCALES):
        value, behind = 1, at + 1
    elif (small := _below_hundred(words, at)) is not None:
        value, behind = small
    else:
        return None
    if _is(words, behind, "hundred"):
        value, behind = value * 100, behind + 1
        rest = _below_hundred(words, _skip_dash(words, behind + 1 if _is(words, behind, "and") else behind))
        if rest is not None:
            value, behind = value + rest[0], rest[1]
    return value, behind


def _below_hundred(words: Sequence[Token], at: int) -> tuple[int, int] | None:
    if at >= len(words) or words[at].text not in SMALL:
        return None
    value = SMALL[words[at].text]
    following = _skip_dash(words, at + 1)
    if value >= 20 and following < len(words) and 0 < SMALL.get(words[following].text, 0) < 10:  # noqa: PLR2004 twenty-five
        return value + SMALL[words[following].text], following + 1
    return value, at + 1


def _decimals(words: Sequence[Token], at: int) -> tuple[str, int] | None:
    """Return what follows ``point``: digits one by one, or a number below a hundred."""
    said = ""
    while at < len(words) and len(said) < _LONGEST:
        word = words[at].text
        if word == "oh" or SMALL.get(word, 10) < 10:  # noqa: PLR2004 one digit
            said, at = said + str(SMALL.get(word, 0)), at + 1
        elif not said and (pair := _below_hundred(words, at)) is not None:
            return str(pair[0]), pair[1]
        elif not said and word.isdecimal():
            return word, at + 1
        else:
            break
    return (said, at) if said else None


def _part(words: Sequence[Token], at: int) -> tuple[Decimal, int] | None:
    """``and a half``, ``and three quarters``."""
    if not _is(words, at, "and"):
        return None
    if _is(words, at + 1, "a") and _is(words, at + 2, *_PARTS):
        return _PARTS[words[at + 2].text], at + 3
    if _is(words, at + 1, "three") and _is(words, at + 2, "quarters"):
        return Decimal("0.75"), at + 3
    return None


def _digits_from(words: Sequence[Token], at: int) -> tuple[str, int]:
    """The digits from a token on, and the index behind the last of them."""
    digits, behind = "", at
    while at < len(words):
        token = words[at].text
        times = 1
        if token in _TIMES and at + 1 < len(words):
            times, at, token = _TIMES[token], at + 1, words[at + 1].text
        if token[0].isdecimal():
            digits += "".join(str(int(one)) for one in token if one.isdecimal()) * times
            at += 1
        elif token in _ZEROS:
            digits, at = digits + "0" * times, at + 1
        elif (pair := _below_hundred(words, at)) is not None:
            digits, at = digits + str(pair[0]) * times, pair[1]
        elif digits and token in _JOINTS:
            at += 1
            continue
        else:
            break
        behind = at
    return digits, behind
