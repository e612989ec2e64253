"""Closeness of meaning by WordLlama's word vectors (MIT), which come along: no download, no model server.

A text's vector is the sum of the vectors of its words, and a word's is the sum of its tokens'. Its
tokenizer has no token that reaches over a space, so this is what embedding the whole text gives, and each word
is looked up once however many texts contain it.

Weights are rounded to whole multiples of 2**-11 and treated as these whole numbers (they come as 16-bit floats, so
little is lost, and a cosine does not depend on the scale). Sums and products of whole numbers are exact in floats that
are wide enough, and exact sums do not depend on the order of adding: a similarity is the same alone or in any
batch, on any machine. (Past some thousands of words in one text the last bits may round.)

Weights and tokenizer are the files of WordLlama 0.4.0.post1, unchanged, with their licence in ``trained``.
"""

from collections.abc import Sequence
from functools import cache, cached_property
from itertools import chain
from pathlib import Path
from threading import Lock
from typing import ClassVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from auscult.domain.probe import Answer, Probe, Similarity
from auscult.domain.said.text import spoken_words
from auscult.engines._vectors.cache import Kept, Vectors
from auscult.engines._vectors.comparing import compared
from auscult.engines._vectors.tokens import Tokenizer

WIDTH = 256
GRAIN = 2.0**11
RELEASE = "0.4.0.post1"
"""Of WordLlama, whose files these are."""
FOLDER = Path(__file__).with_name("trained")
WEIGHTS = FOLDER / f"l2_supercat_{WIDTH}.safetensors"
TOKENIZER = FOLDER / "l2_supercat_tokenizer_config.json"
REVISION = 2
"""Of how texts are cut into words here; part of the version, because it changes answers."""

KEPT_WORDS = 6_144
KEPT_TEXTS = 4_096
WORDS_AT_A_TIME = 64
PASS_WORDS = 2_048
PASS_TEXTS = 512


class WordLlama:
    """The embedded engine. Loads on first use; safe to share between threads; keeps about 30 MB, and of the weights what words ask for."""

    probe: ClassVar[type[Probe]] = Similarity

    def __init__(self) -> None:
        """Make an engine that has not loaded anything yet."""
        self._lock = Lock()
        self._words = Kept(KEPT_WORDS, WIDTH, self._vectors_of, np.float32)
        self._texts = Kept(KEPT_TEXTS, WIDTH, self._add_up, np.float32)
        self._version = f"wordllama {RELEASE} l2_supercat {WIDTH}/{REVISION}"

    @property
    def version(self) -> str:
        """Package, model, width, and the revision of this file's own part in it."""
        return self._version

    def answer(self, probes: Sequence[Probe]) -> list[Answer]:
        """One answer for each probe, in order; every text is embedded once. Raises ``EngineError``."""
        with self._lock:
            return compared(probes, self._embedded, self.version, at_a_time=PASS_TEXTS)

    def has_word(self, word: str) -> bool:
        """Return whether the word is one token."""
        return len(_tokenizer().ids(word)) == 1

    def embed(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """The vector of each text, shape (texts, ``WIDTH``), in whole numbers and of any length; zeros without words."""
        with self._lock:
            return self._embedded(list(texts)) if texts else np.zeros((0, WIDTH))

    def _embedded(self, texts: list[str]) -> NDArray[np.float64]:
        """A vector for each text, not normalised; zeros for a text without words."""
        parts = [self._texts.vectors(texts[start : start + PASS_TEXTS]) for start in range(0, len(texts), PASS_TEXTS)]
        return np.concatenate(parts).astype(np.float64)

    def _add_up(self, texts: list[str]) -> Vectors:
        """Vectors of texts as sums over their words, at most ``PASS_WORDS`` words in memory at a time."""
        sums = np.zeros((len(texts), WIDTH), np.float32)
        rows: list[int] = []
        pieces: list[list[str]] = []
        room = PASS_WORDS
        for row, text in enumerate(texts):
            words = spoken_words(text).split()
            for start in range(0, len(words), PASS_WORDS):
                piece = words[start : start + PASS_WORDS]
                if len(piece) > room:
                    sums[rows] += self._sums(pieces)
                    rows, pieces, room = [], [], PASS_WORDS
                rows.append(row)
                pieces.append(piece)
                room -= len(piece)
        if pieces:
            sums[rows] += self._sums(pieces)
        return sums

    def _sums(self, pieces: list[list[str]]) -> Vectors:
        """Return the sum of each piece's words: first words of all together, then second words, and so on.

        With the longest pieces first, those that still have a word are together at the top, and adding them is one
        operation on whole rows (six times quicker here than numpy's own sums over pieces of unequal length).
        """
        words = self._words.rows([word for piece in pieces for word in piece])
        lengths = np.fromiter(map(len, pieces), np.int64, len(pieces))
        order = np.argsort(-lengths, kind="stable")
        starts = (np.cumsum(lengths) - lengths)[order]
        longer = len(pieces) - np.cumsum(np.bincount(lengths))[:-1]
        sums = np.zeros((len(pieces), WIDTH), np.float32)
        taken = np.empty_like(sums)
        for index, many in enumerate(longer.tolist()):
            self._words.table.take(words[starts[:many] + index], axis=0, out=taken[:many], mode="clip")
            sums[:many] += taken[:many]
        back = np.empty_like(sums)
        back[order] = sums
        return back

    def _vectors_of(self, words: list[str]) -> Vectors:
        """Vectors of words as sums over their tokens, some at a time, for what is worked out grows with their number squared."""
        parts = (words[start : start + WORDS_AT_A_TIME] for start in range(0, len(words), WORDS_AT_A_TIME))
        return np.concatenate([self._of_tokens(part) for part in parts])

    def _of_tokens(self, words: list[str]) -> Vectors:
        """Return the tokens' counts of each word, times the tokens' vectors, so that a token's is read once."""
        tokens = [_tokenizer().ids(word) for word in words]
        columns = {token: column for column, token in enumerate(dict.fromkeys(chain.from_iterable(tokens)))}
        counts = np.zeros((len(words), len(columns)))
        for row, of in enumerate(tokens):
            for token in of:
                counts[row, columns[token]] += 1
        vectors = np.rint(self._weights[list(columns)].astype(np.float64) * GRAIN)
        return (counts @ vectors).astype(np.float32)

    @cached_property
    def _weights(self) -> NDArray[np.float16]:
        """The file itself, mapped: of 65 MB only what words ask for comes into memory, once for all processes."""
        with WEIGHTS.open("rb") as file:
            size = int.from_bytes(file.read(8), "little")
            tensor = msgspec.json.decode(file.read(size))["embedding.weight"]
        begin = 8 + size + tensor["data_offsets"][0]
        return np.memmap(WEIGHTS, np.float16, "r", offset=begin, shape=tuple(tensor["shape"]))


@cache
def _tokenizer() -> Tokenizer:
    """Read the tokenizer's file, once for all engines of a process."""
    return Tokenizer(TOKENIZER)
