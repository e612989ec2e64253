"""Questions that people taught by ticking turns: signs of a turn, weights that ticks teach, and what they find.

Signs are the words of a turn, pairs of them and runs of letters, all counted by hash; its position among the speaker's
turns; the vectors of the turns around it, by the vectors of words that come along; the dialogue acts of all three, where
their language has heads; and its own vector, by the encoder where it is installed and reads the language, else by those
of words. One logistic regression weighs them, Yes and No the same, however many there are of each. Other turns of a
ticked conversation are a No, since those that look most like a Yes were shown; a ticked No has more weight. Likeness to
the question is a sign, too. A Yes is said from the odds with the highest kappa to expect.

Weights, vectors and likelihoods of acts are whole numbers of 8 bits: a turn has the same odds alone and in any batch.
"""

import zlib
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from typing import ClassVar, NamedTuple, TypeVar

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from auscult.domain.errors import EngineError
from auscult.domain.probe import (
    Acts,
    ActsAnswer,
    Answer,
    Lesson,
    LessonAnswer,
    Probe,
    Resemblance,
    ResemblanceAnswer,
    Said,
)
from auscult.domain.questions.taught import yes_from_of
from auscult.domain.said.text import spoken_words
from auscult.domain.statistics.calibration import calibrated
from auscult.engines._acts.features import grams, letters
from auscult.engines._acts.reading import ACTS, CUSTOMER_ACTS
from auscult.engines._contract import Engine
from auscult.engines._vectors.embedding import Embedding
from auscult.engines._vectors.sentences import SentenceModel
from auscult.engines._vectors.softmax import fit

REVISION = 3
"""Of signs; part of the version of weights, with that of the heads of acts. Revisions 1 and 2 are read as well."""
BUCKETS = 4_096
FIRST, LAST = 6, 6
"""Positions that have a sign of their own, counted from the first turn and from the last."""
OF_WORDS = 256
"""Dimensions of the vectors of words."""
OF_TEXT = BUCKETS + FIRST + LAST
OF_TURN = OF_TEXT + 2 * OF_WORDS
SIGNS = OF_TURN + 3 * len(ACTS)
"""Signs of a turn but for its own vector, in revisions 1, 2 and now."""
PLACE, AROUND, DOES, DOES_AROUND = 0.3, 0.4, 1.4, 0.7
"""Weights of a position, a vector around, an act, and an act around, where that of all words together is 1."""
STRENGTH = 500.0
"""How far ticks may bend the weights, all of them together."""
ASKED = 2.0
"""Weight of how like the question a turn is, by the angle of the vectors."""
TICKED = 4.0
"""Weight of a No that was ticked, where that of another turn of its conversation is 1."""
FOLDS = 5
FIRST_LOOK = 8
"""Turns of a conversation that are read by meaning: those that words alone find likeliest."""
_GRAIN = 127
_MOST = 96
"""Highest score of an act, in sixteenths of log odds."""
_LIKELY = np.rint(_GRAIN / (1 + np.exp(-np.arange(-_MOST, _MOST + 1) / 16))) / _GRAIN
"""Likelihood of an act by its score, in steps of a 127th, from the lowest on."""
_THOUSANDTHS = 1000
_CACHED = 16_384

Floats = NDArray[np.float64]


_Asked = TypeVar("_Asked", Lesson, Resemblance)


class _Stored(Struct, frozen=True, array_like=True):
    """Weights as a form has them: whole numbers of 8 bits of words and places, acts, and vector; what one of each is worth.

    ``yes_from`` came later; where it is missing, even odds are the limit.
    """

    numbers: bytes
    worth: tuple[float, ...]
    bias: float
    yes_from: int = 0


