"""Dates as people write and say them: ``2026-03-05``, ``3/5/26``, ``the fifth of March``, ``March 5th``, ``tomorrow``.

Names of months and number words are English. A date without a year is the one nearest to the day of the conversation.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from auscult.domain.said.numbers import SMALL, Token, digit_runs, number_at

MONTH_NAMES = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
MONTHS = {name: number for number, whole in enumerate(MONTH_NAMES, 1) for name in (whole, whole[:3])} | {"sept": 9}
"""Number of each month by its name and its short names."""
_ORDINALS = {
    name: number
    for number, name in enumerate(
        (
            *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"),
            *("eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth"),
            *("eighteenth", "nineteenth", "twentieth"),
        ),
        1,
    )
} | {"thirtieth": 30}
_NEAR = {"today": 0, "tomorrow": 1, "yesterday": -1}
DATE_WORDS = frozenset({*MONTHS, *_NEAR})
"""Words without which there is no date but one in figures."""

_SUFFIXES = frozenset({"st", "nd", "rd", "th"})
_NUMERIC = re.compile(r"\b(\d{1,4})([-/.])(\d{1,2})\2(\d{1,4})\b", re.ASCII)
_YEARS = range(1900, 2100)


class Said(NamedTuple):
    """Date, and its offsets in the text."""

    start: int
    end: int
    date: date


def dates(text: str, words: Sequence[Token], around: date, *, is_day_first: bool) -> Iterator[Said]:
    """Return every date in a text whose tokens are ``words``. ``around`` is the day of the conversation.

    ``is_day_first`` decides how 3/5/2026 is read: true for the third of May.
    """
    for match in _NUMERIC.finditer(text):
        found = _numeric(*(int(match[group]) for group in (1, 3, 4)), is_day_first=is_day_first)
        if found is not None:
            yield Said(match.start(), match.end(), found)
    at = 0
    while at < len(words):
        said = _spoken(words, at, around)
        if said is None:
            at += 1
        else:
            found, behind = said
            yield Said(words[at].start, words[behind - 1].end, found)
            at = behind


def written_date(text: str, around: date, *, is_day_first: bool, words: Sequence[Token]) -> date | None:
    """The one date that a source of truth gives; also with a time behind it, as 2026-03-05T10:00:00Z."""
    found = list(dates(text.strip().partition("T")[0], words, around, is_day_first=is_day_first))
    return found[0].date if len(found) == 1 else None


def _numeric(first: int, second: int, third: int, *, is_day_first: bool) -> date | None:
    if first > 31:  # noqa: PLR2004 a year
        return day_of(first, second, third)
    year = third + 2000 if third < 100 else third  # noqa: PLR2004 two digits
    day, month = (first, second) if is_day_first else (second, first)
    return day_of(year, month, day) or day_of(year, day, month)


def _spoken(words: Sequence[Token], at: int, around: date) -> tuple[date, int] | None:
    """``tomorrow``, ``[the] fifth of March [2026]``, ``March [the] fifth [2026]``, and the index behind it."""
    token = words[at].text
    if token in _NEAR:
        return around + timedelta(days=_NEAR[token]), at + 1
    if token in MONTHS:
        month = MONTHS[token]
        day = _day(words, _behind(words, at + 1, "the", "."))
        return None if day is None else _dated(words, day[1], month, day[0], around)
    day = _day(words, at)
    if day is None:
        return None
    index = _behind(words, day[1], "of")
    if index >= len(words) or words[index].text not in MONTHS:
        return None
    return _dated(words, index + 1, MONTHS[words[index].text], day[0], around)


def _behind(words: Sequence[Token], at: int, *skipped: str) -> int:
    return at + 1 if at < len(words) and words[at].text in skipped else at


def _day(words: Sequence[Token], at: int) -> tuple[int, int] | None:
    """A day of a month: ``5``, ``5th``, ``fifth``, ``twenty fifth``, ``twenty five``."""
    if at >= len(words):
        return None
    token = words[at].text
    if token.isascii() and token.isdecimal() and int(token[:3]) <= 31:  # noqa: PLR2004 the longest month
        has_suffix = at + 1 < len(words) and words[at + 1].text in _SUFFIXES
        return int(token), at + 1 + has_suffix
    if token in _ORDINALS:
        return _ORDINALS[token], at + 1
    tens = SMALL.get(token, 0)
    following = _behind(words, at + 1, "-")
    if tens in (20, 30) and following < len(words):
        unit = words[following].text
        more = _ORDINALS.get(unit, SMALL.get(unit, 0))
        if 0 < more < 10:  # noqa: PLR2004 a unit
            return tens + more, following + 1
    return (tens, at + 1) if 0 < tens <= 31 else None  # noqa: PLR2004 as above


def _dated(words: Sequence[Token], at: int, month: int, day: int, around: date) -> tuple[date, int] | None:
    """The date of a day and month, with the year that is said behind it, or else the nearest one."""
    said = _year(words, _behind(words, at, ","))
    if said is not None:
        found = day_of(said[0], month, day)
        return None if found is None else (found, said[1])
    near = [one for year in (-1, 0, 1) if (one := day_of(around.year + year, month, day)) is not None]
    return (min(near, key=lambda one: abs(one - around)), at) if near else None


def _year(words: Sequence[Token], at: int) -> tuple[int, int] | None:
    """``2026``, ``twenty twenty six``, ``two thousand and twenty six``, and the index behind it."""
    if at >= len(words):
        return None
    number = number_at(words, at)
    if number is not None and number.value in _YEARS:
        return int(number.value), number.behind
    run = next(digit_runs(words[at : at + 4]), None)
    if run is not None and run.first == 0 and run.digits.isdecimal() and int(run.digits[:9]) in _YEARS:
        return int(run.digits), at + run.behind
    return None


def day_of(year: int, month: int, day: int) -> date | None:
    """Return a day, None where there is none."""
    try:
        return date(year, month, day)
    except ValueError:
        return None
