"""Periods in words: the days that words of a question name, and the period before some days."""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from auscult.domain.said.dates import day_of

_QUARTER = re.compile(r"q([1-4])")
_YEAR = re.compile(r"20\d\d")
_DAY = re.compile(r"(\d\d?)(?:st|nd|rd|th|er)?")
_UNITS: Mapping[str, str] = {
    word: unit
    for unit, words in (
        ("day", "day days tag tage tagen dia dias jour jours"),
        ("week", "week weeks woche wochen semana semanas semaine semaines"),
        ("month", "month months monat monate monaten mes meses mois"),
        ("quarter", "quarter quarters quartal quartale quartalen trimestre trimestres"),
        ("year", "year years jahr jahre jahren ano anos an ans annee annees"),
    )
    for word in words.split()
}
_NUMBERS: Mapping[str, int] = {
    word: number
    for number, words in enumerate(
        (
            *(
                "a ein einem una um une",
                "two zwei dos deux dois couple",
                "three drei tres trois",
                "four vier cuatro quatre",
            ),
            *("five funf cinco cinq", "six sechs seis", "seven sieben siete sept", "eight acht ocho huit oito"),
            *(
                "nine neun nueve neuf nove",
                "ten zehn diez dix dez",
                "eleven elf once onze",
                "twelve zwolf doce douze doze",
            ),
        ),
        1,
    )
    for word in words.split()
}
_IN_LAST = frozenset(
    ("last", "past", "letzten", "letzte", "vergangenen", "ultimos", "ultimas", "derniers", "dernieres")
)
_AGO = frozenset(("ago", "vor", "hace"))
_OF = frozenset(("of", "de", "the"))


class Named(NamedTuple):
    """Days that words name: where the words begin, how many they are, the first and the last day."""

    at: int
    length: int
    first: date
    last: date


class Calendar(NamedTuple):
    """Names of months (1 to 12) and of weekdays (Monday is 0), and the present day."""

    months: Mapping[str, int]
    weekdays: Mapping[str, int]
    today: date


def periods_in(words: Sequence[str], known: Calendar) -> Iterator[Named]:
    """Yield the periods that words name, one after the other."""
    at = 0
    while at < len(words):
        found = next((each for read in _READERS if (each := read(words, at, known))), None)
        if found:
            yield found
        at += found.length if found else 1


def _rolling(words: Sequence[str], at: int, known: Calendar) -> Named | None:
    """Read ``last 30 days`` and ``past two weeks``, which end today; whole months and years begin on the same day."""
    number, unit = _number(words, at + 1), _UNITS.get(_word(words, at + 2), "")
    if words[at] not in _IN_LAST or not number or not unit:
        return None
    if unit in {"day", "week"}:
        first = known.today - timedelta(days=number * (7 if unit == "week" else 1) - 1)
    else:
        first = _months_before(known.today, number * {"month": 1, "quarter": 3, "year": 12}[unit]) + timedelta(days=1)
    return Named(at, 3, first, known.today)


def _ago(words: Sequence[str], at: int, known: Calendar) -> Named | None:
    """Read ``two weeks ago``, in German and Spanish with the word before it."""
    start = at + (words[at] in _AGO)
    number, unit = _number(words, start), _UNITS.get(_word(words, start + 1), "")
    if not number or not unit or (start == at and _word(words, at + 2) not in _AGO):
        return None
    return Named(at, 3, *period(unit, number, known.today))


def _quarter(words: Sequence[str], at: int, known: Calendar) -> Named | None:
    found = _QUARTER.fullmatch(words[at])
    if not found:
        return None
    year = _year(words, at + 1)
    first = date(year or known.today.year, 3 * int(found[1]) - 2, 1)
    if not year and first > known.today:
        first = first.replace(year=first.year - 1)
    return Named(at, 1 + bool(year), first, _end_of_month(first.replace(month=first.month + 2)))


def _date(words: Sequence[str], at: int, known: Calendar) -> Named | None:
    """Read a day: ``12 November``, ``November 12th 2026``, ``2026-11-12`` and ``12.11.2026``."""
    day, month, year, length = _of_day(words, at, known.months)
    if not day or not month:
        return None
    found = day_of(year or known.today.year, month, day)
    if found and not year and found > known.today:
        found = day_of(found.year - 1, month, day)
    return Named(at, length, found, found) if found else None


