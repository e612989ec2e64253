"""Classifier that learns labels from a few examples of each.

The model is linear, as with the packaged heads: weights for the text's vector and for its spelling, which is
every run of four letters of its bare words, spaces included; so misspelt and inflected words still count, and so does
word order. The vector alone knows synonyms, the spelling alone fine shades; together they are right
more often than either (docs/reference/analyzers.md has the figures).

It is deterministic. Weights are rounded to whole numbers once they are learned, and vectors are whole numbers too,
so that a text has the same answer alone and in any batch.
"""

from collections import Counter, OrderedDict
from collections.abc import Mapping, Sequence
from math import log
from threading import Lock
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from auscult.domain.errors import EngineError
from auscult.domain.probe import Answer, Examples, FewShot, FewShotAnswer, Likely, Probe
from auscult.domain.said.text import spoken_words
from auscult.engines._vectors.embedding import Embedding
from auscult.engines._vectors.softmax import fit

REVISION = 1
RUN = 4
"""Letters in one run of spelling."""
SPELLING = 0.6
"""What spelling weighs beside the vector."""
STRENGTH = 20.0
"""How far the examples may bend the weights."""
SHARPNESS = 1.8
"""A head learned from few examples doubts itself too much: its answers were this much surer than it says."""
FEWEST_TEXTS = 2
"""In how many examples a run of letters must stand to count."""
GRAIN = 2.0**20
"""Whole numbers from minus to plus this, for the largest weight."""
RARITY_GRAIN = 64
MOST = 3
KEPT = 16
"""So many sets of examples are kept learned; each takes some megabytes."""
BLOCK = 4_096

Floats = NDArray[np.float64]


class Learner:
    """Learns a set of examples when it is first asked for, which takes about a second for a thousand of them.

    Threads may share it.
    """

    probe: ClassVar[type[Probe]] = FewShot

    def __init__(self, embedding: Embedding) -> None:
        """Make a learner over an embedding, of whatever kind: it learns from that one's vectors."""
        self._embedding = embedding
        self._lock = Lock()
        self._kept: OrderedDict[Examples, _Learned] = OrderedDict()

    @property
    def version(self) -> str:
        """The learner's revision and the embedding's version."""
        return f"few-shot {REVISION} on {self._embedding.version}"

    def answer(self, probes: Sequence[Probe]) -> list[Answer]:
        """One answer for each probe, in order; every text is read once for each set of examples. Raises ``EngineError``."""
        questions = [_checked(probe) for probe in probes]
        asked: dict[Examples, dict[str, None]] = {}
        for question in questions:
            asked.setdefault(question.examples, {}).update(dict.fromkeys(question.texts))
        likely = {examples: self._classify(examples, list(texts)) for examples, texts in asked.items()}
        return [
            FewShotAnswer(tuple([likely[question.examples][text] for text in question.texts]), self.version)
            for question in questions
        ]

    def _classify(self, examples: Examples, texts: list[str]) -> dict[str, tuple[Likely, ...]]:
        with self._lock:
            learned = self._kept.pop(examples, None) or self._learn(examples)
            self._kept[examples] = learned
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        with_words = [text for text in texts if spoken_words(text) != " "]
        likely: dict[str, tuple[Likely, ...]] = dict.fromkeys(texts, ())
        for start in range(0, len(with_words), BLOCK):
            some = with_words[start : start + BLOCK]
            likely |= zip(some, learned.classify(some, self._embedding.embed(some)), strict=True)
        return likely

    def _learn(self, examples: Examples) -> "_Learned":
        """Fit weights to the examples, each label weighing the same however many it has."""
        texts = [text for some in examples.texts for text in some]
        labels = np.repeat(np.arange(len(examples.labels)), [len(some) for some in examples.texts])
        vectors = _of_length_one(self._embedding.embed(texts))
        spelling = _Spelling.of(texts)
        kernel, parts = vectors @ vectors.T, spelling.blocks(texts)
        for _, part in parts:
            kernel += SPELLING**2 * (part @ part.T)
        dual, bias = fit(kernel, labels, len(examples.labels), STRENGTH)
        runs = np.zeros((len(spelling.columns) + 1, len(examples.labels)))
        for first, part in parts:
            runs[first : first + part.shape[1]] = SPELLING**2 * (part.T @ dual)
        runs[:-1] *= spelling.rarities[:, None] / RARITY_GRAIN
        truth = np.eye(len(examples.labels))[labels]
        middles = np.rint(GRAIN * _of_length_one(truth.T @ vectors))
        return _Learned(examples.labels, spelling, *_whole(vectors.T @ dual), *_whole(runs), bias, middles)


