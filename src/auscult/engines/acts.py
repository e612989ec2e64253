"""Dialogue acts of turns, by trained heads: what an agent or a customer does with a turn.

A head is linear: weights for the words and pairs of words of a turn, for its shapes (a number, a question) and the
wording packs that hold for it, for its vector; for the shapes, packs and vector of the turns before and after it; and
for its position. What a text adds does not depend on the conversation, so it is computed once a text and kept.

Weights and vectors are whole numbers, and so are all sums: a score is the same alone or in any batch, on any machine.
The weights are ``trained/acts/<language>.npz``, made by ``bench.acts.train``; some languages have runs of letters, too.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from itertools import chain, pairwise, repeat
from pathlib import Path
from threading import Lock
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from auscult.domain.errors import EngineError
from auscult.domain.probe import Acts, ActsAnswer, Answer, Probe
from auscult.engines._acts.features import LETTERS, gram_words, runs_of
from auscult.engines._acts.reading import ACTS, Position, positions, signs_of_position, text_signs
from auscult.engines._vectors.cache import Kept
from auscult.engines._vectors.embedding import Embedding

FOLDER = Path(__file__).with_name("trained") / "acts"
KEPT_TEXTS = 8_192
KEPT_WORDS = 16_384
AT_A_TIME = 256
UNIT = 127
"""Length of a vector in whole numbers."""
SHIFT = 12
"""Weights are whole numbers of 2**-16 of log odds; scores of 2**-4."""
MOST = 96

Whole = NDArray[np.int32]
"""Weights and their sums. All weights of an act together are less than a number of this size can hold."""
Said = tuple[str, bool]
"""A text, and whether the customer says it."""


class DialogueActs:
    """Heads over one embedding, for each language with weights. Loads a language on first use, about 15 MB each.

    Safe to share between threads.
    """

    probe: ClassVar[type[Probe]] = Acts

    def __init__(self, embedding: Embedding) -> None:
        """Make heads over an embedding; only the one that they were trained on gives right answers."""
        self._embedding = embedding
        self._lock = Lock()
        self._heads: dict[str, Heads] = {}

    @property
    def version(self) -> str:
        """The revision of the heads, and the embedding's version."""
        return f"acts {weights_of('en').revision} on {self._embedding.version}"

    def answer(self, probes: Sequence[Probe]) -> list[Answer]:
        """One answer for each probe, in order; all turns of a language are computed together. Raises ``EngineError``."""
        by_language: dict[str, list[tuple[int, Acts]]] = {}
        for index, probe in enumerate(probes):
            asked = _checked(probe)
            by_language.setdefault(asked.language, []).append((index, asked))
        answers: dict[int, Answer] = {}
        for language, some in by_language.items():
            heads = self._heads_of(language)
            answers |= zip([index for index, _ in some], heads.answer([one for _, one in some]), strict=True)
        return [answers[index] for index in range(len(probes))]

    def _heads_of(self, language: str) -> "Heads":
        with self._lock:
            if language not in self._heads:
                self._heads[language] = Heads(self._embedding, language)
            return self._heads[language]


class Heads:
    """Heads of one language, with what each text adds to scores; safe to share between threads."""

    def __init__(self, embedding: Embedding, language: str) -> None:
        """Load the weights; only the embedding that they were trained on gives right answers."""
        self._embedding, self._language = embedding, language
        self._weights = weights_of(language)
        self._lock = Lock()
        self._kept = Kept(KEPT_TEXTS, 3 * len(ACTS), self._read, np.int32)
        self._of_letters = lru_cache(maxsize=KEPT_WORDS)(self._rows_of_letters)
        self._of_position = lru_cache(maxsize=KEPT_WORDS)(self._rows_of_position)

    def answer(self, asked: Sequence[Acts]) -> list[Answer]:
        """One answer for each question, in order."""
        answers: list[Answer] = []
        version = f"acts {self._weights.revision} on {self._embedding.version}"
        for start in range(0, len(asked), AT_A_TIME):
            some = asked[start : start + AT_A_TIME]
            scores = self._scores(some)
            done = 0
            for one in some:
                part = scores[done : done + len(one.turns)].tolist()
                answers.append(ActsAnswer(ACTS, tuple(map(tuple, part)), version))
                done += len(one.turns)
        return answers

    def _scores(self, asked: Sequence[Acts]) -> Whole:
        """Scores of all turns of all conversations, one row a turn."""
        turns = [turn for one in asked for turn in one.turns]
        if not turns:
            return np.zeros((0, len(ACTS)), np.int32)
        weights, acts = self._weights, len(ACTS)
        with self._lock:
            texts = self._of_texts([(turn.text, turn.speaker == "customer") for turn in turns])
        lengths = np.fromiter((len(one.turns) for one in asked), np.int64, len(asked))
        ends = np.cumsum(lengths)
        is_first = np.zeros(len(turns), bool)
        is_first[(ends - lengths)[lengths > 0]] = True
        is_last = np.roll(is_first, -1)
        totals = texts[:, :acts] + weights.bias
        totals[1:] += np.where(is_first[1:, None], 0, texts[:-1, acts : 2 * acts])
        totals[:-1] += np.where(is_last[:-1, None], 0, texts[1:, 2 * acts :])
        totals += _summed(weights.positions, [self._of_position(of) for one in asked for of in positions(one)])
        return np.clip(totals >> SHIFT, -MOST, MOST)

    def _of_texts(self, texts: list[Said]) -> Whole:
        """Return what each text adds: to its own acts, to those of the next turn, to those of the one before."""
        return np.concatenate(
            [self._kept.vectors(texts[at : at + KEPT_TEXTS]) for at in range(0, len(texts), KEPT_TEXTS)]
        )

    def _read(self, said: list[Said]) -> Whole:
        return np.concatenate([self._sums(said[at : at + AT_A_TIME]) for at in range(0, len(said), AT_A_TIME)])

    def _sums(self, said: list[Said]) -> Whole:
        weights = self._weights
        totals = _summed(weights.signs, self._rows_of_signs(said))
        totals[:, : len(ACTS)] += _summed(weights.grams, [self.rows_of_grams(text) for text, _ in said])
        return totals + (unit_vectors(self._embedding, [text for text, _ in said]) @ weights.vectors).astype(np.int32)

    def _rows_of_signs(self, said: Sequence[Said]) -> list[tuple[int, ...]]:
        """Return the rows of the signs of each text, those of a side together."""
        found: dict[Said, tuple[int, ...]] = {}
        for is_customer in (False, True):
            texts = [text for text, is_of_customer in said if is_of_customer == is_customer]
            signs = text_signs(texts, self._language, is_customer=is_customer)
            found |= {
                (text, is_customer): _known(self._weights.of_sign, shown)
                for text, shown in zip(texts, signs, strict=True)
            }
        return [found[one] for one in said]

    def rows_of_grams(self, text: str) -> set[int]:
        """Return the rows of a text's words, pairs and runs of letters."""
        words, weights = gram_words(text), self._weights
        own = words[1:] or words
        found = {*map(weights.of_gram.get, own, repeat(0)), *map(weights.of_pair.get, pairwise(words), repeat(0))}
        if weights.has_letters:
            found.update(*map(self._of_letters, own))
        return found

    def _rows_of_letters(self, word: str) -> tuple[int, ...]:
        return _known(self._weights.of_gram, runs_of(word))

    def _rows_of_position(self, position: Position) -> tuple[int, ...]:
        return _known(self._weights.of_position, signs_of_position(position))


