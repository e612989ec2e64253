"""The labelled conversations as they are judged: each with its labels, and the index of each turn and call in them."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from auscult.domain.ai_agents.context import AiContext, Call, Knowledge, Tool
from auscult.domain.conversation import Agent, Conversation, Turn

FOLDER = Path(__file__).parent
STARTED = datetime(2026, 11, 2, 9, tzinfo=UTC)
HANDS = ("dev", "hand1", "hand2", "hand3")


class Labelled(NamedTuple):
    """A conversation, its labels by question, and the index of each turn and call in the labelled line."""

    hand: str
    conversation: Conversation
    gold: dict[str, tuple[str, int | None]]
    indexes: dict[str, int]


def read(hand: str, folder: Path = FOLDER) -> list[Labelled]:
    """Return the conversations of a hand."""
    lines = (folder / f"{hand}.ndjson").read_text(encoding="utf-8").splitlines()
    return [_labelled(hand, json.loads(line)) for line in lines if line.strip()]


def _labelled(hand: str, line: dict[str, Any]) -> Labelled:
    turns: list[Turn] = []
    calls: list[Call] = []
    indexes: dict[str, int] = {}
    for index, each in enumerate(line["turns"]):
        if "tool" in each:
            after = turns[-1].id if turns else None
            id_ = f"c{len(calls) + 1}"
            calls.append(Call(id_, each["tool"], None, after, None, None, each["args"], each["result"], each["ok"]))
        else:
            id_ = f"m{len(turns) + 1}"
            agent = {"bot": "ai", "agent": "person"}.get(each["s"])
            turns.append(Turn(id_, each["s"], each["t"], agent))
        indexes[id_] = index
    conversation = Conversation(
        id=line["id"],
        started_at=STARTED,
        channel=line["channel"],
        language=line["language"],
        turns=tuple(turns),
        calls=tuple(calls),
        agents=(Agent("ai", kind="ai"), Agent("person", kind="human")),
        ai=AiContext(
            line.get("instructions") or None,
            tuple(Knowledge(one["text"], one.get("title")) for one in line.get("knowledge", ())),
            tuple(Tool(name) for name in line.get("tools", ())),
        ),
    )
    gold = {question: (label[0], label[1]) for question, label in line["gold"].items()}
    return Labelled(hand, conversation, gold, indexes)
