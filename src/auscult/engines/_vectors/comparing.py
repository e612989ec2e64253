"""Closeness of texts to samples, by the cosines of their vectors, from any embedding."""

from collections.abc import Callable, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from auscult.domain.errors import EngineError
from auscult.domain.probe import Answer, Closest, Probe, Similarity, SimilarityAnswer

Rows = NDArray[np.int64]
Embed = Callable[[list[str]], NDArray[np.float64]]
"""A vector for each text, at least one text; zeros for one without words."""


def compared(probes: Sequence[Probe], embed: Embed, version: str, *, at_a_time: int) -> list[Answer]:
    """Return one answer for each probe, in order; every text is embedded once, in batches. Raises ``EngineError``."""
    questions = [_checked(probe) for probe in probes]
    asked: dict[tuple[str, ...], dict[str, None]] = {}
    for question in questions:
        asked.setdefault(question.samples, {}).update(dict.fromkeys(question.texts))
    texts = {text: row for row, text in enumerate(dict.fromkeys(chain.from_iterable(asked.values())))}
    rows = [(samples, np.fromiter(map(texts.__getitem__, of), np.int64, len(of))) for samples, of in asked.items()]
    closest = _closest(list(texts), rows, embed, at_a_time)
    found = {
        samples: dict(zip(of, each, strict=True)) for (samples, of), each in zip(asked.items(), closest, strict=True)
    }
    return [
        SimilarityAnswer(tuple(map(found[question.samples].__getitem__, question.texts)), version)
        for question in questions
    ]


def _closest(
    texts: list[str], asked: list[tuple[tuple[str, ...], Rows]], embed: Embed, at_a_time: int
) -> list[list[Closest]]:
    """For each set of samples, the nearest one to each of the texts asked about (given as rows of ``texts``)."""
    samples = [embed(list(of)) for of, _ in asked]
    similarities = [np.zeros(len(rows)) for _, rows in asked]
    nearest = [np.zeros(len(rows), np.int64) for _, rows in asked]
    for start in range(0, len(texts), at_a_time):
        vectors = embed(texts[start : start + at_a_time])
        for number, (_, rows) in enumerate(asked):
            here = np.flatnonzero((rows >= start) & (rows < start + at_a_time))
            cosines = _cosines(vectors[rows[here] - start], samples[number])
            best = cosines.argmax(axis=1)
            nearest[number][here] = best
            similarities[number][here] = np.rint(cosines[np.arange(len(here)), best] * 10_000) / 10_000
    return [
        list(map(Closest, values.tolist(), indices.tolist()))
        for values, indices in zip(similarities, nearest, strict=True)
    ]


def _checked(probe: Probe) -> Similarity:
    if not isinstance(probe, Similarity) or not probe.samples:
        raise EngineError(
            f"an embedding answers how close texts are to samples, at least one; it was asked {type(probe).__name__}",
            code="engine.wrong_probe",
        )
    return probe


def _cosines(vectors: NDArray[np.float64], samples: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cosine of each text with each sample, shape (texts, samples); 0 where one of the two has no words."""
    squares = np.einsum("ij,ij->i", vectors, vectors)[:, None] * np.einsum("ij,ij->i", samples, samples)[None, :]
    cosines = np.zeros(squares.shape)
    return np.divide(vectors @ samples.T, np.sqrt(squares), out=cosines, where=squares > 0)
