"""From a conversation to a vCon 0.4.0, in the vocabulary of the drafts."""

import uuid
from datetime import datetime
from typing import Any

from auscult.domain.conversation import Conversation, Speaker, Turn
from auscult.formats import _instants
from auscult.formats._vcon.extension import NAME

_NAMESPACE = uuid.UUID("0c3a4e7e-52d5-5a0b-9c2a-6d7a1d8b4f10")
_SCHEMA = "auscult-turns-1"


class _Parties:
    """Listed parties, and the index of each."""

    def __init__(self, conversation: Conversation) -> None:
        self.listed: list[dict[str, Any]] = []
        self._agents: dict[str | None, int] = {}
        self._others: dict[Speaker, int] = {}
        for agent in conversation.agents:
            self._agents.setdefault(agent.id, self._add("agent", agent.id, agent.name, agent.email))
        customer = conversation.customer
        if customer is not None:
            self._others["customer"] = self._add("customer", customer.id, customer.name)
        for turn in conversation.turns:
            self.of(turn.speaker, turn.agent_id)
        if not self._agents:
            self.of("agent")
        self.of("customer")

    def of(self, speaker: Speaker, agent_id: str | None = None) -> int:
        """The index of who speaks; a party is added for who is not there yet."""
        if speaker == "agent":
            if agent_id is None and self._agents:
                return next(iter(self._agents.values()))
            if agent_id not in self._agents:
                self._agents[agent_id] = self._add("agent", agent_id)
            return self._agents[agent_id]
        if speaker not in self._others:
            self._others[speaker] = self._add(speaker)
        return self._others[speaker]

    def _add(self, role: Speaker, own_id: str | None = None, name: str | None = None, email: str | None = None) -> int:
        given = {"uuid": own_id, "name": name, "mailto": email, "role": role, "type": "bot" if role == "bot" else None}
        self.listed.append({key: value for key, value in given.items() if value is not None})
        return len(self.listed) - 1


def core_of(conversation: Conversation) -> dict[str, Any]:
    """Write all that the vCon's own vocabulary has words for; of the extension only when the conversation began."""
    parties = _Parties(conversation)
    is_chat = conversation.channel == "chat"
    dialogs = _texts(conversation, parties) if is_chat else _recordings(conversation, parties)
    if dialogs:
        history = _history(conversation, parties)
        dialogs[0] |= {"application": conversation.source} if conversation.source else {}
        dialogs[0] |= {"party_history": history} if history else {}
    heard = list(range(len(dialogs)))
    dialogs += _transfers(conversation, parties)
    core: dict[str, Any] = {
        "vcon": "0.4.0",
        "uuid": _uuid(conversation),
        "extensions": ["CC", NAME],
        "created_at": _written(conversation.ended_at or conversation.started_at),
        "parties": parties.listed,
        "dialog": dialogs,
        "analysis": [] if is_chat or not conversation.turns else [_transcript(conversation, parties, heard)],
        "attachments": [],
        NAME: {"started_at": _written(conversation.started_at)},
    }
    return core | ({"subject": subject} if (subject := conversation.custom_fields.get("subject")) else {})


def _uuid(conversation: Conversation) -> str:
    """Return the conversation's own UUID where it has one, else one made from its id."""
    own = conversation.id.removeprefix("c-")
    try:
        return own if str(uuid.UUID(own)) == own else str(uuid.uuid5(_NAMESPACE, conversation.id))
    except ValueError:
        return str(uuid.uuid5(_NAMESPACE, conversation.id))


