"""Rollups: conversations that start in one hour, day or 32 days counted together, and put together for any period.

Of each slice (channel, direction, who led) the counts of all and of every group are kept as rows of whole numbers, so
that filters by these choose slices. Examples and names are those of the first and the last conversations: spans are put
together in the order of time.
"""

import zlib
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt
from msgspec import Struct

from auscult.domain.ai_agents.context import HandledBy
from auscult.domain.conversation import Channel, Direction
from auscult.domain.evaluation import Status
from auscult.domain.insights.overview import EXAMPLES, KINDS, NUMBERS, Counted, Key, Kind, Tally
from auscult.services.insights.facts import Listed, Names, fact_of, is_left_out
from auscult.storage.pages.insight_tallies import LEVELS
from auscult.storage.pages.rollups import WIDTHS

VERSION = 1
"""Rises with the meaning of any number, group or measure."""
BASIS = f"{VERSION}.{len(KINDS)}.{len(NUMBERS)}.{len(Counted().values)}"
"""What rollups are counted with; those of another basis are counted again."""

Slice = tuple[Channel, Direction, HandledBy]
Ints = npt.NDArray[np.int64]

_TOTAL = "total"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
_NAMES, _WIDTH = len(NUMBERS), len(Counted().values)
_NONE = np.iinfo(np.int64).max
"""Stands for an example that is not there: it is sorted behind all others."""
_SMALL = np.dtype("<i4")
_EVERY = 2**62


class _Kept(Struct, array_like=True, gc=False):
    """A slice as it is stored: groups by kind, a row of numbers for each, and positions of their examples among ids."""

    key: Slice
    left_out: dict[Status, int]
    names: list[tuple[Kind, str, str, int]]
    groups: list[tuple[str, list[str]]]
    values: bytes
    examples: bytes


class Body(Struct, array_like=True, gc=False):
    """Counts of one span: the number of its conversations, ids of examples in the order of time, and its slices."""

    n: int
    ids: list[str]
    slices: list[_Kept]


_ENCODE, _DECODE = msgspec.msgpack.Encoder().encode, msgspec.msgpack.Decoder(Body).decode


def packed(body: Body) -> bytes:
    """Return counts as they are stored."""
    return zlib.compress(_ENCODE(body), 1)


def unpacked(stored: bytes) -> Body:
    """Return stored counts."""
    return _DECODE(zlib.decompress(stored))


class _Part:
    """Counts of one slice while spans are put together."""

    def __init__(self) -> None:
        self.left_out: Counter[Status] = Counter()
        self.names: dict[Key, tuple[int, str]] = {}
        self.index: dict[str, dict[str, int]] = {}
        self.values: Ints = np.zeros((0, _WIDTH), np.int64)
        self.examples: Ints = np.zeros((0, _NAMES, EXAMPLES), np.int64)

    def rows(self, groups: Iterable[tuple[str, Sequence[str]]]) -> Ints:
        """Return the rows of groups, made where they are new."""
        n = sum(map(len, self.index.values()))
        found: list[int] = []
        for kind, names in groups:
            its = self.index.setdefault(kind, {})
            for name in names:
                row = its.get(name)
                if row is None:
                    row = its[name] = n
                    n += 1
                found.append(row)
        if n > len(self.values):
            more = max(n, 2 * len(self.values)) - len(self.values)
            self.values = np.concatenate([self.values, np.zeros((more, _WIDTH), np.int64)])
            self.examples = np.concatenate([self.examples, np.full((more, _NAMES, EXAMPLES), _NONE)])
        return np.array(found, np.int64)

    def fill(self, groups: Mapping[tuple[str, str], Counted], place: Mapping[str, int]) -> None:
        """Store the counts of groups, whose examples have these places."""
        rows = self.rows((kind, [name]) for kind, name in groups)
        self.values[rows] = [each.values for each in groups.values()]
        none = [_NONE] * EXAMPLES
        examples = [
            [([place[id_] for id_ in its] + none)[:EXAMPLES] if (its := each.examples.get(number)) else none]
            for each in groups.values()
            for number in NUMBERS
        ]
        self.examples[rows] = np.array(examples, np.int64).reshape(len(rows), _NAMES, EXAMPLES)

    def add(self, rows: Ints, values: Ints, examples: Ints) -> None:
        """Add later conversations to some rows."""
        before = np.minimum(self.values[rows, :_NAMES], EXAMPLES)[..., None]
        is_missing = (examples != _NONE) & (before + np.arange(EXAMPLES) < EXAMPLES)
        group, number, at = np.nonzero(is_missing)
        self.examples[rows[group], number, before[group, number, 0] + at] = examples[is_missing]
        self.values[rows] += values

    def join(self, other: "_Part") -> None:
        """Add the conversations of another slice of the same time."""
        self.left_out.update(other.left_out)
        for key, seen in other.names.items():
            self.names[key] = max(seen, self.names.get(key, seen))
        rows = self.rows((kind, list(names)) for kind, names in other.index.items())
        order = np.array([row for names in other.index.values() for row in names.values()], np.int64)
        self.values[rows] += other.values[order]
        both = np.concatenate([self.examples[rows], other.examples[order]], axis=2)
        self.examples[rows] = np.sort(both, axis=2)[..., :EXAMPLES]