class _Vectored:
    """An engine with vectors of words, heads of acts, and an encoder where one is installed. Threads may share it."""

    def __init__(self, words: Embedding, acts: Engine, encoder: SentenceModel | None = None) -> None:
        self._words, self._acts, self._encoder = words, acts, encoder

    @cached_property
    def _known(self) -> Mapping[str, tuple[Embedding, tuple[int, ...]]]:
        """Return what makes vectors, and where the parts of weights end, by version. The versions are read on first use."""
        known: dict[str, tuple[Embedding, tuple[int, ...]]] = {}
        for each in (self._words, self._encoder) if self._encoder else (self._words,):
            known |= {
                self._version(each): (each, (OF_TURN, SIGNS)),
                f"taught 2 on {each.version}": (each, (OF_TURN,)),
                f"taught 1 on {each.version}": (each, (OF_TEXT,)),
            }
        return known

    @property
    def version(self) -> str:
        """Revision of the signs, with each that makes vectors."""
        return " and ".join(self._version(each) for each in (self._words, self._encoder) if each)

    def _version(self, embedding: Embedding) -> str:
        return f"taught {REVISION} on {embedding.version} with {self._acts.version}"

    def _signs(self, turns: Sequence[Said], acts: Acts | None) -> Floats:
        """Return the signs of turns but for their own vectors, shape (turns, ``SIGNS``)."""
        around = ([turn.said_before for turn in turns], [turn.said_after for turn in turns])
        near = [AROUND * _vectors(texts, self._words) for texts in around]
        return np.hstack([_of_text(turns), *near, self._done(turns, acts)])

    def _done(self, turns: Sequence[Said], acts: Acts | None) -> Floats:
        """Return how likely turns are each act, and those before and after them; nothing where no acts are asked for."""
        if acts is None or not turns:
            return np.zeros((len(turns), SIGNS - OF_TURN))
        (answer,) = self._acts.answer([acts])
        assert isinstance(answer, ActsAnswer)  # noqa: S101  (an engine answers its own kind)
        own = [[(act in CUSTOMER_ACTS) == (turn.speaker == "customer") for act in ACTS] for turn in acts.turns]
        likely = np.pad(np.where(own, _LIKELY[np.array(answer.scores) + _MOST], 0), ((1, 1), (0, 0)))
        at = np.array([turn.at for turn in turns]) + 1
        return np.hstack([DOES * likely[at], DOES_AROUND * likely[at - 1], DOES_AROUND * likely[at + 1]])


class Taught(_Vectored):
    """Reads turns by weights. An answer has the version of what made their vectors alone."""

    probe: ClassVar[type[Probe]] = Resemblance

    def answer(self, probes: Sequence[Probe]) -> list[Answer]:
        """Return the odds of each probe's turns. Raises ``EngineError`` ``encoder.missing``, ``weights.unreadable``.

        Also ``engine.wrong_probe``.
        """
        return [self._read(_checked(each, Resemblance)) for each in probes]

    def _read(self, probe: Resemblance) -> Answer:
        encoder, bounds = self._known.get(probe.encoder, (None, (0,)))
        if encoder is None:
            raise EngineError(
                "a question was taught with {value}, and this process has {found}; install it with auscult meaning"
                " install, or teach the question again",
                found=self.version,
                code="encoder.missing",
                value=probe.encoder,
            )
        weights = _read_weights(probe.weights, bounds)
        odds = self._signs(probe.turns, probe.acts)[:, : bounds[-1]] @ weights.signs + weights.bias
        if probe.turns:
            likely: list[int] = np.argsort(-odds, kind="stable")[:FIRST_LOOK].tolist()
            vectors = _vectors([probe.turns[index].text for index in likely], encoder)
            by_meaning = odds[likely] + vectors @ weights.vector
            odds = np.minimum(odds, by_meaning.min())
            odds[likely] = by_meaning
        whole = np.rint(_THOUSANDTHS * odds).astype(int).tolist()
        return ResemblanceAnswer(tuple(whole), probe.encoder, weights.yes_from)


