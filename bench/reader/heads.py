"""Scores of acts by heads that had not seen some hands, as ``bench.acts.train`` fits them."""

from collections.abc import Mapping, Sequence

import numpy as np

from bench.acts.material import Labelled
from bench.acts.train import SIDES, Unit, fit, material_of, units_of, vocabulary_of

Scores = Mapping[tuple[str, int], tuple[int, ...]]
"""Of a conversation and the index of a turn in it: log odds of the acts of the turn's side, in whole 16ths."""


def scores_without(sets: Sequence[Labelled], hands: Sequence[str], language: str) -> Scores:
    """Fit heads without some hands, and return the scores of these hands' turns. Unread conversations are no part of it."""
    units = units_of(sets, language)
    is_left_out = np.array([unit.source.partition(" ")[0] in hands for unit in units])
    vocabulary = vocabulary_of(
        [unit for unit, left_out in zip(units, is_left_out, strict=True) if not left_out], language
    )
    found: dict[tuple[str, int], tuple[int, ...]] = {}
    for side in SIDES:
        own, columns, known, counts = material_of(units, side, vocabulary, language)
        left_out = np.array([unit.source.partition(" ")[0] in hands for unit in own])
        learned = columns.of(~left_out)
        start = np.zeros((learned.names.shape[1] + learned.vectors.shape[1] + 1, known.shape[1]))
        weights = fit(learned, known[~left_out], counts[~left_out], near=start)
        logits = columns.of(left_out).times(weights)
        scores = np.clip(np.floor(logits * 16), -96, 96).astype(int).tolist()
        of_side: list[Unit] = [unit for unit, is_out in zip(own, left_out, strict=True) if is_out]
        found |= {(unit.conversation_id, unit.number): tuple(row) for unit, row in zip(of_side, scores, strict=True)}
    return found
