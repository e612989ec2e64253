"""Calibration of a likelihood: two numbers fitted to what people decided, a slope and an offset of the log odds.

What an engine finds likelier stays likelier; only how likely it is changes.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace

from auscult.domain.errors import ConflictError

FEWEST = 40
"""Answers below which nothing is fitted."""
FEWEST_OF_A_KIND = 8
"""The same for answers of the rarer kind, right or wrong."""
FOLDS = 5
_PULL = 2.0
"""Weight of the engine's own likelihood: as many answers, about, as it takes to move halfway from it."""
_ROUNDS = 50
_EDGE = 1e-4
_LEAST_SLOPE = 0.1
"""So that what the engine finds likelier stays likelier."""


class Calibration(Struct, frozen=True, kw_only=True):
    """Slope and offset of the log odds of an answer; 1 and 0 leave the engine's likelihood as it is.

    ``answers`` is the number that it was fitted to, ``engine`` the engine whose likelihoods they are.
    """

    slope: Annotated[float, Meta(gt=0)] = 1.0
    offset: float = 0.0
    answers: int = 0
    engine: str = ""

    def likelihood(self, stated: float) -> float:
        """Return the likelihood of an answer that the engine gives ``stated``."""
        if self.slope == 1 and self.offset == 0:
            return stated
        return share_of(self.slope * _odds(stated) + self.offset)


AS_IT_IS = Calibration()


class JudgeCalibration(Calibration, frozen=True, kw_only=True):
    """Calibration of a judge's answers to the questions of a form.

    ``unstated`` is the likelihood of an answer that the judge states none of, fitted to ``unstated_answers``.
    """

    unstated: Annotated[float, Meta(gt=0, lt=1)] | None = None
    unstated_answers: int = 0


class Lesson(Struct, frozen=True):
    """An answer that a person decided on: how likely the engine found it, and whether it was right."""

    stated: float
    is_right: bool


class Shown(Struct, frozen=True, kw_only=True):
    """Outcome on answers: the mean log loss, and how many right and wrong ones are likely enough to be sure."""

    log_loss: float
    right: int
    wrong: int


class Teaching(Struct, frozen=True, kw_only=True):
    """A fit and its gain on answers that were left out of it: each fifth is predicted by the others.

    ``is_better``: the log loss on what was left out falls.
    """

    answers: int
    right: int
    wrong: int
    before: Shown
    left_out: Shown
    calibration: Calibration
    is_better: bool


def teach(lessons: Iterable[Lesson], engine: str, likely: float, present: Calibration = AS_IT_IS) -> Teaching:
    """Fit a calibration, and try it on what was left out. ``likely``: from this likelihood on an answer is sure.

    Raises ``ConflictError`` ``answers.too_few``.
    """
    known = list(lessons)
    right = sum(each.is_right for each in known)
    rarer = min(right, len(known) - right)
    if len(known) < FEWEST or rarer < FEWEST_OF_A_KIND:
        raise ConflictError(
            "people decided on {n}, {right} right and {wrong} wrong; a fit needs {least}, and {other} of each kind",
            n=len(known),
            right=right,
            wrong=len(known) - right,
            least=FEWEST,
            other=FEWEST_OF_A_KIND,
            code="answers.too_few",
        )
    predicted: list[tuple[Lesson, float]] = []
    dealt = _dealt(known)
    for fold in range(FOLDS):
        fitted = _fit([each for at, each in enumerate(dealt) if at % FOLDS != fold])
        predicted += [(each, fitted.likelihood(each.stated)) for each in dealt[fold::FOLDS]]
    before = _shown([(each, present.likelihood(each.stated)) for each in known], likely)
    left_out = _shown(predicted, likely)
    return Teaching(
        answers=len(known),
        right=right,
        wrong=len(known) - right,
        before=before,
        left_out=left_out,
        calibration=replace(_fit(known), engine=engine),
        is_better=left_out.log_loss < before.log_loss,
    )


def _fit(lessons: Sequence[Lesson]) -> Calibration:
    slope, offset = calibrated([(_odds(each.stated), each.is_right) for each in lessons])
    return Calibration(slope=round(slope, 4), offset=round(offset, 4), answers=len(lessons))


def calibrated(points: Sequence[tuple[float, bool]]) -> tuple[float, float]:
    """Return slope and offset of log odds by Newton's method with steps that never raise the loss.

    They are pulled towards 1 and 0. ``points``: what was stated, and whether it was right.
    """
    slope, offset = 1.0, 0.0
    loss = _loss(points, slope, offset)
    for _ in range(_ROUNDS):
        by_slope, by_offset = _step(points, slope, offset)
        part = 1.0
        while (now := _loss(points, slope - part * by_slope, offset - part * by_offset)) > loss and part > _EDGE:
            part /= 2
        if now >= loss:
            break
        slope, offset, loss = slope - part * by_slope, offset - part * by_offset, now
    return max(slope, _LEAST_SLOPE), offset


def _loss(points: Sequence[tuple[float, bool]], slope: float, offset: float) -> float:
    """Return the log loss of all answers, and what the pull takes."""
    pull = _PULL * ((slope - 1) ** 2 + offset**2) / 2
    # -log(share) of odds x is log(1 + exp(-x)), written so that nothing overflows.
    towards = ((slope * odds + offset) * (1 if is_right else -1) for odds, is_right in points)
    return pull + sum(max(-each, 0) + math.log1p(math.exp(-abs(each))) for each in towards)


def _step(points: Sequence[tuple[float, bool]], slope: float, offset: float) -> tuple[float, float]:
    """Return the whole step of Newton's method for slope and offset."""
    to_slope, to_offset = _PULL * (slope - 1), _PULL * offset
    by_slope, by_both, by_offset = _PULL, 0.0, _PULL
    for odds, is_right in points:
        share = share_of(slope * odds + offset)
        miss, spread = share - is_right, share * (1 - share)
        to_slope += miss * odds
        to_offset += miss
        by_slope += spread * odds * odds
        by_both += spread * odds
        by_offset += spread
    whole = by_slope * by_offset - by_both * by_both
    return (by_offset * to_slope - by_both * to_offset) / whole, (by_slope * to_offset - by_both * to_slope) / whole


def _shown(predicted: Sequence[tuple[Lesson, float]], likely: float) -> Shown:
    losses = [-math.log(min(max(share if each.is_right else 1 - share, _EDGE), 1)) for each, share in predicted]
    sure = [each.is_right for each, share in predicted if share >= likely]
    return Shown(log_loss=round(sum(losses) / len(losses), 4), right=sum(sure), wrong=len(sure) - sum(sure))


def _dealt(lessons: Sequence[Lesson]) -> list[Lesson]:
    """Return the answers by kind and likelihood, so that each of ``FOLDS`` parts, dealt in turn, has as many of all."""
    return sorted(lessons, key=lambda each: (each.is_right, each.stated))


def _odds(share: float) -> float:
    share = min(max(share, _EDGE), 1 - _EDGE)
    return math.log(share / (1 - share))


def share_of(odds: float) -> float:
    """Return the likelihood of log odds."""
    return 1 / (1 + math.exp(-max(min(odds, 30), -30)))
