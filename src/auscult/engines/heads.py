"""Trained heads: what tone a text has, told from its vector and its words (docs/reference/analyzers.md).

A head is linear: for each label a weight for every word and pair of neighbouring words that it knows, weights for
the text's vector, and a bias. All heads read the same words and the same vector, so that one pass serves them all,
and the vectors are those that similarities are compared by.

Weights are whole numbers of 8 bits, and the vectors are whole numbers too; their sums are exact, so that an answer
is the same alone or in any batch. What each label's whole numbers are worth stands beside them.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from importlib.resources import as_file, files
from itertools import pairwise
from threading import Lock
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from auscult.domain.errors import EngineError
from auscult.domain.probe import Answer, Classification, ClassificationAnswer, Probe
from auscult.domain.text import spoken_words
from auscult.engines._embedding import Embedding

FILE = "tone.npz"
KEPT_TEXTS = 32_768

Logits = NDArray[np.float64]


class Heads:
    """Every packaged head over one embedding. Loads on first use; safe to share between threads; about 10 MB."""

    probe: ClassVar[type[Probe]] = Classification

    def __init__(self, embedding: Embedding) -> None:
        """Make heads over an embedding; only the one that they were trained on gives right answers."""
        self._embedding = embedding
        self._lock = Lock()
        self._kept: dict[str, Logits] = {}

    @property
    def version(self) -> str:
        """The heads' revision and the embedding's version."""
        return f"heads {self._weights.revision} on {self._embedding.version}"

    def answer(self, probes: Sequence[Probe]) -> list[Answer]:
        """One answer for each probe, in order; every text is read once. Raises ``EngineError``."""
        questions = [self._checked(probe) for probe in probes]
        if not questions:
            return []
        told = self._told(list(dict.fromkeys(text for question in questions for text in question.texts)))
        return [self._answer(question, told) for question in questions]

    def _answer(self, question: Classification, told: Mapping[str, Logits]) -> ClassificationAnswer:
        labels, columns = self._weights.heads[question.head]
        if not question.texts:
            return ClassificationAnswer(labels, (), self.version)
        rows = np.stack([told[text][columns] for text in question.texts])
        raised = np.exp(rows - rows.max(axis=1, keepdims=True))
        shares = np.rint(raised / raised.sum(axis=1, keepdims=True) * 10_000) / 10_000
        return ClassificationAnswer(labels, tuple(map(tuple, shares.tolist())), self.version)

    def _told(self, texts: list[str]) -> dict[str, Logits]:
        """Logits of every label of every head, by text."""
        with self._lock:
            told = {text: known for text in texts if (known := self._kept.get(text)) is not None}
        missing = [text for text in texts if text not in told]
        if missing:
            fresh = dict(zip(missing, self._logits(missing), strict=True))
            with self._lock:
                if len(self._kept) + len(fresh) > KEPT_TEXTS:
                    self._kept.clear()
                if len(fresh) <= KEPT_TEXTS:
                    self._kept |= fresh
            told |= fresh
        return told

    def _logits(self, texts: list[str]) -> NDArray[np.float64]:
        weights = self._weights
        found: list[int] = []
        starts: list[int] = []
        for text in texts:
            starts.append(len(found))
            found.append(len(weights.vocabulary))
            found += [place for gram in _grams(text) if (place := weights.vocabulary.get(gram)) is not None]
        by_words = np.add.reduceat(weights.words[found], starts, axis=0)
        vectors = self._embedding.embed(texts)
        lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
        by_vector = vectors @ weights.vectors / np.where(lengths > 0, lengths, 1)[:, None]
        return by_words * weights.word_worth + by_vector * weights.vector_worth + weights.bias

    @cached_property
    def _weights(self) -> "_Weights":
        with as_file(files("auscult.engines") / "trained" / FILE) as path:
            return _load(np.load(path, allow_pickle=False))

    def _checked(self, probe: Probe) -> Classification:
        if not isinstance(probe, Classification):
            raise EngineError(
                f"heads answer which label fits a text; they were asked {type(probe).__name__}",
                code="engine.wrong_probe",
            )
        if probe.head not in self._weights.heads:
            raise EngineError(
                f"there is no head {probe.head!r}; there are {', '.join(sorted(self._weights.heads))}",
                code="engine.wrong_probe",
                value=probe.head,
            )
        return probe


class _Weights(NamedTuple):
    """All heads side by side. The last row of ``words`` is zeros, for a text of which no word is known."""

    revision: int
    heads: Mapping[str, tuple[tuple[str, ...], slice]]
    vocabulary: Mapping[str, int]
    words: NDArray[np.int32]
    word_worth: NDArray[np.float64]
    vectors: NDArray[np.float64]
    vector_worth: NDArray[np.float64]
    bias: NDArray[np.float64]


def _load(held: Mapping[str, NDArray[np.generic]]) -> _Weights:
    names = [name.split(":") for name in held["labels"].tobytes().decode().split("\n")]
    columns: dict[str, list[int]] = {}
    for column, (head, _) in enumerate(names):
        columns.setdefault(head, []).append(column)
    words = held["word_weights"].astype(np.int32)
    return _Weights(
        revision=int(held["revision"].item()),
        heads={
            head: (tuple(names[column][1] for column in of), slice(of[0], of[-1] + 1)) for head, of in columns.items()
        },
        vocabulary={gram: place for place, gram in enumerate(held["vocabulary"].tobytes().decode().split("\n"))},
        words=np.vstack([words, np.zeros((1, words.shape[1]), np.int32)]),
        word_worth=held["word_worth"].astype(np.float64),
        vectors=held["vector_weights"].astype(np.float64),
        vector_worth=held["vector_worth"].astype(np.float64),
        bias=held["bias"].astype(np.float64),
    )


def _grams(text: str) -> dict[str, None]:
    """Words and pairs of neighbours, each once."""
    words = spoken_words(text).split()
    return dict.fromkeys(words) | dict.fromkeys([f"{one} {two}" for one, two in pairwise(words)])
