"""Instants in the rows of the Quality reports: UTC with a Z, or in a request's own zone without one (rule 21).

Rows are rendered once, in UTC. Who sends ``timeZoneOffset`` gets them moved when the page is made.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec
from msgspec import Raw
from msgspec.structs import replace

from auscult.domain.record import RecordPage

Moved = Mapping[str, "Moved | None"]
"""Which keys of a row are instants (None), and which are lists of objects that have some."""

_ROW = msgspec.json.Decoder(dict[str, Raw])
_ROWS = msgspec.json.Decoder(list[dict[str, Raw]])


def with_zone(instant: datetime) -> str:
    """``2024-07-18T11:31:14.722Z``."""
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def without_zone(instant: datetime) -> str:
    """``2026-03-23 12:30:00``."""
    return instant.replace(tzinfo=None).isoformat(" ", "seconds")


def in_zone(page: RecordPage, west: int, keys: Moved) -> RecordPage:
    """The page with its instants in the zone that is ``west`` minutes behind UTC, unless that is UTC itself."""
    if west == 0:
        return page
    return replace(page, rows=tuple(msgspec.json.encode(_moved(_ROW.decode(row), west, keys)) for row in page.rows))


def _moved(row: dict[str, Raw], west: int, keys: Moved) -> dict[str, Raw]:
    for key in row.keys() & keys.keys():
        inner = keys[key]
        if inner is not None:
            row[key] = Raw(msgspec.json.encode([_moved(each, west, inner) for each in _ROWS.decode(row[key])]))
        elif bytes(row[key]) != b"null":
            row[key] = Raw(msgspec.json.encode(_local(msgspec.json.decode(row[key], type=str), west)))
    return row


def _local(written: str, west: int) -> str:
    """The same instant on the clock of another zone, as precisely as it was written."""
    instant = datetime.fromisoformat(written.removesuffix("Z"))
    try:
        local = instant - timedelta(minutes=west)
    except OverflowError:  # the first or last day that the calendar has
        local = instant
    return local.isoformat(written[10], "milliseconds" if "." in written else "seconds")
