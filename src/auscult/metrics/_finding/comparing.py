"""Engines' answers about turns, and the closeness of their sentences to a sample."""

from typing import NamedTuple

from auscult.domain.errors import coded, template
from auscult.domain.probe import SimilarityAnswer
from auscult.metrics._finding.citing import shortened
from auscult.metrics._finding.language import DEFAULT_THRESHOLD, What
from auscult.metrics._finding.patterns import without_placeholders


class Said(NamedTuple):
    """Engine's answer about one turn, or a piece of it.

    ``gap`` is the distance to the threshold; the condition holds at 0 or less.
    """

    gap: float
    text: str
    piece: str = ""
    similarity: float | None = None
    threshold: float | None = None

    @property
    def why(self) -> str:
        """In words: ``similar to 'Hello, …' 0.71 ≥ 0.55``."""
        if self.similarity is None or self.threshold is None:
            return coded("judged: {words}", words=self.text)
        digits = 4 if self.gap > 0 and f"{self.similarity:.2f}" == f"{self.threshold:.2f}" else 2
        code = (
            template("similar to '{words}' {n} ≥ {m}") if self.gap <= 0 else template("similar to '{words}' {n} < {m}")
        )
        return coded(
            code,
            words=shortened(self.text),
            n=f"{self.similarity:.{digits}f}",
            m=f"{self.threshold:.{digits}f}",
        )


def compared(condition: What, turns: list[tuple[int, tuple[str, ...]]], answer: SimilarityAnswer) -> dict[int, Said]:
    """Return how close the nearest sentence of each turn, given with its sentences, is to a sample."""
    threshold = condition.threshold if condition.threshold is not None else DEFAULT_THRESHOLD
    samples = condition.similar or ()
    closest = answer.closest
    said: dict[int, Said] = {}
    read = 0
    for position, pieces in turns:
        if pieces:
            at = read if len(pieces) == 1 else max(range(read, read + len(pieces)), key=lambda at: closest[at][0])
            similarity, sample = closest[at]
            said[position] = Said(threshold - similarity, samples[sample], pieces[at - read], similarity, threshold)
        read += len(pieces)
    return said


def samples_of(condition: What) -> tuple[str, ...]:
    """The samples as they are compared: without placeholders, which mean nothing to a model of meaning."""
    return tuple(without_placeholders(sample) for sample in condition.similar or ())
