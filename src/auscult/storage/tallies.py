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
    """Adds up and finds places. Nodes are kept: a tree must not outlive the state of the data that it reads."""

    def __init__(self) -> None:
        """Nothing is loaded yet."""
        self._nodes: dict[tuple[int, int], _Node] = {}

    def before(self, hour: int, load: "Load") -> int:
        """How many rows start before this hour. Loads what it needs at once."""
        self._need([(level, _parent(level, hour)) for level in range(TOP + 1)], load)
        count = 0
        for level, width in enumerate(WIDTHS):
            node = self._nodes[level, _parent(level, hour)]
            count += node.before[bisect_left(node.buckets, hour // width)]
        return count

    def locate(self, place: int, load: "Load") -> tuple[int, int]:
        """In which hour the row at this place is (0 is the first of all), and at which place in that hour.

        Raises ``IndexError`` when there are not so many rows.
        """
        hour = 0
        for level in range(TOP, -1, -1):
            key = (level, _parent(level, hour))
            self._need([key], load)
            node = self._nodes[key]
            at = bisect_right(node.before, place) - 1
            hour = node.buckets[at] * WIDTHS[level]
            place -= node.before[at]
        return hour, place

    def _need(self, keys: list[tuple[int, int]], load: "Load") -> None:
        """Load those of these nodes that are not here."""
        missing = {key: _span(*key) for key in keys if key not in self._nodes}
        if not missing:
            return
        found: dict[int, list[tuple[int, int]]] = {level: [] for level, _ in missing}
        for level, bucket, n in load({level: span for (level, _), span in missing.items()}):
            if n:
                found[level].append((bucket, n))
        for key in missing:
            full = sorted(found[key[0]])
            self._nodes[key] = _Node(
                tuple(bucket for bucket, _ in full), tuple(accumulate((n for _, n in full), initial=0))
            )


def _parent(level: int, hour: int) -> int:
    """The bucket of the next level that an hour lies in; its buckets of this level are one node."""
    return 0 if level == TOP else hour // WIDTHS[level + 1]


def _span(level: int, parent: int) -> tuple[int, int]:
    """The first bucket of a node, and the first after it."""
    if level == TOP:
        return -_EVERYTHING, _EVERYTHING
    fan = WIDTHS[level + 1] // WIDTHS[level]
    return parent * fan, (parent + 1) * fan


Load = Callable[[Mapping[int, tuple[int, int]]], Iterable[tuple[int, int, int]]]
"""Gives (level, bucket, rows) of the buckets from a first to before a last, by level; others are not asked for."""
