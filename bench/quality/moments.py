"""Moments: whether a question in a reader's own words finds the turn that it means, by words, by vectors, or by both.

``python -m bench.quality.moments DATA`` reads the conversations with labels and the example calls below ``DATA``, and
the 60 questions of ``moments.tsv``: half, question, and the right turns (``act:NAME``: every turn with that label).
The turns were chosen while reading the conversations, before any ranking was written; half ``a`` was read while
tuning. A question counts where a right turn is among the first five.
"""

import csv
import json
import math
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from auscult.domain.said.search import words_of
from auscult.domain.statistics.intervals import wilson
from auscult.engines.wordllama import WordLlama
from auscult.services.conversations.closest import FAINT_WORDS

QUESTIONS = Path(__file__).with_name("moments.tsv")
LABELLED = ("challenge", "train_a", "train_b", "train_c", "train_d", "train_e", "train_f")
EXAMPLES = ("bank_calls", "acted_calls", "store_chats", "device_chat", "written_calls")
SIDES = ("customer", "agent")
CANDIDATES = 500
SHOWN = 5
SATURATION, LENGTH = 1.2, 0.75
LEAST_ALIKE = 0.3
OF_VECTORS, OF_NEIGHBOURS, OTHER_SIDE = 5.0, 0.25, 0.5
"""Weights of the best ranking, fitted to half ``a``."""

Scores = NDArray[np.float64]
Ranking = Callable[[str], Scores]


class Said(NamedTuple):
    """One turn: its conversation, its name in the questions, who says it, its words, and its labels."""

    conversation: str
    name: str
    speaker: str
    text: str
    acts: frozenset[str]


def turns(data: Path) -> Iterator[Said]:
    """Yield the turns of all conversations, each conversation once."""
    seen: set[str] = set()
    paths = [data / "labels" / f"{name}.ndjson" for name in LABELLED]
    for path in [*paths, *(data / "conversations" / f"{name}.ndjson" for name in EXAMPLES)]:
        for line in path.read_text().splitlines():
            read = json.loads(line)
            conversation, acts = read.get("conversation", read), read.get("acts") or {}
            if conversation["id"] in seen:
                continue
            seen.add(conversation["id"])
            for turn in conversation["turns"]:
                if turn["speaker"] != "system":
                    name = f"{conversation['id']}:{turn['id']}"
                    labels = frozenset(acts.get(turn["id"], ()))
                    yield Said(conversation["id"], name, turn["speaker"], turn["text"], labels)


class Words:
    """Turns ranked by words alone (BM25 of any word, with plain endings cut), the best that words reach here."""

    def __init__(self, said: list[Said]) -> None:
        """Count the words of all turns."""
        self.turns = [words_of(each.text) for each in said]
        stems = [[stem(word) for word in turn] for turn in self.turns]
        self._counts = Counter(word for turn in stems for word in set(turn))
        self._found: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for at, turn in enumerate(stems):
            for word, often in Counter(turn).items():
                self._found[word].append((at, often))
        lengths = np.array([len(turn) for turn in stems], float)
        self._norm = SATURATION * (1 - LENGTH + LENGTH * lengths / lengths.mean())

    def rarity(self, word: str) -> float:
        """Return the weight of a word: the rarer, the more."""
        known = self._counts[stem(word)]
        return math.log(1 + (len(self.turns) - known + 0.5) / (known + 0.5))

    def rank(self, question: str) -> Scores:
        """Return a score for each turn."""
        scores = np.zeros(len(self.turns))
        for word in content(question):
            for at, often in self._found.get(stem(word), ()):
                scores[at] += self.rarity(word) * often * (SATURATION + 1) / (often + self._norm[at])
        return scores


