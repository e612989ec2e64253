"""Instants as the tables hold them: whole milliseconds since the epoch, UTC, rounded down."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def ms_of(instant: datetime) -> int:
    """Milliseconds since the epoch."""
    return (instant - EPOCH) // _MILLISECOND


def bound_ms(instant: datetime) -> int:
    """Milliseconds since the epoch; what is finer is rounded up, so that a bound stays where it is."""
    return -((EPOCH - instant) // _MILLISECOND)


def instant_of(ms: int) -> datetime:
    """The aware instant, UTC."""
    return EPOCH + ms * _MILLISECOND


def optional_instant(ms: int | None) -> datetime | None:
    """Return the aware instant, UTC; None of None."""
    return None if ms is None else instant_of(ms)


def now_ms() -> int:
    """Return the clock's time."""
    return ms_of(datetime.now(UTC))
