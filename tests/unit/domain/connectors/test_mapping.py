"""The mapping table of a connector."""

from datetime import UTC, datetime

from auscult.domain.connectors.document import MappingTable, Target
from auscult.domain.connectors.mapping import renamed
from auscult.domain.contact import Contact
from auscult.domain.conversation import Agent, Conversation, Event, Queue, Turn

ONE = Conversation(
    id="c-1",
    channel="voice",
    started_at=datetime(2026, 3, 23, tzinfo=UTC),
    queues=(Queue(id="7", name="Seven"), Queue(id="8")),
    agents=(Agent(id="u1", email="mia@example.com"), Agent(id="u2", name="Ben")),
    turns=(Turn("m1", "agent", "hi", agent_id="u1"), Turn("m2", "agent", "hi", agent_id="u2"), Turn("m3", "customer")),
    events=(Event(type="hold", agent_id="u2"),),
    contact=Contact(channel="sms"),
)


def test_an_empty_table_changes_nothing() -> None:
    """The same object comes back."""
    assert renamed(ONE, MappingTable()).conversation is ONE


def test_queues_have_our_names_and_others_are_unknown() -> None:
    """A name of the source stays where the table has none."""
    done = renamed(ONE, MappingTable(queues={"7": Target(id="billing")}))
    assert done.conversation.queues == (Queue(id="billing", name="Seven"), Queue(id="unknown", name="Unknown"))
    assert done.conversation.custom_fields == {"source_queue_id": "8"}
    assert done.unknown == ("queue:8",)


def test_agents_are_found_by_id_or_address_wherever_they_are_named() -> None:
    """In turns and events, too."""
    done = renamed(ONE, MappingTable(agents={"mia@example.com": Target(id="a-1", name="Mia")}))
    assert [agent.id for agent in done.conversation.agents] == ["a-1", "unknown"]
    assert [turn.agent_id for turn in done.conversation.turns] == ["a-1", "unknown", None]
    assert [event.agent_id for event in done.conversation.events] == ["unknown"]
    assert (done.unknown, done.conversation.custom_fields["source_agent_id"]) == (("agent:u2",), "u2")


def test_a_channel_follows_the_word_of_the_source() -> None:
    """An unknown word keeps what the format says, and is named."""
    assert renamed(ONE, MappingTable(channels={"sms": "chat"})).conversation.channel == "chat"
    done = renamed(ONE, MappingTable(channels={"fax": "chat"}))
    assert (done.conversation.channel, done.unknown) == ("voice", ("channel:sms",))
