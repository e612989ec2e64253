"""Trained heads: the tone of a text, whether it reports trouble, its request (docs/reference/analyzers.md).

A head is linear: for each label a weight for every word and pair of neighbouring words that it knows, weights for
the text's vector, and a bias. Heads that were trained on the same texts share a file and the words they know, so that
one pass serves them all, and the vectors are those that similarities are compared by.

Weights are whole numbers of 8 bits, and the vectors are whole numbers too; their sums are exact, so that an answer
is the same alone or in any batch. The file has the scale of each label's whole numbers.
"""

from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from importlib.resources import as_file, files
from itertools import chain, pairwise, repeat
from threading import Lock
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from auscult.domain.errors import EngineError
from auscult.domain.probe import Answer, Classification, ClassificationAnswer, Probe
from auscult.domain.said.text import spoken_words
from auscult.engines._vectors.cache import Kept
from auscult.engines._vectors.embedding import Embedding

FILES = ("tone", "intents")
KEPT_TEXTS = 4_096
AT_A_TIME = 128
"""Texts that are read together: what is worked out of them then stays in the processor's cache, and little memory is used."""
_SHARES = np.array([n / 10_000 for n in range(10_001)], object)
"""Every share there can be, so that answers, which have very many, point at these few."""

Logits = NDArray[np.float64]


class Heads:
    """Every packaged head over one embedding. Loads on first use; safe to share between threads; about 20 MB."""

    probe: ClassVar[type[Probe]] = Classification

    def __init__(self, embedding: Embedding) -> None:
        """Make heads over an embedding; only the one that they were trained on gives right answers."""
        self._embedding = embedding

    @property
    def version(self) -> str:
        """The revision of each file of heads, and the embedding's version."""
        revisions = " ".join(f"{name} {one.weights.revision}" for name, one in self._files.items())
        return f"heads {revisions} on {self._embedding.version}"

    def answer(self, probes: Sequence[Probe]) -> list[Answer]:
        """One answer for each probe, in order; every text is read once for each file. Raises ``EngineError``."""
        questions = [self._checked(probe) for probe in probes]
        asked: dict[str, dict[str, None]] = {}
        for question in questions:
            asked.setdefault(question.head, {}).update(dict.fromkeys(question.texts))
        shares = {head: self._files[self._file_of[head]].shares(head, list(texts)) for head, texts in asked.items()}
        return [
            ClassificationAnswer(
                labels=self._files[self._file_of[question.head]].weights.heads[question.head][0],
                probabilities=tuple([shares[question.head][text] for text in question.texts]),
                engine=self.version,
            )
            for question in questions
        ]

    @cached_property
    def _files(self) -> "Mapping[str, _File]":
        """The files of heads, by name."""
        return {name: _File(_load(name), self._embedding) for name in FILES}

    @cached_property
    def _file_of(self) -> Mapping[str, str]:
        """Return the file of each head."""
        return {head: name for name, one in self._files.items() for head in one.weights.heads}

    def _checked(self, probe: Probe) -> Classification:
        if not isinstance(probe, Classification):
            raise EngineError(
                f"heads answer which label fits a text; they were asked {type(probe).__name__}",
                code="engine.wrong_probe",
            )
        if probe.head not in self._file_of:
            raise EngineError(
                f"there is no head {probe.head!r}; there are {', '.join(sorted(self._file_of))}",
                code="engine.wrong_probe",
                value=probe.head,
            )
        return probe


class _File:
    """Heads that know the same words, and what they said of texts lately."""

    def __init__(self, weights: "_Weights", embedding: Embedding) -> None:
        self.weights = weights
        self._embedding = embedding
        self._lock = Lock()
        self._kept = Kept(KEPT_TEXTS, len(weights.bias), self._logits, np.float64)

    def shares(self, head: str, texts: list[str]) -> dict[str, tuple[float, ...]]:
        """The probability of each label of a head, by text."""
        if not texts:
            return {}
        with self._lock:
            parts = [self._kept.vectors(texts[at : at + AT_A_TIME]) for at in range(0, len(texts), AT_A_TIME)]
        rows = np.concatenate(parts)[:, self.weights.heads[head][1]]
        raised = np.exp(rows - rows.max(axis=1, keepdims=True))
        shares: list[list[float]] = _SHARES[
            np.rint(raised / raised.sum(axis=1, keepdims=True) * 10_000).astype(np.intp)
        ].tolist()
        return dict(zip(texts, map(tuple, shares), strict=True))

    def _logits(self, texts: list[str]) -> Logits:
        """Logits of every label of every head of the file, shape (texts, labels)."""
        weights = self.weights
        zeros = len(weights.words) - 1
        of_word, of_pair = weights.of_word.get, weights.of_pair.get
        known = [
            {zeros, *map(of_word, words, repeat(zeros)), *map(of_pair, pairwise(words), repeat(zeros))}
            for words in map(str.split, map(spoken_words, texts))
        ]
        starts = np.cumsum([0, *map(len, known[:-1])])
        found = np.fromiter(chain.from_iterable(known), np.intp)
        by_words = np.add.reduceat(weights.words[found], starts, axis=0, dtype=np.int32)
        vectors = self._embedding.embed(texts)
        lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
        by_vector = vectors @ weights.vectors / np.where(lengths > 0, lengths, 1)[:, None]
        return by_words * weights.word_worth + by_vector * weights.vector_worth + weights.bias


class _Weights(NamedTuple):
    """All heads of a file side by side.

    Which row of ``words`` is that of a word, or of a pair of neighbours; the last one is zeros, for a text of which
    nothing is known.
    """

    revision: int
    heads: Mapping[str, tuple[tuple[str, ...], slice]]
    of_word: Mapping[str, int]
    of_pair: Mapping[tuple[str, str], int]
    words: NDArray[np.int8]
    word_worth: NDArray[np.float64]
    vectors: NDArray[np.float64]
    vector_worth: NDArray[np.float64]
    bias: NDArray[np.float64]


@cache
def _load(name: str) -> _Weights:
    """Read a packaged file of heads, once for all evaluators of a process."""
    packaged = files("auscult.engines") / "trained" / f"{name}.npz"
    with as_file(packaged) as path, np.load(path, allow_pickle=False) as file:
        held: Mapping[str, NDArray[np.generic]] = dict(file)
    names = [name.split(":") for name in held["labels"].tobytes().decode().split("\n")]
    columns: dict[str, list[int]] = {}
    for column, (head, _) in enumerate(names):
        columns.setdefault(head, []).append(column)
    grams = [gram.split(" ") for gram in held["vocabulary"].tobytes().decode().split("\n")]
    words = held["word_weights"].astype(np.int8)
    return _Weights(
        revision=int(held["revision"].item()),
        heads={
            head: (tuple(names[column][1] for column in of), slice(of[0], of[-1] + 1)) for head, of in columns.items()
        },
        of_word={gram[0]: index for index, gram in enumerate(grams) if len(gram) == 1},
        of_pair={(gram[0], gram[1]): index for index, gram in enumerate(grams) if len(gram) > 1},
        words=np.vstack([words, np.zeros((1, words.shape[1]), np.int8)]),
        word_worth=held["word_worth"].astype(np.float64),
        vectors=held["vector_weights"].astype(np.float64),
        vector_worth=held["vector_worth"].astype(np.float64),
        bias=held["bias"].astype(np.float64),
    )
