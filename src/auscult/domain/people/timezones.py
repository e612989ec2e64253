"""Time zones by name."""

from functools import cache
from zoneinfo import available_timezones

from auscult.domain.errors import RequestError, coded


def is_timezone(name: str) -> bool:
    """Return whether there is a time zone of this name. Their names are read once: it takes a walk through files."""
    return name in _names()


def check_timezone(name: str, field: str) -> None:
    """Raise ``RequestError`` ``timezone.unknown`` with the field unless there is a time zone of this name."""
    if not is_timezone(name):
        message = coded("unknown time zone {value!r}; give a name like Europe/Berlin, or UTC", value=name)
        raise RequestError(message, code="timezone.unknown", field=field, value=name)


@cache
def _names() -> set[str]:
    return available_timezones()
