"""Fits from when on a passage is suggested: src/auscult/engines/_vectors/assurance.py has what this prints.

    python -m bench.quality.assist_fit BANKING77_DIR [FOLDER]

With a folder: for the model of ``auscult[semantic]``, whose vectors of passages are kept there.
The weights are from five bases: 77 answers of a bank, asked by people (banking77, PolyAI, CC BY 4.0, test part; none of
it is stored here), and an energy supplier's, the example shop's, a broadband provider's and an outdoor shop's pages with
questions written for them. Of each, some answers are taken out, so that their questions have none, and a part of the
small talk of the example conversations is asked of each. Each base weighs the same, and is predicted by the others.
"""

import csv
import random
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from auscult.domain.assist.knowledge import Passage
from auscult.engines.hybrid import Hybrid
from auscult.engines.semantic import Semantic
from auscult.engines.wordllama import WordLlama
from bench.knowing import as_passages, completed, questions, small_talk, store, written

Asked = Sequence[tuple[str, str]]
Base = tuple[list[Passage], Asked]
Array = NDArray[np.float64]
RIVALS = 12
RIDGE = 0.01
ROUNDS = 40
LIMITS = (0.35, 0.4, 0.45, 0.5, 0.55)


def main() -> None:
    """Print weights, and what each base is shown by the weights of the others."""
    folder = Path(sys.argv[2]) if sys.argv[2:] else None
    hybrid = Hybrid(WordLlama(), Semantic(), folder) if folder else Hybrid(WordLlama())
    bases = two_bases(Path(sys.argv[1])) | more_bases()
    signs = {name: [sign for each in parts for sign in signs_of(hybrid, *each)] for name, parts in bases.items()}
    for left, rows in signs.items():
        weights = fitted([each for name, each in signs.items() if name != left])
        show(f"{left}, by the others", rows, weights)
    every = fitted(list(signs.values()))
    for name, rows in signs.items():
        show(f"{name}, by all", rows, every)
    print("weights and bias by all:", np.round(every, 2).tolist())


def two_bases(folder: Path) -> dict[str, list[Base]]:
    """Return the bank's and the energy supplier's passages and questions, also with answers taken out and small talk."""
    bank, intents = written("bank")
    energy, asked = written("energy")
    talk = [("", text) for text in small_talk()]
    several = bank_questions(folder, dict(intents), 5)
    return {
        "bank": [
            (bank, several),
            *(without(bank, several[index::2], 25, index) for index in range(2)),
            (bank, talk[::4]),
        ],
        "energy": [(energy, asked), without(energy, asked, 9, 5), (energy, talk[2::4])],
    }


def more_bases() -> dict[str, list[Base]]:
    """Return the same of the example shop, the broadband provider and the outdoor shop."""
    talk = [("", text) for text in small_talk()]
    known = {"store": (as_passages(store()), questions()), **{name: written(name) for name in ("broadband", "outdoor")}}
    return {
        name: [(base, asked), without(base, asked, len({heading for heading, _ in asked}) // 4, 5), (base, talk[1::4])]
        for name, (base, asked) in known.items()
    }


def bank_questions(folder: Path, headings: dict[str, str], count: int) -> Asked:
    """Return ``count`` questions for each intent, each with the heading that answers it."""
    of: dict[str, list[str]] = {}
    with (folder / "test.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            of.setdefault(headings[row["category"]], []).append(" ".join(row["text"].split()))
    chance = random.Random(3)  # noqa: S311  (the same at each run)
    return [(heading, text) for heading, texts in of.items() for text in chance.sample(texts, count)]


def without(base: list[Passage], asked: Asked, count: int, seed: int) -> tuple[list[Passage], Asked]:
    """Remove ``count`` headings from a base; their questions have no answer then."""
    chance = random.Random(seed)  # noqa: S311  (the same at each run)
    gone = set(chance.sample(sorted({heading for heading, _ in asked if heading}), count))
    left = [passage for passage in base if passage.heading[-1] not in gone]
    return left, [("" if heading in gone else heading, text) for heading, text in asked]


def signs_of(hybrid: Hybrid, base: list[Passage], asked: Asked) -> list[tuple[float, ...]]:
    """For each question the signs of the best passage, whether it is right, and whether there is an answer."""
    index = completed(hybrid, base)
    rows: list[tuple[float, ...]] = []
    for heading, question in asked:
        found = index.search(question, RIVALS)
        signs = index.signs(question, found)
        if signs is not None:
            rows.append((*signs, float(found[0].passage.heading[-1] == heading), float(bool(heading))))
    return rows


def fitted(parts: Sequence[Sequence[tuple[float, ...]]]) -> Array:
    """Return weights and bias of a logistic regression; each part weighs the same."""
    rows = np.array([row for part in parts for row in part])
    count = np.array([1 / len(part) for part in parts for _ in part]) / len(parts)
    signs, right = rows[:, :-2], rows[:, -2]
    middle, spread = signs.mean(axis=0), signs.std(axis=0)
    given = np.c_[(signs - middle) / spread, np.ones(len(rows))]
    ridge = np.array([*[RIDGE] * signs.shape[1], 0.0])
    weights = np.zeros(given.shape[1])
    for _ in range(ROUNDS):
        likely = 1 / (1 + np.exp(-given @ weights))
        slope = given.T @ (count * (likely - right)) + ridge * weights
        curve = (given * (count * likely * (1 - likely))[:, None]).T @ given + np.diag(ridge)
        weights -= np.linalg.solve(curve, slope)
    plain = weights[:-1] / spread
    return np.array([*plain, weights[-1] - plain @ middle])


def show(name: str, rows: Sequence[tuple[float, ...]], weights: Array) -> None:
    """Print what would be shown from some likelihoods on."""
    table = np.array(rows)
    likely = 1 / (1 + np.exp(-(table[:, :-2] @ weights[:-1] + weights[-1])))
    right, has = table[:, -2] > 0, table[:, -1] > 0
    for limit in LIMITS:
        shown = likely >= limit
        shares = [np.mean((shown & right)[has]), np.mean((shown & ~right)[has]), np.mean(shown[~has])]
        told = "right {:.3f}, wrong {:.3f}; shown without an answer {:.3f}".format(*shares)
        print(f"{name}, from {limit} on: {told}")


if __name__ == "__main__":
    main()
