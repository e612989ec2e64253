"""The decision: what each token is, by weights that ``bench.redaction.fit`` fitted, and the spans that tokens make.

Weights are whole numbers, added as whole numbers, so that what is found is the same on any machine.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from auscult.domain.privacy.redaction import KINDS, Kind
from auscult.redactors._fitted.checks import CODES
from auscult.redactors._fitted.signs import CLASSES, Columns, Numbers, Read, columns
from auscult.redactors._fitted.tokens import COARSE, OPEN, Table, lines_of_words, table_of

SCALE = 16
OTHER = 0
"""The class of what is not personal."""
SURE: Mapping[str, float] = {
    "account": 3.95, "address": 3.15, "birth_date": 3.75, "card": 3.35, "email": 4.15, "expiry": 4.15, "iban": 3.45,
    "name": 2.95, "national_number": 3.15, "phone": 2.45, "security_code": 2.9,
}  # fmt: skip
"""How much more likely a token is held to be of a kind than the weights say, as log odds: what leaks is worse."""
_ENTERS, _STAYS, _TURNS, _LEAVES = -1.0, 0.2, -2.0, -1.0
"""Log odds of a token of a kind behind one of none, behind one of its own, of another, and of none behind a kind."""
SURE_OF_CODES = SURE["security_code"] - 0.75
"""The same where nothing else is masked: most of what is doubtful is personal in another way, and stays."""
_FILE = Path(__file__).with_name("weights.npz")
_NEAR, _SHORT = 4, 9
"""Tokens on either side of one that may be personal, and those of a short turn with that of its side."""
_NEVER, _PROVEN, _SHAPED, _CLOSE = 1 << 12, 1 << 10, 2 * SCALE, 4 * SCALE
"""Scores: the penalty of a token that is never personal, the bonus of a proven kind and that of a kind's shape, and how
far below the best a class may be and still be weighed."""
_NOWHERE, _ASKED = round(2.5 * SCALE), 2
"""The penalty of an address where no place is named, and how many earlier turns may name one."""
Weights = NDArray[np.int8]


class Part(NamedTuple):
    """Tokens of one kind in a row, from ``first`` to ``last``."""

    first: int
    last: int
    kind: Kind


def _steps() -> list[list[int]]:
    steps = np.full((len(KINDS) + 1, len(KINDS) + 1), _TURNS)
    np.fill_diagonal(steps, _STAYS)
    steps[OTHER, 1:], steps[1:, OTHER], steps[OTHER, OTHER] = _ENTERS, _LEAVES, 0
    return [[round(step * SCALE) for step in row] for row in steps.tolist()]


_STEPS = _steps()
_STAY = _STEPS[1][1]
_PRICE = _STAY - _STEPS[OTHER][1] - _STEPS[1][OTHER]
"""Cost of a part. A stretch of tokens has none where its gains, with that of staying at each token, sum to less."""
_SURE = np.array([0, *(round(SURE[kind] * SCALE) for kind in KINDS)], dtype=np.int64)
OF_CODES = np.where(np.arange(len(_SURE)) == CLASSES["security_code"], round(SURE_OF_CODES * SCALE), _SURE)

_VALID: Mapping[int, Sequence[tuple[int, int]]] = {
    CODES[sign]: [(CLASSES[kind], round(more * SCALE)) for kind, more in its.items()]
    for sign, its in {
        "card over runs": {"card": 8.0}, "example card": {"card": -1.0}, "hidden card": {"card": 6.0}, "ending": {"card": 2.0},
        "iban-like": {"iban": 4.0}, "iban misheard": {"iban": 2.0}, "written": {"national_number": 1.5},
        "sure": {"national_number": 2.0}, "form": {"national_number": 1.0}, "recent": {"birth_date": -4.0},
        "service number": {"phone": -6.0}, "mailbox": {"email": -6.0},
        "of a thing": {"card": -5.0, "national_number": -4.0, "phone": -3.0, "account": -3.0},
    }.items()
}  # fmt: skip
"""By sign of a check: how much more likely it makes kinds than the weights say, which know few right numbers."""


class Decision:
    """A table of words and the weights that were fitted with it."""

    def __init__(self, weights: Weights, table: Table) -> None:
        """Store weights, one row a column of signs."""
        self._weights = weights
        self.table = table

    def parts(self, read: Read, sure: Numbers = _SURE) -> list[Part]:
        """Return what is personal in a conversation that was read."""
        kept = passing(read)
        if not len(kept):
            return []
        scores = np.full((len(kept), len(sure)), -_NEVER, dtype=np.int64)
        scores[:, OTHER] = 0
        said = np.flatnonzero(np.array(read.end).take(kept))
        scores[said] = self.scores(columns(read, kept.take(said))) + sure
        places = {at: index for index, at in enumerate(cast("list[int]", kept.tolist()))}
        for first, last in (*((run.first, run.last) for run, _ in read.runs), *read.dates):
            if last > first and first in places and last in places:
                its = slice(places[first], places[last] + 1)
                scores[its] = scores[its].sum(axis=0) // (last - first + 1)
        _check(read, places, scores)
        for at in read.kept & places.keys():
            scores[places[at], 1:] -= _NEVER
        return list(_parts(kept, _path(scores), read))

    def scores(self, its: Columns) -> Numbers:
        """Return the scores of the classes of tokens, times ``SCALE``."""
        return self._weights.take(its.T, axis=0).sum(axis=0, dtype=np.int16).astype(np.int64)


def _check(read: Read, places: Mapping[int, int], scores: Numbers) -> None:
    """Add to the scores of tokens what checks and shapes say; ``places`` are their rows."""
    for at, signs in read.checked.items():
        for sign in signs & _VALID.keys() if at in places else ():
            for number, more in _VALID[sign]:
                scores[places[at], number] += more
    unlikely = [
        (0 if side else SCALE) if any(read.of_places[max(0, turn - _ASKED) : turn + 1]) else _NOWHERE
        for turn, side in enumerate(read.sides)
    ]
    scores[:, CLASSES["address"]] -= np.array(unlikely).take(np.array(read.turn).take(list(places)))
    for kinds, more in ((read.shaped, _SHAPED), (read.proven, _PROVEN)):
        for at in kinds.keys() & places.keys():
            scores[places[at], CLASSES[kinds[at]]] += more


def passing(read: Read) -> Numbers:
    """Return the tokens that are weighed: those that may be personal by themselves, and those near them.

    All of a turn are where it is short, or something was asked for.
    """
    near = np.zeros(len(read.rows) + 2 * _NEAR, dtype=np.int8)
    for turn, (first, behind) in enumerate(pairwise((*read.begins, len(read.rows)))):
        if read.open[turn]:
            if read.whole[turn] or behind - first <= _SHORT:
                near[first + _NEAR : behind + _NEAR] = 1
            else:
                for at in range(first, behind):
                    if COARSE[read.rows[at][1]] in OPEN or at in read.checked:
                        near[at : at + 2 * _NEAR + 1] = 1
    return np.flatnonzero(near[_NEAR:-_NEAR])


def _path(scores: Numbers) -> list[int]:
    """Return the likeliest classes of tokens in a row: what is close to no kind is of none, and parts the others."""
    path = [OTHER] * len(scores)
    ahead = scores[:, 1:].max(axis=1) - scores[:, OTHER]
    near = np.flatnonzero(ahead > -_CLOSE)
    if not len(near):
        return path
    firsts = np.flatnonzero(np.diff(near, prepend=-2) > 1)
    gains = np.add.reduceat(np.maximum(ahead.take(near) + _STAY, 0), firsts)
    begins, ends = near[firsts], near[np.append(firsts[1:], len(near)) - 1] + 1
    for index in np.flatnonzero(gains >= _PRICE).tolist():
        its = slice(int(begins[index]), int(ends[index]))
        path[its] = _stretch(scores[its].tolist())
    return path


def _stretch(rows: Sequence[Sequence[int]]) -> list[int]:
    """Return the likeliest classes of some tokens, with none of a kind before and behind them."""
    before: dict[int, int] = {OTHER: 0}
    steps: list[dict[int, int]] = []
    for row in rows:
        least = max(row) - _CLOSE
        now: dict[int, int] = {}
        came: dict[int, int] = {}
        for number, score in enumerate(row):
            if score >= least or number == OTHER:
                best, came[number] = max((value + _STEPS[each][number], each) for each, value in before.items())
                now[number] = best + score
        steps.append(came)
        before = now
    number = max(before, key=lambda each: before[each] + _STEPS[each][OTHER])
    path = [number]
    for came in reversed(steps[1:]):
        number = came[number]
        path.append(number)
    return path[::-1]


def _parts(kept: Numbers, path: Sequence[int], read: Read) -> Iterator[Part]:
    """Yield the parts that a path has, each within one turn."""
    first = last = before = -1
    for index in np.flatnonzero(path).tolist():
        at, number = int(kept[index]), path[index]
        if number != before or at != last + 1 or read.turn[at] != read.turn[last]:
            if first >= 0:
                yield Part(first, last, KINDS[before - 1])
            first = at
        last, before = at, number
    if first >= 0:
        yield Part(first, last, KINDS[before - 1])


@cache
def decision() -> Decision:
    """Return the one that comes along."""
    table = table_of(lines_of_words("vocabulary.txt"), frozenset(lines_of_words("everyday.txt")))
    with np.load(_FILE) as stored:
        return Decision(stored["weights"], table)
