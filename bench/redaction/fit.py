"""Fit the weights by which the recogniser decides: ``python -m bench.redaction.fit``, the same byte for byte each time.

A conditional random field over the tokens near what may be personal: weights of signs and of the steps between tokens,
by maximum likelihood with a penalty, on the labelled hands and the older sets. What an older set does not label is left
open where weights of the hands alone see it: these sets label no expiry dates and customer numbers, those of codes
nothing else.

    python -m bench.redaction.fit                    write weights.tsv
    python -m bench.redaction.fit --share 0.1 FILE   the same from a tenth of the conversations, into a file
"""

import argparse
from array import array
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from auscult.domain.privacy.redaction import Found, Hints, Utterance
from auscult.redactors._recogniser import decide
from auscult.redactors._recogniser.decide import KINDS, SCALE, Decision, packed
from auscult.redactors._recogniser.recognise import looked_at, recognised
from auscult.redactors._recogniser.signs import EDGES, Read, Reading
from bench.redaction.material import Labelled, hands, older

WEIGHTS = Path(decide.__file__).with_name("weights.tsv")
PLACE = {kind: place for place, kind in enumerate(KINDS)}
PARTIAL = ("codes/", "unread/")
"""Sets in which only codes are labelled."""
OPEN = [PLACE[kind] for kind in ("account", "expiry", "card", "security_code", "national_number", "address")]
"""Kinds that the older sets label by other rules, or not at all."""
SEEN = 0.3
"""How likely the weights of the hands have to find something for it to be left open."""
PENALTY, PENALTY_STEPS = 0.5, 0.5
ROUNDS_FIRST, ROUNDS = 12, 34
OLDER, EVERY = 0.8, 2
"""How much an older token counts, and of how many older conversations one is taken."""
LEAST, LEAST_OLDER = 2, 2
"""Occurrences of a sign in the hands, or in the older sets, from which on it has weights."""
FAINT = 3
"""Weights up to this one are left out."""
MARGIN = {
    "name": 48, "address": 40, "card": 48, "expiry": 48, "security_code": 40, "account": 40, "national_number": 40,
}  # fmt: skip
USUAL_MARGIN = 64
"""Added to a kind: so many of ``SCALE`` to one it may be worse than nothing."""
MEMORY, HALVINGS = 6, 12
Values = NDArray[np.float32]
Places = NDArray[np.int64]


class Rows(NamedTuple):
    """Tokens: the places of their signs one behind the other, where each begins, kind, step, whether a stretch begins."""

    signs: NDArray[np.int32]
    begins: Places
    kinds: Places
    steps: Places
    firsts: NDArray[np.bool_]
    is_partial: NDArray[np.bool_]


class Fitted(NamedTuple):
    """Weights of signs, and of steps."""

    signs: Sequence[str]
    weights: NDArray[np.int64]
    steps: NDArray[np.int64]

    def decision(self) -> Decision:
        """Return what decides by these weights."""
        weights = {sign: packed(row) for sign, row in zip(self.signs, self.weights.tolist(), strict=True)}
        return Decision(weights, self.steps.tolist(), margins())


def margins() -> dict[str, int]:
    """Return the margin of each kind."""
    return {kind: MARGIN.get(kind, USUAL_MARGIN) for kind in KINDS[1:]}


def rows_of(cases: Iterable[Labelled], places: dict[str, int]) -> Rows:
    """Read labelled conversations; signs that are new get a place."""
    signs, begins, kinds, steps, firsts, partial = (
        array("i"),
        array("q", [0]),
        array("q"),
        array("q"),
        array("b"),
        array("b"),
    )
    for case in cases:
        reading = Reading(case.utterances, case.language or None)
        for number in looked_at(case.utterances):
            read, last = reading.turn(number), -2
            for at in read.active():
                signs.extend(places.setdefault(sign, len(places)) for sign in sorted(set(read.signs(at))))
                begins.append(len(signs))
                kinds.append(_kind(case, read, at))
                steps.append(read.edge(at))
                firsts.append(at != last + 1)
                partial.append(case.hand.startswith(PARTIAL))
                last = at
    return Rows(
        np.array(signs, dtype=np.int32),
        np.array(begins[:-1], dtype=np.int64),
        np.array(kinds, dtype=np.int64),
        np.array(steps, dtype=np.int64),
        np.array(firsts, dtype=bool),
        np.array(partial, dtype=bool),
    )


def _kind(case: Labelled, read: Read, at: int) -> int:
    start, end = read.turn.starts[at], read.turn.ends[at]
    for one in case.labels:
        if one.turn == read.turn.number and one.start < end and start < one.end:
            return PLACE["name" if one.kind == "agent_name" else one.kind]
    return 0


