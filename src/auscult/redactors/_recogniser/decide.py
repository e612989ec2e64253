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
_HOT, _CUT, _AROUND = -3 * SCALE, 8 * SCALE, 3
"""Weights are whole: so many to one."""


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
        stretch: list[int] = []
        for at in sorted(near):
            if read.forms[at] == "mark":
                continue
            if stretch and at != stretch[-1] + 1:
                self._best(read, stretch, scores, found)
                stretch = []
            stretch.append(at)
        if stretch:
            self._best(read, stretch, scores, found)
        return found

    def _best(self, read: Read, stretch: Sequence[int], scores: dict[int, list[int]], found: dict[int, str]) -> None:
        """Find the best sequence of kinds of tokens in a row."""
        alive: dict[int, int] = {}
        back: list[dict[int, int]] = []
        for at in stretch:
            its = scores.get(at) or self.scores(read.signs(at))
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
            if kind:
                found[at] = KINDS[kind]
            kind = source.get(kind, 0)