class Rollup:
    """Counts of spans, put together in the order of time. ``kinds`` are those of the groups that are counted."""

    def __init__(self, kinds: Collection[str] = KINDS) -> None:
        """Nothing is counted yet."""
        self._kinds = frozenset((*kinds, _TOTAL))
        self._n = 0
        self._ids: list[str] = []
        self._parts: defaultdict[Slice, _Part] = defaultdict(_Part)

    @classmethod
    def of(cls, rows: Sequence[Listed], kinds: Sequence[Kind] = KINDS) -> "Rollup":
        """Count conversations, in order, whose queues and agents have the names and ids that stay."""
        found = cls(kinds)
        found._n, found._ids = len(rows), [listed.id for listed in rows]
        place = {id_: at for at, id_ in enumerate(found._ids)}
        tallies: dict[Slice, Tally] = {}
        for at, listed in enumerate(rows):
            key = listed.channel, listed.direction, listed.handled_by
            part = found._parts[key]
            if is_left_out(listed):
                part.left_out[listed.status] += 1
                continue
            if key not in tallies:
                tallies[key] = Tally(kinds, _EVERY)
            tallies[key].add(fact_of(listed))
            part.names.update({its: (at, name) for its, name in Names.of(listed)} if kinds else {})
        for key, tally in tallies.items():
            found._parts[key].fill({(_TOTAL, ""): tally.total, **tally.groups}, place)
        return found

    def add(self, body: Body) -> None:
        """Add a span that lies after all that were added."""
        ids = len(self._ids)
        self._ids += body.ids
        for kept in body.slices:
            part = self._parts[kept.key]
            part.left_out.update(kept.left_out)
            part.names.update({(kind, id_): (self._n + at, name) for kind, id_, name, at in kept.names})
            its = np.array([kind in self._kinds for kind, names in kept.groups for _ in names], np.bool_)
            values, examples = _read(kept, len(its))
            examples[examples != _NONE] += ids
            rows = part.rows(each for each in kept.groups if each[0] in self._kinds)
            part.add(rows, values[its], examples[its])
        self._n += body.n

    def body(self, kinds: Collection[str] = KINDS) -> Body:
        """Return all that was added as one span, with the groups of some kinds."""
        kinds = frozenset((*kinds, _TOTAL))
        kept = [(key, part, *_chosen(part, kinds)) for key, part in sorted(self._parts.items())]
        used = np.unique(
            np.concatenate([np.zeros(0, np.int64), *(part.examples[rows].ravel() for _, part, _, rows in kept)])
        )
        used = used[used != _NONE]
        return Body(
            self._n,
            [self._ids[at] for at in used.tolist()],
            [
                _Kept(
                    key,
                    dict(part.left_out),
                    [(kind, id_, name, at) for (kind, id_), (at, name) in part.names.items()] if len(kinds) > 1 else [],
                    groups,
                    _bytes(part.values[rows]),
                    _bytes(np.searchsorted(used, (found := part.examples[rows])[found != _NONE])),
                )
                for key, part, groups, rows in kept
            ],
        )

    def chosen(self, channels: Collection[str], directions: Collection[str], handled_by: Collection[str]) -> "Chosen":
        """Return the counts of these slices together, where empty means all."""
        found = _Part()
        for (channel, direction, led), part in self._parts.items():
            wanted = (channels, channel), (directions, direction), (handled_by, led)
            if all(not some or each in some for some, each in wanted):
                found.join(part)
        return Chosen(found, self._ids)


