"""Working days: the days of the week on which an app works, without the holidays of its country and its own days off."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from importlib.util import find_spec
from typing import Annotated, Literal, get_args

from msgspec import Meta, Struct

from auscult.domain import errors
from auscult.domain.errors import RequestError

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEK: tuple[Weekday, ...] = get_args(Weekday)
MOST_DAYS_OFF = 1_000
_FURTHEST = 3_660
"""Most days that are counted: ten years, which no calendar has off in a row."""
_ONE = timedelta(days=1)


class WorkingDays(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The working days of an app.

    ``week`` are the weekdays on which people work. ``country`` (ISO 3166-1, as DE) and ``subdivision`` (as BY) are those
    whose public holidays are no working days; without a country there are none. ``days_off`` are further ones.
    """

    week: tuple[Weekday, ...] = WEEK
    country: Annotated[str, Meta(max_length=10)] | None = None
    subdivision: Annotated[str, Meta(max_length=40)] | None = None
    days_off: Annotated[tuple[date, ...], Meta(max_length=MOST_DAYS_OFF)] = ()

    def works(self, day: date) -> bool:
        """Return whether a day is a working day."""
        if WEEK[day.weekday()] not in self.week or day in self.days_off:
            return False
        return self.country is None or day not in holidays_of(self.country, self.subdivision, day.year)

    def after(self, at: datetime, days: int) -> datetime:
        """Return the instant ``days`` working days after ``at``, at the same time of day (UTC)."""
        found = at
        for _ in range(_FURTHEST):
            if days <= 0:
                break
            found += _ONE
            days -= self.works(found.astimezone(UTC).date())
        return found

    def count(self, since: date, days: int) -> int:
        """Return the number of working days among the ``days`` days that begin with ``since``."""
        return sum(self.works(since + timedelta(days=n)) for n in range(days))


EVERY_DAY = WorkingDays()
"""Of an app that has not set any: every day counts."""


def check_working_days(wanted: WorkingDays) -> WorkingDays:
    """Return working days that can be counted. Raises ``RequestError`` ``working_days.invalid`` with the field."""
    if not wanted.week:
        raise _invalid("week", "choose at least one day", [])
    if len(set(wanted.week)) < len(wanted.week):
        raise _invalid("week", "name each day once", list(wanted.week))
    if len(set(wanted.days_off)) < len(wanted.days_off):
        raise _invalid("days_off", "name each day once", [str(each) for each in wanted.days_off])
    if wanted.country is None:
        if wanted.subdivision is not None:
            raise _invalid("subdivision", "a subdivision needs its country", wanted.subdivision)
        return wanted
    if not knows_countries():
        raise _invalid(
            "country", "holidays of countries need the extra: pip install 'auscult[holidays]'", wanted.country
        )
    if wanted.country not in countries():
        raise _invalid("country", "no country of this code is known; give one like DE, US", wanted.country)
    known = subdivisions_of(wanted.country)
    if wanted.subdivision is not None and wanted.subdivision not in known:
        raise _invalid("subdivision", f"{wanted.country} has {', '.join(known) or 'none'}", wanted.subdivision)
    return wanted


def knows_countries() -> bool:
    """Return whether the extra with the holidays of countries is installed."""
    return find_spec("holidays") is not None


@lru_cache(maxsize=1)
def countries() -> tuple[str, ...]:
    """Return the codes of the countries whose holidays are known, none without the extra."""
    if not knows_countries():
        return ()
    from holidays.registry import EntityLoader  # noqa: PLC0415  (an extra, and large)

    return tuple(sorted(each for each in EntityLoader.get_country_codes(include_aliases=False) if len(each) == 2))  # noqa: PLR2004  (ISO 3166-1 alpha-2)


@lru_cache(maxsize=64)
def subdivisions_of(country: str) -> tuple[str, ...]:
    """Return the codes of the parts of a country that have holidays of their own."""
    if country not in countries():
        return ()
    from holidays import country_holidays  # noqa: PLC0415  (an extra, and large)

    return tuple(sorted(country_holidays(country).subdivisions))


@lru_cache(maxsize=256)
def holidays_of(country: str, subdivision: str | None, year: int, language: str = "en") -> Mapping[date, str]:
    """Return the public holidays of a year, in order; none where the country is not known here.

    Names are in the language where they are known in it, else in one of the country.
    """
    if country not in countries():
        return {}
    from holidays import country_holidays  # noqa: PLC0415  (an extra, and large)

    known = country_holidays(country).supported_languages
    spoken = next((each for each in known if each.partition("_")[0] == language), None)
    found = country_holidays(country, subdiv=subdivision, years=year, language=spoken)
    return {day: found[day] for day in sorted(found) if day.year == year}


def _invalid(field: str, message: str, value: object) -> RequestError:
    return errors.invalid("working_days.invalid", field, message, value)
