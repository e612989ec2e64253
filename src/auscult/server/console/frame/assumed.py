"""Values of a conversation that its file does not hold, in words: what, and from where they were taken."""

from collections.abc import Iterable, Mapping

from auscult.language import gettext as _
from auscult.language import later

_FIELDS: Mapping[str, str] = {
    "started_at": later("When it began"),
    "time_zone": later("Time zone"),
    "date_order": later("Dates begin with"),
    "language": later("Language"),
    "channel": later("Channel"),
    "agent": later("Agent"),
    "sides": later("Sides"),
}
_HOW: Mapping[str, str] = {
    "file_name": later("from the name of the file"),
    "file_time": later("the time of the file"),
    "received": later("today"),
    "words": later("from the words"),
    "values": later("from the times"),
    "default": later("the usual"),
    "option": later("as you chose"),
    "day": later("the day"),
    "month": later("the month"),
}


def assumed_words(assumed: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return a phrase for each field with where it was taken from: ``Language: from the words``."""
    return tuple(f"{_(_FIELDS.get(field, field))}: {_(_HOW[how]) if how in _HOW else how}" for field, how in assumed)
