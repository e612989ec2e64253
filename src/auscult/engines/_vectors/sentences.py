"""Vectors of whole passages and questions, by a model that reads sentences.

Such a model needs a tenth of a second for a passage. Vectors of passages are therefore computed in small groups between
which questions get their turn, and are kept on disk.
"""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from auscult.engines._vectors.embedding import Embedding, unit_length
from auscult.engines._vectors.vector_files import VectorFiles, digest

AT_ONCE = 32
"""Passages that are embedded while a base is made ready; with more, it is searched by its words until they are done."""
GROUP = 8
"""Texts that are embedded in one go; a question waits for one group at most."""
FILE = 64
"""Texts between two looks at what other processes have done, and between two files."""
PAUSE_S = 0.002
"""Seconds in which a waiting question gets the model."""

Vector = NDArray[np.float32]


class SentenceModel(Embedding, Protocol):
    """Embedding of whole texts."""

    def reads(self, language: str) -> bool:
        """Return whether the model was trained on texts in this language (ISO 639-1)."""
        ...


class Sentences:
    """Vectors of length 1 by one model, kept in one folder. Safe to share between threads."""

    def __init__(self, model: SentenceModel, folder: Path | None = None) -> None:
        """Embed by this model. Without a folder, vectors of passages are computed again by each process."""
        self._model = model
        self._files = VectorFiles(folder)

    @property
    def version(self) -> str:
        """Return engine and model version."""
        return self._model.version

    def reads(self, language: str) -> bool:
        """Return whether the model was trained on texts in this language."""
        return self._model.reads(language)

    def question(self, text: str) -> Vector:
        """Return the vector of one text; zeros without words."""
        return self._embed([text])[0]

    def at_once(self, texts: Sequence[str]) -> Vector | None:
        """Return one vector for each text, or None where more than a few are still to be computed."""
        keys = self._keys(texts)
        of = dict(zip(keys, texts, strict=True))
        found = self._files.read(of)
        missing = [key for key in of if key not in found]
        if len(missing) > AT_ONCE:
            return None
        self._compute(of, missing, found)
        return np.array([found[key] for key in keys], np.float32)

    def all(self, texts: Sequence[str], is_stopped: Callable[[], bool]) -> Vector | None:
        """Return one vector for each text, after minutes perhaps; None where it was stopped before.

        Several processes that do the same share the work: each begins somewhere else, and skips what is there.
        """
        keys = self._keys(texts)
        of = dict(zip(keys, texts, strict=True))
        known: set[str] = set()
        found = self._files.read(of, known)
        missing = sorted((key for key in of if key not in found), key=lambda key: len(of[key]))
        parts = [missing[start : start + FILE] for start in range(0, len(missing), FILE)]
        random.shuffle(parts)
        for part in parts:
            found |= self._files.read((key for key in part if key not in found), known)
            if not self._compute(of, [key for key in part if key not in found], found, is_stopped):
                return None
        return np.array([found[key] for key in keys], np.float32)

    def _keys(self, texts: Sequence[str]) -> list[bytes]:
        return [digest(self._model.version, text) for text in texts]

    def _compute(
        self,
        of: Mapping[bytes, str],
        missing: Sequence[bytes],
        found: dict[bytes, Vector],
        is_stopped: Callable[[], bool] = lambda: False,
    ) -> bool:
        """Add the missing vectors to those that were found, and keep them; return False where it was stopped."""
        done: list[bytes] = []
        for start in range(0, len(missing), GROUP):
            if is_stopped():
                break
            group = missing[start : start + GROUP]
            found.update(zip(group, self._embed([of[key] for key in group]), strict=True))
            done += group
            time.sleep(PAUSE_S)
        if done:
            self._files.write(done, np.array([found[key] for key in done]))
        return len(done) == len(missing)

    def _embed(self, texts: Sequence[str]) -> Vector:
        return unit_length(self._model.embed(texts).astype(np.float32))
