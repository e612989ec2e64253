"""Rows that several views show parts of, stored so that a page is cut from them and not worked out.

A request's flags choose one of 2ⁿ views. A row is stored as JSON: ``[[length, views, length, views, …], {row}]``, the
row being what the last view shows, which shows everything. One more value may follow, which no view shows (``status``). Of the row's bytes, the first ``length`` are shown in the
views whose bits are set in ``views``, the next likewise, and so on; what is left of them in a view is that view's row.
"""

from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import Struct

from auscult.domain.errors import sent

_HEAD = msgspec.json.Decoder(list[int])
_encode = msgspec.json.Encoder(enc_hook=sent).encode


def all_views(flags: int) -> int:
    """The set of all views."""
    return (1 << (1 << flags)) - 1


def views_with(flag: int, flags: int) -> int:
    """The set of views in which a flag is set, as bits: view v is in it when bit v is."""
    return sum(1 << view for view in range(1 << flags) if view >> flag & 1)


class Pieces:
    """A row on its way: bytes, and for each stretch of them the views that show it."""

    def __init__(self) -> None:
        """Begin an empty row."""
        self._bytes: list[bytes] = []
        self._head: list[int] = []

    def add(self, data: bytes, views: int) -> None:
        """Go on with bytes that these views show."""
        self._bytes.append(data)
        if self._head and self._head[-1] == views:
            self._head[-2] += len(data)
        else:
            self._head += (len(data), views)

    def add_list(self, items: Iterable[tuple["Item", int]], views: int) -> None:
        """Go on with an array in these views, and in it with each item in its own views."""
        self.add(b"[", views)
        before = 0
        for item, shown in items:
            if shown & before:
                self.add(b",", shown & before)
            before |= shown
            item.add_to(self, shown)
        self.add(b"]", views)

    def stored(self, status: bool | None = None) -> bytes:  # noqa: FBT001  (a value, and no option)
        """The row as it is stored."""
        more = b"" if status is None else b"," + _encode(status)
        return b"[%b,%b%b]" % (_encode(self._head), b"".join(self._bytes), more)


class Item(Struct, frozen=True):
    """An object of a row, with one more key that fewer views show. ``value`` never encodes as an empty object."""

    value: Any
    key: bytes
    more: Any
    more_views: int

    def add_to(self, pieces: Pieces, views: int) -> None:
        """Add it, in these views."""
        whole = _encode(self.value)
        if self.more is None:
            pieces.add(whole, views)
            return
        pieces.add(whole[:-1], views)
        pieces.add(b',"%b":%b' % (self.key, _encode(self.more)), views & self.more_views)
        pieces.add(b"}", views)


def cut(row: bytes, view: int, *, is_last: bool) -> bytes:
    """Return the part of a stored row that a view shows; ``is_last``: it is the last view, which shows everything."""
    end = row.index(b"]") + 1
    if is_last:
        return row[end + 1 : row.rindex(b"}") + 1]
    shown: list[bytes] = []
    at = end + 1
    head = _HEAD.decode(row[1:end])
    for length, views in zip(head[::2], head[1::2], strict=True):
        if views >> view & 1:
            shown.append(row[at : at + length])
        at += length
    return b"".join(shown)


def status(row: bytes) -> bytes:
    """Return the value that follows a stored row, as JSON; empty where there is none."""
    return row[row.rindex(b"}") + 2 : -1]
