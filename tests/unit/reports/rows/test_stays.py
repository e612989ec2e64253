"""Where a contact stayed, from what was told and from the talk."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from auscult.domain.contact import Contact, Destination, Segment
from auscult.domain.conversation import Agent, Conversation, Event, Queue, Turn
from auscult.reports._rows.stays import destinations_of, instant_of
from tests.data_files import tuples_of

AT = datetime(2026, 3, 23, 10, tzinfo=UTC)


def after(seconds: float) -> datetime:
    """An instant so long after the start."""
    return AT + timedelta(seconds=seconds)


def conversation(**changes: Any) -> Conversation:
    """A conversation of an hour."""
    return Conversation(**{"id": "c-1", "channel": "voice", "started_at": AT, "ended_at": after(3600)} | changes)


def stays(**changes: Any) -> list[tuple[str | None, str | None]]:
    """Queue and agent of each destination."""
    return [
        (each.queue_id, each.responding_agent and each.responding_agent.agent_id)
        for each in destinations_of(conversation(**changes))
    ]


@pytest.mark.parametrize(
    ("queues", "agents", "expected"), tuples_of(__file__, "destinations_are_worked_out_only_where_they_are_clear")
)
def test_destinations_are_worked_out_only_where_they_are_clear(
    queues: str, agents: str, expected: tuple[tuple[str | None, str | None], ...]
) -> None:
    """Nobody is said to have answered where it cannot be known."""
    found = stays(queues=tuple(Queue(each) for each in queues), agents=tuple(Agent(each) for each in agents))
    assert found == list(expected)


def test_what_was_told_goes_before_queues_and_agents() -> None:
    """An empty list says that it entered none."""
    given = {"queues": (Queue("q"),), "agents": (Agent("a"),)}
    assert stays(**given, contact=Contact(destinations=())) == []
    assert stays(**given, contact=Contact(destinations=(Destination(queue_id="r"),))) == [("r", None)]
    assert stays(**given, contact=Contact()) == [("q", "a")]


def only(**changes: Any) -> Segment:
    """The completed stay with the only agent."""
    (found,) = destinations_of(conversation(**{"agents": (Agent("a", "Ann", "ann@example.com"),)} | changes))
    assert found.responding_agent
    return found.responding_agent


def test_the_agent_is_named_from_the_agents() -> None:
    """Unless the stay itself has a name."""
    assert (only().name, only().email) == ("Ann", "ann@example.com")
    told = Contact(destinations=(Destination(responding_agent=Segment(agent_id="a", name="Anna")),))
    assert (only(contact=told).name, only(contact=told).email) == ("Anna", "ann@example.com")


def test_the_first_response_is_the_first_turn_of_the_stay() -> None:
    """Turns of others, of before, and without a time do not count; what names nobody was said by the only one."""
    turns = (
        Turn("m1", "customer", start_ms=1_000),
        Turn("m2", "agent", agent_id="b", start_ms=2_000),
        Turn("m3", "agent", agent_id="a"),
        Turn("m4", "agent", agent_id="a", start_ms=3_000),
        Turn("m5", "agent", start_ms=9_000),
        Turn("m6", "agent", agent_id="a", start_ms=7_000),
    )
    assert only(turns=turns).first_response_at == after(3)
    assert only(turns=turns, agents=(Agent("a", joined_at=after(4)),)).first_response_at == after(7)
    assert only(turns=turns, agents=(Agent("a", joined_at=after(8)),)).first_response_at == after(9)
    assert only(turns=turns[:3]).first_response_at is None
    two = destinations_of(conversation(turns=turns, agents=(Agent("a", joined_at=after(8)), Agent("b"))))
    assert [each.responding_agent and each.responding_agent.first_response_at for each in two] == [None, after(2)]


def test_holds_add_up() -> None:
    """Of this agent alone; a hold without an end, and somebody's who had two stays, cannot be told."""
    events = (
        Event("hold", 1_000, 3_000, "a"),
        Event("hold", 10_000, 11_500),
        Event("hold", 20_000, 29_000, "b"),
        Event("hold", 30_000, None, "a"),
        Event("transfer", 40_000, 50_000, "a"),
    )
    assert only(events=events).hold_ms == 3_500
    assert only().hold_ms is None
    two = destinations_of(conversation(events=events, agents=(Agent("a"), Agent("b"))))
    assert [each.responding_agent and each.responding_agent.hold_ms for each in two] == [2_000, 9_000]
    again = Contact(destinations=(Destination(responding_agent=Segment(agent_id="a")),) * 2)
    assert [
        each.responding_agent and each.responding_agent.hold_ms
        for each in destinations_of(conversation(events=events, contact=again))
    ] == [None, None]
    told = Contact(destinations=(Destination(responding_agent=Segment(agent_id="a", hold_ms=0)),))
    assert only(events=events, contact=told).hold_ms == 0


def test_only_an_only_stay_ends_with_the_conversation() -> None:
    """Of several, nobody knows when each ended, unless it was told."""
    assert only().ended_at == after(3600)
    two = destinations_of(conversation(agents=(Agent("a"), Agent("b"))))
    assert [each.responding_agent and each.responding_agent.ended_at for each in two] == [None, None]


def test_instants_beyond_the_calendar_are_not_known() -> None:
    """A turn after the year 9999 has no time."""
    late = conversation(started_at=datetime(9999, 12, 31, 23, 59, tzinfo=UTC))
    assert instant_of(late, 60_000) is None
    assert instant_of(late, None) is None
    assert instant_of(conversation(), 1) == after(0.001)