class Teacher(_Vectored):
    """Learns weights of ticks, with an encoder that reads the language, else with vectors of words."""

    probe: ClassVar[type[Probe]] = Lesson

    def answer(self, probes: Sequence[Probe]) -> list[Answer]:
        """Return what each lesson teaches. Raises ``EngineError`` ``engine.wrong_probe``."""
        return [self._teach(_checked(each, Lesson)) for each in probes]

    def _teach(self, lesson: Lesson) -> Answer:
        encoder = self._encoder if self._encoder and self._encoder.reads(lesson.language) else self._words
        version = self._version(encoder)
        asked = zip(lesson.conversations, lesson.acts or [None] * len(lesson.conversations), strict=True)
        signs = np.vstack([np.zeros((0, SIGNS)), *(self._signs(turns, acts) for turns, acts in asked)])
        rows = _Rows(lesson, signs, encoder)
        shown = [index for index, ticks in enumerate(lesson.ticks) if any(each is not None for each in ticks)]
        if len(set(rows.answers[np.isin(rows.owners, shown)])) < 2:  # noqa: PLR2004  (a Yes and a No)
            odds = _likeness(lesson, encoder)
            return LessonAnswer("", version, rows.nested(odds), self.version)
        lessons = rows.of(shown)
        weights, bias = lessons.learned(shown)
        odds = rows.signs @ weights + bias
        answers = [bool(rows.answers[rows.owners == each].any()) for each in shown]
        dealt = [each for _yes, each in sorted(zip(answers, shown, strict=True))]
        for fold in range(min(FOLDS, len(shown))):
            left_out = dealt[fold::FOLDS]
            others_weights, others_bias = lessons.learned([each for each in shown if each not in left_out])
            here = np.isin(rows.owners, left_out)
            odds[here] = rows.signs[here] @ others_weights + others_bias
        highest = [float(odds[rows.owners == each].max()) for each in shown]
        slope, offset = calibrated(list(zip(highest, answers, strict=True)))
        nested = rows.nested(slope * odds + offset)
        limit = yes_from_of([max(some) for some in nested if some])
        stored = _stored(slope * weights, slope * bias + offset, limit)
        return LessonAnswer(stored, version, nested, self.version, limit)


class _Rows:
    """Turns of a lesson as rows of signs, with the conversation and the answer of each."""

    def __init__(self, lesson: Lesson, signs: Floats, encoder: Embedding) -> None:
        texts = [turn.text for some in lesson.conversations for turn in some]
        self.signs = np.hstack([signs, _vectors(texts, encoder)])
        self.owners = np.repeat(np.arange(len(lesson.conversations)), [len(some) for some in lesson.conversations])
        ticks = [tick for some in lesson.ticks for tick in some]
        self.answers = np.array([tick is True for tick in ticks], np.int64)
        self._worth = np.array([1.0 if tick is None else TICKED for tick in ticks])
        self._asked = _vectors([lesson.question], encoder)[0]
        self._lengths = [len(some) for some in lesson.conversations]

    def of(self, conversations: Sequence[int]) -> "_Lessons":
        """Return the turns of ticked conversations, to learn from."""
        chosen = np.isin(self.owners, conversations)
        return _Lessons(self.signs[chosen], self.owners[chosen], self.answers[chosen], self._worth[chosen], self._asked)

    def nested(self, odds: Floats) -> tuple[tuple[int, ...], ...]:
        """Return odds by conversation, in whole thousandths."""
        whole = np.rint(_THOUSANDTHS * odds).astype(int).tolist()
        ends = np.cumsum(self._lengths).tolist()
        return tuple(tuple(whole[end - length : end]) for end, length in zip(ends, self._lengths, strict=True))


class _Lessons:
    """Turns of ticked conversations, and how like each other they are, which is computed once for all folds."""

    def __init__(
        self, signs: Floats, owners: NDArray[np.int64], answers: NDArray[np.int64], worth: Floats, asked: Floats
    ) -> None:
        """Keep the turns; ``asked`` is the question's vector, which the last of the signs are likened to."""
        self._signs, self._owners, self._answers, self._worth = signs, owners, answers, worth
        self._asked = ASKED * asked
        self._like = signs[:, SIGNS:] @ self._asked
        self._alike = signs @ signs.T + np.outer(self._like, self._like)

    def learned(self, conversations: Sequence[int]) -> tuple[Floats, float]:
        """Return weights and bias that the turns of some conversations teach: a plain No where they have no Yes."""
        chosen = np.flatnonzero(np.isin(self._owners, conversations))
        answers = self._answers[chosen]
        if not answers.any():
            return np.zeros_like(self._signs[0]), -1.0
        alike = self._alike[np.ix_(chosen, chosen)]
        dual, bias = fit(alike, answers, 2, STRENGTH / len(answers), self._worth[chosen])
        by_turn = dual[:, 1] - dual[:, 0]
        weights = self._signs[chosen].T @ by_turn
        weights[SIGNS:] += self._like[chosen] @ by_turn * self._asked
        return weights, float(bias[1] - bias[0])


