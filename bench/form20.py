"""A deterministic form of twenty metrics of every kind that needs nobody else, and conversations that give them work.

QA-14x8 with a hold, a transfer, custom fields, and what an assistant ran: each metric of the form has something to
judge in most conversations.
"""

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
from msgspec.structs import replace

from auscult.domain.assist.assistance import Assist, DialogRun, PlaybookRun, PlaybookStage, PlaybookStep
from auscult.domain.conversation import Conversation, Event
from bench.qa14x8 import conversations

FORM = Path(__file__).with_name("form20.yaml")
TABLES = Path(__file__).with_name("form20")


def eventful(count: int, seed: int = 1) -> Iterator[Conversation]:
    """QA-14x8, with all that the form asks about."""
    chance = random.Random(seed)  # noqa: S311  (words, not secrets)
    for one in conversations(count, seed):
        turns = list(one.turns)
        turns[4] = replace(turns[4], text=f"{turns[4].text} the fee is {chance.choice((20, 25))} dollars a month")
        turns[8] = replace(turns[8], text=f"{turns[8].text} your rate is four point five percent")
        hold = Event("hold", (turns[5].end_ms or 0), (turns[6].start_ms or 0), "a-1")
        transfer = Event("transfer", (turns[12].end_ms or 0), None, "a-1", "qu-9")
        steps = tuple(PlaybookStep(id=f"s-{at}", is_adhered=chance.random() < 0.8) for at in range(5))
        assist = Assist(
            playbooks=(PlaybookRun(id="pb-1", name="Service", stages=(PlaybookStage(id="st-1", steps=steps),)),),
            dialogs=(DialogRun(name="Look up", started_at=one.started_at + timedelta(seconds=20)),),
        )
        fields = one.custom_fields | {"rate": "4.5"}
        yield replace(one, turns=tuple(turns), events=(hold, transfer), assist=assist, custom_fields=fields)


def write(path: Path, count: int, seed: int = 1) -> None:
    """Write them as NDJSON."""
    encode = msgspec.json.Encoder().encode
    with path.open("wb") as file:
        file.writelines(encode(conversation) + b"\n" for conversation in eventful(count, seed))
