"""Pulling a report whole: windows of time, pages, and a place to go on from when one was interrupted.

A server that knows cursors (ours) is read by them, so that nothing is missed or met twice while data arrives. The
vendor's pages shift while one reads: a window whose total changed meanwhile is read again, and a row is given once.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from auscult.client.connection import Connection
from auscult.client.wire import WEEK, WireReport

Row = dict[str, Any]

AGAIN = 3
"""How often a window is read whose total goes on changing."""


class Place(Struct, frozen=True, kw_only=True):
    """Place of a pull: everything before is returned. ``seen`` are ids of returned rows that may arrive again."""

    since: datetime
    cursor: str | None = None
    offset: int = 0
    seen: tuple[str, ...] = ()


class Page(Struct, frozen=True, kw_only=True):
    """Rows that were not given before, and the place after them."""

    rows: tuple[Row, ...]
    place: Place


class _Answer(NamedTuple):
    """Content of one page. ``total``: the number of rows in all, where it is given."""

    rows: tuple[Row, ...]
    total: int | None


class Pull:
    """Reads one report over any range of time."""

    def __init__(self, connection: Connection, report: WireReport, notify: Callable[[str], None]) -> None:
        """Read ``report``; ``notify`` is called with what a user should know: rows that moved while they were read."""
        self._connection = connection
        self._report = report
        self._notify = notify
        access = connection.access
        self._path = report.path.format(app=access.app, account=access.account)

    def pages(self, since: datetime, until: datetime, place: Place | None = None) -> Iterator[Page]:
        """Yield ``since`` <= start < ``until`` page by page, from ``place`` on where one is given.

        Raises ``RemoteError``, and ``RequestError`` for a range that the report cannot be asked for.
        """
        since, until = self._report.range(since, until)
        place = place or Place(since=since)
        while place.since < until:
            end, before = min(place.since + WEEK, until), frozenset(place.seen)
            for page in self._window(place, end):
                yield page
                place = page.place
            # Of the window before none comes again: what is kept does not grow with the period.
            place = Place(since=end, seen=tuple(each for each in place.seen if each not in before))

    def _window(self, place: Place, until: datetime) -> Iterator[Page]:
        """Read one window to its end. What the wire gives twice at the border of two is given once."""
        seen = set(place.seen)
        for attempt in range(AGAIN):
            totals: set[int | None] = set()
            for answer, after in self._answers(place, until):
                if after.cursor is None:
                    totals.add(answer.total)
                fresh = tuple(row for row in answer.rows if self._is_new(row, seen))
                if after.cursor is not None:
                    seen = {id_ for row in answer.rows if (id_ := self._report.id_of(row))}
                yield Page(rows=fresh, place=msgspec.structs.replace(after, seen=tuple(seen)))
            if len(totals) <= 1:
                return
            place = Place(since=place.since)
            if attempt + 1 == AGAIN:
                self._notify(f"rows from {place.since:%Y-%m-%d} on moved while they were read {AGAIN} times over")

    def _answers(self, place: Place, until: datetime) -> Iterator[tuple[_Answer, Place]]:
        """Turn the pages of one window, and say after each where the next one begins."""
        report, size = self._report, self._report.size
        asked = {**report.asks(place.since, until), "limit": size}
        while True:
            paging: dict[str, Any] = {"cursor": place.cursor or ""}
            if place.cursor is None and place.offset:  # the server does not know cursors
                paging = {"page": place.offset // size + 1} if report.paging == "page" else {"offset": place.offset}
            query = paging if report.in_query and "offset" in paging else None
            body: dict[str, Any] = self._connection.request("POST", self._path, body={**asked, **paging}, query=query)
            answer = _Answer(rows=tuple(body.get(report.rows) or ()), total=body.get("totalResults"))
            count = len(answer.rows)
            place = Place(since=place.since, cursor=body.get("nextCursor"), offset=place.offset + count)
            yield answer, place
            # Call details have nothing but their rows.
            has_more = bool(count) and bool(body.get("hasMore", count >= size))
            if not (place.cursor is not None if "nextCursor" in body else has_more):
                return

    def _is_new(self, row: Row, seen: set[str]) -> bool:
        """Return whether a row was not returned before; it counts as returned from now on."""
        id_ = self._report.id_of(row)
        if id_ is None or id_ not in seen:
            seen.update({id_} if id_ else ())
            return True
        return False
