"""Twilio Conversational Intelligence: a transcript resource with its sentences."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar

from auscult.domain.connectors import Item
from auscult.formats._records import Fields, Records, check_sides
from auscult.formats.vendors._content import snake

_ROLES = {"agent": "agent", "customer": "customer", "ivr": "bot", "virtual agent": "bot"}
_ROLE = "transcript.channel.participants should name the role of each channel_participant, as Agent or Customer"


class Twilio(Records):
    """One object a call: ``sentences``, and the Transcript resource as ``transcript`` or, where that is text, itself."""

    name: ClassVar[str] = "twilio"

    def _document(self, record: Fields, item: Item) -> Mapping[str, Any]:
        del item
        record = Fields(snake(dict(record.items())), record.where)
        about = record if isinstance(record.get("transcript"), str) else record.fields("transcript")
        start = about.maybe_at("media_start_time") or about.at("date_created", "a time, as media_start_time")
        lasts = about.maybe_text("duration")
        people = {
            one.text("channel_participant", "1 or 2"): one for one in about.fields("channel").each("participants")
        }
        sentences = record.required_list("sentences", "the list of sentences")
        sentences.sort(key=lambda one: one.number("start_time", "seconds"))
        turns = [_turn(one, people) for one in sentences]
        check_sides(turns, sentences, "media_channel", _ROLE)
        agents = {turn["agent_id"] for turn in turns if turn["agent_id"]}
        ended = None if lasts is None else start + timedelta(seconds=about.number("duration", "seconds"))
        return {
            "custom_id": about.maybe_text("customer_key") or about.text("sid", "the id of the transcript"),
            "channel": "voice",
            "source": self.name,
            "language": about.maybe_text("language_code"),
            "started_at": start,
            "ended_at": ended,
            "agents": [{"id": each} for each in sorted(agents)],
            "turns": turns,
        }


def _turn(sentence: Fields, people: Mapping[str, Fields]) -> dict[str, Any]:
    person = people.get(sentence.maybe_text("media_channel") or sentence.maybe_text("channel") or "")
    role = "" if person is None else (person.maybe_text("role") or "").lower()
    ends = sentence.maybe_text("end_time")
    return {
        "speaker": _ROLES.get(role, "unknown"),
        "agent_id": person.maybe_text("user_id") if person is not None and role == "agent" else None,
        "text": sentence.words("transcript", "the words of the sentence"),
        "start_ms": round(sentence.number("start_time", "seconds") * 1000),
        "end_ms": None if ends is None else round(sentence.number("end_time", "seconds") * 1000),
    }
