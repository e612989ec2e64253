"""Precision and recall of NO of the questions about AI agents, each hand left out in turn.

    python -m bench.quality.ai_agents [FOLDER_OR_FILE ...] [--fit] [--missed HAND] [--cost]

How often each sign was right is counted on the other hands, and answers are measured on the hand that is left out. A
finding is right where its turn is within one of the label's, or the label names none. Files that are given are judged
with what is shipped. ``--fit`` counts on all hands and writes the table that is shipped; ``--missed`` prints what is
wrong on a hand, which only those are read that the rules may be read against: dev and hand1. ``--cost`` measures the processor's time.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from auscult.domain.statistics.intervals import wilson
from auscult.metrics._ai.answering import (
    QUESTIONS,
    UNKNOWN,
    UNSIGNED,
    Answered,
    Sign,
    Signs,
    Weights,
    shipped,
    surest,
    values_of,
    weighed,
)
from auscult.metrics._ai.figures import figures
from auscult.metrics._ai.reading import AiReading, Found, Outcome, ai_reading
from bench.quality.ai_agents.hands import HANDS, Labelled, read

POOLED = ("kept", "grounded", "no_loop", "human", "handover", "disclosed")
WEIGHED = ("grounded", "no_loop")
PENALTY = 5.0
_STEPS = 30
Rows = npt.NDArray[np.float64]
MEASURED = (*POOLED, "confirmed", "right_action", "safe")
TABLE = Path(__file__).parents[3] / "src" / "auscult" / "metrics" / "_ai" / "signs.tsv"
READABLE = ("dev", "hand1")


class Judged(NamedTuple):
    """A labelled conversation with what is found on a question."""

    labelled: Labelled
    question: str
    outcome: Outcome

    @property
    def label(self) -> str:
        """The label."""
        return self.labelled.gold[self.question][0]

    def is_right(self, found: Found) -> bool:
        """Return whether a finding is right: the label is NO, and its turn within one."""
        answer, at = self.labelled.gold[self.question]
        return answer == "NO" and (at is None or abs(self._at(found) - at) <= 1)

    def _at(self, found: Found) -> int:
        step = found.step
        return self.labelled.indexes[step.turn.id if step.turn else step.call.id if step.call else ""]

    def is_behind(self, found: Found) -> bool:
        """Return whether a finding is at or behind the label's turn."""
        answer, at = self.labelled.gold[self.question]
        return answer == "NO" and (at is None or self._at(found) >= at)


class Counted(NamedTuple):
    """Labels NO, answers NO, and how many of these are right."""

    labelled: int
    answered: int
    right: int


