"""Tallies: how many rows start in each hour, and in each of ever wider spans, so that any range adds up quickly.

A bucket is a span of so many hours, counted from the epoch; the buckets of one level that fill a bucket of the next
are its node. Adding up or finding a place reads one node a level, whatever the range and however deep the place.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from itertools import accumulate
from typing import NamedTuple

HOUR_MS = 3_600_000
WIDTHS = (1, 24, 24 * 32, 24 * 32 * 32)
"""Hours in a bucket of each level: an hour, a day, 32 days, 1,024 days."""

TOP = len(WIDTHS) - 1
_EVERYTHING = 1 << 60


class Key(NamedTuple):
    """What one tally counts: the rows of a listing (with a facet, or all: 0) in one bucket and one cell."""

    listing: int
    facet: int
    level: int
    bucket: int
    cell: int


def hour_of(ms: int) -> int:
    """The hour that an instant lies in, counted from the epoch."""
    return ms // HOUR_MS


def raised(hourly: Mapping[Key, int]) -> Counter[Key]:
    """Changes at every level, from changes by the hour; what cancels out is left out."""
    changes: Counter[Key] = Counter()
    for (listing, facet, _, hour, cell), n in hourly.items():
        for level, width in enumerate(WIDTHS):
            changes[Key(listing, facet, level, hour // width, cell)] += n
    return Counter({key: n for key, n in changes.items() if n})


class _Node(NamedTuple):
    """Buckets that have rows, in order, and how many rows stand before each and, last, in all."""

    buckets: tuple[int, ...]
    before: tuple[int, ...]


class Tree:
    """Adds up and finds places. ``load(level, first, until)`` gives (bucket, rows), ``first`` <= bucket < ``until``.

    Nodes are kept: a tree must not outlive the state of the data that it reads.
    """

    def __init__(self) -> None:
        """Nothing is loaded yet."""
        self._nodes: dict[tuple[int, int], _Node] = {}

    def before(self, hour: int, load: "Load") -> int:
        """How many rows start before this hour."""
        count = 0
        for level in range(TOP, -1, -1):
            node = self._node(level, hour, load)
            count += node.before[bisect_left(node.buckets, hour // WIDTHS[level])]
        return count

    def locate(self, place: int, load: "Load") -> tuple[int, int]:
        """In which hour the row at this place is (0 is the first of all), and at which place in that hour.

        Raises ``IndexError`` when there are not so many rows.
        """
        hour = 0
        for level in range(TOP, -1, -1):
            node = self._node(level, hour, load)
            at = bisect_right(node.before, place) - 1
            hour = node.buckets[at] * WIDTHS[level]
            place -= node.before[at]
        return hour, place

    def _node(self, level: int, hour: int, load: "Load") -> _Node:
        """The node of this level that an hour lies in."""
        parent = 0 if level == TOP else hour // WIDTHS[level + 1]
        node = self._nodes.get((level, parent))
        if node is None:
            if level == TOP:
                found = load(level, -_EVERYTHING, _EVERYTHING)
            else:
                fan = WIDTHS[level + 1] // WIDTHS[level]
                found = load(level, parent * fan, (parent + 1) * fan)
            full = sorted((bucket, n) for bucket, n in found if n)
            node = _Node(tuple(bucket for bucket, _ in full), tuple(accumulate((n for _, n in full), initial=0)))
            self._nodes[level, parent] = node
        return node


Load = Callable[[int, int, int], Iterable[tuple[int, int]]]