def fitted(hand_cases: Sequence[Labelled], older_cases: Sequence[Labelled]) -> Fitted:
    """Fit weights to hands and older sets."""
    places: dict[str, int] = {}
    new, old = rows_of(hand_cases, places), rows_of(older_cases, places)
    counts = [np.bincount(each.signs, minlength=len(places)) for each in (new, old)]
    used = np.flatnonzero((counts[0] >= LEAST) | (counts[1] >= LEAST_OLDER))
    new, old = _only(new, used, len(places)), _only(old, used, len(places))
    allowed = np.eye(len(KINDS), dtype=bool)
    first, _ = _fit(new, allowed[new.kinds], np.ones(len(new.kinds)), len(used), ROUNDS_FIRST)
    likely = _likely(old, first)
    may = allowed[old.kinds]
    nothing = old.kinds == 0
    may[nothing & ~old.is_partial & (likely[:, OPEN].sum(axis=1) > SEEN)] |= np.isin(np.arange(len(KINDS)), OPEN)
    others = 1 - likely[:, 0] - likely[:, PLACE["security_code"]]
    may[nothing & old.is_partial & (others > SEEN)] |= np.arange(len(KINDS)) != PLACE["security_code"]
    both = Rows(
        np.concatenate([new.signs, old.signs]),
        np.concatenate([new.begins, old.begins + len(new.signs)]),
        *(np.concatenate([getattr(new, name), getattr(old, name)]) for name in Rows._fields[2:]),
    )
    worth = np.concatenate([np.ones(len(new.kinds)), np.full(len(old.kinds), OLDER)])
    weights, steps = _fit(both, np.concatenate([allowed[new.kinds], may]), worth, len(used), ROUNDS)
    whole = np.rint(weights * SCALE).astype(np.int64)
    whole[np.abs(whole) <= FAINT] = 0
    kept = np.flatnonzero(np.abs(whole).sum(axis=1))
    names = list(places)
    return Fitted([names[used[place]] for place in kept], whole[kept], np.rint(steps * SCALE).astype(np.int64))


def _only(rows: Rows, used: Places, count: int) -> Rows:
    """Return rows with the used signs alone, at their new places."""
    place_of = np.full(count, -1, dtype=np.int32)
    place_of[used] = np.arange(len(used), dtype=np.int32)
    signs = place_of[rows.signs]
    before = np.concatenate([[0], np.cumsum(signs >= 0)])
    return rows._replace(signs=signs[signs >= 0], begins=before[rows.begins])


def _sums(rows: Rows, weights: Values) -> Values:
    """Return the scores of tokens: the sums of the weights of their signs."""
    scores = np.empty((len(rows.begins), weights.shape[1]), dtype=np.float32)
    for place in range(weights.shape[1]):
        scores[:, place] = np.add.reduceat(np.ascontiguousarray(weights[:, place])[rows.signs], rows.begins)
    return scores


def _likely(rows: Rows, weights: Values) -> Values:
    scores = _sums(rows, weights)
    likely = np.exp(scores - scores.max(axis=1, keepdims=True))
    return likely / likely.sum(axis=1, keepdims=True)


