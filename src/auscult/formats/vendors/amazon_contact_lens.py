"""Amazon Connect Contact Lens and Amazon Transcribe call analytics: analysis files of calls and chats."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from auscult.domain.connectors import Item
from auscult.formats._records import Fields, MissingError, Records, check_sides, instant_in_key, offset_ms

_SPEAKERS = {"AGENT": "agent", "CUSTOMER": "customer", "SYSTEM": "system", "CUSTOM_BOT": "bot"}
"""Others, as a supervisor who joins, are neither the agent nor the customer."""
_REDACTED = re.compile(r"(?<![a-z])(?<!not[_-])redacted", re.IGNORECASE)
_MASK = "[PII]"
_START = 'the file should be named with its start, as Contact Lens does ("…_analysis_2026-03-23T10:17:54Z.json")'


class AmazonContactLens(Records):
    """One file a contact. Voice turns have offsets in ms, messages of a chat have times of their own."""

    name: ClassVar[str] = "amazon-contact-lens"

    def _document(self, record: Fields, item: Item) -> Mapping[str, Any]:
        contact = record.fields("CustomerMetadata").maybe_text("ContactId") or record.maybe_text("JobName")
        if contact is None:
            where = record.path_of("CustomerMetadata.ContactId")
            raise MissingError(where, "there is neither ContactId nor JobName; it should be the id of the contact")
        roles = {
            one.text("ParticipantId", "an id"): one.text("ParticipantRole", "AGENT or CUSTOMER")
            for one in record.each("Participants")
            if one.get("ParticipantId") is not None
        }
        said = record.required_list("Transcript", "the list of what was said")
        times = [one.maybe_at("AbsoluteTime") for one in said]
        start = instant_in_key(item.key) or min([at for at in times if at is not None], default=None)
        if start is None:
            raise MissingError("", f"the start of the contact is unknown; {_START}")
        found = [(_turn(one, at, roles, start), one) for one, at in zip(said, times, strict=True)]
        turns = [turn for turn, _ in found if turn is not None]
        parts = [one for turn, one in found if turn is not None]
        check_sides(turns, parts, "ParticipantId", "Participants should name it with its ParticipantRole")
        is_chat = record.maybe_text("Channel") == "CHAT"
        lasts = record.fields("ConversationCharacteristics").get("TotalConversationDurationMillis")
        ended = None if is_chat or not isinstance(lasts, int) else int(start.timestamp() * 1000) + lasts
        agents = sorted({turn["agent_id"] for turn in turns if "agent_id" in turn})
        return {
            "custom_id": contact,
            "channel": "chat" if is_chat else "voice",
            "source": self.name,
            "language": record.maybe_text("LanguageCode"),
            "started_at": start,
            "ended_at": ended,
            "agents": [{"id": one} for one in agents],
            "turns": turns,
            "edition": "redacted" if _is_redacted(record, item.key, turns) else "original",
        }


def _is_redacted(record: Fields, key: str, turns: list[dict[str, Any]]) -> bool:
    """Return whether Amazon has redacted this file: as its metadata, its name or its words show."""
    output = record.fields("ContentMetadata").maybe_text("Output")
    if output is not None:
        return output.lower() == "redacted"
    return _REDACTED.search(key) is not None or any(_MASK in turn["text"] for turn in turns)


def _turn(said: Fields, at: datetime | None, roles: Mapping[str, str], start: datetime) -> dict[str, Any] | None:
    if said.get("Content") is None and said.maybe_text("Type") in ("EVENT", "ATTACHMENT"):
        return None
    who = said.maybe_text("ParticipantId")
    role = said.maybe_text("ParticipantRole") or roles.get(who or "") or who
    speaker = _SPEAKERS.get(role or "", "unknown")
    begins, ends = said.get("BeginOffsetMillis"), said.get("EndOffsetMillis")
    turn: dict[str, Any] = {
        "speaker": speaker,
        "text": said.words("Content", "the words of the turn"),
        "start_ms": offset_ms(start, at) if at is not None else begins,
        "end_ms": ends if at is None else None,
    }
    if speaker == "agent" and who and who != role:
        turn["agent_id"] = who
    return turn
