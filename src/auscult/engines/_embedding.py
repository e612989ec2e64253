"""What an engine gives that holds vectors of texts, so that others can work on the same vectors."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Embedding(Protocol):
    """Texts in, vectors out; each text's is the same whatever stands beside it."""

    @property
    def version(self) -> str:
        """Engine and model version."""
        ...

    def embed(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """The vector of each text, shape (texts, width); zeros for a text without words."""
        ...
