"""Paging of the Quality reports: offset or page in, totals out, or an opaque cursor both ways.

A reader who sends ``cursor: ""`` gets ``nextCursor`` with the page and sends that next, until it is null.
A cursor is the sort key (start, id, listing) of the last row read, so rows that arrive meanwhile shift nothing.
"""

import base64
import binascii
from typing import Any, Literal, NamedTuple

import msgspec

from auscult.domain.errors import RequestError
from auscult.domain.record import RecordPage, RecordQuery, RowKey
from auscult.reports._contract import PageLimits
from auscult.reports._fields import LARGEST, Body, refuse, text, whole_number

_CURSOR_RIGHT = 'give "" to begin, then the nextCursor of the page before, unchanged'
_LONGEST_CURSOR = 2048


class Window(NamedTuple):
    """Requested part of the matching rows, in the shape of ``RecordQuery``."""

    skip: int
    limit: int
    after: RowKey | None


def properties(limits: PageLimits) -> dict[str, Any]:
    """Fields of the request's body, as JSON Schema."""
    return {
        "limit": {
            "type": "integer",
            "minimum": 1,
            "maximum": limits.maximum,
            "default": limits.default,
            "description": "Most rows in one page.",
        },
        "offset": {
            "type": "integer",
            "minimum": 0,
            "maximum": LARGEST,
            "default": 0,
            "description": "Rows to skip. If it is above 0, `page` is ignored.",
        },
        "page": {
            "type": "integer",
            "minimum": 1,
            "maximum": LARGEST,
            "default": 1,
            "description": "Which page of `limit` rows, the first being 1.",
        },
        "cursor": {
            "type": "string",
            "maxLength": _LONGEST_CURSOR,
            "description": 'Another way through the pages, which neither repeats nor skips while data arrives: `""` to '
            "begin, then each `nextCursor`. Not together with offset or page.",
        },
    }


ENVELOPE: dict[str, Any] = {
    "totalResults": {"type": "integer", "description": "Rows that match, on all pages."},
    "hasMore": {"type": "boolean", "description": "Whether rows follow those of this page."},
    "totalPages": {"type": "integer", "description": "Pages of `limit` rows; 0 when nothing matches."},
    "nextCursor": {
        "type": ["string", "null"],
        "description": "Only when `cursor` was sent: what to send for the next page, or null after the last.",
    },
}


def read_window(body: Body, limits: PageLimits, since_ms: int) -> Window:
    """Read ``limit``, and ``offset``, ``page`` or ``cursor``.

    Raises ``RequestError``: ``limit.above_maximum``, ``cursor.unreadable``, ``cursor.conflict``, ``field.*``.
    """
    limit = _read_limit(body, limits)
    offset = whole_number(body, "offset", 0, least=0)
    page = whole_number(body, "page", 1, least=1)
    if "cursor" not in body:
        # No table is that long, and no database counts higher.
        return Window(min(offset or (page - 1) * limit, LARGEST), limit, None)
    if offset > 0 or page > 1:
        raise refuse("cursor", body["cursor"], "give either a cursor or an offset or page", "cursor.conflict")
    return Window(0, limit, _read_cursor(body["cursor"], since_ms))


def _read_limit(body: Body, limits: PageLimits) -> int:
    given = body.get("limit")
    if isinstance(given, int | float) and given > limits.maximum:
        raise refuse("limit", given, f"give a whole number from 1 to {limits.maximum}", "limit.above_maximum")
    return whole_number(body, "limit", limits.default, least=1, most=limits.maximum)


def envelope(query: RecordQuery, page: RecordPage) -> bytes:
    """Wrap finished rows into the whole answer: one join of bytes, head and tail put on the outer rows first."""
    tail = b'],"totalResults":%d,"hasMore":%b,"totalPages":%d' % (
        page.total,
        has_more(query, page),
        total_pages(query, page),
    )
    rows = [*page.rows] or [b""]
    rows[0] = b'{"results":[' + rows[0]
    rows[-1] = rows[-1] + tail + ending(query, page)
    return b",".join(rows)


def has_more(query: RecordQuery, page: RecordPage) -> bytes:
    """Return as JSON whether rows follow those of this page."""
    more = page.more if query.after else query.skip + len(page.rows) < page.total
    return b"true" if more else b"false"


def total_pages(query: RecordQuery, page: RecordPage) -> int:
    """Count the pages; 0 when nothing matches."""
    return -(-page.total // query.limit)


def ending(query: RecordQuery, page: RecordPage) -> bytes:
    """End an envelope: with ``nextCursor`` where a cursor was sent."""
    if query.after is None:
        return b"}"
    if not page.more or page.last is None:
        return b',"nextCursor":null}'
    # A report has one order, so the figure of a sorted list is no part of its cursor.
    key = (2, *page.last[:3])
    return b',"nextCursor":"%b"}' % base64.urlsafe_b64encode(msgspec.json.encode(key)).rstrip(b"=")


def _read_cursor(value: object, since_ms: int) -> RowKey:
    """Read the sort key to go on after; the first page goes on after a key that no row has."""
    given = text(value, "cursor", _CURSOR_RIGHT)
    if not given:
        return RowKey(since_ms, "")
    try:
        padded = given.encode() + b"=" * (-len(given) % 4)
        shape = tuple[Literal[2], int, str, int]
        _, at_ms, row_id, listing = msgspec.json.decode(base64.b64decode(padded, b"-_", validate=True), type=shape)
    except (binascii.Error, msgspec.DecodeError, UnicodeError) as error:
        raise _unreadable(given) from error
    if len(given) > _LONGEST_CURSOR or abs(at_ms) > LARGEST or "\0" in row_id:
        raise _unreadable(given)
    return RowKey(at_ms, row_id, listing)


def _unreadable(given: str) -> RequestError:
    return refuse("cursor", given, _CURSOR_RIGHT, "cursor.unreadable")