def _recordings(conversation: Conversation, parties: _Parties) -> list[dict[str, Any]]:
    """Return one dialog for each recording; where there is none, one without content that has time and parties."""
    people = list(range(len(parties.listed)))
    dialog: dict[str, Any] = {"type": "recording", "start": _written(conversation.started_at)}
    if conversation.ended_at is not None:
        dialog["duration"] = _seconds(_instants.ms_between(conversation.started_at, conversation.ended_at))
    if not conversation.is_direction_defaulted:
        dialog["originator"] = parties.of("customer" if conversation.direction == "inbound" else "agent")
    sides = conversation.recordings
    if sides is None or not (sides.agent or sides.customer):
        return [dialog | {"parties": people}]
    customer = parties.of("customer")
    dialogs: list[dict[str, Any]] = []
    for url in dict.fromkeys((*sides.agent, *sides.customer)):
        on_it = [index for index in people if (url in (sides.customer if index == customer else sides.agent))]
        dialogs.append(dialog | {"parties": on_it, "url": url})
    return dialogs


def _texts(conversation: Conversation, parties: _Parties) -> list[dict[str, Any]]:
    people = range(len(parties.listed))
    dialogs: list[dict[str, Any]] = []
    for turn in conversation.turns:
        sender = parties.of(turn.speaker, turn.agent_id)
        dialog: dict[str, Any] = {
            "type": "text",
            "parties": [sender, *(index for index in people if index != sender)],
            "mediatype": "text/plain",
            "encoding": "none",
            "body": turn.text,
            "message_id": turn.id,
        }
        if turn.start_ms is not None:
            dialog["start"] = _written(_instants.after(conversation.started_at, turn.start_ms))
            if turn.end_ms is not None:
                dialog["duration"] = _seconds(turn.end_ms - turn.start_ms)
        dialogs.append(dialog)
    return dialogs


def _transcript(conversation: Conversation, parties: _Parties, heard: list[int]) -> dict[str, Any]:
    return {
        "type": "transcript",
        "dialog": heard,
        "vendor": NAME,
        "schema": _SCHEMA,
        "mediatype": "application/json",
        "encoding": "json",
        "body": {"language": conversation.language, "turns": [_turn(turn, parties) for turn in conversation.turns]},
    }


def _turn(turn: Turn, parties: _Parties) -> dict[str, Any]:
    """Write a turn with its times in seconds; ``party`` is null where no one agent is known to have said it."""
    is_open = turn.speaker == "agent" and turn.agent_id is None
    written: dict[str, Any] = {"id": turn.id, "speaker": turn.speaker, "text": turn.text}
    written["party"] = None if is_open else parties.of(turn.speaker, turn.agent_id)
    if turn.start_ms is not None:
        written["start"] = _seconds(turn.start_ms)
    if turn.end_ms is not None:
        written["end"] = _seconds(turn.end_ms)
    return written


def _history(conversation: Conversation, parties: _Parties) -> list[dict[str, Any]]:
    """Return the joins of parties, and the customer's holds."""
    happened: list[tuple[datetime, int, str]] = [
        (agent.joined_at, parties.of("agent", agent.id), "join")
        for agent in conversation.agents
        if agent.joined_at is not None
    ]
    for event in conversation.events:
        if event.type == "hold" and event.start_ms is not None:
            customer = parties.of("customer")
            happened.append((_instants.after(conversation.started_at, event.start_ms), customer, "hold"))
            if event.end_ms is not None:
                happened.append((_instants.after(conversation.started_at, event.end_ms), customer, "unhold"))
    return [
        {"party": party, "time": _written(time), "event": event}
        for time, party, event in sorted(happened, key=lambda one: one[0])
    ]


def _transfers(conversation: Conversation, parties: _Parties) -> list[dict[str, Any]]:
    dialogs: list[dict[str, Any]] = []
    for event in conversation.events:
        if event.type == "transfer":
            at = (
                {}
                if event.start_ms is None
                else {"start": _written(_instants.after(conversation.started_at, event.start_ms))}
            )
            by = {} if event.agent_id is None else {"transferor": parties.of("agent", event.agent_id)}
            dialogs.append({"type": "transfer", **at, **by, "transferee": parties.of("customer")})
    return dialogs


def _written(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _seconds(ms: int) -> float:
    return ms / 1000