def _of_day(words: Sequence[str], at: int, months: Mapping[str, int]) -> tuple[int, int, int, int]:
    """Return day, month and year of a date, 0 for what is not there, and the number of its words."""
    first, second, third = (_word(words, at + n) for n in range(3))
    if _YEAR.fullmatch(first) and second.isdecimal() and third.isdecimal():
        return int(third), int(second), int(first), 3
    if first.isdecimal() and second.isdecimal() and _YEAR.fullmatch(third):
        return int(first), int(second), int(third), 3
    skipped = second in _OF
    if (day := _DAY.fullmatch(first)) and (month := months.get(third if skipped else second)):
        year = _year(words, at + 2 + skipped)
        return int(day[1]), month, year, 2 + skipped + bool(year)
    if (month := months.get(first)) and (day := _DAY.fullmatch(second)):
        year = _year(words, at + 2)
        return int(day[1]), month, year, 2 + bool(year)
    return 0, 0, 0, 0


def _month(words: Sequence[str], at: int, known: Calendar) -> Named | None:
    month = known.months.get(words[at])
    if month is None:
        return None
    year = _year(words, at + 1)
    first = date(year or known.today.year - (month > known.today.month), month, 1)
    return Named(at, 1 + bool(year), first, _end_of_month(first))


def _weekday(words: Sequence[str], at: int, known: Calendar) -> Named | None:
    """Read a weekday: the last one before today."""
    weekday = known.weekdays.get(words[at])
    if weekday is None:
        return None
    day = known.today - timedelta(days=(known.today.weekday() - weekday - 1) % 7 + 1)
    return Named(at, 1, day, day)


def _whole_year(words: Sequence[str], at: int, known: Calendar) -> Named | None:
    year = _year(words, at)
    return Named(at, 1, date(year, 1, 1), min(known.today, date(year, 12, 31))) if year else None


_READERS: Sequence[Callable[[Sequence[str], int, Calendar], Named | None]] = (
    *(_rolling, _ago, _quarter, _date, _month, _weekday, _whole_year),
)


def _word(words: Sequence[str], at: int) -> str:
    return words[at] if at < len(words) else ""


def _number(words: Sequence[str], at: int) -> int:
    """Return a number from 1 to 999, in digits or in words; 0 for anything else."""
    word = _word(words, at)
    return int(word) if word.isdecimal() and len(word) <= 3 else _NUMBERS.get(word, 0)  # noqa: PLR2004


def _year(words: Sequence[str], at: int) -> int:
    word = _word(words, at)
    return int(word) if _YEAR.fullmatch(word) else 0


def _months_before(day: date, months: int) -> date:
    number = day.year * 12 + day.month - 1 - months
    year, month = number // 12, number % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def period(unit: str, ago: int, today: date) -> tuple[date, date]:
    """Return the first and the last day of a period that began ``ago`` units before the present one, which ends today."""
    if unit == "day":
        day = today - timedelta(days=ago)
        return day, day
    if unit == "week":
        first = today - timedelta(days=today.weekday() + 7 * ago)
        return first, min(today, first + timedelta(days=6))
    if unit == "year":
        return date(today.year - ago, 1, 1), min(today, date(today.year - ago, 12, 31))
    if unit == "quarter":
        first = _months_before(today.replace(day=1, month=today.month - (today.month - 1) % 3), 3 * ago)
        return first, min(today, _end_of_month(first.replace(month=first.month + 2)))
    first = _months_before(today.replace(day=1), ago)
    return first, min(today, _end_of_month(first))


def days_before(since: date, last: date) -> tuple[date, date]:
    """Return the period before one: of whole months the months before, else as many days."""
    if since.day == 1 and last == _end_of_month(last):
        months = (last.year - since.year) * 12 + last.month - since.month + 1
        return _months_before(since, months), since - timedelta(days=1)
    return since - timedelta(days=(last - since).days + 1), since - timedelta(days=1)


def _end_of_month(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])
