"""Calls among turns: their order, the events that they are to forms, and who is an AI agent."""

from auscult.domain.ai_agents.calls import ai_agents_of, happened, placed_calls
from auscult.domain.ai_agents.context import Call
from auscult.domain.conversation import Agent, Event, Speaker, Turn
from auscult.domain.scoring.segments import segments_of
from tests.strategies import talk, timed


def test_a_call_is_placed_by_its_turn_then_by_its_time() -> None:
    """Without either it was before the first turn; the order in the document decides among equals."""
    calls = (
        Call("a", "x", start_ms=15_000),
        Call("b", "x", after_turn="m1"),
        Call("c", "x"),
        Call("d", "x", after_turn="m1"),
    )
    whole = talk("customer: hi", "bot: hello", "bot: done", calls=calls)
    assert [(position, call.id) for position, call in placed_calls(whole)] == [(-1, "c"), (0, "b"), (0, "d"), (1, "a")]
    assert placed_calls(talk("customer: hi")) == ()


def test_a_call_is_an_event_to_forms() -> None:
    """It happened when the turn before it ended, where it has no time of its own."""
    whole = timed(("customer", 0, 900), ("bot", 1000, 2000))
    calls = (Call("a", "refund", "b-1", "m2"), Call("b", "look", start_ms=5, end_ms=9))
    events = happened(talk("customer: hi", "bot: so", calls=calls))
    assert Event("tool:refund", 19_000, None, "b-1") in events
    assert Event("tool:look", 5, 9) in events
    assert happened(whole) == whole.events


def test_a_segment_has_its_own_calls() -> None:
    """Those behind its turns, at its own times; the ones before the first turn belong to the first."""
    turns = (
        Turn("m1", "bot", "hi", "b", 0, 1000),
        Turn("m2", "customer", "a person please", None, 2000, 3000),
        Turn("m3", "agent", "hello", "a", 10_000, 11_000),
    )
    calls = (Call("c1", "look"), Call("c2", "hand_over", "b", "m2", 3100), Call("c3", "refund", "a", "m3", 11_500))
    first, second = segments_of(talk("x: y", turns=turns, calls=calls))
    assert [(each.id, each.start_ms) for each in first.conversation.calls or ()] == [("c1", None), ("c2", 3100)]
    assert [(each.id, each.start_ms) for each in second.conversation.calls or ()] == [("c3", 1500)]


def test_an_ai_agent_is_one_that_is_given_or_that_only_speaks_as_a_bot() -> None:
    """A person who is given as one stays a person."""
    said: list[tuple[Speaker, str]] = [("bot", "b"), ("bot", "h"), ("agent", "a"), ("bot", "c"), ("agent", "c")]
    turns = tuple(Turn(f"m{n}", speaker, "x", agent) for n, (speaker, agent) in enumerate(said))
    agents = (Agent("h", kind="human"), Agent("a", kind="ai"), Agent("q"))
    assert ai_agents_of(talk("x: y", turns=turns, agents=agents)) == {"a", "b"}
