"""Intercom: conversations with their parts, as the API returns one that is retrieved."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from auscult.domain.connectors import Item
from auscult.formats.connectors._records import Fields, MissingError, Records, offset_ms, without_html

_SPEAKERS = {
    "user": "customer",
    "contact": "customer",
    "lead": "customer",
    "admin": "agent",
    "team": "agent",
    "bot": "bot",
}
_SPOKEN = ("comment", "open", "close", "assignment", "quick_reply")


class Intercom(Records):
    """One object a conversation: ``source`` is its first message, ``conversation_parts`` the others."""

    name: ClassVar[str] = "intercom"
    _LIST: ClassVar[str | None] = "conversations"

    def _document(self, record: Fields, item: Item) -> Mapping[str, Any]:
        del item
        start = record.at("created_at", "the time at which the conversation began")
        first = record.fields("source")
        parts = record.fields("conversation_parts").required_list("conversation_parts", "the list of parts")
        turns = [_turn(first, start, start)] if first.maybe_text("body") else []
        spoken = [part for part in parts if part.maybe_text("part_type") in _SPOKEN and part.maybe_text("body")]
        turns += [_turn(part, part.at("created_at", "the time of the part"), start) for part in spoken]
        agents = {turn["agent_id"]: turn["_name"] for turn in turns if turn["agent_id"]}
        team = record.maybe_text("team_assignee_id")
        return {
            "custom_id": record.text("id", "the id of the conversation"),
            "channel": "chat",
            "kind": "email" if first.maybe_text("type") == "email" else None,
            "source": self.name,
            "started_at": start,
            "queues": [{"id": team}] if team else [],
            "agents": [{"id": one, "name": agents[one]} for one in sorted(agents)],
            "turns": [{key: value for key, value in turn.items() if key != "_name"} for turn in turns],
        }


def _turn(part: Fields, at: datetime, start: datetime) -> dict[str, Any]:
    author = part.fields("author")
    kind = author.text("type", "user, lead, admin or bot")
    if kind not in _SPEAKERS:
        raise MissingError(author.path_of("type"), f"type is {kind!r}; it should be user, lead, admin or bot")
    speaker = _SPEAKERS[kind]
    return {
        "speaker": speaker,
        "agent_id": author.text("id", "the id of the author") if speaker == "agent" else None,
        "_name": author.maybe_text("name"),
        "text": without_html(part.text("body", "the words of the part")),
        "start_ms": offset_ms(start, at),
    }