class Meaning:
    """Turns ranked by static vectors."""

    def __init__(self, said: list[Said], words: Words) -> None:
        """Embed every turn, and every word of the vocabulary."""
        self._said, self._words, self._engine = said, words, WordLlama()
        self._whole = units(self._engine.embed([each.text for each in said]))
        vocabulary = sorted({word for turn in words.turns for word in turn})
        self._row = {word: row for row, word in enumerate(vocabulary)}
        self._vectors = units(self._engine.embed(vocabulary))
        self._filled = np.array([bool(turn) for turn in words.turns])
        rows = [[self._row[word] for word in turn] for turn in words.turns if turn]
        self._flat = np.concatenate([np.array(row) for row in rows])
        self._starts = np.cumsum([0, *map(len, rows[:-1])])
        weighted = [self._weighted([word for word in turn if word not in FAINT_WORDS]) for turn in words.turns]
        self._weighed = units(np.array(weighted))
        self._is_same = np.array([one.conversation == two.conversation for one, two in pairwise(said)])

    def whole(self, question: str) -> Scores:
        """Return the cosine of the whole question and each whole turn."""
        return self._whole @ units(self._engine.embed([question]))[0]

    def best(self, question: str) -> Scores:
        """Return the best that was found on half ``a``: the closest word for each word, vectors, neighbours, the side."""
        asked = [word for word in content(question) if word not in SIDES]
        own = sum((self._closest(word) for word in asked), np.zeros(len(self._said)))
        vector = units(self._weighted(asked)[None])[0]
        own += OF_VECTORS * (self._weighed @ vector)
        near = np.zeros(len(own))
        near[1:] += np.where(self._is_same, own[:-1], 0)
        near[:-1] += np.where(self._is_same, own[1:], 0)
        side = next((each for each in SIDES if question.startswith(each)), None)
        factor = np.array([1 if side in (None, each.speaker) else OTHER_SIDE for each in self._said])
        return (own + OF_NEIGHBOURS * near) * factor

    def _closest(self, word: str) -> Scores:
        """Return how close the closest word of each turn is, the more the rarer the word."""
        alike = self._vectors @ units(self._engine.embed([word]))[0]
        if word in self._row:
            alike[self._row[word]] = 1
        alike = np.where(alike < LEAST_ALIKE, 0, alike) ** 3
        found = np.zeros(len(self._said))
        found[self._filled] = np.maximum.reduceat(alike[self._flat], self._starts)
        return found * self._words.rarity(word)

    def _weighted(self, words: list[str]) -> Scores:
        vectors = units(self._engine.embed(words))
        return np.array([self._words.rarity(word) for word in words]) @ vectors if words else np.zeros(vectors.shape[1])


def units(vectors: Scores) -> Scores:
    """Return vectors of length 1; zeros stay zeros."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(lengths > 0, lengths, 1)


def content(question: str) -> list[str]:
    """Return the words of a question that are not small words, each once."""
    return sorted(set(words_of(question)) - FAINT_WORDS - {"says", "asks"})


def stem(word: str) -> str:
    """Return a word without a plain English ending."""
    for ending in ("ings", "ing", "ed", "ies", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= len("the"):
            return word.removesuffix(ending)
    return word


def right(given: str, said: list[Said]) -> frozenset[int]:
    """Return the turns that answer a question."""
    if given.startswith("act:"):
        return frozenset(at for at, each in enumerate(said) if given.removeprefix("act:") in each.acts)
    names = {each.name: at for at, each in enumerate(said)}
    return frozenset(names[name] for name in given.split())


def found(scores: Scores, wanted: frozenset[int], first: int) -> bool:
    """Return whether a right turn is among the first."""
    return any(scores[at] > 0 and at in wanted for at in np.argsort(-scores, kind="stable")[:first].tolist())


def main(data: Path) -> None:
    """Print the share of questions answered, by ranking and half."""
    said = list(turns(data))
    words = Words(said)
    meaning = Meaning(said, words)
    rankings: Mapping[str, tuple[Ranking, int]] = {
        "words": (words.rank, SHOWN),
        "vectors": (meaning.whole, SHOWN),
        "both": (meaning.best, SHOWN),
        f"among {CANDIDATES} by words": (words.rank, CANDIDATES),
    }
    with QUESTIONS.open() as file:
        questions = [
            (row["half"], row["question"], right(row["right"], said)) for row in csv.DictReader(file, delimiter="\t")
        ]
    print(f"{len({each.conversation for each in said})} conversations, {len(said)} turns, {len(questions)} questions")
    for name, (rank, first) in rankings.items():
        hits = [(half, found(rank(question), wanted, first)) for half, question, wanted in questions]
        for half in ("a", "b", "ab"):
            these = [hit for of, hit in hits if of in half]
            of_all = wilson(sum(these) / len(these), len(these))
            print(f"{name:>20} {half:>2}: {sum(these)} of {len(these)} ({of_all.low:.2f} to {of_all.high:.2f})")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
