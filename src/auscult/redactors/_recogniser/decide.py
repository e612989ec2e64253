"""The one decision: which tokens of a turn are personal, and as what, by weights that were fitted to labelled talk."""

import struct
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from auscult.redactors._recogniser.signs import Read

KINDS = (
    "", "name", "address", "birth_date", "card", "iban", "email", "phone", "national_number", "account",
    "security_code", "expiry",
)  # fmt: skip
"""What a token may be; the first is nothing."""
_BITS, _FIELD = 32, struct.Struct(f"<{len(KINDS)}I")
_HALF = sum(1 << (_BITS * place + _BITS - 1) for place in range(len(KINDS)))
_ZERO = 1 << (_BITS - 1)
SCALE = 64
_HOT, _CUT, _AROUND = -2 * SCALE, 6 * SCALE, 2
"""Weights are whole: so many to one."""
_IS_MARK = [0, *[-64 * _CUT] * (len(KINDS) - 1)]
"""Scores of a placeholder: nothing goes on from what it stands for, so that what is redacted stays as it is."""


def packed(weights: Sequence[int]) -> int:
    """Return weights of all kinds as one number: such numbers add up kind by kind."""
    return sum(weight << (_BITS * place) for place, weight in enumerate(weights))


def unpacked(total: int) -> Sequence[int]:
    """Return the weights of a sum."""
    return [each - _ZERO for each in _FIELD.unpack((total + _HALF).to_bytes(_FIELD.size, "little"))]


class Decision:
    """Fitted weights by sign, and of the steps between tokens."""

    def __init__(
        self,
        weights: Mapping[str, int],
        steps: Sequence[Sequence[Sequence[int]]],
        margins: Mapping[str, int] | None = None,
    ) -> None:
        """``weights`` are packed; ``steps`` are by class of step, kind before and kind.

        ``margins`` are added to a kind: so much worse than nothing it may be.
        """
        self._weights = weights
        self._steps = steps
        self._margins = [0, *((margins or {}).get(kind, 0) for kind in KINDS[1:])]

    def scores(self, signs: Sequence[str]) -> list[int]:
        """Return the score of each kind."""
        get = self._weights.get
        its = unpacked(sum([get(sign, 0) for sign in signs]))
        return [score + margin for score, margin in zip(its, self._margins, strict=True)]

    def label(self, read: Read) -> dict[int, str]:
        """Return the kinds of a turn's tokens, those that have one."""
        scores: dict[int, list[int]] = {}
        near: set[int] = set()
        for at in read.seeds():
            scores[at] = its = self.scores(read.signs(at))
            if max(its[1:]) - its[0] > _HOT:
                near.update(range(max(0, at - _AROUND), min(at + _AROUND + 1, len(read.forms))))
        found: dict[int, str] = {}
        count, stretch = len(read.forms), list[int]()
        for at in [*sorted(near), count + 1]:
            if stretch and at != stretch[-1] + 1:
                self._spread(read, stretch, scores, found, count)
                stretch = []
            stretch.append(at)
        return found

    def _spread(
        self, read: Read, stretch: Sequence[int], scores: dict[int, list[int]], found: dict[int, str], count: int
    ) -> None:
        """Decide a stretch, and again with more around it as long as something reaches one of its ends."""
        first, last = stretch[0], stretch[-1]
        while True:
            self._best(read, range(first, last + 1), scores, found)
            at_first, at_last = first > 0 and first in found, last < count - 1 and last in found
            if not (at_first or at_last):
                return
            first, last = max(0, first - _AROUND * at_first), min(count - 1, last + _AROUND * at_last)

    def _best(self, read: Read, stretch: Sequence[int], scores: dict[int, list[int]], found: dict[int, str]) -> None:
        """Find the best sequence of kinds of tokens in a row."""
        alive: dict[int, int] = {}
        back: list[dict[int, int]] = []
        for at in stretch:
            its = scores.get(at)
            if its is None:
                its = scores[at] = _IS_MARK if read.forms[at] == "mark" else self.scores(read.signs(at))
            least = max(its) - _CUT
            kinds = [kind for kind, score in enumerate(its) if score >= least or kind == 0 or kind in alive]
            if not back:
                alive = {kind: its[kind] for kind in kinds}
                back.append({})
                continue
            steps = self._steps[read.edge(at)]
            after: dict[int, int] = {}
            source: dict[int, int] = {}
            for kind in kinds:
                best, score = -1, 0
                for before, total in alive.items():
                    value = total + steps[before][kind]
                    if best < 0 or value > score:
                        best, score = before, value
                after[kind], source[kind] = score + its[kind], best
            top = max(after.values()) - _CUT
            alive = {kind: score for kind, score in after.items() if score >= top}
            back.append(source)
        kind = max(alive, key=lambda each: (alive[each], -each))
        for at, source in zip(reversed(stretch), reversed(back), strict=True):
            found.pop(at, None)
            if kind and read.forms[at] != "mark":
                found[at] = KINDS[kind]
            kind = source.get(kind, 0)


@cache
def installed() -> Decision:
    """Return what decides by the weights that are installed."""
    return read_weights(Path(__file__).with_name("weights.tsv"))


def read_weights(path: Path) -> Decision:
    """Read weights: a line of each sign, and of each class of step, kinds by commas."""
    weights: dict[str, int] = {}
    steps: list[list[list[int]]] = []
    margins: dict[str, int] = {}
    kinds = len(KINDS)
    for line in path.read_text(encoding="utf-8").split("\n"):
        sign, tab, written = line.partition("\t")
        if not tab:
            continue
        numbers = [int(each) if each else 0 for each in written.split(",")]
        if sign.startswith("#step"):
            steps.append([numbers[place : place + kinds] for place in range(0, len(numbers), kinds)])
        elif sign.startswith("#margin "):
            margins[sign.removeprefix("#margin ")] = numbers[0]
        else:
            weights[sign] = packed(numbers)
    return Decision(weights, steps, margins)
