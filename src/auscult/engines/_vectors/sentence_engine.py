"""Engines over a model that reads whole texts: how texts become vectors, and which of them are kept.

Vectors are rounded to whole multiples of 2**-15. What company a text is in changes the last bits, and rounding takes
nearly all of that away.
"""

from collections.abc import Sequence
from functools import cached_property
from threading import Lock
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from auscult.domain.probe import Answer, Probe, Similarity
from auscult.domain.said.text import spoken_words
from auscult.engines._vectors.cache import Kept, Vectors
from auscult.engines._vectors.comparing import compared

GRAIN = 2.0**15
KEPT_TEXTS = 16_384
PASS_TEXTS = 512


class SentenceEngine:
    """Closeness of meaning by one model. Threads may share it."""

    probe: ClassVar[type[Probe]] = Similarity

    def __init__(self) -> None:
        """Load nothing yet."""
        self._lock = Lock()

    @property
    def version(self) -> str:
        """Engine and model version, with a digest of what the model is."""
        raise NotImplementedError

    @property
    def width(self) -> int:
        """Number of dimensions of the model."""
        raise NotImplementedError

    def encode(self, texts: Sequence[str]) -> NDArray[np.floating]:
        """Return a vector of length 1 for each text, shape (texts, width)."""
        raise NotImplementedError

    def has_word(self, word: str) -> bool:
        """Return True: a model of pieces of words has no vocabulary of whole words to correct by."""
        return bool(word)

    def answer(self, probes: Sequence[Probe]) -> list[Answer]:
        """One answer for each probe, in order; every text is embedded once. Raises ``EngineError``."""
        with self._lock:
            return compared(probes, self._embedded, self.version, at_a_time=PASS_TEXTS)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """The vector of each text, shape (texts, width), in whole numbers; zeros without words."""
        with self._lock:
            return self._embedded(list(texts))

    def _embedded(self, texts: list[str]) -> NDArray[np.float64]:
        parts = [self._texts.vectors(texts[start : start + PASS_TEXTS]) for start in range(0, len(texts), PASS_TEXTS)]
        return np.concatenate([np.zeros((0, self.width), np.float32), *parts]).astype(np.float64)

    @cached_property
    def _texts(self) -> Kept[str, np.float32]:
        """Return the cache of embedded texts; 25 MB with 384 dimensions."""
        return Kept(KEPT_TEXTS, self.width, self._of_model, np.float32)

    def _of_model(self, texts: list[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.width), np.float32)
        with_words = [index for index, text in enumerate(texts) if spoken_words(text) != " "]
        if with_words:
            vectors[with_words] = np.rint(GRAIN * self.encode([texts[index] for index in with_words]))
        return vectors