class Chosen(NamedTuple):
    """Counts of some slices."""

    part: _Part
    ids: list[str]

    @property
    def total(self) -> Counted:
        """Return the counts of all."""
        row = self.part.index.get(_TOTAL, {}).get("")
        return Counted() if row is None else self._counted(row)

    @property
    def left_out(self) -> Mapping[Status, int]:
        """Return how many no figure counts."""
        return self.part.left_out

    def tally(self, most: int, names: Names) -> Tally:
        """Return the counts of all groups, at most of the largest, and add the names of queues and agents."""
        names.add({key: name for key, (_, name) in self.part.names.items()})
        rows: list[tuple[int, Key]] = [
            (row, (kind, name)) for kind in KINDS for name, row in self.part.index.get(kind, {}).items()
        ]
        values, tally = self.part.values, Tally((), most)
        kept = sorted(rows, key=lambda each: (-values[each[0], 0], each[1]))[:most] if len(rows) > most else rows
        tally.total, tally.dropped = self.total, len(rows) - len(kept)
        tally.groups = {key: self._counted(row) for row, key in kept}
        return tally

    def _counted(self, row: int) -> Counted:
        found = Counted.of(self.part.values[row].tolist())
        positions = self.part.examples[row].tolist()
        for number, some in zip(NUMBERS, positions, strict=True):
            if found.numbers[number]:
                found.examples[number] = [self.ids[at] for at in some if at != _NONE]
        return found


def _chosen(part: _Part, kinds: Collection[str]) -> tuple[list[tuple[str, list[str]]], Ints]:
    """Return the groups of some kinds, and their rows."""
    groups = [(kind, list(its)) for kind, its in part.index.items() if kind in kinds]
    return groups, np.array([row for kind, _ in groups for row in part.index[kind].values()], np.int64)


def _read(kept: _Kept, n: int) -> tuple[Ints, Ints]:
    """Return the values and examples of all groups of a slice."""
    values = _numbers(kept.values, n * _WIDTH).reshape(_WIDTH, n).T
    is_there = np.minimum(values[:, :_NAMES], EXAMPLES)[..., None] > np.arange(EXAMPLES)
    examples = np.full(is_there.shape, _NONE)
    examples[is_there] = _numbers(kept.examples, int(np.count_nonzero(is_there)))
    return values, examples


def _numbers(stored: bytes, n: int) -> Ints:
    kind = _SMALL if len(stored) == n * _SMALL.itemsize else np.dtype("<i8")
    return np.frombuffer(stored, kind).astype(np.int64)


def _bytes(numbers: Ints) -> bytes:
    """Return numbers as bytes, column by column, as those of a column are alike; four for each where they suffice."""
    is_small = not numbers.size or numbers.max() <= np.iinfo(_SMALL).max
    return numbers.T.astype(_SMALL if is_small else "<i8").tobytes()


class Piece(NamedTuple):
    """Part of a range: a span that is counted, or, without a level, one whose conversations are read."""

    since_ms: int
    until_ms: int
    level: int | None = None
    bucket: int = 0

    @property
    def is_counted(self) -> bool:
        """Return whether it is a span that is counted."""
        return self.level is not None

    @property
    def key(self) -> tuple[int, int]:
        """Its level and its bucket."""
        return self.level or 0, self.bucket

    @property
    def since(self) -> datetime:
        """Its first instant."""
        return _EPOCH + self.since_ms * _MS

    @property
    def until(self) -> datetime:
        """The first instant after it."""
        return _EPOCH + self.until_ms * _MS


def cover(since_ms: int, until_ms: int, counted: Mapping[int, Sequence[int]], level: int = LEVELS[-1]) -> list[Piece]:
    """Return the pieces of a range, in order, by the widest spans that are ``counted``: buckets by level, in order."""
    if since_ms >= until_ms:
        return []
    if level < LEVELS[0]:
        return [Piece(since_ms, until_ms)]
    width, its = WIDTHS[level], counted.get(level, ())
    found: list[Piece] = []
    for bucket in its[bisect_left(its, -(-since_ms // width)) : bisect_left(its, until_ms // width)]:
        found += cover(since_ms, bucket * width, counted, level - 1)
        since_ms = (bucket + 1) * width
        found.append(Piece(bucket * width, since_ms, level, bucket))
    return found + cover(since_ms, until_ms, counted, level - 1)
