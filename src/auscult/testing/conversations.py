"""Conversations to try things on: one from a few lines, and a collection of all that occurs."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Literal

from auscult.domain.conversation import Agent, Conversation, Event, Queue, Turn

STARTED = datetime(2026, 3, 23, 10, 17, 54, tzinfo=UTC)
_SPEAKERS: tuple[Literal["agent", "customer", "bot", "system"], ...] = ("agent", "customer", "bot", "system")
_WORDS = "hello thanks please sorry the account card balance um yes no I'm goodbye 42 $5.00 naïve 你好 👋".split()  # noqa: SIM905
_SEED = 1960


def talk(*lines: str, step_ms: int | None = 10_000, **fields: Any) -> Conversation:  # noqa: ANN401  (fields of a conversation)
    """A conversation from lines like ``agent: hello``; turns m1, m2 and so on begin every ``step_ms`` and last nearly so long.

    ``step_ms=None`` leaves times out; ``fields`` are set on the conversation.
    """
    turns: list[Turn] = []
    for index, line in enumerate(lines):
        speaker, _, text = line.partition(": ")
        start = None if step_ms is None else index * step_ms
        end = None if step_ms is None else index * step_ms + step_ms * 9 // 10
        turns.append(Turn(f"m{index + 1}", speaker, text, start_ms=start, end_ms=end))  # type: ignore[arg-type]
    given: dict[str, Any] = {"id": "c-1", "channel": "voice", "started_at": STARTED, "turns": tuple(turns)}
    return Conversation(**given | fields)


def conversations(count: int = 60) -> list[Conversation]:
    """Conversations of every kind, the same each time: none speaks, no times, turns out of order, holds, all of Unicode."""
    rng = Random(_SEED)  # noqa: S311  (nothing is secret in it)
    plain = [
        talk(),
        talk("agent: Hello, how can I help you?", "customer: My card is lost.", "agent: I am sorry. Goodbye!"),
        talk("customer: hi", "agent: hello", step_ms=None, channel="chat"),
        talk("bot: Welcome.", "system: joined", "customer: agent please"),
        talk("agent: " + "word " * 5_000, "customer: "),
        talk("agent: \u0000\u2028\ufeff", "customer: \U0001f468\u200d\U0001f469\u200d\U0001f467"),
    ]
    return [*plain, *(_any(rng, index) for index in range(count - len(plain)))]


def _any(rng: Random, index: int) -> Conversation:
    turns: list[Turn] = []
    for number in range(rng.randrange(12)):
        start = rng.choice([None, rng.randrange(200_000)])
        end = None if start is None else rng.choice([None, start, start + rng.randrange(60_000)])
        text = " ".join(rng.choices(_WORDS, k=rng.randrange(8)))
        turns.append(Turn(f"m{number + 1}", rng.choice(_SPEAKERS), text, start_ms=start, end_ms=end))
    events = tuple(
        Event(rng.choice(["hold", "transfer", "note"]), rng.choice([None, rng.randrange(200_000)]))
        for _ in range(rng.randrange(3))
    )
    return Conversation(
        id=f"c-{index}",
        channel=rng.choice(["voice", "chat"]),
        started_at=STARTED,
        ended_at=rng.choice([None, STARTED + timedelta(minutes=5)]),
        language=rng.choice(["en", "en-GB", "de"]),
        direction=rng.choice(["inbound", "outbound"]),
        queues=tuple(Queue(f"qu-{number}") for number in range(rng.randrange(3))),
        agents=tuple(Agent(f"a-{number}") for number in range(rng.randrange(3))),
        turns=tuple(turns),
        events=events,
        custom_fields={"plan": "gold"} if index % 2 else {},
    )
