"""Local dates and times of exports: which of day and month comes first is found from all of them."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal, NamedTuple

Order = Literal["day", "month", "year"]
DATE = r"(?P<first>\d{1,4})(?P<mark>[./-])(?P<second>\d{1,2})(?P=mark)(?P<third>\d{1,4})\.?"
CLOCK = (
    r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<rest>\d{2}))?"
    r"(?:\s*(?P<half>[AaPp])\.?\s?[Mm]\.?)?"
)
_MONTHS, _YEAR_DIGITS, _CENTURY, _NOON = 12, 4, 2000, 12


class Written(NamedTuple):
    """Numbers of a date as written, what divides them, and the time of day."""

    numbers: tuple[int, int, int]
    mark: str
    has_year_first: bool
    clock: tuple[int, int, int]
    has_half: bool


def written(found: re.Match[str]) -> Written:
    """Return the numbers of a match of ``DATE`` and ``CLOCK``."""
    hour, half = int(found["hour"]), found["half"]
    if half:
        hour = hour % _NOON + (_NOON if half in "pP" else 0)
    return Written(
        (int(found["first"]), int(found["second"]), int(found["third"])),
        found["mark"],
        len(found["first"]) == _YEAR_DIGITS,
        (hour, int(found["minute"]), int(found["rest"] or 0)),
        half is not None,
    )


def order_of(dates: Sequence[Written]) -> tuple[Order, bool]:
    """Return what dates begin with, and whether some of them show it. Where none does, it is what most people write.

    Dates of an export go on: the order in which they never go back counts, too.
    """
    if any(one.has_year_first for one in dates):
        return "year", True
    if any(one.numbers[0] > _MONTHS for one in dates):
        return "day", True
    if any(one.numbers[1] > _MONTHS for one in dates):
        return "month", True
    orders: tuple[Order, ...] = ("day", "month")
    goes_on: list[Order] = [order for order in orders if _goes_on(dates, order)]
    if len(goes_on) == 1 and len({one.numbers for one in dates}) > 1:
        return goes_on[0], True
    is_same = all(one.numbers[0] == one.numbers[1] for one in dates)
    likely: Order = "month" if any(one.has_half for one in dates) and dates[0].mark == "/" else "day"
    return likely, is_same


def _goes_on(dates: Iterable[Written], order: Order) -> bool:
    last = None
    for one in dates:
        now = (*day_of(one, order), *one.clock)
        if last is not None and now < last:
            return False
        last = now
    return True


def day_of(one: Written, order: Order) -> tuple[int, int, int]:
    """Return year, month and day."""
    first, second, third = one.numbers
    year, month, day = {
        "year": (first, second, third),
        "day": (third, second, first),
        "month": (third, first, second),
    }[order]
    return (year if year > 99 else year + _CENTURY), month, day  # noqa: PLR2004  (a year of two digits)


def moment_of(one: Written, order: Order) -> datetime | None:
    """Return the local time; None where there is no such time."""
    try:
        return datetime(*day_of(one, order), *one.clock)  # noqa: DTZ001  (local: the reader of the file knows the zone)
    except ValueError:
        return None
