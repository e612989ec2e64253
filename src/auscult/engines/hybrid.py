"""Finds passages by their words and by their meaning, and adds both up.

By words: BM25 over stems. By meaning: the cosine of the passage's vector with the question's, and half of that of its
heading's. A vector is a sum over the vectors of words, where a word counts the more the fewer passages have it. A word
that no passage has counts most, so a question about something else, or a name, is close to nothing. How all this is
weighed was measured: docs/decisions/0070-agent-assist.md.

A passage is suggested where it is likely to be the right one (``_vectors.assurance``): by its score, by its lead over
the next section, by how much of the question it covers, and by how much of a question the message is.

With a model that reads sentences (``AUSCULT_EMBEDDINGS=semantic``), cosines by the model are added: of the passage with
its heading, of the nearest of its sentences, and of the heading alone. Words then weigh half, and assurance has weights
of its own.
"""

import logging
import math
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from threading import Lock

import bm25s
import numpy as np
import snowballstemmer
from numpy.typing import NDArray

from auscult.domain.assist.answering import answer_parts
from auscult.domain.assist.knowledge import Found, Passage
from auscult.domain.said.numbers import SMALL
from auscult.domain.said.text import sentences, spoken_words
from auscult.engines._vectors.assurance import BY_SENTENCES, BY_WORDS, Assurance, Signs, likelihood
from auscult.engines._vectors.embedding import Embedding, unit_length
from auscult.engines._vectors.sentences import SentenceModel, Sentences
from auscult.engines._vectors.spelling import Spelling

K1, B = 1.2, 0.75
RARE_WORDS = 2.8
"""Number of the rarest words in common, as BM25 has them, that weigh as much as the same meaning."""
HEADING = 0.5
"""Weight of the heading's meaning; that of the passage has 1."""
WORDS_WITH_SENTENCES = 0.5
"""Weight of the sum by words and word vectors where a model reads the passages."""
PASSAGE_BY_MODEL, SENTENCE_BY_MODEL, HEADING_BY_MODEL = 0.75, 0.5, 0.25
"""Weights of the model's cosines: of the passage, of the nearest of its sentences, of its heading."""
FIRST = 0.15
"""Lead of the first part of a passage as its answer: what a heading asks is mostly answered at once."""
CLEAR = 0.5
"""Lead from which one part of a passage is its answer; below it, the next one is quoted with it."""
SAME = 0.97
"""Passages of two sections whose cosine is as high say the same; neither is a rival of the other."""
QUESTION = 2.5
"""Informativeness of a complete question, as a number of the rarest words; a message with less must fit better."""
REVISION = 2
"""Revision of how texts are cut and weighed here; part of the version."""
SENTENCES_REVISION = 2
"""Revision of how sentences are weighed; part of the version where a model reads them."""