@cache
def weights_of(language: str) -> "_Weights":
    """Return the weights of a language. Raises ``EngineError`` if there are none."""
    file = FOLDER / f"{language}.npz"
    if not file.is_file():
        raise EngineError(f"there are no heads of dialogue acts for {language!r}", code="engine.wrong_probe")
    with np.load(file, allow_pickle=False) as packaged:
        return _load(packaged)


def unit_vectors(embedding: Embedding, texts: Sequence[str]) -> NDArray[np.float64]:
    """Return vectors of length ``UNIT`` in whole numbers, shape (texts, width); zeros for a text without words."""
    vectors = embedding.embed(texts)
    lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    return np.rint(vectors * UNIT / np.where(lengths > 0, lengths, 1)[:, None])


def _known(of: Mapping[str, int], signs: Iterable[str]) -> tuple[int, ...]:
    """Return the rows of signs that have weights, after that of zeros, so that there is one."""
    return (0, *filter(None, map(of.get, signs)))


def _summed(weights: Whole, rows: Sequence[Collection[int]]) -> Whole:
    """Add up rows of weights, at least one for each sum."""
    starts = np.cumsum([0, *map(len, rows[:-1])])
    found = np.fromiter(chain.from_iterable(rows), np.intp)
    return np.add.reduceat(weights[found], starts, axis=0)


class _Weights(NamedTuple):
    """Weights of all heads, and the row that each sign has in them.

    ``signs`` and ``vectors`` have three columns for each act: own, next turn's, last turn's.
    """

    revision: int
    has_letters: bool
    of_gram: Mapping[str, int]
    of_pair: Mapping[tuple[str, str], int]
    of_sign: Mapping[str, int]
    of_position: Mapping[str, int]
    grams: Whole
    signs: Whole
    positions: Whole
    vectors: NDArray[np.float64]
    bias: Whole


def _load(held: Mapping[str, NDArray[np.generic]]) -> _Weights:
    def names(key: str) -> dict[str, int]:
        return {name: row for row, name in enumerate(held[key].tobytes().decode().split("\n"), start=1)}

    def whole(key: str) -> Whole:
        weights = held[key].astype(np.int32)
        return np.vstack([np.zeros((1, weights.shape[1]), np.int32), weights])

    of_gram = names("gram_names")
    return _Weights(
        revision=int(held["revision"].item()),
        has_letters=any(name.startswith(LETTERS) for name in of_gram),
        of_gram=of_gram,
        of_pair={(pair[0], pair[2]): row for name, row in of_gram.items() if (pair := name.partition(" "))[2]},
        of_sign=names("sign_names"),
        of_position=names("place_names"),
        grams=whole("grams"),
        signs=whole("signs"),
        positions=whole("places"),
        vectors=held["vectors"].astype(np.float64),
        bias=held["bias"].astype(np.int32),
    )


def _checked(probe: Probe) -> Acts:
    if not isinstance(probe, Acts):
        raise EngineError(
            f"this engine answers which dialogue acts turns are; it was asked {type(probe).__name__}",
            code="engine.wrong_probe",
        )
    return probe