def main() -> None:
    """Measure and print; with ``--fit`` write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="*")
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--missed", choices=READABLE)
    parser.add_argument("--cost", action="store_true")
    arguments = parser.parse_args()
    if arguments.cost:
        _show_cost([each for hand in HANDS for each in read(hand)])
        return
    if arguments.files:
        files = [
            one for path in arguments.files for one in (sorted(path.glob("*.ndjson")) if path.is_dir() else [path])
        ]
        _show({file.stem: answered(judged(read(file.stem, file.parent))) for file in files})
        return
    hands = {hand: judged(read(hand)) for hand in HANDS}
    if arguments.fit:
        every = [one for each in hands.values() for one in each]
        _write(counted(every), fitted(every))
    found: dict[str, list[tuple[Judged, Answered]]] = {}
    for hand, mine in hands.items():
        others = [one for other, each in hands.items() if other != hand for one in each]
        found[hand] = answered(mine, counted(others), fitted(others))
    _show(found)
    if arguments.missed:
        _print_missed(found[arguments.missed])


def _show_cost(conversations: Sequence[Labelled]) -> None:
    """Print the time that the ten questions take for 20 turns: the least of nine rounds, each with nothing remembered."""
    turns, rounds = sum(len(each.conversation.turns) for each in conversations), list[float]()
    for _ in range(9):
        figures.cache_clear()
        began = time.process_time()
        for each in conversations:
            reading = AiReading(each.conversation)
            for question, ask in QUESTIONS.items() if reading.words is not None else ():
                weighed(question, ask(reading))
        rounds.append(time.process_time() - began)
    print(
        f"{1000 * min(rounds) / turns * 20:.2f} ms of processor for 20 turns "
        f"({len(conversations)} conversations of {turns / len(conversations):.1f} turns; the median "
        f"{1000 * sorted(rounds)[4] / turns * 20:.2f} ms)"
    )


def judged(conversations: Iterable[Labelled]) -> list[Judged]:
    """Return what is found on each question in conversations of a language that is read."""
    readings = [(each, ai_reading(each.conversation)) for each in conversations]
    return [
        Judged(each, question, QUESTIONS[question](reading))
        for each, reading in readings
        if reading.words is not None
        for question in MEASURED
    ]


def counted(cases: Iterable[Judged]) -> Signs:
    """Count how often each sign is right, once in a conversation: right where any of its findings is."""
    right, wrong = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for case in cases:
        signs: dict[str, bool] = {}
        for each in case.outcome.found:
            signs.setdefault(each.sign, case.is_right(each))
        if not signs:
            signs[UNSIGNED] = case.label != "NO"
        for sign, is_right in signs.items():
            (right if is_right else wrong)[case.question, sign] += 1
    known = shipped()
    every = {*known, *right, *wrong}
    return {key: Sign(known.get(key, UNKNOWN).expected, right[key], wrong[key]) for key in sorted(every)}


def fitted(cases: Iterable[Judged]) -> Weights:
    """Fit the weights of the questions whose findings weigh more than their sign, and scale them to be right so often.

    A reply that goes on with a loop counts as right too while fitting, as the loop may be seen by it.
    """
    weights: dict[str, Sequence[float]] = {}
    for question in WEIGHED:
        mine = [case for case in cases if case.question == question]
        rows = [(case, each) for case in mine for each in case.outcome.found if each.weighs]
        values = np.array([_values(question, each) for _, each in rows])
        right = [case.is_right(each) or (question == "no_loop" and case.is_behind(each)) for case, each in rows]
        fit = logistic(values, np.array(right, dtype=float))
        chosen = [(case, surest(question, case.outcome, shipped(), {question: fit})[0]) for case in mine]
        chosen = [(case, each) for case, each in chosen if each is not None and each.weighs]
        total = np.array([[1.0, float(np.dot(fit, _values(question, each)))] for _, each in chosen])
        start, slope = logistic(total, np.array([float(case.is_right(each)) for case, each in chosen]), 0.0)
        weights[question] = [
            round(float(one), 3) for one in slope * np.array(fit) + np.array([start, *[0.0] * (len(fit) - 1)])
        ]
    return weights


def _values(question: str, found: Found) -> tuple[float, ...]:
    return values_of(shipped().get((question, found.sign), UNKNOWN), found)


def logistic(values: Rows, right: Rows, penalty: float = PENALTY) -> Sequence[float]:
    """Return the weights of a logistic regression, the first of the constant; penalised as if values had one spread."""
    spread = values.std(axis=0)
    spread[spread == 0] = 1.0
    scaled = values / spread
    weights = np.zeros(values.shape[1])
    costs = np.full(values.shape[1], penalty + 1e-6)
    costs[0] = 1e-6
    for _ in range(_STEPS):
        likely = 1 / (1 + np.exp(-scaled @ weights))
        slope = scaled.T @ (likely - right) + costs * weights
        curve = (scaled.T * (likely * (1 - likely))) @ scaled + np.diag(costs)
        weights -= np.linalg.solve(curve, slope)
    return list(weights / spread)


def answered(
    cases: Iterable[Judged], signs: Signs | None = None, weights: Weights | None = None
) -> list[tuple[Judged, Answered]]:
    """Answer each case with these signs and weights, or those that are shipped."""
    return [(case, weighed(case.question, case.outcome, signs, weights)) for case in cases]


def count(cases: Sequence[tuple[Judged, Answered]]) -> Counted:
    """Count labels and answers."""
    no = [(case, answer) for case, answer in cases if answer.answer == "NO"]
    right = sum(answer.found is not None and case.is_right(answer.found) for case, answer in no)
    return Counted(sum(case.label == "NO" for case, _ in cases), len(no), right)


def _show(found: dict[str, list[tuple[Judged, Answered]]]) -> None:
    for hand, cases in found.items():
        _line(hand, count([one for one in cases if one[0].question in POOLED]))
    every = [one for cases in found.values() for one in cases]
    for question in MEASURED:
        _line(question, count([one for one in every if one[0].question == question]))
    _line("pooled", count([one for one in every if one[0].question in POOLED]))


def _line(name: str, of: Counted) -> None:
    precision = _share(of.right, of.answered)
    recall = _share(of.right, of.labelled)
    sys.stdout.write(
        f"{name:14} NO {of.labelled:3}  answered {of.answered:3}  precision {precision}  recall {recall}\n"
    )


def _share(part: int, whole: int) -> str:
    if not whole:
        return "   -             "
    interval = wilson(part / whole, whole)
    return f"{part / whole:.2f} ({interval.low:.2f} to {interval.high:.2f})"


def _write(signs: Signs, weights: Weights) -> None:
    table = TABLE.with_name("weights.tsv")
    head = [line for line in table.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    lines = ["\t".join([question, *map(str, each)]) for question, each in weights.items()]
    table.write_text("\n".join([*head, *lines]) + "\n", encoding="utf-8")
    head = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    rows = [
        f"{question}\t{sign}\t{one.expected:.2f}\t{one.right}\t{one.wrong}" for (question, sign), one in signs.items()
    ]
    TABLE.write_text("\n".join([*head, *rows]) + "\n", encoding="utf-8")


def _print_missed(cases: Iterable[tuple[Judged, Answered]]) -> None:
    for case, answer in cases:
        found, label = answer.found, case.labelled.gold[case.question]
        if found is not None and not case.is_right(found):
            sys.stdout.write(
                f"wrong  {case.labelled.conversation.id} {case.question} {label} {found.sign}: {found.text[:90]}\n"
            )
        elif found is None and case.label == "NO":
            sys.stdout.write(
                f"missed {case.labelled.conversation.id} {case.question} {label} {[one.sign for one in case.outcome.found]}\n"
            )


if __name__ == "__main__":
    main()