_LANGUAGES = {
    "ar": "arabic", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish", "et": "estonian",
    "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian",
    "id": "indonesian", "it": "italian", "lt": "lithuanian", "ne": "nepali", "nl": "dutch", "no": "norwegian",
    "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish",
    "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
_STEMMED_WORDS = 65_536

Vector = NDArray[np.float32]


class Hybrid:
    """Makes indexes of passages. Safe to share between threads."""

    def __init__(self, embedding: Embedding, model: SentenceModel | None = None, folder: Path | None = None) -> None:
        """Embed words by ``embedding``, and whole passages by ``model``, whose vectors are kept in ``folder``."""
        self._embedding = embedding
        self._sentences = Sentences(model, folder) if model else None
        logging.getLogger("bm25s").setLevel(logging.NOTSET)  # it would log more than the operator chose
        self.version = f"hybrid {REVISION} on bm25s {version('bm25s')} and {embedding.version}"

    @property
    def languages(self) -> frozenset[str]:
        """Languages whose words are reduced to their stems (ISO 639-1)."""
        return frozenset(_LANGUAGES)

    def index(self, passages: Sequence[Passage], language: str) -> "HybridIndex | SentenceIndex":
        """Ready passages in one language (ISO 639-1) to be searched.

        Where a model has to read many of them first, the index works without it, and is not complete.
        """
        sentences = self._sentences if self._sentences and self._sentences.reads(language) else None
        index = HybridIndex(passages, language, self._embedding, self.version, sentences)
        return index.completed() or index


class HybridIndex:
    """Passages ready to be searched: for each, and for each heading, a vector of 1 KB; and their words.

    ``version`` is that of the engines that search, ``possible``, ``likely`` and ``enough`` are their thresholds.
    """

    possible, likely = BY_WORDS.possible, BY_WORDS.likely
    enough = BY_WORDS.enough

    def __init__(
        self,
        passages: Sequence[Passage],
        language: str,
        embedding: Embedding,
        version: str,
        sentences: Sentences | None = None,
    ) -> None:
        """Read every passage, its heading as well, word by word."""
        self.version = version
        self._sentences = sentences
        self._passages = tuple(passages)
        self._embedding = embedding
        self._stem = _Stems(language)
        texts = [spoken_words(f"{passage.title} {passage.text}").split() for passage in passages]
        self._with_word = Counter(word for words in texts for word in set(words))
        self._spelling = Spelling(self._with_word)
        self._vectors = self._vectors_of(texts)
        headings = list(dict.fromkeys(passage.title for passage in passages))
        heading_indexes = {heading: index for index, heading in enumerate(headings)}
        self._titles = headings
        self._headings = self._vectors_of([spoken_words(heading).split() for heading in headings])
        self._heading_of = np.array([heading_indexes[passage.title] for passage in passages], np.intp)
        self._bm25 = bm25s.BM25(k1=K1, b=B, method="lucene")
        stems = [self._stem.all(words) for words in texts]
        self._index_of = {passage.id: index for index, passage in enumerate(passages)}
        self._known = frozenset(stem for each in stems for stem in each)
        if self._known:
            self._bm25.index(stems, show_progress=False)

    def search(self, question: str, limit: int) -> list[Found]:
        """Return the passages that fit best, the best first; equal ones in the order of the base. Empty for no words at all.

        A number that no passage has names an order, say, and nothing of the question.
        """
        words = self.search_words(question)
        if not self._passages or not words:
            return []
        return self.best(self.by_meaning(words) + self.by_words(words), limit)

    def best(self, scores: Vector, limit: int) -> list[Found]:
        """Return the passages with the highest of these scores, the best first; equal ones in the order of the base."""
        # Sums of the same numbers may differ in the last bits by where a row lies: equal passages stay equal.
        scores = np.round(scores, 5)
        return [Found(self._passages[index], round(float(scores[index]), 4)) for index in _best(scores, limit)]

    def likelihood(self, question: str, found: Sequence[Found], assurance: Assurance = BY_WORDS) -> float:
        """Return how likely the first of what was found answers a question, from 0 to 1; 0 where nothing was found."""
        signs = self.signs(question, found)
        return likelihood(signs, assurance) if signs else 0.0

    @property
    def is_complete(self) -> bool:
        """Return whether there is no model that has yet to read the passages."""
        return self._sentences is None

    def completed(self, is_stopped: Callable[[], bool] | None = None) -> "SentenceIndex | None":
        """Return the index with the model's vectors, which takes minutes for thousands of passages.

        Return None where it was stopped, where more than a few vectors are missing and ``is_stopped`` is not given, or
        where there is no model.
        """
        if self._sentences is None or not self._passages:
            return None
        parts = [_sentences(each) for each in self._passages]
        texts = [_headed(each.title, each.text) for each in self._passages] + self._titles + list(chain(*parts))
        vectors = self._sentences.all(texts, is_stopped) if is_stopped else self._sentences.at_once(texts)
        return None if vectors is None else SentenceIndex(self, self._sentences, vectors, [len(each) for each in parts])

    def signs(self, question: str, found: Sequence[Found]) -> Signs | None:
        """Return what speaks for the first of what was found, or None where nothing was."""
        if not found:
            return None
        first = found[0]
        rival = next((each for each in found if self._is_rival(first.passage, each.passage)), None)
        unseen = found[-1].score if len(found) < len(self) else 0.0
        return Signs(
            score=first.score,
            lead=first.score - (rival.score if rival else unseen),
            covered=self._covered(self.search_words(question), first.passage),
            informativeness=self.informativeness(question),
        )

    def informativeness(self, text: str) -> float:
        """Return how informative a text is, from 0 to 1: by how rare its words are here, each once, numbers left out."""
        given = self._as_spelt(spoken_words(text).split())
        words = {word for word in given if word not in SMALL and not _has_digit(word)}
        return min(1.0, sum(map(self._weight, words)) / (QUESTION * self._weight("")))

    def search_words(self, question: str) -> list[str]:
        """Return the words of a question that may lead to a passage."""
        given = self._as_spelt(spoken_words(question).split())
        return [word for word in given if word in self._with_word or not _has_digit(word)]

    def answer(self, question: str, passage: Passage) -> str:
        """Return the part of a passage that is nearest to a question by its words and their meaning, or the two nearest.

        The second is there where the first is not clearly nearer.
        """
        parts, words = answer_parts(passage.text), self.search_words(question)
        if len(parts) < 2 or not words:  # noqa: PLR2004  (there is nothing to choose from)
            return parts[0] if parts else passage.text
        spoken = [spoken_words(each).split() for each in parts]
        scores: Vector = self._vectors_of(spoken) @ self._vectors_of([words])[0]
        there = set(self._stem.all(spoken_words(passage.title).split()))  # every part is about the heading
        stems = zip(words, self._stem.all(words), strict=True)
        asked = {stem: self._weight(word) for word, stem in stems if stem not in there}
        scores[0] += np.float32(FIRST)
        for index, each in enumerate(spoken):
            shared = asked.keys() & set(self._stem.all(each))
            scores[index] += sum(asked[stem] for stem in shared) / (RARE_WORDS * self._weight(""))
        scores = np.round(scores, 5)
        first, second = _best(scores, 2)
        shown = sorted({first, second} if scores[first] - scores[second] < CLEAR else {first})
        return ("\n" if any("\n" in parts[index] for index in shown) else " ").join(parts[index] for index in shown)

    def _is_rival(self, first: Passage, other: Passage) -> bool:
        """Return whether showing the other passage instead would make a difference."""
        if _section(first) == _section(other):
            return False
        one, two = self._vectors[self._index_of[first.id]], self._vectors[self._index_of[other.id]]
        return float(one @ two) < SAME

    def _covered(self, words: Sequence[str], passage: Passage) -> float:
        """Return how much of a question is in a passage: for each word its nearest one there, rare words above all."""
        asked = list(dict.fromkeys(words))
        there = list(dict.fromkeys(spoken_words(f"{passage.title} {passage.text}").split()))
        if not asked or not there:
            return 0.0
        vectors = unit_length(self._embedding.embed([*asked, *there]).astype(np.float32))
        near = np.clip((vectors[: len(asked)] @ vectors[len(asked) :].T).max(axis=1), 0, 1)
        weights = np.array([self._weight(word) for word in asked])
        return float(weights @ near / weights.sum())

    def _as_spelt(self, words: Sequence[str]) -> list[str]:
        """Correct slips of the pen: words that neither the passages nor the embedding's vocabulary know."""
        return [word if self._embedding.has_word(word) else self._spelling.corrected(word) for word in words]

    def __len__(self) -> int:
        """Return the number of passages."""
        return len(self._passages)

    def passage(self, index: int) -> Passage:
        """The passage at an index of the scores."""
        return self._passages[index]

    def by_meaning(self, words: Sequence[str]) -> Vector:
        """Return the similarity of each passage to these words by meaning: its own cosine, and its heading's in part."""
        meaning = self._vectors_of([words])[0]
        return self._vectors @ meaning + np.float32(HEADING) * self.of_headings(self._headings @ meaning)

    @property
    def count_of_headings(self) -> int:
        """Return the number of headings, each counted once."""
        return len(self._titles)

    def of_headings(self, scores: Vector) -> Vector:
        """Return for each passage the score of its heading, given one for each heading."""
        return scores[self._heading_of]

    def by_words(self, words: Sequence[str]) -> Vector:
        """Return the similarity of each passage to these words by their letters, endings apart."""
        known = [stem for stem in self._stem.all(words) if stem in self._known]
        if not known:
            return np.zeros(len(self._passages), np.float32)
        return self._bm25.get_scores(known) / np.float32(RARE_WORDS * self._weight(""))

    def _vectors_of(self, texts: Sequence[Sequence[str]]) -> Vector:
        """The vector of each text, of length 1, or of zeros where it has no word."""
        words = {word: index for index, word in enumerate({word: None for text in texts for word in text})}
        table = self._embedding.embed(list(words)).astype(np.float32)
        if words:
            table *= np.array([self._weight(word) for word in words], np.float32)[:, None]
        vectors = np.zeros((len(texts), table.shape[1]), np.float32)
        for index, text in enumerate(texts):
            if text:
                vectors[index] = table[[words[word] for word in text]].sum(axis=0)
        return unit_length(vectors)

    def _weight(self, word: str) -> float:
        """Return the weight of a word: the higher, the fewer passages have it."""
        having = self._with_word.get(word, 0)
        return math.log1p((len(self._passages) - having + 0.5) / (having + 0.5))


class SentenceIndex:
    """Passages searched by their words, and by the vectors of a model that has read them and their sentences: 1.5 KB each."""

    possible, likely = BY_SENTENCES.possible, BY_SENTENCES.likely
    enough = BY_SENTENCES.enough
    is_complete = True

    def __init__(self, words: HybridIndex, sentences: Sentences, vectors: Vector, counts: Sequence[int]) -> None:
        """``vectors`` are those of the passages with their headings, of each heading, and of the sentences.

        ``counts`` has the number of sentences of each passage, at least one.
        """
        self.version = f"{words.version} and {sentences.version}/{SENTENCES_REVISION}"
        self.words = words
        self._sentences = sentences
        self._vectors = vectors
        self._first_sentences = np.cumsum([0, *counts[:-1]])
        sentences.question("ready")  # the model is loaded before the first question

    def __len__(self) -> int:
        """Return the number of passages."""
        return len(self.words)

    def passage(self, index: int) -> Passage:
        """The passage at an index of the scores."""
        return self.words.passage(index)

    def search(self, question: str, limit: int) -> list[Found]:
        """Return the passages that fit best, as an index of words does."""
        words = self.words.search_words(question)
        return self.words.best(self.scores(question, words), limit) if words else []

    def scores(self, question: str, words: Sequence[str]) -> Vector:
        """Return the score of each passage for a question and those of its words that may lead to a passage."""
        scores = self.words.by_meaning(words) + self.words.by_words(words)
        scores *= np.float32(WORDS_WITH_SENTENCES)
        scores += self.by_sentences(question)
        return scores

    def by_sentences(self, question: str) -> Vector:
        """Return the similarity of each passage to a question by the model."""
        near = np.asarray(self._vectors @ self._sentences.question(question), np.float32)
        count, headings = len(self.words), self.words.count_of_headings
        passages, of_headings, of_sentences = np.split(near, [count, count + headings])
        scores = self.words.of_headings(of_headings)
        scores *= np.float32(HEADING_BY_MODEL)
        scores += np.float32(PASSAGE_BY_MODEL) * passages
        scores += np.float32(SENTENCE_BY_MODEL) * np.maximum.reduceat(of_sentences, self._first_sentences)
        return scores

    def likelihood(self, question: str, found: Sequence[Found]) -> float:
        """Return how likely the first of what was found answers a question, from 0 to 1; 0 where nothing was found."""
        return self.words.likelihood(question, found, BY_SENTENCES)

    def signs(self, question: str, found: Sequence[Found]) -> Signs | None:
        """Return what speaks for the first of what was found, or None where nothing was."""
        return self.words.signs(question, found)

    def answer(self, question: str, passage: Passage) -> str:
        """Return the part of a passage that answers a question best, as an index of words does."""
        return self.words.answer(question, passage)

    def informativeness(self, text: str) -> float:
        """Return how informative a text is, from 0 to 1."""
        return self.words.informativeness(text)

    def completed(self, is_stopped: Callable[[], bool] | None = None) -> "SentenceIndex | None":  # noqa: ARG002
        """Return the index itself."""
        return self


def _best(scores: Vector, limit: int) -> list[int]:
    """Return the indices of the highest scores, the highest first, equal ones in order; the others are not sorted."""
    if limit < len(scores):
        indexes = np.flatnonzero(scores >= np.partition(scores, -limit)[-limit])
    else:
        indexes = np.arange(len(scores))
    return indexes[np.argsort(-scores[indexes], kind="stable")][:limit].tolist()


def _headed(heading: str, text: str) -> str:
    """Return a text with its heading, as a model reads it."""
    return f"{heading}. {text}" if heading else text


def _sentences(passage: Passage) -> list[str]:
    """Return the sentences of a passage, each with the last heading; the whole passage where it has only one."""
    found = sentences(passage.text)
    if len(found) < 2:  # noqa: PLR2004  (one sentence says no more than the passage)
        return [_headed(passage.title, passage.text)]
    return [_headed(passage.heading[-1] if passage.heading else "", each) for each in found]


def _section(passage: Passage) -> tuple[str, str]:
    """Return the document and heading that a passage belongs to."""
    return passage.source, passage.title


def _has_digit(word: str) -> bool:
    """Return whether a word is a number, or almost one: ``7781a``."""
    return any(map(str.isdigit, word))


class _Stems:
    """Words without their endings, in one language; unchanged in a language without a stemmer."""

    def __init__(self, language: str) -> None:
        name = _LANGUAGES.get(language.partition("-")[0].lower())
        self._lock = Lock()
        stem: Callable[[str], str] = snowballstemmer.stemmer(name).stemWord if name else str
        self._one = lru_cache(_STEMMED_WORDS)(stem)

    def all(self, words: Sequence[str]) -> list[str]:
        """The stem of each word."""
        with self._lock:  # a stemmer keeps the word that it is at
            return [self._one(word) for word in words]