class _Spelling(NamedTuple):
    """Runs of letters that count, the index of each, and its rarity: log of texts per occurrence, plus 1."""

    columns: Mapping[str, int]
    rarities: Floats

    @classmethod
    def of(cls, texts: Sequence[str]) -> "_Spelling":
        counts = Counter(run for text in texts for run in _runs(text))
        kept = [run for run, count in counts.items() if count >= FEWEST_TEXTS]
        rarities = [round(RARITY_GRAIN * (log((1 + len(texts)) / (1 + counts[run])) + 1)) for run in kept]
        return cls({run: column for column, run in enumerate(kept)}, np.array(rarities, np.float64))

    def found(self, text: str) -> list[int]:
        """Return the indices of the runs of a text."""
        columns = self.columns
        return [column for run in _runs(text) if (column := columns.get(run)) is not None]

    def blocks(self, texts: Sequence[str]) -> list[tuple[int, Floats]]:
        """Texts by runs, rarities of each text of length 1, some columns at a time with the index of the first."""
        found = [self.found(text) for text in texts]
        lengths = [np.sqrt(np.square(self.rarities[columns]).sum()) or 1.0 for columns in found]
        blocks: list[tuple[int, Floats]] = []
        for first in range(0, len(self.columns), BLOCK):
            part = np.zeros((len(texts), min(BLOCK, len(self.columns) - first)))
            for row, columns in enumerate(found):
                here = [column - first for column in columns if first <= column < first + BLOCK]
                part[row, here] = self.rarities[[column + first for column in here]] / lengths[row]
            blocks.append((first, part))
        return blocks


class _Learned(NamedTuple):
    """Weights for one set of examples, as whole numbers and what one of them is worth.

    The last row of ``runs`` is zeros, for a text of which no run is known. ``middles`` are the vectors that the
    examples of each label have in the middle, of length ``GRAIN``.
    """

    labels: tuple[str, ...]
    spelling: _Spelling
    vectors: Floats
    vector_worth: float
    runs: Floats
    run_worth: float
    bias: Floats
    middles: Floats

    def classify(self, texts: Sequence[str], vectors: Floats) -> list[tuple[Likely, ...]]:
        """Return the likeliest labels of each text."""
        squares = np.square(np.append(self.spelling.rarities, 0.0))
        found: list[int] = []
        starts: list[int] = []
        for text in texts:
            starts.append(len(found))
            found.append(len(squares) - 1)
            found += self.spelling.found(text)
        by_spelling = np.add.reduceat(self.runs[found], starts, axis=0)
        lengths = np.sqrt(np.add.reduceat(squares[found], starts)) / RARITY_GRAIN
        logits = by_spelling * self.run_worth / np.where(lengths > 0, lengths, 1)[:, None]
        lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
        lengths = np.where(lengths > 0, lengths, 1)[:, None]
        logits += vectors @ self.vectors * self.vector_worth / lengths
        logits = SHARPNESS * (logits + self.bias)
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        best = np.argsort(-shares, axis=1, kind="stable")[:, :MOST]
        sure = np.rint(np.take_along_axis(shares, best, axis=1) * 10_000) / 10_000
        close = np.take_along_axis(vectors @ self.middles.T, best, axis=1) / (lengths * GRAIN)
        rows = zip(best.tolist(), sure.tolist(), (np.rint(close * 10_000) / 10_000).tolist(), strict=True)
        return [tuple([Likely(self.labels[at], *pair) for at, *pair in zip(*row, strict=True)]) for row in rows]


def _checked(probe: Probe) -> FewShot:
    if not isinstance(probe, FewShot):
        raise EngineError(
            f"the learner answers which examples a text is most like; it was asked {type(probe).__name__}",
            code="engine.wrong_probe",
        )
    examples = probe.examples
    if not examples.labels or len(examples.labels) != len(examples.texts) or not all(examples.texts):
        raise EngineError("the learner needs labels with at least one example each", code="engine.wrong_probe")
    return probe


def _runs(text: str) -> dict[str, None]:
    """Every run of four letters of the bare words, spaces counting as letters, each once."""
    bare = spoken_words(text)
    return dict.fromkeys([bare[at : at + RUN] for at in range(max(1, len(bare) - RUN + 1))])


def _of_length_one(vectors: Floats) -> Floats:
    lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    return vectors / np.where(lengths > 0, lengths, 1)[:, None]


def _whole(weights: Floats) -> tuple[Floats, float]:
    """Weights as whole numbers, and what one is worth."""
    worth = float(np.abs(weights).max(initial=0.0)) / GRAIN or 1.0
    return np.rint(weights / worth), worth
