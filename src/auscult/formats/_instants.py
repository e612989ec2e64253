"""Points in time as files write them: ISO 8601 with or without a zone, or a number since the epoch."""

import re
from datetime import UTC, datetime, timedelta

from auscult.domain.errors import FormatError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
_NUMBER = re.compile(r"-?\d{9,}(\.\d+)?", re.ASCII)
COMPACT = re.compile(
    r"(?P<day>(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))(?P<time>(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d)?)",
    re.ASCII,
)
"""Date and time in digits alone, as ``20260323101754``: no number since the epoch, though it looks like one."""
_SMALLEST_MS = 1e11
"""A number from here on is milliseconds (1973 as ms, 5138 as seconds)."""
_LAST_YEAR = 9997
"""What happens in a conversation lies at most a year behind its start, and has to be a time still."""

SHOULD_BE = (
    'it should be a time like "2026-03-23T10:17:54.120Z" (UTC where no zone is given),'
    " or seconds or milliseconds since 1970; from 1970 to 9997"
)


def instant(value: str | float, field: str) -> datetime:
    """Read a point in time: aware, UTC, whole milliseconds (what is finer is cut off).

    Numbers of 1e11 and more are milliseconds since the epoch, smaller ones seconds.
    Raises ``FormatError`` that names ``field``.

    >>> instant("2026-03-23T12:17:54+02:00", "started_at").isoformat()
    '2026-03-23T10:17:54+00:00'
    >>> instant(1735574400, "started_at") == instant(1735574400000, "started_at")
    True
    """
    try:
        if COMPACT.fullmatch(str(value).removesuffix(".0")):
            raise ValueError(value)  # noqa: TRY301  (in which zone, nothing says)
        if isinstance(value, str) and _NUMBER.fullmatch(value) is None:
            return _in_range(_from_iso(value))
        number = float(value)
        return _in_range(from_ms(number if number >= _SMALLEST_MS else number * 1000))
    except (ValueError, OverflowError) as error:
        message = f"{field} is {str(value)[:80]!r}; {SHOULD_BE}"
        raise FormatError(message, code="field.invalid", field=field, value=value) from error


def from_ms(ms: float) -> datetime:
    """Return the instant that many milliseconds after the epoch.

    Raises ``ValueError`` before 1970, ``OverflowError`` after the year 9999.
    """
    if ms < 0:
        raise ValueError(ms)
    return _EPOCH + _MS * round(ms)


def ms_between(earlier: datetime, later: datetime) -> int:
    """Count the whole milliseconds from one instant to another."""
    return (later - earlier) // _MS


def after(start: datetime, ms: int) -> datetime:
    """Return the instant ``ms`` after another."""
    return start + _MS * ms


def _in_range(read: datetime) -> datetime:
    if not _EPOCH.year <= read.year <= _LAST_YEAR:
        raise ValueError(read)
    return read


def _from_iso(text: str) -> datetime:
    read = datetime.fromisoformat(text.strip())
    if len(text) <= len("2026-03-23"):
        raise ValueError(text)  # a day is no point in time
    read = read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    return read.replace(microsecond=read.microsecond // 1000 * 1000) if read.microsecond % 1000 else read
