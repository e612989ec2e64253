"""Intercom: conversations with their parts, as the API returns one that is retrieved."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from auscult.domain.connectors import Item
from auscult.formats._markup import own_words, words_of
from auscult.formats._records import Fields, Records, check_sides, offset_ms

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
        spoken = [first] if first.maybe_text("body") else []
        spoken += [part for part in parts if part.maybe_text("part_type") in _SPOKEN and part.maybe_text("body")]
        turns = [_turn(part, start) for part in spoken]
        check_sides(turns, [part.fields("author") for part in spoken], "type", "it should be user, lead, admin or bot")
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


def _turn(part: Fields, start: datetime) -> dict[str, Any]:
    """Return a turn. An answer of the AI agent is a bot's, whatever name it is sent under."""
    author = part.fields("author")
    is_machine = author.get("from_ai_agent") is True or author.get("is_ai_answer") is True
    speaker = "bot" if is_machine else _SPEAKERS.get(author.maybe_text("type") or "", "unknown")
    return {
        "speaker": speaker,
        "agent_id": author.text("id", "the id of the author") if speaker == "agent" else None,
        "_name": author.maybe_text("name"),
        "text": own_words(words_of(part.words("body", "the words of the part"))),
        "start_ms": offset_ms(start, part.maybe_at("created_at") or start),
    }