class _Weights(NamedTuple):
    signs: Floats
    vector: Floats
    bias: float
    yes_from: int


def _checked(probe: Probe, kind: type[_Asked]) -> _Asked:
    if not isinstance(probe, kind):
        raise EngineError(
            f"what is taught answers {kind.__name__}; it was asked {type(probe).__name__}", code="engine.wrong_probe"
        )
    return probe


def _likeness(lesson: Lesson, encoder: Embedding) -> Floats:
    """Return how like a question each turn is: by words in common, and by the angle of the vectors."""
    turns = [turn for some in lesson.conversations for turn in some]
    asked = set(spoken_words(lesson.question).split())
    words = [set(spoken_words(turn.text).split()) for turn in turns]
    common = {word: sum(word in each for each in words) for word in asked}
    rare = {word: 1 / (1 + count) ** 0.5 for word, count in common.items() if count}
    found = np.array([sum(rare.get(word, 0.0) for word in each) / (1 + 0.1 * len(each)) for each in words])
    return found + _vectors([turn.text for turn in turns], encoder) @ _vectors([lesson.question], encoder)[0]


def _of_text(turns: Sequence[Said]) -> Floats:
    """Return the words and the positions of turns, shape (turns, ``OF_TEXT``)."""
    rows = np.zeros((len(turns), OF_TEXT))
    for row, turn in zip(rows, turns, strict=True):
        buckets = _hashed(turn.text)
        row[buckets] = 1 / max(1, len(buckets)) ** 0.5
        row[BUCKETS + min(turn.before, FIRST - 1)] = PLACE
        row[BUCKETS + FIRST + min(turn.after, LAST - 1)] = PLACE
    return rows


@lru_cache(_CACHED)
def _hashed(text: str) -> list[int]:
    """Return the buckets of a text's words, pairs and runs of letters, each once."""
    return sorted({zlib.crc32(part.encode()) % BUCKETS for part in (*grams(text), *letters(text))})


def _vectors(texts: Sequence[str], encoder: Embedding) -> Floats:
    """Return vectors of length 1 in steps of a 127th, shape (texts, width)."""
    vectors = encoder.embed(texts)
    lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    return np.rint(_GRAIN * vectors / np.where(lengths > 0, lengths, 1)[:, None]) / _GRAIN


def _stored(weights: Floats, bias: float, yes_from: int) -> str:
    """Return weights as text."""
    parts = np.split(weights, (OF_TURN, SIGNS))
    worth = tuple([float(np.abs(part).max(initial=0.0)) / _GRAIN or 1.0 for part in parts])
    whole = [np.rint(part / each).astype(np.int8) for part, each in zip(parts, worth, strict=True)]
    kept = _Stored(np.concatenate(whole).tobytes(), worth, round(bias, 6), yes_from)
    return b64encode(zlib.compress(msgspec.msgpack.encode(kept), 9)).decode()


@lru_cache(256)
def _read_weights(text: str, bounds: tuple[int, ...]) -> _Weights:
    """Read weights, parts of which end at ``bounds``, the last is the vector. Raises ``EngineError`` ``weights.unreadable``."""
    try:
        kept = msgspec.msgpack.decode(zlib.decompress(b64decode(text)), type=_Stored)
    except (ValueError, zlib.error, msgspec.DecodeError) as error:
        raise EngineError(
            "the weights of a taught question cannot be read; teach it again", code="weights.unreadable"
        ) from error
    parts = np.split(np.frombuffer(kept.numbers, np.int8).astype(np.float64), bounds)
    *signs, vector = [part * worth for part, worth in zip(parts, kept.worth, strict=True)]
    return _Weights(np.concatenate(signs), vector, kept.bias, kept.yes_from)
