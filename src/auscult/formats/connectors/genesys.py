"""Genesys Cloud: folders of the recording bulk export with transcripts, and conversations pulled from its API."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

import msgspec

from auscult.domain.connectors import Item
from auscult.formats.connectors._records import Fields, MissingError, Records

_PATH = re.compile(r"year=(\d{4})/month=(\d{1,2})/day=(\d{1,2})/hour=(\d{1,2})/conversation_id=([^/]+)/")
_METADATA = "_metadata.json"
_VOICE = frozenset({"voice", "call", "callback", "screen"})
_UNIX_MS = 10**11
"""From here on, ms are a Unix time and not an offset: three years as the one, the year 1973 as the other."""
_SPEAKERS = {"external": "customer", "customer": "customer", "internal": "agent", "agent": "agent", "user": "agent"}
_MACHINES = {"ivr": "bot", "bot": "bot", "acd": "system", "voicemail": "system", "workflow": "system"}


class Genesys(Records):
    """One transcript a file; the metadata file of the recording is read as its sibling."""

    name: ClassVar[str] = "genesys"

    def accepts(self, key: str) -> bool:
        """Return whether the key is a transcript: JSON, and no metadata file."""
        return key.lower().endswith(".json") and not key.endswith(_METADATA)

    def _document(self, record: Fields, item: Item) -> Mapping[str, Any]:
        path = _PATH.search(item.key)
        contact = record.maybe_text("conversationId") or (path[5] if path else None)
        if contact is None:
            raise MissingError(
                record.path_of("conversationId"), "conversationId is missing; it should be there or in the path"
            )
        start = record.maybe_at("conversationStartTime") or record.maybe_at("startTime") or _hour(path)
        if start is None:
            raise MissingError(
                record.path_of("conversationStartTime"),
                "the start is unknown; it should be a time, or the path should have year=, month=, day= and hour=",
            )
        metadata = _metadata(item)
        users = metadata.get("userIds")
        agents = [each for each in users if isinstance(each, str)] if isinstance(users, list) else []  # pyright: ignore[reportUnknownVariableType]
        media = (record.maybe_text("mediaType") or metadata.maybe_text("mediaType") or "voice").lower()
        return {
            "custom_id": contact,
            "channel": "voice" if media in _VOICE else "chat",
            "source": self.name,
            "language": record.maybe_text("language"),
            "started_at": start,
            "agents": [{"id": each} for each in agents],
            "turns": _turns(record, start),
        }


class GenesysCloud(Records):
    """One object a conversation: ``conversation`` as analytics details have it, ``transcripts`` as their addresses do."""

    name: ClassVar[str] = "genesys-cloud"

    def _document(self, record: Fields, item: Item) -> Mapping[str, Any]:
        del item
        about = record.fields("conversation")
        start = about.at("conversationStart", "a time")
        people = list(about.each("participants"))
        agents = {one.text("userId", "the id of the user"): one for one in people if one.maybe_text("userId")}
        segments = _segments(people)
        queues = dict.fromkeys(queue for each in segments if (queue := each.maybe_text("queueId")))
        transcripts = record.required_list("transcripts", "the list of transcripts")
        if not transcripts:
            raise MissingError(
                record.path_of("transcripts"), "there is no transcript; speech and text analytics should have made one"
            )
        media = (transcripts[0].maybe_text("mediaType") or "voice").lower()
        turns = [turn for transcript in transcripts for turn in _turns(transcript, start)]
        return {
            "custom_id": about.text("conversationId", "the id of the conversation"),
            "channel": "voice" if media in _VOICE else "chat",
            "source": self.name,
            "direction": about.maybe_text("originatingDirection"),
            "started_at": start,
            "ended_at": about.maybe_at("conversationEnd"),
            "queues": [{"id": each} for each in queues],
            "agents": [{"id": each, "name": one.maybe_text("participantName")} for each, one in agents.items()],
            "turns": sorted(turns, key=lambda turn: turn["start_ms"]),
        }


def _segments(people: Iterable[Fields]) -> list[Fields]:
    return [segment for one in people for session in one.each("sessions") for segment in session.each("segments")]


def _turns(record: Fields, start: datetime) -> list[dict[str, Any]]:
    """Return the turns of a transcript in their order."""
    turns = [
        _turn(phrase, start)
        for transcript in record.required_list("transcripts", "the list of transcripts")
        for phrase in transcript.required_list("phrases", "the list of what was said")
    ]
    return sorted(turns, key=lambda turn: turn["start_ms"])


def _turn(phrase: Fields, begun: datetime) -> dict[str, Any]:
    purpose = phrase.text("participantPurpose", "external or internal")
    speaker = _SPEAKERS.get(purpose) or _MACHINES.get(purpose)
    if speaker is None:
        raise MissingError(
            phrase.path_of("participantPurpose"),
            f"participantPurpose is {purpose!r}; it should be external or internal",
        )
    start = round(phrase.number("startTimeMs", "a number of ms"))
    if start >= _UNIX_MS:
        start = max(0, start - round(begun.timestamp() * 1000))
    lasts = phrase.fields("duration").get("milliseconds")
    return {
        "speaker": speaker,
        "text": phrase.maybe_text("decoratedText") or phrase.text("text", "the words of the phrase"),
        "start_ms": start,
        "end_ms": start + lasts if isinstance(lasts, int) else None,
    }


def _hour(path: "re.Match[str] | None") -> datetime | None:
    try:
        return None if path is None else datetime(*(int(each) for each in path.groups()[:4]), tzinfo=UTC)  # type: ignore[arg-type]
    except ValueError:
        return None


def _metadata(item: Item) -> Fields:
    """Return the metadata of the recording, whose name is that of the transcript up to its ending."""
    folder, _, file = item.key.rpartition("/")
    stem = file.rpartition(".")[0]
    name = f"{stem.removesuffix('_transcript')}{_METADATA}"
    data = item.siblings(f"{folder}/{name}" if folder else name)
    if data is None:
        return Fields({})
    try:
        return Fields(msgspec.json.decode(data), name)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MissingError(name, f"the metadata file is no JSON ({error}); it may be cut off") from error
