"""Precision and recall of NO of the questions about AI agents, each hand left out in turn.

    python -m bench.quality.ai_agents [FOLDER_OR_FILE ...] [--fit] [--missed HAND]

How often each sign was right is counted on the other hands, and answers are measured on the hand that is left out. A
finding is right where its turn is within one of the label's, or the label names none. Files that are given are judged
with what is shipped. ``--fit`` counts on all hands and writes the table that is shipped; ``--missed`` prints what is
wrong on a hand, which only those are read that the rules may be read against: dev and hand1.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from auscult.domain.statistics.intervals import wilson
from auscult.metrics._ai.answering import QUESTIONS, UNKNOWN, UNSIGNED, Answered, Sign, Signs, shipped, weighed
from auscult.metrics._ai.reading import Found, Outcome, ai_reading
from bench.quality.ai_agents.hands import HANDS, Labelled, read

POOLED = ("kept", "grounded", "no_loop", "human", "handover", "disclosed")
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
        step = found.step
        id_ = step.turn.id if step.turn is not None else step.call.id if step.call is not None else ""
        return answer == "NO" and (at is None or abs(self.labelled.indexes[id_] - at) <= 1)


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
    arguments = parser.parse_args()
    if arguments.files:
        files = [
            one for path in arguments.files for one in (sorted(path.glob("*.ndjson")) if path.is_dir() else [path])
        ]
        _show({file.stem: answered(judged(read(file.stem, file.parent)), shipped()) for file in files})
        return
    hands = {hand: judged(read(hand)) for hand in HANDS}
    if arguments.fit:
        _write(counted([one for each in hands.values() for one in each]))
    found: dict[str, list[tuple[Judged, Answered]]] = {}
    for hand, mine in hands.items():
        signs = counted([one for other, each in hands.items() if other != hand for one in each])
        found[hand] = answered(mine, signs)
    _show(found)
    if arguments.missed:
        _print_missed(found[arguments.missed])


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


def answered(cases: Iterable[Judged], signs: Signs) -> list[tuple[Judged, Answered]]:
    """Answer each case with these signs."""
    return [(case, weighed(case.question, case.outcome, signs)) for case in cases]


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


def _write(signs: Signs) -> None:
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
