"""Small model of whole texts, for tests of what a model that reads sentences is used for."""

from collections.abc import Sequence
from threading import Event

import numpy as np
from numpy.typing import NDArray

from auscult.engines.wordllama import WordLlama

WORDS = WordLlama()


class Reader:
    """Word vectors of a text as its vector. It lists what it has read, and can be kept waiting."""

    def __init__(self, version: str = "reader 1") -> None:
        """Nothing is read yet, and nothing waits."""
        self.version = version
        self.texts: list[str] = []
        self.may_read = Event()
        self.may_read.set()

    def has_word(self, word: str) -> bool:
        """Return whether there is a word."""
        return bool(word)

    def reads(self, language: str) -> bool:
        """Return True for English alone."""
        return language == "en"

    def embed(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return the vector of each text."""
        assert self.may_read.wait(60)
        self.texts += texts
        return WORDS.embed(texts)
