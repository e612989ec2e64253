"""Instants that people and programs write: read in one place, so that each is one of the calendar in UTC, too."""

from datetime import UTC, datetime

_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def read_instant(text: str) -> datetime:
    """Return the instant, UTC, that a text names by ISO 8601: a day is its beginning, and one without a zone is in UTC.

    Raises ``ValueError``, also for one that is outside of the calendar in UTC.

    >>> read_instant("2026-03-23T12:17:54+02:00").isoformat()
    '2026-03-23T10:17:54+00:00'
    """
    return in_utc(datetime.fromisoformat(text))


def in_utc(instant: datetime) -> datetime:
    """Return an instant in UTC. Raises ``ValueError`` for one that the calendar does not have there."""
    found = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    if not _FIRST <= found <= _LAST:
        raise ValueError(f"{instant.isoformat()} is before the year 1 or after 9999 in UTC")
    return found.astimezone(UTC)
