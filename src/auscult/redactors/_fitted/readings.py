"""Readings of numbers that are said: ``forty four`` is 44 or 404, ``soixante-quinze`` 75, and ``um`` a filler or one."""

from collections.abc import Sequence
from typing import NamedTuple

from auscult.redactors._digits import ONES, TEENS, TENS
from auscult.redactors._fitted.tokens import LETTERS, LISTS, NUMBERS, Token
from auscult.redactors._spoken.abroad import FOREIGN

HOMOPHONES = dict(word.split("=") for word in LISTS["homophones"])
SCALES = dict(word.split("=") for word in LISTS["scales"])
_VALUES = {
    **FOREIGN, **TEENS, **ONES, **{word: f"{ten}0" for word, ten in TENS.items()}, **HOMOPHONES,
    **dict(word.split("=") for word in LISTS["said too"] | LISTS["letter values"]),
}  # fmt: skip
_TIMES = {**dict.fromkeys(LISTS["times 2"], 2), **dict.fromkeys(LISTS["times 3"], 3)}
_BEHIND_TEN = frozenset(("sept", "huit", "neuf"))
_SIXTY, _HUNDRED, _MOST = ("60", "80"), "100", 32
"""Numbers that one of 10 to 19 is added to, the value of a scale that multiplies, and readings that are followed."""


class Reading(NamedTuple):
    """Digits and capital letters so far, the number before as it is there, and how often the next digit counts."""

    text: str = ""
    before: str = ""
    times: int = 1


def read_on(readings: Sequence[Reading], token: Token) -> list[Reading]:
    """Return readings with one more token, the usual one first."""
    return [after for each in readings for after in _behind(each, token)][:_MOST]


def _behind(reading: Reading, token: Token) -> list[Reading]:
    text, before, times = reading
    if token.low in _TIMES:
        return [Reading(text, "", _TIMES[token.low])]
    value = value_of(token)
    if token.low in SCALES and not value.strip("0") and 0 < len(before) <= 2:  # noqa: PLR2004
        return [Reading(text + value)]
    value = value[:1] * times + value[1:]
    apart = Reading(text + value, "" if token.low.isdecimal() else value)
    if token.low == "um":
        return [apart, reading]
    whole = "" if token.low.isdecimal() else _sum(before, value, token.low)
    return [Reading(text[: -len(before)] + whole, whole), apart] if whole else [apart]


def _sum(before: str, value: str, word: str) -> str:
    """Return what a number in words and the next one are together, empty where they are two."""
    if not before.isdecimal() or not value.isdecimal() or value[0] == "0":
        return ""
    zeros = len(before) - len(before.rstrip("0"))
    if before != "0" and len(before) > 1 and zeros >= len(value) and (before != "10" or word in _BEHIND_TEN):
        return str(int(before) + int(value))
    if before in _SIXTY and len(value) == 2 and value[0] == "1":  # noqa: PLR2004
        return str(int(before) + int(value))
    if before == "4" and word in ("vingt", "vingts"):
        return "80"
    return f"{before}00" if value == _HUNDRED and word in SCALES and before in "23456789" else ""


def chars_of(tokens: Sequence[Token]) -> str:
    """Return the digits and letters that tokens are, as they are usually read."""
    readings = [Reading()]
    for token in tokens:
        readings = read_on(readings, token)[:1]
    return readings[0].text


def value_of(token: Token) -> str:
    """Return the digits or the capital letter of a token alone."""
    if token.low.isdecimal():
        return token.low
    value = _VALUES.get(token.low) or SCALES.get(token.low)
    if value is not None:
        return value
    return token.low[0].upper() if token.kind in LETTERS else "000" if token.kind in NUMBERS else ""
