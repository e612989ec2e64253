"""Tallies: the number of rows that start on each day, in ever wider spans, and in the parts of days that are crowded.

A bucket is a span of milliseconds, counted from the epoch; the buckets of one level that fill a bucket of the
next are its node. Adding up or finding a position reads one node a level, whatever the range and however deep the position.

Days and wider spans are always counted. Hours are counted where their day has more than a crowd of rows, minutes where
their hour has, seconds where their minute has. So a search that goes down as far as there are nodes has no more than a
crowd left to walk (but for rows of one second), however many rows a day has; and days with few rows of a facet, which
most are, cost no more for it.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from itertools import accumulate
from typing import NamedTuple

FINEST, HOUR, DAY, TOP = -2, 0, 1, 3
_HOUR_MS = 3_600_000
WIDTHS: Mapping[int, int] = {
    -2: 1_000,
    -1: 60_000,
    0: _HOUR_MS,
    1: 24 * _HOUR_MS,
    2: 24 * 32 * _HOUR_MS,
    3: 24 * 32 * 32 * _HOUR_MS,
}
"""Milliseconds in a bucket of each level: a second, a minute, an hour, a day, 32 days, 1,024 days."""

CROWD = 512
"""Rows of an hour or a minute up to which they are read one by one; beyond, its parts are counted."""
_OF_A_DAY = 4
"""The part of it that is the limit of a day: pages by days of another time zone read rows at both ends of each."""

_EVERYTHING = 1 << 60


class Key(NamedTuple):
    """Key of a tally: the rows of a listing (with a facet, or all: 0) in one bucket and one cell."""

    listing: int
    facet: int
    level: int
    bucket: int
    cell: int


def bucket_of(level: int, ms: int) -> int:
    """The bucket that an instant lies in; of the level above the top there is one only."""
    return ms // WIDTHS[level] if level <= TOP else 0


def is_crowded(level: int, rows: int) -> bool:
    """Return whether a bucket of a day, an hour or a minute with this many rows is counted by its parts too."""
    return rows > (CROWD if level < DAY else CROWD // _OF_A_DAY)


def raised(daily: Mapping[Key, int]) -> Counter[Key]:
    """Changes of days and of every wider span, from those of days; what cancels out is left out."""
    changes, finer = dict(daily), daily
    for level in range(DAY + 1, TOP + 1):
        fan = WIDTHS[level] // WIDTHS[level - 1]
        wider: Counter[Key] = Counter()
        for (listing, facet, _, bucket, cell), n in finer.items():
            wider[Key(listing, facet, level, bucket // fan, cell)] += n
        changes.update(wider)
        finer = wider
    return Counter({key: n for key, n in changes.items() if n})


class Bucket(NamedTuple):
    """Counts of one bucket: its rows in the requested cells, and in all cells."""

    level: int
    bucket: int
    n: int
    in_all: int


class _Node(NamedTuple):
    """Buckets that have rows, in order; the number of rows before each and, last, in all; and the crowded ones."""

    buckets: tuple[int, ...]
    before: tuple[int, ...]
    crowded: frozenset[int]


class Tree:
    """Adds up and finds positions. Nodes are kept: a tree must not outlive the state of the data that it reads."""

    def __init__(self) -> None:
        """Nothing is loaded yet."""
        self._nodes: dict[tuple[int, int], _Node] = {}

    def before(self, ms: int, load: "Load") -> tuple[int, int]:
        """Return how many rows start before an instant, and the instant from which rows are not counted yet.

        Loads days and wider spans at once.
        """
        self._need([(level, bucket_of(level + 1, ms)) for level in range(DAY, TOP + 1)], load)
        count, level = 0, DAY
        for each in range(DAY, TOP + 1):
            count += _before(self._nodes[each, bucket_of(each + 1, ms)], bucket_of(each, ms))
        while ms % WIDTHS[level] and (parts := self._parts(level, ms, load)):
            level -= 1
            count += _before(parts, bucket_of(level, ms))
        return count, ms - ms % WIDTHS[level]

    def locate(self, position: int, load: "Load") -> tuple[int, int]:
        """Return the start of the bucket that has the row at this position (0 is the first of all), and its position in there.

        Raises ``IndexError`` when there are fewer rows.
        """
        self._need([(TOP, 0)], load)
        level, start, node = TOP, 0, self._nodes[TOP, 0]
        while node:
            at = bisect_right(node.before, position) - 1
            start = node.buckets[at] * WIDTHS[level]
            position -= node.before[at]
            node = self._parts(level, start, load) if position or level > DAY else None
            level -= 1
        return start, position

    def _parts(self, level: int, ms: int, load: "Load") -> _Node | None:
        """The node that fills the bucket in which an instant lies; None where its rows are not counted by parts."""
        bucket = bucket_of(level, ms)
        if level > DAY:
            self._need([(level - 1, bucket)], load)
            return self._nodes[level - 1, bucket]
        node = self._nodes[level, bucket_of(level + 1, ms)]
        if level == FINEST or bucket not in node.crowded:
            return None
        self._need([(level - 1, bucket)], load)
        parts = self._nodes[level - 1, bucket]
        # Of several listings one may be crowded, and another one not: then not all rows are counted by parts.
        return parts if parts.before[-1] == _before(node, bucket + 1) - _before(node, bucket) else None

    def _need(self, keys: list[tuple[int, int]], load: "Load") -> None:
        """Load those of these nodes that are not here."""
        missing = {key: _span(*key) for key in keys if key not in self._nodes}
        if not missing:
            return
        found: dict[int, list[Bucket]] = {level: [] for level, _ in missing}
        for read in load({level: span for (level, _), span in missing.items()}):
            bucket = Bucket(*read)
            if bucket.n:
                found[bucket.level].append(bucket)
        for key in missing:
            full = sorted(found[key[0]])
            self._nodes[key] = _Node(
                tuple(each.bucket for each in full),
                tuple(accumulate((each.n for each in full), initial=0)),
                frozenset(each.bucket for each in full if is_crowded(each.level, each.in_all)),
            )


def _before(node: _Node, bucket: int) -> int:
    """Return how many rows of a node are before a bucket."""
    return node.before[bisect_left(node.buckets, bucket)]


def _span(level: int, parent: int) -> tuple[int, int]:
    """The first bucket of a node, and the first after it."""
    if level == TOP:
        return -_EVERYTHING, _EVERYTHING
    fan = WIDTHS[level + 1] // WIDTHS[level]
    return parent * fan, (parent + 1) * fan


Load = Callable[[Mapping[int, tuple[int, int]]], Iterable[tuple[int, int, int, int]]]
"""Gives ``Bucket`` values of the buckets from a first to before a last, by level; others are not asked for."""
