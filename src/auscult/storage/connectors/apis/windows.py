"""Spans of time for APIs that answer no more than a week or a month at once."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

MARGIN = timedelta(days=7)
"""Listed before the time that is asked for: a conversation is complete only when it ends, and may last this long."""


class Window(NamedTuple):
    """A span; ``end`` is the next one's beginning."""

    begin: datetime
    end: datetime


def windows(since: datetime, now: datetime, longest: timedelta) -> Iterator[Window]:
    """Yield spans of at most ``longest`` from a margin before ``since`` up to ``now``, one after the other."""
    begin = since - MARGIN
    while begin < now:
        end = min(begin + longest, now)
        yield Window(begin, end)
        begin = end
