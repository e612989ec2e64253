"""Cursors: opaque to clients, a key of the store inside."""

import base64
import binascii
import re
from typing import Any, NamedTuple, TypeVar

import msgspec

from auscult.domain.errors import RequestError
from auscult.storage.core.sorting import SortKey

T = TypeVar("T")

LONGEST_CURSOR = 4096
_ALPHABET = "^[A-Za-z0-9_-]+$"
CURSOR = {"min_length": 3, "max_length": LONGEST_CURSOR, "pattern": _ALPHABET}
"""Keywords of JSON Schema for a cursor: a list of JSON in the alphabet of Base64 for addresses."""
_LARGEST = 2**53 - 1


def write_cursor(*key: str | int | None) -> str:
    """Return an opaque cursor for a key."""
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).rstrip(b"=").decode()


def read_cursor(given: str | None, shape: type[T]) -> T | None:
    """Return the key in a cursor, or None at the beginning. Raises ``RequestError`` ``cursor.unreadable``."""
    if given is None:
        return None
    try:
        if not re.fullmatch(_ALPHABET, given) or len(given) > LONGEST_CURSOR:
            raise _unreadable(given)
        padded = given.encode() + b"=" * (-len(given) % 4)
        key = msgspec.json.decode(base64.b64decode(padded, b"-_", validate=True), type=shape)
    except (binascii.Error, msgspec.DecodeError, ValueError) as error:
        raise _unreadable(given) from error
    parts: Any = key
    if any(_is_odd(part) for part in parts):
        raise _unreadable(given)
    return key


class _Sorted(NamedTuple):
    """Key of the last row, and the order that it is a key of."""

    number: int
    value: int | None
    sort: str


def read_sort_key(given: str | None, sort: str) -> SortKey | None:
    """Return the position in a cursor. Raises ``RequestError`` ``cursor.unreadable``, also for one of another order."""
    found = read_cursor(given, _Sorted)
    if found is None:
        return None
    if found.sort != sort:
        raise of_another_order(given, found.sort)
    return SortKey(found.number, found.value)


def write_sort_key(key: SortKey, sort: str) -> str:
    """Return the cursor of the rows behind a position."""
    return write_cursor(key.number, key.value, sort)


def of_another_order(given: str | None, sort: str) -> RequestError:
    """Return the error for a cursor that was given with another order."""
    return RequestError(
        f"cursor: it is of sort={sort}; give it with that, or leave it out to begin again.",
        code="cursor.unreadable",
        field="cursor",
        value=given,
    )


def _unreadable(given: str) -> RequestError:
    return RequestError(
        "cursor: give the next_cursor of the answer before, unchanged.",
        code="cursor.unreadable",
        field="cursor",
        value=given,
    )


def _is_odd(part: str | int | None) -> bool:
    """Return whether no cursor of ours contains this part."""
    if part is None:
        return False
    return abs(part) > _LARGEST if isinstance(part, int) else "\0" in part
