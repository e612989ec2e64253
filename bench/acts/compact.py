"""Read the conversations in ``written``: turns with their dialogue acts, and verdicts, in a compact text format.

``written/README.md`` describes the format. Ids follow from folder and position (``c-w1-001``). Times follow from a
rule, as they carry no label: words of speech at an even rate, and a pause between turns.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from auscult.domain.conversation import Conversation

WRITTEN = Path(__file__).with_name("written")
WORD_MS, PAUSE_MS = 380, 600
"""Time that a spoken word takes, and a pause between turns."""
BETWEEN_MS = 20_000
"""Time between the messages of a chat."""
BEGINS = datetime(2026, 3, 2, 9, tzinfo=UTC)
SPEAKERS = {"A": "agent", "C": "customer", "S": "system", "B": "bot"}
METRICS = {
    "gre": "em-greeting", "int": "em-introduction", "off": "em-offer-help", "ver": "em-verification",
    "emp": "em-empathy", "hol": "em-hold-notice", "res": "em-resolution", "fur": "em-further-help",
    "sig": "em-signoff", "esc": "em-escalation",
}  # fmt: skip
ANSWERS = {"Y": "YES", "N": "NO", "NA": "NA"}
SENTIMENTS = {"pos": "positive", "neu": "neutral", "neg": "negative"}
_TURN = re.compile(r"([ACSB]) \[([a-z_ ]*)\] (\S.*)")


class Written(NamedTuple):
    """A conversation, its acts by turn id, and what its author says of each metric and field."""

    conversation: Conversation
    acts: Mapping[str, frozenset[str]]
    answers: Mapping[str, str]


def written(folder: Path, language: str = "en") -> list[Written]:
    """Return the conversations of one author, in order. Raises ``ValueError`` for a line that is none of the format."""
    found: list[Written] = []
    for file in sorted(folder.glob("*.txt")):
        for block in _blocks(file):
            found.append(_read(f"c-{folder.name}-{len(found) + 1:03}", block, language))
    return found


def _blocks(file: Path) -> Iterator[list[str]]:
    """Yield the lines of each conversation: from its head to its gold."""
    block: list[str] = []
    for line in filter(str.strip, file.read_text(encoding="utf-8").splitlines()):
        if line.startswith("== ") != (not block):
            raise ValueError(f"{file.name}: a conversation begins with '==' and ends with 'gold', not with '{line}'")
        block.append(line.rstrip())
        if line.startswith("gold "):
            yield block
            block = []
    if block:
        raise ValueError(f"{file.name}: '{block[0]}' has no gold")


def _read(conversation_id: str, block: Sequence[str], language: str) -> Written:
    channel, direction, _ = (part.strip() for part in block[0].removeprefix("== ").split("|", 2))
    turns: list[dict[str, Any]] = []
    acts: dict[str, frozenset[str]] = {}
    clock = 0
    for number, line in enumerate(block[1:-1], start=1):
        match = _TURN.fullmatch(line)
        if match is None:
            raise ValueError(f"{conversation_id}: '{line}' is no turn; one is 'A [acts] text'")
        start, clock = clock, clock + WORD_MS * (match[3].count(" ") + 1)
        turn: dict[str, Any] = {"id": f"m{number}", "speaker": SPEAKERS[match[1]], "text": match[3]}
        turns.append(turn | ({"start_ms": start, "end_ms": clock} if channel == "voice" else {}))
        acts[f"m{number}"] = frozenset(match[2].split())
        clock += PAUSE_MS if channel == "voice" else BETWEEN_MS
    document = {
        "id": conversation_id, "channel": channel, "direction": direction, "language": language, "started_at": BEGINS,
        "ended_at": BEGINS + timedelta(milliseconds=clock), "agents": [{"id": "a-1"}], "turns": turns,
    }  # fmt: skip
    return Written(msgspec.convert(document, Conversation), acts, _gold(block[-1], acts))


def _gold(line: str, acts: Mapping[str, frozenset[str]]) -> dict[str, str]:
    """Return the verdicts of a ``gold`` line. An escalation is a request for someone else, or a threat."""
    held = dict(pair.split("=") for pair in line.split()[1:])
    answers = {metric: ANSWERS[held[key]] for key, metric in METRICS.items()}
    threatens = any("threat" in of for of in acts.values())
    return answers | {
        "resolved": answers["em-resolution"],
        "escalation": str(held["ask"] == "1" or threatens),
        "churn_risk": str(held["churn"] == "1"),
        "customer_sentiment": SENTIMENTS[held["sen"]],
    }
