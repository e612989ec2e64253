"""Measure on hands that neither reader had seen what the second reader adds to the heads.

    python -m bench.reader.measure DATA READER [--heads FILE] [--read FILE]

READER is a folder that ``bench.reader.fit`` wrote; ``reader.json`` in it names the hands that were left out. Heads are
fitted without these hands, too (``--heads`` keeps their scores there, or reads them; ``--read`` those of the encoder).
Votes are fitted over the scores of the other hands that were left out. So each decision is on a hand that no part of
the machine had seen, and no conversation that stays unread is read. Intervals are the middle 95 % of resamples of
conversations, of differences between two readers on the same ones.
"""

import argparse
import json
import pickle
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from auscult.domain.probe import Acts
from auscult.engines._acts.features import side_of
from auscult.engines._acts.reading import ACTS
from bench.acts.facts import FACTS, said
from bench.acts.fit_votes import Decision, course_of_scores, fitted_question
from bench.acts.material import Labelled
from bench.acts.train import SIDES
from bench.quality.first_sight import machine
from bench.reader.heads import Scores, scores_without
from bench.reader.material import sets_of
from bench.reader.reading import Reader

RESAMPLES = 1_000
SEED = 1960
FEWEST = 10
"""Turns that must have an act for its average precision to be reported."""
SHARES = (10, 20, 30, 50)
"""Percent of conversations, or turns, of which the second reader is asked."""
BUDGET_MS = 8.0

T = TypeVar("T")
Floats = NDArray[np.float64]
Measure = Callable[[NDArray[np.int64]], float]
"""A figure of conversations, each counted as often as its number says."""


class Interval(NamedTuple):
    """A figure with the middle 95 % of its resamples."""

    figure: float
    low: float
    high: float

    def __str__(self) -> str:
        """Return it with three decimals."""
        return f"{self.figure:.3f} ({self.low:.3f} to {self.high:.3f})"


