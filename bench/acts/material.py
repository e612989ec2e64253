"""Labelled turns to learn dialogue acts from: of conversations that may be read, and lines that were written for it.

Sets with acts label every turn. Of the development set and the challenge only verdicts are known, so that most acts of
most turns are unknown (-1): the turns that a YES cites have the act; for NO or NA no turn has it.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
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
from bench.quality.split import is_kept, is_unread

HANDS = Path(__file__).with_name("hands")
LINES = Path(__file__).with_name("lines")
UNKNOWN = -1
OF_MANY = ("development", "challenge")
"""Sets of calls and chats of several kinds, of which only verdicts are known."""
ALONE: tuple[str, ...] = ()
"""Hands that are the only ones of their languages; each is then left out in parts."""
PARTS, MOST_FOLDS = 3, 20
"""Parts of a set that is not left out as a whole; most fits with authors left out, each of which takes minutes."""
WRITTEN_LINES = "lines"
"""Source of lines that were written for training, which are never left out."""
TOGETHER = {"answers": ("done", "promise", "inform"), "denies": ("refuse", "fail")}
"""Heads for several acts together, which are easier to recognise than each."""
OUTCOMES = ("bodes_well", "sounds_served")
"""Heads of both sides for turns of conversations in which the request is met."""
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


def hands_of(language: str) -> list[Labelled]:
    """Read the hands of a language; ``source`` of a conversation that is only ever measured ends in ``unread``."""
    found: list[Labelled] = []
    for folder in sorted((WRITTEN / language).glob("*/")):
        for one in written(folder, language):
            acts = {turn: known_acts(of, one.answers["em-resolution"]) for turn, of in one.acts.items()}
            found.append(Labelled(f"{folder.name} read", one.conversation, one.answers, acts))
    for file in sorted((HANDS / language).glob("*.ndjson")):
        for line in _lines(file):
            conversation = read_conversation(line["conversation"])
            part = "unread" if is_kept(conversation.id) else "read"
            answers = gold(line["gold"])
            acts = {turn: known_acts(of, answers["em-resolution"]) for turn, of in line["acts"].items()}
            found.append(Labelled(f"{file.stem} {part}", conversation, answers, acts))
    return found


def labelled(data: Path) -> list[Labelled]:
    """Read every labelled English conversation; ``source`` of one that may not be fitted to ends in ``unread``."""
    found: list[Labelled] = []
    for name in ("train_a", "train_b"):
        for line in _lines(data / "labels" / f"{name}.ndjson"):
            conversation = read_conversation(line["conversation"])
            part = "unread" if is_unread(conversation.id) else "read"
            answers = gold(line["gold"])
            acts = {turn: known_acts(of, answers["em-resolution"]) for turn, of in line["acts"].items()}
            found.append(Labelled(f"{name} {part}", conversation, answers, acts))
    found += hands_of("en")
    for line in _lines(data / "labels" / "challenge.ndjson"):
        conversation = read_conversation(line["conversation"])
        found.append(Labelled("challenge", conversation, gold(line["gold"]), weak_acts(conversation, line["gold"])))
    for case in by_id(data):
        acts = weak_acts(case.conversation, case.gold)
        found.append(Labelled("development", case.conversation, gold(case.gold), acts))
    return found


def known_acts(named: Collection[str], resolution: str) -> dict[str, int]:
    """Return what is known of every act of a turn, from the acts that it has and whether the request is met."""
    known = {act: int(act in named) for act in ACTS}
    known |= {head: int(any(act in named for act in acts)) for head, acts in TOGETHER.items()}
    return known | outcome_acts(resolution)


def outcome_acts(resolution: str) -> dict[str, int]:
    """Return what is known of the heads for the outcome: nothing where nothing was asked for."""
    return dict.fromkeys(OUTCOMES, UNKNOWN if resolution == "NA" else int(resolution == "YES"))


def folds_of(its: Iterable[tuple[str, str]]) -> NDArray[np.str_]:
    """Return for each conversation, by source and id, which others are left out with it: all of its author, ``train_a``.

    Of sets by many it is a part, ``challenge 2``. Where there are more than ``MOST_FOLDS``, authors share them.
    """
    names = [_author_or_part(source, conversation_id) for source, conversation_id in its]
    own = sorted({*names} - {WRITTEN_LINES})
    folds = {name: own[at % MOST_FOLDS] for at, name in enumerate(own)} | {WRITTEN_LINES: WRITTEN_LINES}
    return np.array([folds[name] for name in names])


def _author_or_part(source: str, conversation_id: str) -> str:
    name = source.partition(" ")[0]
    return f"{name} {sha256(conversation_id.encode()).digest()[1] % PARTS}" if name in (*OF_MANY, *ALONE) else name


def written_lines(language: str) -> Iterator[tuple[dict[str, int], Turn]]:
    """Yield the lines that were written for training, if any were: what is known of their acts, and a turn.

    A line has the acts that it names and no others; with ``*`` nothing is known of the others, and ``!act`` is one
    that it does not have.
    """
    file = LINES / f"{language}.tsv"
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else ():
        acts, speaker, text = line.split("\t")
        named = set(acts.split(",")) - {"-"}
        if unknown := {act.removeprefix("!") for act in named - {"*"}} - set(ACTS):
            raise ValueError(f"{file.name}: {', '.join(sorted(unknown))} in '{line}'; there are {', '.join(ACTS)}")
        own = AGENT_ACTS if speaker == "agent" else CUSTOMER_ACTS
        known = {act: int(act in named) for act in own if "*" not in named or named & {act, f"!{act}"}}
        known |= {head: 1 for head, acts in TOGETHER.items() if named & set(acts)}
        known |= dict.fromkeys(OUTCOMES, UNKNOWN)
        yield known, Turn(id="m1", speaker="agent" if speaker == "agent" else "customer", text=text)


def weak_acts(conversation: Conversation, label: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """Return what verdicts say of acts; of most turns and acts nothing."""
    turns = Acts.of(conversation).turns
    outcome = outcome_acts(label["metrics"]["em-resolution"][0])
    known: dict[str, dict[str, int]] = {turn.id: dict(outcome) for turn in turns}
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
