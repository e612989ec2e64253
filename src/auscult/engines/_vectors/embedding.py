"""Interface of an engine that holds vectors of texts, so that others can work on the same vectors."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Embedding(Protocol):
    """Texts in, vectors out; a text's vector does not depend on the other texts."""

    @property
    def version(self) -> str:
        """Engine and model version."""
        ...

    def has_word(self, word: str) -> bool:
        """Return whether the model knows this word as a whole; one that it does not know may still be a word."""
        ...

    def embed(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """The vector of each text, shape (texts, width); zeros for a text without words."""
        ...


def unit_length(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scale each row to length 1, in place, and return the rows; those of zeros stay so."""
    lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    vectors /= np.where(lengths > 0, lengths, np.float32(1))[:, None]
    return vectors