class Held(NamedTuple):
    """Conversations of hands that were left out, and the scores of their turns by each reader."""

    sets: list[Labelled]
    scores: dict[str, Scores]
    milliseconds: dict[str, float]
    """Of processor, for reading a conversation a second time; one thread."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("reader", type=Path)
    parser.add_argument("--heads", type=Path)
    parser.add_argument("--read", type=Path)
    given = parser.parse_args()
    about = json.loads((given.reader / "reader.json").read_text(encoding="utf-8"))
    held = held_out(given.data, given.reader, about, given.heads, given.read)
    print(f"{len(held.sets)} conversations of {', '.join(about['without'])}, which no reader had seen")
    show_acts(held)
    decisions = {name: decided(held.sets, scores) for name, scores in held.scores.items()}
    decisions["mean, votes over heads"] = decided(held.sets, held.scores["heads"], held.scores["mean"])
    show_decisions(held, decisions)
    show_conversations(held, decisions)
    show_turns(held, decisions)


def held_out(data: Path, reader: Path, about: Mapping[str, list[str]], heads: Path | None, read: Path | None) -> Held:
    """Return the conversations that were left out, scored by the heads, by the encoder, and the mean of both."""
    sets = sets_of(data, str(about["language"]))
    own = [
        one for one in sets if one.source.partition(" ")[0] in about["without"] and not one.source.endswith("unread")
    ]
    by_heads: Scores = _kept(heads, lambda: scores_without(sets, about["without"], str(about["language"])))
    by_encoder, milliseconds = _kept(read, lambda: read_again(own, Reader(reader)))
    mean = {key: mixed(row, by_encoder[key]) for key, row in by_heads.items()}
    return Held(own, {"heads": by_heads, "encoder": by_encoder, "mean": mean}, milliseconds)


def _kept(file: Path | None, made: Callable[[], T]) -> T:
    if file is not None and file.exists():
        return pickle.loads(file.read_bytes())  # noqa: S301 our own file
    found = made()
    if file is not None:
        file.write_bytes(pickle.dumps(found))
    return found


def mixed(first: Iterable[int], second: Iterable[int]) -> tuple[int, ...]:
    """Return the mean of two readers' scores, rounded down."""
    return tuple((one + other) // 2 for one, other in zip(first, second, strict=True))


def read_again(sets: Sequence[Labelled], reader: Reader) -> tuple[Scores, dict[str, float]]:
    """Return the encoder's scores of acts of each turn's side, and the milliseconds of processor a conversation."""
    scores: dict[tuple[str, int], tuple[int, ...]] = {}
    milliseconds: dict[str, float] = {}
    for one in sets:
        turns = Acts.of(one.conversation).turns
        started = time.process_time()
        rows = reader.scores(turns, range(len(turns)))
        milliseconds[one.conversation.id] = (time.process_time() - started) * 1000
        for index, turn in enumerate(turns):
            if side_of(turn) in SIDES:
                columns = [ACTS.index(act) for act in SIDES[side_of(turn)]]
                scores[one.conversation.id, index] = tuple(rows[index][column] for column in columns)
    return scores, milliseconds


def show_acts(held: Held) -> None:
    """Print the average precision of each act, and the mean over acts with its interval."""
    names = list(held.scores)
    print(f"\naverage precision of acts, {', '.join(names)}; turns that have the act")
    columns = list(columns_of(held))
    for act, truth, _, found in columns:
        each = "  ".join(f"{precision(truth, found[name], np.ones(len(truth))):.3f}" for name in names)
        print(f"  {act:16}{each}  {int(truth.sum())}")

    def mean(name: str) -> Measure:
        return lambda counts: float(
            np.mean([precision(truth, found[name], counts[rows]) for _, truth, rows, found in columns])
        )

    for name in names:
        print(f"  mean of {len(columns)}, {name}: {resampled(mean(name), len(held.sets))}")
    print(f"  mean less heads: {resampled(less(mean('mean'), mean('heads')), len(held.sets))}", flush=True)


def columns_of(held: Held) -> Iterable[tuple[str, Floats, NDArray[np.int64], dict[str, Floats]]]:
    """Yield each act with its truth, the conversation's number and each reader's scores, a value for each turn."""
    for side, acts in SIDES.items():
        rows: list[tuple[int, tuple[str, int], Mapping[str, int]]] = []
        for number, one in enumerate(held.sets):
            for index, turn in enumerate(Acts.of(one.conversation).turns):
                if side_of(turn) == side and turn.id in one.acts:
                    rows.append((number, (one.conversation.id, index), one.acts[turn.id]))
        for column, act in enumerate(acts):
            known = [row for row in rows if row[2].get(act, -1) >= 0]
            truth = np.array([row[2][act] for row in known], float)
            if truth.sum() >= FEWEST:
                found = {
                    name: np.array([scores[row[1]][column] for row in known], float)
                    for name, scores in held.scores.items()
                }
                yield act, truth, np.array([row[0] for row in known]), found


def precision(truth: Floats, scores: Floats, counts: NDArray[np.generic]) -> float:
    """Return the average precision, each turn counted as often as its number says; of equal scores all at once."""
    order = np.argsort(-scores, kind="stable")
    counts = counts[order].astype(float)
    right, all_of_them = np.cumsum(counts * truth[order]), np.cumsum(counts)
    ends = np.flatnonzero(np.append(np.diff(scores[order]), 1))
    gained = np.diff(np.append(0.0, right[ends]))
    return float((gained * right[ends] / np.maximum(all_of_them[ends], 1e-9)).sum() / max(right[-1], 1e-9))


def resampled(measure: Measure, conversations: int) -> Interval:
    """Return a figure with its interval, conversations drawn again."""
    drawn = np.random.default_rng(SEED)
    figures = sorted(
        measure(np.bincount(drawn.integers(0, conversations, conversations), minlength=conversations))
        for _ in range(RESAMPLES)
    )
    whole = measure(np.ones(conversations, np.int64))
    return Interval(whole, figures[RESAMPLES // 40], figures[-RESAMPLES // 40])


def less(one: Measure, other: Measure) -> Measure:
    """Return the difference of two figures of the same conversations."""
    return lambda counts: one(counts) - other(counts)


def decided(sets: Sequence[Labelled], scores: Scores, judged: Scores | None = None) -> list[Decision]:
    """Return the decisions of votes over scores, each by votes that had not seen the hand.

    Where other scores are ``judged``, votes fitted over ``scores`` decide on those.
    """
    words = _by_words(sets)
    courses = [course_of_scores(one, scores) for one in sets]
    others = courses if judged is None else [course_of_scores(one, judged) for one in sets]
    found: list[Decision] = []
    for fact in FACTS.values():
        rows = [index for index, one in enumerate(sets) if said(fact, one.answers) in fact.answers]
        with redirect_stdout(StringIO()):
            _, of_fact = fitted_question(
                fact,
                [sets[row] for row in rows],
                [said(fact, words[sets[row].conversation.id]) for row in rows],
                [courses[row] for row in rows],
                [others[row] for row in rows],
            )
        found += of_fact
    return found


_WORDS: dict[int, Mapping[str, Mapping[str, str]]] = {}


def _by_words(sets: Sequence[Labelled]) -> Mapping[str, Mapping[str, str]]:
    if id(sets) not in _WORDS:
        _WORDS[id(sets)] = machine((one.conversation for one in sets), votes=False)
    return _WORDS[id(sets)]


class Table(NamedTuple):
    """Decisions on one question: the conversation's number, and people's answer and the machine's as numbers."""

    rows: NDArray[np.int64]
    people: NDArray[np.int64]
    found: NDArray[np.int64]
    answers: int

    def counted(self, counts: NDArray[np.int64]) -> Floats:
        """Return how often each answer of people meets each answer of the machine."""
        pairs = self.people * self.answers + self.found
        found = np.bincount(pairs, counts[self.rows].astype(float), self.answers**2)
        return found.reshape(self.answers, self.answers)

    def kappa(self, counts: NDArray[np.int64]) -> float:
        """Return Cohen's kappa."""
        table = self.counted(counts)
        total = max(table.sum(), 1.0)
        chance = float((table.sum(0) * table.sum(1)).sum()) / total**2
        return (float(np.trace(table)) / total - chance) / max(1 - chance, 1e-9)

    def f1(self, counts: NDArray[np.int64]) -> Floats:
        """Return F1 of each answer."""
        table = self.counted(counts)
        return 2 * np.diag(table) / np.maximum(table.sum(0) + table.sum(1), 1e-9)


def table_of(sets: Sequence[Labelled], decisions: Iterable[Decision], question: str) -> Table:
    """Return the decisions on a question."""
    numbers = {one.conversation.id: number for number, one in enumerate(sets)}
    fact = next(fact for fact in FACTS.values() if fact.label == question)
    own = [one for one in decisions if one.metric == question]
    rows = np.array([numbers[one.conversation_id] for one in own])
    people, found = (
        np.array([fact.answers.index(of) for of in some])
        for some in zip(*((one.people, one.answer) for one in own), strict=True)
    )
    return Table(rows, people, found, len(fact.answers))


METRICS = tuple(name for name in FACTS if name.startswith("em-"))


def macro(sets: Sequence[Labelled], decisions: Sequence[Decision]) -> Measure:
    """Return the mean kappa of the ten metrics."""
    tables = [table_of(sets, decisions, name) for name in METRICS]
    return lambda counts: float(np.mean([table.kappa(counts) for table in tables]))


def f1_of_answers(sets: Sequence[Labelled], decisions: Sequence[Decision], question: str, first: int | None) -> Measure:
    """Return the mean F1 of the answers, or that of the one which comes ``first``."""
    table = table_of(sets, decisions, question)
    return lambda counts: float(table.f1(counts).mean() if first is None else table.f1(counts)[first])


def show_decisions(held: Held, decisions: Mapping[str, Sequence[Decision]]) -> None:
    """Print the kappa of each metric, their mean, sentiment and churn, for each reader."""
    print(f"\nkappa of each metric: {', '.join(decisions)}")
    whole = np.ones(len(held.sets), np.int64)
    for name in METRICS:
        each = "  ".join(f"{table_of(held.sets, some, name).kappa(whole):.3f}" for some in decisions.values())
        print(f"  {name:18}{each}")
    figures: dict[str, Callable[[Sequence[Decision]], Measure]] = {
        "macro kappa": lambda some: macro(held.sets, some),
        "sentiment, macro F1": lambda some: f1_of_answers(held.sets, some, "customer_sentiment", None),
        "churn, F1": lambda some: f1_of_answers(held.sets, some, "churn_risk", 0),
    }
    for title, of in figures.items():
        base = of(decisions["heads"])
        print(f"{title}: heads {resampled(base, len(held.sets))}")
        for name, some in decisions.items():
            if name != "heads":
                found, gained = (resampled(one, len(held.sets)) for one in (of(some), less(of(some), base)))
                print(f"  {name}: {found}; less heads {gained}", flush=True)


def show_conversations(held: Held, decisions: Mapping[str, Sequence[Decision]]) -> None:
    """Print what is gained where only the most doubtful conversations are read again, and what that costs."""
    doubts: dict[str, float] = {}
    for one in decisions["heads"]:
        if one.metric in METRICS:
            doubts[one.conversation_id] = doubts.get(one.conversation_id, 0.0) + 1 - one.confidence
    ranked = sorted(doubts, key=lambda one: -doubts[one])
    base = macro(held.sets, decisions["heads"])
    costs = held.milliseconds
    mean_ms, mean_turns = np.mean(list(costs.values())), np.mean([len(one.conversation.turns) for one in held.sets])
    print(f"\nreading a conversation again: {mean_ms:.1f} ms of processor, {mean_turns:.1f} turns, one thread")
    fit = np.searchsorted(np.cumsum([costs[one] for one in ranked]) / len(ranked), BUDGET_MS)
    print(f"{BUDGET_MS:.0f} ms on average read the {100 * fit / len(ranked):.0f} % most doubtful again")
    for share in sorted({*SHARES, round(100 * fit / len(ranked)), 100}):
        asked = set(ranked[: round(len(ranked) * share / 100)])
        for name in ("mean", "mean, votes over heads"):
            some = [one for one in decisions["heads"] if one.conversation_id not in asked]
            some += [one for one in decisions[name] if one.conversation_id in asked]
            gained = resampled(less(macro(held.sets, some), base), len(held.sets))
            ms = sum(costs[one] for one in asked) / len(ranked)
            print(f"  {share} % most doubtful conversations, {name}: gain {gained}, {ms:.1f} ms on average", flush=True)


def show_turns(held: Held, decisions: Mapping[str, Sequence[Decision]]) -> None:
    """Print what is gained where only the most doubtful turns are read again, with votes fitted over such scores."""
    heads, mean = held.scores["heads"], held.scores["mean"]
    doubts = {key: float(doubt(np.array(row))) for key, row in heads.items()}
    ranked = sorted(doubts, key=lambda key: -doubts[key])
    base = macro(held.sets, decisions["heads"])
    for share in SHARES:
        asked = set(ranked[: round(len(ranked) * share / 100)])
        scores = {key: mean[key] if key in asked else row for key, row in heads.items()}
        gained = resampled(less(macro(held.sets, decided(held.sets, scores)), base), len(held.sets))
        print(f"  {share} % most doubtful turns: gain {gained}", flush=True)


def doubt(row: Floats) -> Floats:
    """Return the doubt about a turn: the sum of the variances of its acts."""
    shares = 1 / (1 + np.exp(-row / 16))
    return (shares * (1 - shares)).sum()


if __name__ == "__main__":
    sys.exit(main())
