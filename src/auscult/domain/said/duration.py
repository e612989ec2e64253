"""Spans of time as people write them in forms: ``15s``, ``1m 30s``, ``2 minutes``, ``500ms``, or whole seconds."""

import re
from decimal import Decimal

from auscult.domain.errors import coded

_MS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000}
_UNITS = {
    **dict.fromkeys(("ms", "millisecond", "milliseconds"), "ms"),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), "s"),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), "m"),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), "h"),
}
_PART = re.compile(r"(\d{1,9}(?:\.\d{1,3})?) ?([a-z]+)", re.ASCII)
_WHOLE = re.compile(r"\d{1,9}", re.ASCII)
_WRITTEN_LIMIT = 60
SHOULD_BE = coded("write it like 15s, 1m 30s or 500ms; a bare whole number is seconds")


def parse_duration_ms(written: str | int | Decimal) -> int:
    """Parse a span of time, in ms. Raises ``ValueError`` that names the accepted forms.

    >>> parse_duration_ms("1m 30s")
    90000
    >>> parse_duration_ms(15)
    15000
    """
    text = str(written).strip().lower()
    if isinstance(written, bool) or len(text) > _WRITTEN_LIMIT:
        raise ValueError(coded("is no span of time; {right}", right=SHOULD_BE))
    if _WHOLE.fullmatch(text):
        return int(text) * 1_000
    total = Decimal(0)
    rest = text
    while match := _PART.match(rest):
        number, unit = match.groups()
        if unit not in _UNITS:
            break
        total += Decimal(number) * _MS[_UNITS[unit]]
        rest = rest[match.end() :].lstrip(" ,")
    if rest or not text or total != int(total):
        raise ValueError(coded("{value!r} is no span of time; {right}", value=written, right=SHOULD_BE))
    return int(total)
