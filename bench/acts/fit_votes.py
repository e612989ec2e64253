"""Fit the votes: for each question, weights of the answer by words and of the acts of a conversation."""

import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from math import log
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from auscult.domain.audits.agreement import compare
from auscult.domain.probe import ActsAnswer
from auscult.engines._acts.features import side_of
from auscult.engines._acts.reading import ACTS, AGENT_ACTS
from auscult.engines._vectors.softmax import descend
from auscult.votes.signs import LOWEST, ONE, Course, acts_of
from auscult.votes.voting import GRAIN, values
from bench.acts.facts import FACTS, Fact, signs_of
from bench.acts.material import Labelled

REVISION = 1
HELD_BACK = 4.0
"""How far weights are held back (L2)."""
ELSEWHERE = 3.0
"""Weight of a conversation of the development set or the challenge: other kinds of calls, on which words alone do well."""
BEFORE = Path(__file__).parents[1] / "quality" / "first_sight_before.json"
"""The answers by words alone, which is what commit 0caacea answered."""

Floats = NDArray[np.float64]
Scores = Mapping[tuple[str, int], Sequence[int]]


def fit_votes(sets: Sequence[Labelled], scores: Scores, *, write: bool) -> None:
    """Fit every question, print the agreement on conversations that neither heads nor votes had seen, and write."""
    from bench.acts.train import FOLDS, part_of  # noqa: PLC0415 it calls this one

    words = {key: answers for part in json.loads(BEFORE.read_text()).values() for key, answers in part.items()}
    fitted = [one for one in sets if not one.source.endswith("unread")]
    courses = [course_of_scores(one, scores) for one in fitted]
    parts = np.array([part_of(one.conversation.id) for one in fitted])
    counts = np.array([1.0 if one.source.endswith(" read") else ELSEWHERE for one in fitted])
    held: dict[str, object] = {}
    for name, fact in FACTS.items():
        by_words = [words[one.conversation.id][name] for one in fitted]
        rows = [values(signs_of(fact), said, course) for said, course in zip(by_words, courses, strict=True)]
        matrix = np.array([[sign.value / ONE for sign in row] for row in rows])
        logits = np.zeros((len(fitted), len(fact.answers)))
        for part in range(FOLDS):
            learned = parts != part
            some = [one for one, is_in in zip(fitted, learned, strict=True) if is_in]
            weights = _fit(matrix[learned], _labels(fact, some), len(fact.answers), counts[learned])
            logits[~learned] = matrix[~learned] @ weights[:-1] + weights[-1]
        sharpness = _sharpness(logits, _labels(fact, fitted))
        _show(fact, fitted, by_words, logits)
        weights = _fit(matrix, _labels(fact, fitted), len(fact.answers), counts)
        held[name] = {
            "answers": fact.answers,
            "signs": signs_of(fact),
            "weights": np.rint(weights[:-1] * GRAIN / ONE).astype(int).tolist(),
            "bias": np.rint(weights[-1] * GRAIN).astype(int).tolist(),
            "sharpness": sharpness,
        }
    if write:
        rows = ",\n".join(f"  {json.dumps(name)}: {json.dumps(of)}" for name, of in held.items())
        path = Path(str(files("auscult.votes").joinpath("weights.json")))
        path.write_text(f'{{"revision": {REVISION}, "questions": {{\n{rows}\n}}}}\n')


def course_of_scores(one: Labelled, scores: Scores) -> Course:
    """Return a conversation with given scores of its acts."""
    rows: list[tuple[int, ...]] = []
    for index, turn in enumerate(acts_of(one.conversation).turns):
        row = [LOWEST] * len(ACTS)
        found = scores.get((one.conversation.id, index), ())
        start = 0 if side_of(turn) == "agent" else len(AGENT_ACTS)
        row[start : start + len(found)] = found
        rows.append(tuple(row))
    return Course(one.conversation, ActsAnswer(ACTS, tuple(rows), ""))


def _labels(fact: Fact, sets: Sequence[Labelled]) -> list[NDArray[np.int64]]:
    return [np.array([fact.answers.index(one.answers[label]) for one in sets]) for label in fact.labels]


def _fit(matrix: Floats, labels: Sequence[NDArray[np.int64]], answers: int, counts: Floats) -> Floats:
    """Fit a multinomial logistic regression; of a question with two labels each counts half."""
    truth = np.mean([np.eye(answers)[of] for of in labels], axis=0)
    mass = counts[:, None]

    def slope(weights: Floats) -> tuple[float, Floats]:
        logits = matrix @ weights[:-1] + weights[-1]
        logits -= logits.max(axis=1, keepdims=True)
        raised = np.exp(logits)
        shares = raised / raised.sum(axis=1, keepdims=True)
        loss = -float((mass * truth * np.log(shares + 1e-12)).sum())
        loss += 0.5 * HELD_BACK * float(np.square(weights[:-1]).sum())
        loss += 0.01 * HELD_BACK * float(np.square(weights[-1]).sum())
        wrong = (shares - truth) * mass
        by_weight = matrix.T @ wrong + HELD_BACK * weights[:-1]
        return loss, np.vstack([by_weight, wrong.sum(axis=0) + 0.02 * HELD_BACK * weights[-1]])

    return descend(slope, np.zeros((matrix.shape[1] + 1, answers)), 0.001)


def _sharpness(logits: Floats, labels: Sequence[NDArray[np.int64]]) -> int:
    """Return how much surer the answers are than the weights say, in percent: what fits unseen conversations best."""

    def cost(percent: int) -> float:
        scaled = logits * percent / 100
        scaled = scaled - scaled.max(axis=1, keepdims=True)
        shares = np.exp(scaled) / np.exp(scaled).sum(axis=1, keepdims=True)
        return -sum(log(max(1e-9, row[label])) for of in labels for row, label in zip(shares, of, strict=True))

    return min(range(40, 201, 5), key=cost)


def _show(fact: Fact, sets: Sequence[Labelled], by_words: Sequence[str], logits: Floats) -> None:
    said = [fact.answers[best] for best in logits.argmax(axis=1)]
    for label in fact.labels:
        line = f"{label:20}"
        for shown, is_of in (("read thirds", True), ("development and challenge", False)):
            rows = [index for index, one in enumerate(sets) if one.source.endswith(" read") == is_of]
            words, both = (
                compare([(sets[index].answers[label], answers[index]) for index in rows]).kappa
                for answers in (by_words, said)
            )
            line += f"  {shown}: words {words or 0:.3f}, vote {both or 0:.3f}"
        print(line, flush=True)
