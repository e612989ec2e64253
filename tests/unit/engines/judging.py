"""Judges and questions for tests."""

from datetime import UTC, datetime
from typing import Any

from auscult.domain.conversation import Turn
from auscult.domain.probe import Judgement, Transcript
from auscult.domain.scoring.judging import Allowance, Prices
from auscult.engines.judge import Address, Budget, Judge, Server
from auscult.services.scoring.engine_calls.answer_cache import RunSpending
from tests.scripted_judge import ScriptedJudge
from tests.waiting import PATIENCE_S

NOW = datetime(2026, 3, 23, 22, 0, tzinfo=UTC)


def transcript(*said: str, name: str = "c-1") -> Transcript:
    """A transcript of lines like ``agent: Hello.``; turns are m1, m2, ..."""
    pairs = (line.partition(": ") for line in said)
    return Transcript(name, tuple(Turn(f"m{at}", who, text) for at, (who, _, text) in enumerate(pairs, 1)))  # type: ignore[arg-type]


CALL = transcript(
    "agent: Hello, thank you for calling.",
    "customer: I lost my card.",
    "agent: I am so sorry to hear that!",
    "customer: Thanks.",
)


def judgement(statement: str, of: Transcript = CALL, speaker: str | None = "agent") -> Judgement:
    """A statement about one speaker's turns, or everybody's."""
    return Judgement(statement, of, tuple(turn.id for turn in of.turns if speaker in (None, turn.speaker)))


HELLO = judgement("The agent says hello.")
SORRY = judgement("The agent says sorry.")
REFUND = judgement("The agent offers a refund.")


def judge(server: ScriptedJudge | str, budget: Budget | None = None, **chosen: Any) -> Judge:
    """A judge on a server, without retries and in no hurry. ``chosen``: fields of its address, context, at_once."""
    more = {name: chosen.pop(name, usual) for name, usual in (("context", 32_768), ("at_once", 2))}
    url = server if isinstance(server, str) else server.url
    address = Address(**({"url": url, "model": "m-1", "retries": 0, "timeout_s": PATIENCE_S} | chosen))
    return Judge(Server(address), budget or budget_of(), **more)


def budget_of(
    allowance: Allowance | None = None, prices: Prices | None = None, spending: RunSpending | None = None
) -> Budget:
    """A budget, on a day in March."""
    return Budget(spending or RunSpending(), allowance or Allowance(), prices, lambda: NOW)
