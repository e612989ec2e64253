"""An engine: two texts are as alike as the groups of three letters that they share. No model, no download."""

from collections.abc import Sequence
from typing import ClassVar

from auscult.domain.errors import EngineError
from auscult.domain.probe import Answer, Closest, Probe, Similarity, SimilarityAnswer


class Trigrams:
    """Answers ``similar`` conditions. To be used it is named: AUSCULT_ENGINES=trigrams."""

    probe: ClassVar[type[Probe]] = Similarity
    version = "trigrams 1"

    def answer(self, probes: Sequence[Probe]) -> list[Answer]:
        """One answer for each probe, in order."""
        return [self._answer(probe) for probe in probes]

    def _answer(self, probe: Probe) -> SimilarityAnswer:
        if not isinstance(probe, Similarity):
            raise EngineError(f"trigrams answer no {type(probe).__name__}", code="engine.wrong_probe")
        samples = [_trigrams(sample) for sample in probe.samples]
        return SimilarityAnswer(tuple(_closest(_trigrams(text), samples) for text in probe.texts), self.version)


def _closest(text: frozenset[str], samples: Sequence[frozenset[str]]) -> Closest:
    likeness = [len(text & sample) / len(text | sample) if text | sample else 0.0 for sample in samples]
    place = max(range(len(samples)), key=likeness.__getitem__)
    return Closest(round(likeness[place], 4), place)


def _trigrams(text: str) -> frozenset[str]:
    letters = f"  {' '.join(text.casefold().split())} "
    return frozenset(letters[place : place + 3] for place in range(len(letters) - 2))
