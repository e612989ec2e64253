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
