"""The mapping table of a connector, applied to a conversation; what it does not have becomes ``unknown``."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple, TypeVar

from msgspec.structs import replace

from auscult.domain.connectors.document import UNKNOWN, MappingTable, Target
from auscult.domain.connectors.legs import with_parties
from auscult.domain.conversation import Agent, Conversation, Queue, with_speakers

Party = TypeVar("Party", Queue, Agent)

_QUEUE_FIELD = "source_queue_id"
_AGENT_FIELD = "source_agent_id"


class Renamed(NamedTuple):
    """A conversation after the mapping, and what the table did not have, as ``queue:7``."""

    conversation: Conversation
    unknown: tuple[str, ...]


def renamed(conversation: Conversation, table: MappingTable) -> Renamed:
    """Apply the table. The same conversation comes back where the table is empty."""
    if table.speakers:
        conversation = replace(conversation, turns=with_speakers(conversation.turns, table.speakers))
    unknown: list[str] = []
    changes: dict[str, object] = {}
    fields = dict(conversation.custom_fields)
    if table.queues and conversation.queues:
        changes["queues"] = _once(_queue(each, table.queues) for each in conversation.queues)
        _note(unknown, fields, [each.id for each in conversation.queues], table.queues, ("queue", _QUEUE_FIELD))
    if table.agents and conversation.agents:
        ids = _agent_ids(conversation, table.agents)
        changes["agents"] = _once(_agent(each, table.agents) for each in conversation.agents)
        changes["turns"] = tuple(
            replace(turn, agent_id=ids.get(turn.agent_id, UNKNOWN)) if turn.agent_id else turn
            for turn in conversation.turns
        )
        changes["events"] = tuple(
            replace(event, agent_id=ids.get(event.agent_id, UNKNOWN)) if event.agent_id else event
            for event in conversation.events
        )
        changes["calls"] = conversation.calls and tuple(
            replace(call, agent_id=ids.get(call.agent_id, UNKNOWN)) if call.agent_id else call
            for call in conversation.calls
        )
        known = {each.id: each for each in conversation.agents if _target(each, table.agents) is not None}
        _note(unknown, fields, [each.id for each in conversation.agents], known, ("agent", _AGENT_FIELD))
    if table.channels:
        word = next((each for each in reversed(conversation.channel_names) if each in table.channels), None)
        if word is not None:
            changes["channel"] = table.channels[word]
        else:
            unknown.append(f"channel:{conversation.channel_names[0]}")
    if fields != conversation.custom_fields:
        changes["custom_fields"] = fields
    after = replace(conversation, **changes) if changes else conversation
    return Renamed(with_parties(after) if after.legs else after, tuple(unknown))


def _queue(queue: Queue, table: Mapping[str, Target]) -> Queue:
    target = table.get(queue.id)
    if target is None:
        return Queue(id=UNKNOWN, name="Unknown")
    return Queue(id=target.id, name=target.name or queue.name)


def _target(agent: Agent, table: Mapping[str, Target]) -> Target | None:
    return table.get(agent.id) or (table.get(agent.email) if agent.email else None)


def _agent(agent: Agent, table: Mapping[str, Target]) -> Agent:
    target = _target(agent, table)
    if target is None:
        return replace(agent, id=UNKNOWN, name="Unknown", email=None)
    return replace(agent, id=target.id, name=target.name or agent.name, email=target.email or agent.email)


def _agent_ids(conversation: Conversation, table: Mapping[str, Target]) -> dict[str, str]:
    found = {each.id: _target(each, table) for each in conversation.agents}
    return {each: target.id for each, target in found.items() if target is not None}


def _note(
    unknown: list[str], fields: dict[str, str], ids: list[str], table: Mapping[str, object], names: tuple[str, str]
) -> None:
    kind, field = names
    missing = list(dict.fromkeys(each for each in ids if each not in table))
    unknown.extend(f"{kind}:{each}" for each in missing)
    if missing:
        fields[field] = ", ".join(missing)


def _once(found: "Iterator[Party]") -> "tuple[Party, ...]":
    """Return each id once: two names of a source may be one here."""
    return tuple({each.id: each for each in found}.values())
