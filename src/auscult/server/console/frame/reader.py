"""Numbers, dates and times as the reader of a page writes them: their language, their time zone."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from functools import lru_cache

import msgspec
from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.numbers import get_decimal_symbol
from msgspec import Struct

from auscult.domain.statistics.intervals import Figure
from auscult.language import current, writing
from auscult.language import gettext as _
from auscult.language.writing import locale_of, percent_pattern
from auscult.services.conversations.queue_names import QueueNames

NARROW_SPACE = "\u202f"
FEW = 10
"""Fewer are shown as numbers, not as a percentage."""
_WEEK = timedelta(days=7)
_MINUTE_S = 60
_HOUR_S = 3600


class Reader(Struct, frozen=True, kw_only=True):
    """The reader of a page. ``today`` is the day on which the page is made, in their time zone.

    ``queues`` distinguishes queues of one name. ``for_file``: days and times are written for a program, as ISO 8601 does.
    """

    language: str = "en"
    timezone: tzinfo = UTC
    now: datetime
    queues: QueueNames = msgspec.field(default_factory=QueueNames)
    for_file: bool = False

    @property
    def locale(self) -> Locale:
        """The locale of their language."""
        return locale_of(self.language)

    def local(self, at: datetime) -> datetime:
        """Return an instant in their time zone."""
        return at.astimezone(self.timezone)

    @property
    def today(self) -> date:
        """The current day in their time zone."""
        return self.local(self.now).date()

    @property
    def end_of_today(self) -> datetime:
        """The end of their day in their time zone: the last period of a page ends there, and all begin at midnight."""
        return datetime.combine(self.today + timedelta(days=1), time(), self.timezone)

    def number(self, value: float | Decimal, digits: int = 0, *, signed: bool = False) -> str:
        """Return a number with ``digits`` decimals, a true minus sign, and a plus sign where it is ``signed``."""
        return writing.number(value, digits, signed=signed, language=self.language)

    def weight(self, value: Decimal) -> str:
        """Return a weight with the decimal places that it has, at most three: ``2.5``."""
        exponent = value.normalize().as_tuple().exponent
        return self.number(value, min(-exponent, 3) if isinstance(exponent, int) and exponent < 0 else 0)

    def share(self, value: float | Decimal, digits: int = 0) -> str:
        """Return a share of 1 as a percentage: ``0.912`` is ``91.2%``."""
        return writing.share(value, digits, self.language)

    def rate(self, n: int, whole: int, digits: int = 0) -> str:
        """Return how many of a whole: a percentage, ``3 of 7`` where the whole is less than ``FEW``, a dash without any."""
        if not whole:
            return "\u2013"
        if whole < FEW:
            return _("{n} of {whole}").format(n=n, whole=whole)
        return self.share(n / whole, digits)

    def give(self, value: float | Decimal, digits: int = 1) -> str:
        """Return a margin: ``± 1.6``, with a narrow space."""
        return f"±{NARROW_SPACE}{self.number(value, digits)}"

    def interval(self, figure: Figure, digits: int = 1) -> str:
        """Return the uncertainty of a share: its margin, or both ends where the margin would pass 0 or 100 percent."""
        half = (figure.high - figure.low) / 2
        if figure.value - half >= 0 and figure.value + half <= 1:
            return self.give(half * 100, digits)
        return self.ends(figure.low, figure.high)

    def ends(self, low: float, high: float, digits: int = 0, *, with_sign: bool = False) -> str:
        """Return the ends of an interval of shares in percent, within 0 and 100: ``83 to 99``; one number where both read alike.

        ``with_sign``: with percent signs.
        """
        within = (min(max(each, 0.0), 1.0) for each in (low, high))
        first, last = (self.share(each, digits) if with_sign else self.number(each * 100, digits) for each in within)
        return first if first == last else _("{low} to {high}").format(low=first, high=last)

    def day(self, at: datetime | date, *, year: bool = True) -> str:
        """Return a day: ``28 March 2026``, or ``28 March``."""
        moment = self.local(at).date() if isinstance(at, datetime) else at
        if self.for_file:
            return moment.isoformat()
        if self.language.startswith("en"):
            return _date(moment, "d MMMM y" if year else "d MMMM", self.language)
        if year:
            return format_date(moment, "long", locale=self.locale)
        return format_skeleton("MMMMd", moment, locale=self.locale)

    def last_day(self, until: datetime) -> str:
        """Return the last day of a period that ends before an instant: ``31 March 2026`` for the midnight after it."""
        return self.day(until - timedelta(milliseconds=1))

    def short_day(self, at: datetime | date) -> str:
        """Return a day in short: ``28 Mar``."""
        moment = self.local(at).date() if isinstance(at, datetime) else at
        if self.for_file:
            return moment.isoformat()
        if self.language.startswith("en"):
            return _date(moment, "d MMM", self.language)
        return format_skeleton("MMMd", moment, locale=self.locale)

    def weekday(self, at: datetime | date) -> str:
        """Return a day with its weekday: ``Monday, 30 March``."""
        return f"{self.weekday_name(at)}, {self.day(at, year=False)}"

    def weekday_name(self, at: datetime | date) -> str:
        """Return the weekday of a day: ``Monday``."""
        moment = self.local(at).date() if isinstance(at, datetime) else at
        return format_date(moment, "EEEE", locale=self.locale)

    def month(self, at: datetime) -> str:
        """Return a month in short: ``Mar``."""
        return format_date(self.local(at).date(), "LLL", locale=self.locale)

    def time(self, at: datetime) -> str:
        """Return the time of day: ``07:18``."""
        return f"{self.local(at):%H:%M}"

    def moment(self, at: datetime) -> str:
        """Return a day and time: ``28 March 2026, 07:18``."""
        return f"{self.local(at):%Y-%m-%d %H:%M}" if self.for_file else f"{self.day(at)}, {self.time(at)}"

    def lately(self, at: datetime) -> str:
        """Return an instant as a list shows it: ``Sat 07:18`` of the last days, ``16 Mar`` of this year, else the date."""
        local = self.local(at)
        if self.for_file:
            return self.moment(at)
        if timedelta(0) <= self.now - at < _WEEK:
            return f"{_date(local.date(), 'EEE', self.language)} {self.time(local)}"
        if local.year == self.today.year:
            return f"{self.short_day(local)} {self.time(local)}"
        if self.language.startswith("en"):
            return _date(local.date(), "d MMM y", self.language)
        return format_skeleton("yMMMd", local.date(), locale=self.locale)


@lru_cache(maxsize=4096)
def _date(day: date, pattern: str, language: str) -> str:
    """Return a day in a pattern."""
    return format_date(day, pattern, locale=locale_of(language))


def mark(value: float, unit: str = "") -> str:
    """Return a mark of an axis in the language of the request: ``2.5``, ``80%``."""
    text = decimal(f"{value:g}")
    return percent(text) if unit == "%" else text + unit


def whole_number(value: float) -> str:
    """Return a whole number in the language of the request: ``36,500`` or ``36.500``."""
    return writing.decimal(value, writing.WHOLE, current())


def decimal(number: str) -> str:
    """Return a written number in the language of the request: ``2,5`` of ``2.5``."""
    return number.replace(".", get_decimal_symbol(_locale()))


def percent(number: str) -> str:
    """Return a written number as a percentage in the language of the request: ``91.2%`` of ``91.2``."""
    return percent_pattern(_locale(), number)


def _locale() -> Locale:
    return locale_of(current())


def clock(ms: int | None) -> str:
    """Return a position in a conversation, or its length: ``3:02``, ``1:04:09``; a dash where it is not known."""
    if ms is None:
        return "\u2013"
    seconds = ms // 1000
    if seconds >= _HOUR_S:
        return f"{seconds // _HOUR_S}:{seconds % _HOUR_S // _MINUTE_S:02}:{seconds % _MINUTE_S:02}"
    return f"{seconds // _MINUTE_S}:{seconds % _MINUTE_S:02}"


def length(ms: int | None) -> str:
    """Return a length in words: ``3 min 2 s``."""
    if ms is None:
        return _("length not known")
    minutes, seconds = divmod(ms // 1000, _MINUTE_S)
    if not minutes:
        return f"{seconds} s"
    return f"{minutes} min {seconds} s" if seconds else f"{minutes} min"
