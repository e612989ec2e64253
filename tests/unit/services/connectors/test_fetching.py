"""Fetching ahead, within the limits of the source and of memory."""

import threading
from collections.abc import Iterator

import pytest

from auscult.domain.connectors.document import LARGEST_ITEM, Rate
from auscult.domain.connectors.place import Found, ItemError, PlaceError
from auscult.services.connectors.fetching import MOST_BYTES, Fetcher, Pace


class Shelf:
    """A place in memory that counts what is fetched."""

    def __init__(self) -> None:
        """Nothing is fetched yet."""
        self.fetched: list[str] = []
        self._lock = threading.Lock()

    def listing(self) -> Iterator[Found]:
        """Nothing lies here."""
        return iter(())

    def fetch(self, found: Found) -> bytes:
        """Return the key as content."""
        if found.key == "gone":
            raise ItemError("it is gone since it was listed")
        if found.key == "end":
            raise PlaceError("the place has gone")
        with self._lock:
            self.fetched.append(found.key)
        return found.key.encode()

    def read(self, key: str) -> bytes | None:
        """Return the key."""
        return key.encode()

    def close(self) -> None:
        """Close nothing."""


def found(key: str, size: int = 1) -> Found:
    """An item of a listing."""
    return Found(key, None, size, None)


def test_items_come_in_order_and_one_that_fails_among_them() -> None:
    """Whatever the threads do first."""
    fetcher = Fetcher(Shelf(), Rate(at_once=4))
    done = list(fetcher.fetched([found("a"), found("gone"), *(found(str(n)) for n in range(20))]))
    assert [each.data for each in done] == [b"a", None, *(str(n).encode() for n in range(20))]
    assert done[1].error is not None


def test_no_more_is_fetched_ahead_than_memory_allows() -> None:
    """Large items one by one, small ones a few at a time; one that is too large not at all."""
    shelf = Shelf()
    items = [found(f"large{n}", MOST_BYTES) for n in range(5)]
    fetched = Fetcher(shelf, Rate(at_once=4)).fetched(items)
    next(fetched)
    assert len(shelf.fetched) <= 2
    assert len(list(fetched)) == 4
    (huge,) = Fetcher(shelf, Rate()).fetched([found("huge", LARGEST_ITEM + 1)])
    assert huge.data is None
    assert "huge" not in shelf.fetched


def test_a_place_that_fails_ends_it_after_what_came_before() -> None:
    """Those before are not lost."""
    fetched = Fetcher(Shelf(), Rate(at_once=1)).fetched([found("a"), found("b"), found("end"), found("c")])
    assert [next(fetched).data, next(fetched).data] == [b"a", b"b"]
    with pytest.raises(PlaceError):
        next(fetched)


def test_the_pace_is_kept() -> None:
    """By a clock that is ours: five requests at two a second wait half a second each, but the first."""
    now, slept = [100.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    pace = Pace(2.0, clock=lambda: now[0], sleep=sleep)
    for _ in range(5):
        pace.wait()
    assert slept == [0.5] * 4
    unlimited = Pace(0.0, clock=lambda: now[0], sleep=sleep)
    unlimited.wait()
    assert len(slept) == 4
