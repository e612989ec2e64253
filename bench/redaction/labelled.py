"""Labelled utterances, and how well a redactor finds what is labelled."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from auscult.domain.privacy.redaction import Found, Hints, Utterance, redacted
from auscult.redactors import Redactor

_LABEL = re.compile(r"\{(\w+):([^}]*)\}")
_SPEAKERS = {"A": "agent", "C": "customer"}


class Label(Struct, frozen=True):
    """A labelled span of an utterance."""

    turn: int
    start: int
    end: int
    kind: str


class Case(Struct, frozen=True):
    """A short conversation with its labels."""

    utterances: tuple[Utterance, ...]
    labels: tuple[Label, ...]


class Score(Struct):
    """Counts of one kind, or of all."""

    labelled: int = 0
    recalled: int = 0
    found: int = 0
    right: int = 0
    missed: list[str] = []
    mistaken: list[str] = []

    @property
    def recall(self) -> float:
        """The share of labelled spans that are covered."""
        return self.recalled / self.labelled if self.labelled else 1.0

    @property
    def precision(self) -> float:
        """The share of found spans that overlap a labelled one."""
        return self.right / self.found if self.found else 1.0


def read(path: Path) -> list[Case]:
    """Read the cases of a file, one a line; lines that begin with # are comments."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [case_of(line) for line in lines if line.strip() and not line.startswith("#")]


def score(redactor: Redactor, cases: Iterable[Case]) -> Mapping[str, Score]:
    """Return the scores by kind, and of all kinds under ``all``; these sets have no labels of expiry dates."""
    scores: dict[str, Score] = {"all": Score()}
    for case in cases:
        found = chosen(redactor, case)
        for label in case.labels:
            _add_label(case, label, found, [scores["all"], scores.setdefault(label.kind, Score())])
        for one in [each for each in found if each.kind != "expiry"]:
            _add_found(case, one, [scores["all"], scores.setdefault(one.kind, Score())])
    return scores


def chosen(redactor: Redactor, case: Case) -> list[Found]:
    """Return the spans that really become placeholders."""
    spans = redacted([text for _, text in case.utterances], redactor.find(case.utterances, Hints())).spans
    return [
        Found(turn, span.original_start, span.original_end, span.kind, "")
        for turn, its in enumerate(spans)
        for span in its
    ]


def is_covered(case: Case, label: Label, found: Sequence[Found]) -> bool:
    """Return whether all letters and digits of a label are found."""
    text = case.utterances[label.turn].text
    covered = {offset for one in found if one.turn == label.turn for offset in range(one.start, one.end)}
    return all(offset in covered or not text[offset].isalnum() for offset in range(label.start, label.end))


def overlaps(one: Found, labels: Iterable[Label]) -> bool:
    """Return whether a found span shares a character with a label."""
    return any(label.turn == one.turn and label.start < one.end and one.start < label.end for label in labels)


def _add_label(case: Case, label: Label, found: Sequence[Found], scores: Sequence[Score]) -> None:
    text = case.utterances[label.turn].text
    is_recalled = is_covered(case, label, found)
    for each in scores:
        each.labelled += 1
        each.recalled += is_recalled
    if not is_recalled:
        scores[0].missed.append(f"missed {label.kind}: {text[label.start : label.end]!r} of {text!r}")


def _add_found(case: Case, one: Found, scores: Sequence[Score]) -> None:
    is_right = overlaps(one, case.labels)
    for each in scores:
        each.found += 1
        each.right += is_right
    if not is_right:
        text = case.utterances[one.turn].text
        scores[0].mistaken.append(f"mistaken for {one.kind}: {text[one.start : one.end]!r} of {text!r}")


def case_of(line: str) -> Case:
    """Read a case: turns with their labels, divided by two bars."""
    utterances: list[Utterance] = []
    labels: list[Label] = []
    for turn, part in enumerate(line.split(" || ")):
        speaker, _, marked = part.partition(": ")
        text, done = "", 0
        for found in _LABEL.finditer(marked):
            text += marked[done : found.start()]
            labels.append(Label(turn, len(text), len(text) + len(found[2]), found[1]))
            text += found[2]
            done = found.end()
        utterances.append(Utterance(_SPEAKERS[speaker], text + marked[done:]))
    return Case(tuple(utterances), tuple(labels))
