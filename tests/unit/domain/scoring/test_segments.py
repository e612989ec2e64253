"""Segments: where they begin, what each has of its conversation, and which one a row shows."""

from datetime import UTC, datetime, timedelta
from typing import Any

from auscult.domain.conversation import Agent, Conversation, Event, Queue, Turn
from auscult.domain.scoring.segments import segments_of, turns_of_segment

START = datetime(2026, 3, 1, tzinfo=UTC)


def conversation(*turns: Turn, **changes: Any) -> Conversation:
    """Return a call of two minutes with two agents and two queues."""
    made: dict[str, Any] = {
        "id": "c-1",
        "channel": "voice",
        "started_at": START,
        "ended_at": START + timedelta(minutes=2),
        "queues": (Queue("q-1"), Queue("q-2")),
        "agents": (Agent("a-1"), Agent("a-2")),
        "turns": turns,
    }
    return Conversation(**made | changes)


BOT = Turn("m1", "bot", "how can I help", start_ms=0, end_ms=900)
ASKED = Turn("m2", "customer", "a person please", start_ms=1_000, end_ms=1_900)
FIRST = Turn("m3", "agent", "hello", agent_id="a-1", start_ms=5_000, end_ms=5_900)
SECOND = Turn("m4", "agent", "hello, billing here", agent_id="a-2", start_ms=60_000, end_ms=61_000)


def test_a_conversation_of_one_agent_is_one_segment() -> None:
    """It is the conversation itself."""
    whole = conversation(FIRST, ASKED)
    (only,) = segments_of(whole)
    assert only.conversation is whole
    assert (only.number, only.handler, only.agent_id, only.offset_ms) == (1, "human", "a-1", 0)


def test_from_a_bot_to_one_agent_and_another() -> None:
    """Each has its turns from zero on, its agent and its own time; what the customer says stays with who was there."""
    bot, first, second = segments_of(conversation(BOT, ASKED, FIRST, SECOND))
    assert [turn.id for turn in bot.conversation.turns] == ["m1", "m2"]
    assert (bot.handler, bot.agent_id, bot.conversation.agents) == ("ai", None, ())
    assert (first.agent_id, first.offset_ms) == ("a-1", 5_000)
    assert first.conversation.turns[0].start_ms == 0
    assert first.conversation.duration_ms == 55_000
    assert second.conversation.started_at == START + timedelta(seconds=60)
    assert second.conversation.duration_ms == 60_000


def test_a_transfer_names_the_queue_and_the_boundary() -> None:
    """What is said after it belongs to the next segment, also before its agent speaks."""
    waiting = Turn("m5", "customer", "anybody there", start_ms=40_000, end_ms=41_000)
    moved = Event("transfer", start_ms=30_000, agent_id="a-1", to_queue_id="q-2")
    first, second = segments_of(conversation(FIRST, waiting, SECOND, events=(moved,)))
    assert [turn.id for turn in second.conversation.turns] == ["m5", "m4"]
    assert [queue.id for queue in first.conversation.queues] == ["q-1"]
    assert [queue.id for queue in second.conversation.queues] == ["q-2"]


def test_who_is_only_consulted_begins_no_segment() -> None:
    """The call stays with the first agent."""
    consulted = Event("consult", start_ms=59_000, end_ms=62_000, agent_id="a-2")
    again = Turn("m6", "agent", "thank you", agent_id="a-1", start_ms=70_000, end_ms=71_000)
    assert len(segments_of(conversation(FIRST, SECOND, again, events=(consulted,)))) == 1


def test_a_segment_at_the_times_of_the_whole() -> None:
    """None where there is no such segment."""
    whole = conversation(BOT, ASKED, FIRST)
    found = turns_of_segment(whole, 2)
    assert found is not None
    assert found.turns == (FIRST,)
    assert [agent.id for agent in found.agents] == ["a-1"]
    assert turns_of_segment(whole, 3) is None
