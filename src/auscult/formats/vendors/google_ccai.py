"""Google Customer Experience Insights (CCAI): conversation files as they are uploaded, and Conversation resources."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from auscult.domain.connectors import Item
from auscult.formats._instants import from_ms
from auscult.formats._records import Fields, MissingError, Records, check_sides, offset_ms
from auscult.formats.vendors._content import snake

_SPEAKERS = {
    "AGENT": "agent",
    "HUMAN_AGENT": "agent",
    "AUTOMATED_AGENT": "bot",
    "CUSTOMER": "customer",
    "END_USER": "customer",
    "ANY_AGENT": "agent",
    **dict(zip("1234", ("agent", "bot", "customer", "agent"), strict=True)),
}
"""Sides by roles, and by their numbers, which Google's Python library writes."""

_ROLE = "it should be AGENT, AUTOMATED_AGENT, CUSTOMER or END_USER"


class GoogleCcai(Records):
    """One conversation a file, whose name is its id where the file has none."""

    name: ClassVar[str] = "google-ccai"

    def _document(self, record: Fields, item: Item) -> Mapping[str, Any]:
        labels = record.get("labels")
        record = Fields(snake(dict(record.items())), record.where)
        if record.get("transcript") is not None:
            return {**self._resource(record), "custom_fields": labels}
        entries = record.required_list("entries", "the list of messages")
        times = [from_ms(one.number("start_timestamp_usec", "a time in microseconds") / 1000) for one in entries]
        if not times:
            raise MissingError(
                record.path_of("entries"), "there are no entries, so the start is unknown; give at least one"
            )
        start = min(times)
        turns = [
            {
                "speaker": _speaker(one, "role"),
                "text": one.words("text", "the words of the message"),
                "agent_id": one.maybe_text("user_id") if _speaker(one, "role") == "agent" else None,
                "start_ms": offset_ms(start, at),
            }
            for one, at in zip(entries, times, strict=True)
        ]
        check_sides(turns, entries, "role", _ROLE)
        return {
            "custom_id": item.key.rpartition("/")[2].rpartition(".")[0],
            "channel": "chat",
            "source": self.name,
            "started_at": start,
            "agents": _agents(turns),
            "turns": turns,
        }

    def _resource(self, record: Fields) -> Mapping[str, Any]:
        start = record.at("start_time", "the start of the conversation")
        name = record.text("name", "projects/…/conversations/ID")
        agent = record.maybe_text("agent_id")
        segments = record.fields("transcript").required_list("transcript_segments", "the list of segments")
        is_chat = record.maybe_text("medium") in {"CHAT", "2"}
        turns = [_segment(one, start, agent) for one in segments]
        check_sides(turns, [one.fields("segment_participant") for one in segments], "role", _ROLE)
        return {
            "custom_id": name.rpartition("/")[2],
            "channel": "chat" if is_chat else "voice",
            "source": self.name,
            "language": record.maybe_text("language_code"),
            "started_at": start,
            "agents": _agents(turns) or ([{"id": agent}] if agent else []),
            "turns": turns,
        }


def _agents(turns: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"id": each} for each in sorted({turn["agent_id"] for turn in turns if turn["agent_id"]})]


def _segment(segment: Fields, start: datetime, agent: str | None) -> dict[str, Any]:
    """Return a turn. Where the segment names no agent, it is the agent of the conversation."""
    participant = segment.fields("segment_participant")
    speaker = _speaker(participant, "role")
    words = list(segment.each("words"))
    begins = words[0].maybe_text("start_offset") if words else None
    ends = words[-1].maybe_text("end_offset") if words else None
    return {
        "speaker": speaker,
        "agent_id": participant.maybe_text("user_id") or agent if speaker == "agent" else None,
        "text": segment.words("text", "the words of the segment"),
        "start_ms": offset_ms(start, segment.maybe_at("message_time")) if begins is None else _ms(segment, begins),
        "end_ms": None if ends is None else _ms(segment, ends),
    }


def _ms(segment: Fields, duration: str) -> int:
    try:
        return round(float(duration.removesuffix("s")) * 1000)
    except ValueError:
        raise MissingError(
            segment.path_of("words"), f"an offset is {duration!r}; it should be seconds, as 1.500s"
        ) from None


def _speaker(one: Fields, name: str) -> str:
    return _SPEAKERS.get(one.maybe_text(name) or "", "unknown")
