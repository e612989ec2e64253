"""Times in a request (rule 21): every accepted spelling, and the range that two of them span.

A date or time without a zone is UTC, or with ``timeZoneOffset`` local: minutes, west positive, as JavaScript's
``getTimezoneOffset`` counts (New York 300, India -330). A time with its own zone keeps it, whatever the offset says.
"""

import re
from datetime import date
from typing import Any, NamedTuple

from auscult.domain.errors import RequestError
from auscult.reports._fields import Body, first_given, refuse, whole_number

RIGHT = (
    "give a date and time as 2026-03-23T10:17:54.120Z, 2026-03-23T10:17:54+01:00 or 2026-03-23 10:17:54, "
    "or a date as 2026-03-23 for the whole day"
)

DAY_RIGHT = "give a day as 2026-03-23"

_SPELLING = re.compile(
    r"""(?P<day>\d{4}-\d{2}-\d{2})
        (?:[T\ ](?P<hour>\d{2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?
        \ ?(?P<zone>Z|[+-]\d{2}(?::?\d{2})?)?)?""",
    re.VERBOSE | re.ASCII | re.IGNORECASE,
)
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_MS = 1_000_000
_SECOND = 1_000 * _MS
_DAY = 86_400_000 * _MS
_FARTHEST_ZONE = 14 * 60

_TIME_SCHEMA = {
    "type": "string",
    "pattern": r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}([.,]\d{1,9})?)?(Z|[+-]\d{2}(:?\d{2})?)?)?$",
}
PROPERTIES: dict[str, Any] = {
    "startDate": {
        **_TIME_SCHEMA,
        "description": "Conversations that started at this time or later. A date alone is the start of that day. "
        "UTC unless it has a zone or timeZoneOffset is given.",
        "examples": ["2026-03-23T10:17:54.120Z", "2026-03-23 10:17:54", "2026-03-23"],
    },
    "endDate": {
        **_TIME_SCHEMA,
        "description": "Conversations that started at this time or earlier. A date alone is the end of that day, a "
        "time without a fraction the end of that second. "
        "`endtDate` is read too.",
        "examples": ["2026-03-23T23:00:35.000Z", "2026-03-23 23:00:35", "2026-03-23"],
    },
    "timeZoneOffset": {
        "type": "integer",
        "minimum": -_FARTHEST_ZONE,
        "maximum": _FARTHEST_ZONE,
        "default": 0,
        "description": "Minutes from local time to UTC, west positive: New York 300, India -330. Dates without a zone "
        "are then local. `timeZoneOffSet` is read too.",
    },
}
OTHER_NAMES = ("endtDate", "timeZoneOffSet")


class Span(NamedTuple):
    """A range of instants in ms since the epoch: ``since_ms`` <= t < ``until_ms``."""

    since_ms: int
    until_ms: int


class _Covered(NamedTuple):
    """The first and the last instant that a written date or time covers, in ns since the epoch.

    ``named_ns`` is the instant from which the length of a range is measured to its end: the last one of a day, and
    the first one of a second.
    """

    first_ns: int
    last_ns: int
    named_ns: int


def read_span(body: Body, *, most_days: int | None = None) -> Span:
    """Read ``startDate`` and ``endDate``, both inclusive, at most ``most_days`` times 24 hours apart.

    Raises ``RequestError``: ``field.missing``, ``date.unreadable``, ``range.reversed``, ``range.too_long``.
    """
    west = read_zone(body)
    end_name = first_given(body, "endDate", "endtDate") or "endDate"
    start = _covered(body, "startDate", west)
    end = _covered(body, end_name, west)
    _check_range(body, ("startDate", end_name), start, end, most_days)
    # Conversations start on whole ms: the first one not before the start, up to the last one not after the end.
    return Span(-(-start.first_ns // _MS), end.last_ns // _MS + 1)


def read_days(body: Body, first_name: str, last_name: str, *, most_days: int) -> Span:
    """Read the first and the last of at most ``most_days`` days, in UTC.

    Raises ``RequestError``: ``field.missing``, ``date.unreadable``, ``range.reversed``, ``range.too_long``.
    """
    first, last = (_covered(body, name, 0, DAY_RIGHT) for name in (first_name, last_name))
    for name, covered in ((first_name, first), (last_name, last)):
        if covered.named_ns != covered.last_ns or covered.first_ns == covered.last_ns:
            raise refuse(name, body[name], DAY_RIGHT, "date.unreadable")
    _check_range(body, (first_name, last_name), first, last, most_days)
    return Span(first.first_ns // _MS, last.last_ns // _MS + 1)


def read_zone(body: Body) -> int:
    """Read the minutes from local time to UTC, west positive."""
    name = first_given(body, "timeZoneOffset", "timeZoneOffSet") or "timeZoneOffset"
    return whole_number(body, name, 0, least=-_FARTHEST_ZONE, most=_FARTHEST_ZONE)


def _check_range(body: Body, names: tuple[str, str], start: _Covered, end: _Covered, most_days: int | None) -> None:
    """Refuse a range that ends before it starts, or that is too long."""
    first_name, last_name = names
    first, last = body[first_name], body[last_name]
    if end.last_ns < start.first_ns:
        wrong, code = f"{last} lies before {first_name} {first}; give an end that is not earlier", "range.reversed"
    elif most_days is not None and end.named_ns - start.first_ns > most_days * _DAY:
        wrong = f"{first} to {last} is more than {most_days} days; ask for {most_days} days at most"
        code = "range.too_long"
    else:
        return
    raise refuse(last_name, last, wrong, code)


def _covered(body: Body, field: str, west: int, right: str = RIGHT) -> _Covered:
    if field not in body:
        raise RequestError(f"{field} is missing; {right}.", code="field.missing", field=field)
    value = body[field]
    if not isinstance(value, str):
        raise refuse(field, value, right)
    found = _SPELLING.fullmatch(value.strip())
    covered = _in_ns(found, west) if found else None
    if covered is None:
        raise refuse(field, value, right, "date.unreadable")
    return covered


def _in_ns(found: re.Match[str], west: int) -> _Covered | None:
    """Return the time that a spelling covers, or None where no calendar or clock shows it (30 February, 25:00)."""
    try:
        days = date.fromisoformat(found["day"]).toordinal() - _EPOCH_DAY
    except ValueError:
        return None
    midnight = days * _DAY
    if found["hour"] is None:
        midnight += west * 60_000 * _MS
        return _Covered(midnight, midnight + _DAY - 1, midnight + _DAY - 1)
    hour, minute, second = int(found["hour"]), int(found["minute"]), int(found["second"] or 0)
    zone = _zone_minutes(found["zone"], west)
    if hour > 23 or minute > 59 or second > 59 or zone is None:  # noqa: PLR2004  (a clock face)
        return None
    seconds = (hour * 60 + minute + zone) * 60 + second
    instant = midnight + seconds * _SECOND + int((found["fraction"] or "").ljust(9, "0"))
    return _Covered(instant, instant if found["fraction"] else instant + _SECOND - 1, instant)


def _zone_minutes(zone: str | None, west: int) -> int | None:
    """Minutes from this zone to UTC, west positive; None for a zone that cannot be."""
    if zone is None:
        return west
    if zone in "Zz":
        return 0
    digits = zone[1:].replace(":", "").ljust(4, "0")
    hours, minutes = int(digits[:2]), int(digits[2:])
    if hours > 23 or minutes > 59:  # noqa: PLR2004  (a clock face)
        return None
    return (hours * 60 + minutes) * (-1 if zone[0] == "+" else 1)