def _fit(
    rows: Rows, allowed: NDArray[np.bool_], worth: NDArray[np.float64], size: int, rounds: int
) -> tuple[Values, Values]:
    kinds, chains = len(KINDS), _Chains(rows)
    lengths = np.diff(np.append(rows.begins, len(rows.signs)))
    may, counts = allowed.astype(np.float32), worth.astype(np.float32)[:, None]
    split = size * kinds

    def slope(point: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights = point[:split].reshape(size, kinds).astype(np.float32)
        steps = point[split:].reshape(EDGES, kinds, kinds).astype(np.float32)
        loss, of_tokens, of_steps = chains.slope(_sums(rows, weights), steps, may, counts)
        of_signs = np.empty((size, kinds))
        for place in range(kinds):
            of_signs[:, place] = np.bincount(
                rows.signs, weights=np.repeat(of_tokens[:, place], lengths), minlength=size
            )
        loss += 0.5 * PENALTY * float(np.square(weights).sum()) + 0.5 * PENALTY_STEPS * float(np.square(steps).sum())
        return loss, np.concatenate(
            [(of_signs + PENALTY * weights).ravel(), (of_steps + PENALTY_STEPS * steps).ravel()]
        )

    point = _descended(slope, split + EDGES * kinds * kinds, rounds)
    return point[:split].reshape(size, kinds).astype(np.float32), point[split:].reshape(EDGES, kinds, kinds).astype(
        np.float32
    )


class _Chains:
    """Stretches of tokens in a row, longest first: those that have a token at each place are read together."""

    def __init__(self, rows: Rows) -> None:
        firsts = np.flatnonzero(rows.firsts)
        lengths = np.diff(np.append(firsts, len(rows.firsts)))
        order = np.argsort(-lengths, kind="stable")
        firsts, lengths = firsts[order], lengths[order]
        self._steps = rows.steps
        self._places = [firsts[: int((lengths > place).sum())] + place for place in range(int(lengths[0]))]
        inner = np.flatnonzero(~rows.firsts)
        self._inner = inner[np.argsort(rows.steps[inner], kind="stable")]
        self._bounds = np.searchsorted(rows.steps[self._inner], np.arange(EDGES + 1))

    def slope(self, scores: Values, steps: Values, may: Values, counts: Values) -> tuple[float, Values, Values]:
        """Return the loss, and its slope by the scores of tokens and by the steps."""
        odds, step_odds = np.exp(scores - scores.max(axis=1, keepdims=True)), np.exp(steps)
        free, bound = self._passed(odds, step_odds), self._passed(odds * may, step_odds)
        loss = float(((free[3] - bound[3])[:, None] * counts).sum())
        of_steps = np.zeros_like(steps)
        for edge in range(EDGES):
            its = self._inner[self._bounds[edge] : self._bounds[edge + 1]]
            if len(its):
                of_steps[edge] = step_odds[edge] * (
                    free[0][its - 1].T @ (free[1][its] * counts[its])
                    - bound[0][its - 1].T @ (bound[1][its] * counts[its])
                )
        return loss, (free[2] - bound[2]) * counts, of_steps

    def _passed(self, odds: Values, step_odds: Values) -> tuple[Values, Values, Values, Values]:
        """Pass forward and back: odds of what comes before, of what follows, of each token, and the log of the norm."""
        ahead, behind, after = np.zeros_like(odds), np.zeros_like(odds), np.zeros_like(odds)
        norm = np.ones(len(odds), dtype=np.float32)
        for place, its in enumerate(self._places):
            value = odds[its]
            if place:
                value = np.einsum("bi,bij->bj", ahead[its - 1], step_odds[self._steps[its]]) * value
            norm[its] = value.sum(axis=1) + 1e-30
            ahead[its] = value / norm[its][:, None]
        for place in range(len(self._places) - 1, -1, -1):
            its = self._places[place]
            following = self._places[place + 1] if place + 1 < len(self._places) else its[:0]
            behind[its[len(following) :]] = 1
            if len(following):
                after[following] = odds[following] * behind[following] / norm[following][:, None]
                behind[its[: len(following)]] = np.einsum(
                    "bj,bij->bi", after[following], step_odds[self._steps[following]]
                )
        both = ahead * behind
        return ahead, after, both / (both.sum(axis=1, keepdims=True) + 1e-30), np.log(norm)


def _descended(
    slope: Callable[[NDArray[np.float64]], tuple[float, NDArray[np.float64]]], size: int, rounds: int
) -> NDArray[np.float64]:
    """Return the point of least loss, by L-BFGS."""
    point = np.zeros(size)
    loss, its = slope(point)
    moves: list[tuple[NDArray[np.float64], NDArray[np.float64], float]] = []
    for _ in range(rounds):
        way = -its
        factors: list[float] = []
        for moved, turned, scale in reversed(moves):
            factors.append(scale * float(moved @ way))
            way -= factors[-1] * turned
        if moves:
            moved, turned, scale = moves[-1]
            way *= 1 / (scale * float(turned @ turned))
        for (moved, turned, scale), factor in zip(moves, reversed(factors), strict=True):
            way += moved * (factor - scale * float(turned @ way))
        size_of = 1.0 if moves else 1 / max(1.0, float(np.abs(its).sum()))
        fall = float(its @ way)
        for _ in range(HALVINGS):
            new_loss, new = slope(point + size_of * way)
            if new_loss <= loss + 1e-4 * size_of * fall:
                break
            size_of *= 0.5
        moved, turned = size_of * way, new - its
        if float(moved @ turned) > 0:
            moves = [*moves, (moved, turned, 1 / float(moved @ turned))][-MEMORY:]
        point, loss, its = point + moved, new_loss, new
    return point


def written(model: Fitted) -> str:
    """Return the text of weights.tsv."""
    lines = ["# Weights of the recogniser, by python -m bench.redaction.fit: not to be edited."]
    lines += [f"#margin {kind}\t{margin}" for kind, margin in margins().items()]
    lines += ["#step\t" + ",".join(map(_short, step.ravel().tolist())) for step in model.steps]
    lines += sorted(
        f"{sign}\t" + ",".join(map(_short, row)) for sign, row in zip(model.signs, model.weights.tolist(), strict=True)
    )
    return "\n".join(lines) + "\n"


def _short(weight: int) -> str:
    return str(weight) if weight else ""


class Left:
    """Finds by weights that were fitted without some hands."""

    def __init__(self, decision: Decision) -> None:
        """``decision`` is the fitted one."""
        self._decision = decision

    def find(self, utterances: Sequence[Utterance], hints: Hints) -> Sequence[Found]:
        """Return what is personal in a conversation."""
        return recognised(utterances, hints, self._decision)


def without(names: Sequence[str]) -> Left:
    """Return what finds by the weights of all hands but these."""
    return Left(
        fitted(
            [case for name, its in hands().items() if name not in names for case in its], older()[::EVERY]
        ).decision()
    )


def main() -> None:
    """Write the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path, default=WEIGHTS)
    parser.add_argument("--share", type=float, default=1.0)
    asked = parser.parse_args()
    every = max(1, round(1 / asked.share))
    new = [case for its in hands().values() for case in its][::every]
    asked.file.write_text(written(fitted(new, older()[:: EVERY * every])), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
