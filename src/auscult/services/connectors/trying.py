"""A place tried before its connector is stored: its files, and the first rows of one of them. Stores nothing."""

import time
from collections.abc import Callable
from datetime import datetime
from itertools import islice

from msgspec import Struct

from auscult.domain.connectors.contract import Item, Mapper
from auscult.domain.connectors.document import Connector
from auscult.domain.connectors.place import Found, Place
from auscult.domain.connectors.run import Order
from auscult.domain.errors import AuscultError
from auscult.formats.tables._described import Sampled, sampled
from auscult.services.connectors.fetching import Fetcher
from auscult.services.connectors.reading import Reader, plain_bytes, plain_key

LISTED = 10_000
"""Files that a trial lists at most."""

_NAMED = 20
_LARGEST = 32 * 1024 * 1024
"""Bytes of a file from which rows are shown."""


class Tried(Struct, frozen=True, kw_only=True):
    """Result. ``problem`` is "" where the place answers; ``field`` is the key of the document that it is at, or ``secrets``.

    ``listed`` counts files up to ``LISTED``, ``fitting`` those of the format. ``keys`` are the first of these. ``key`` is
    the file whose rows are in ``sample``, and ``fault`` the reason where they cannot be shown.
    """

    problem: str = ""
    field: str = ""
    took_ms: int = 0
    listed: int = 0
    fitting: int = 0
    newest: datetime | None = None
    keys: tuple[str, ...] = ()
    key: str = ""
    sample: Sampled | None = None
    fault: str = ""


def try_place(
    connector: Connector, mapper: Mapper, open_place: Callable[[], Place], now: Callable[[], datetime], key: str = ""
) -> Tried:
    """List a place and read the first rows of the file ``key``, or of the first that fits."""
    began = time.monotonic()
    try:
        place = open_place()
    except AuscultError as error:
        return Tried(problem=error.coded, field=error.field or "place", took_ms=_since(began))
    try:
        reader = Reader(connector, mapper, Fetcher(place, connector.rate), now)
        order = Order(kind="manual")
        listed = list(islice(place.listing(), LISTED))
        took_ms = _since(began)
        fitting = [each for each in listed if reader.fits(each, order)]
        shown = next((each for each in fitting if each.key == key), fitting[0] if fitting else None)
        sample, fault = _rows(connector, place, shown) if shown else (None, "")
    except AuscultError as error:
        return Tried(problem=error.coded, field=error.field or "place", took_ms=_since(began))
    finally:
        place.close()
    return Tried(
        took_ms=took_ms,
        listed=len(listed),
        fitting=len(fitting),
        newest=max((each.modified_at for each in listed if each.modified_at), default=None),
        keys=tuple(each.key for each in fitting[:_NAMED]),
        key=shown.key if shown else "",
        sample=sample,
        fault=fault,
    )


def _rows(connector: Connector, place: Place, found: Found) -> tuple[Sampled | None, str]:
    if connector.format != "described":
        return None, ""
    if found.size > _LARGEST:
        return None, f"the file has {found.size:,} bytes; rows of files up to {_LARGEST:,} are shown"
    try:
        data = plain_bytes(place.fetch(found))
    except AuscultError as error:
        return None, error.coded
    if not data.strip():
        return None, "the item is empty"
    records = connector.options.get("records")
    item = Item(plain_key(found.key), found.etag, len(data), data, lambda _key: None)
    made = sampled(item, records if isinstance(records, str) else None)
    return made, ""


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
