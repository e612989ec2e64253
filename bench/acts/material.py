"""Labelled turns to learn dialogue acts from: of conversations that may be read, and lines that were written for it.

Sets with acts label every turn. Of the development set and the challenge only verdicts are known, so that most acts of
most turns are unknown (-1): the turns that a YES cites have the act; for NO or NA no turn has it.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from auscult.domain.conversation import Conversation, Turn
from auscult.domain.probe import Acts
from auscult.engines._acts.reading import ACTS, AGENT_ACTS, CUSTOMER_ACTS
from bench.acts.compact import WRITTEN, written
from bench.quality.first_sight import gold
from bench.quality.intelligence import by_id, read_conversation
from bench.quality.split import is_unread

LINES = Path(__file__).with_name("lines.tsv")
UNKNOWN = -1
CITED = {
    "em-greeting": ("greeting", 3),
    "em-introduction": ("introduction", 4),
    "em-offer-help": ("offer_help", 6),
    "em-verification": ("ask_identity", None),
    "em-empathy": ("empathy", None),
    "em-hold-notice": ("hold_notice", None),
    "em-further-help": ("further_help", None),
    "em-signoff": ("signoff", -3),
}
"""Act that a YES cites, and the agent's turns in which a NO denies it: the first ones, or (negative) the last ones."""


class Labelled(NamedTuple):
    """A conversation with what people say of it, and its acts: turn id -> act -> 1, 0 or ``UNKNOWN``."""

    source: str
    conversation: Conversation
    answers: Mapping[str, str]
    acts: Mapping[str, Mapping[str, int]]


def labelled(data: Path) -> list[Labelled]:
    """Read every labelled conversation; ``source`` of one that may not be fitted to ends in ``unread``."""
    found: list[Labelled] = []
    for name in ("train_a", "train_b"):
        for line in _lines(data / "labels" / f"{name}.ndjson"):
            conversation = read_conversation(line["conversation"])
            part = "unread" if is_unread(conversation.id) else "read"
            acts = {turn: {act: int(act in of) for act in ACTS} for turn, of in line["acts"].items()}
            found.append(Labelled(f"{name} {part}", conversation, gold(line["gold"]), acts))
    for folder in sorted(path for path in WRITTEN.iterdir() if path.is_dir()):
        for one in written(folder):
            acts = {turn: {act: int(act in of) for act in ACTS} for turn, of in one.acts.items()}
            found.append(Labelled(f"{folder.name} read", one.conversation, one.answers, acts))
    for line in _lines(data / "labels" / "challenge.ndjson"):
        conversation = read_conversation(line["conversation"])
        found.append(Labelled("challenge", conversation, gold(line["gold"]), weak_acts(conversation, line["gold"])))
    for case in by_id(data):
        acts = weak_acts(case.conversation, case.gold)
        found.append(Labelled("development", case.conversation, gold(case.gold), acts))
    return found


def written_lines() -> Iterator[tuple[frozenset[str], Turn]]:
    """Yield the lines that were written for training: their acts, and a turn."""
    for line in LINES.read_text(encoding="utf-8").splitlines():
        acts, speaker, text = line.split("\t")
        named = frozenset(acts.split(",")) - {"-"}
        if unknown := named - set(ACTS):
            raise ValueError(f"{LINES.name}: {', '.join(sorted(unknown))} in '{line}'; there are {', '.join(ACTS)}")
        yield named, Turn(id="m1", speaker="agent" if speaker == "agent" else "customer", text=text)


def weak_acts(conversation: Conversation, label: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """Return what verdicts say of acts; of most turns and acts nothing."""
    turns = Acts.of(conversation).turns
    known: dict[str, dict[str, int]] = {turn.id: {} for turn in turns}
    agent = [turn.id for turn in turns if turn.speaker == "agent"]
    customer = [turn.id for turn in turns if turn.speaker == "customer"]
    for metric, (act, window) in CITED.items():
        answer, cited = label["metrics"][metric]
        if answer == "YES":
            known.get(cited, {})[act] = 1
        elif answer == "NO" or window is None:
            _deny(known, agent[window:] if (window or 0) < 0 else agent[:window], act)
    if label["metrics"]["em-empathy"][0] == "NA":
        _deny(known, customer, "problem")
    if label["metrics"]["em-escalation"][0] == "NA":
        _deny(known, customer, "ask_escalation")
    for field, acts in (("escalation", ("threat", "ask_escalation")), ("churn_risk", ("churn",))):
        if not label[field]:
            for act in acts:
                _deny(known, customer, act)
    return known


def matrix_of(turns: Sequence[tuple[Turn, Mapping[str, int]]]) -> NDArray[np.int8]:
    """Return one row for each turn and a column for each act; acts of the other side are unknown."""
    rows = np.full((len(turns), len(ACTS)), UNKNOWN, np.int8)
    for row, (turn, known) in enumerate(turns):
        own = AGENT_ACTS if turn.speaker == "agent" else CUSTOMER_ACTS
        for act in own:
            rows[row, ACTS.index(act)] = known.get(act, UNKNOWN)
    return rows


def _deny(known: Mapping[str, dict[str, int]], turns: Iterable[str], act: str) -> None:
    for turn in turns:
        known[turn].setdefault(act, 0)


def _lines(file: Path) -> Iterator[Any]:
    return map(json.loads, file.read_text(encoding="utf-8").splitlines())
