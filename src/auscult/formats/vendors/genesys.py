"""Genesys Cloud: folders of the recording bulk export with transcripts, and conversations pulled from its API."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar, NamedTuple

import msgspec

from auscult.domain.connectors import Item
from auscult.domain.connectors.legs import leg_named, turn_of_leg
from auscult.formats._records import Fields, MissingError, Records, check_sides, offset_ms

_PATH = re.compile(r"year=(\d{4})/month=(\d{1,2})/day=(\d{1,2})/hour=(\d{1,2})/conversation_id=([^/]+)/")
_METADATA = "_metadata.json"
_VOICE = frozenset({"voice", "call", "callback", "screen"})
_UNIX_MS = 10**11
"""From here on, ms are a Unix time and not an offset: three years as the one, the year 1973 as the other."""
_SPEAKERS = {"external": "customer", "customer": "customer", "internal": "agent", "agent": "agent", "user": "agent"}
_SUPERVISING = ("monitoredParticipantId", "coachedParticipantId", "bargedParticipantId")
"""Keys of a session of who listens to, coaches, or joins the conversation of another."""
_TALKING = frozenset({"interact", "hold"})
_NEAR_MS = 2_000
"""Between a phrase and the presence of the agent who said it: clocks differ."""
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
        named = [each for each in users if isinstance(each, str)] if isinstance(users, list) else []  # pyright: ignore[reportUnknownVariableType]
        presences = _participants(record, start)
        spoken = [one for one in presences if one.is_spoken]
        agents = list(dict.fromkeys([*_agents(spoken), *named]))
        leg = _leg(record, item.key.rpartition("/")[2].rpartition(".")[0].removesuffix("_transcript"))
        media = (record.maybe_text("mediaType") or metadata.maybe_text("mediaType") or "voice").lower()
        return {
            "custom_id": contact,
            "channel": "voice" if media in _VOICE else "chat",
            "source": self.name,
            "language": _language([record]),
            "started_at": start,
            "queues": [{"id": each} for each in _queues(presences)],
            "agents": [{"id": each} for each in agents],
            "turns": _turns(record, start, leg, spoken or [_Presence(each) for each in agents]),
            "legs": [leg],
        }


class GenesysCloud(Records):
    """One object a conversation: ``conversation`` as analytics details have it, ``transcripts`` as their addresses do."""

    name: ClassVar[str] = "genesys-cloud"

    def _document(self, record: Fields, item: Item) -> Mapping[str, Any]:
        del item
        about = record.fields("conversation")
        start = about.at("conversationStart", "a time")
        people = list(about.each("participants"))
        presences = sorted(_segments(people, start), key=lambda one: one.start_ms)
        spoken = [one for one in presences if one.is_spoken]
        names = {one.maybe_text("userId"): one.maybe_text("participantName") for one in people}
        transcripts = record.required_list("transcripts", "the list of transcripts")
        if not transcripts:
            raise MissingError(
                record.path_of("transcripts"), "there is no transcript; speech and text analytics should have made one"
            )
        media = (transcripts[0].maybe_text("mediaType") or "voice").lower()
        spoken = (
            spoken
            or [one for transcript in transcripts for one in _participants(transcript, start) if one.is_spoken]
            or [_Presence(each) for each in _agents(presences)]
        )
        legs = [_leg(transcript, str(number)) for number, transcript in enumerate(transcripts, 1)]
        turns = [turn for one, leg in zip(transcripts, legs, strict=True) for turn in _turns(one, start, leg, spoken)]
        return {
            "custom_id": about.text("conversationId", "the id of the conversation"),
            "channel": "voice" if media in _VOICE else "chat",
            "source": self.name,
            "language": _language(transcripts),
            "direction": about.maybe_text("originatingDirection"),
            "started_at": start,
            "ended_at": about.maybe_at("conversationEnd"),
            "queues": [{"id": each} for each in _queues(presences)],
            "agents": [{"id": each, "name": names.get(each)} for each in _agents(spoken)],
            "turns": sorted(turns, key=lambda turn: turn["start_ms"]),
            "legs": legs,
        }


class _Presence(NamedTuple):
    """A time in ms from the start at which an agent was there; without an agent, a supervisor or a queue."""

    agent_id: str | None
    start_ms: float = 0
    end_ms: float = float("inf")
    queue_id: str | None = None
    is_spoken: bool = True


def _participants(record: Fields, start: datetime) -> list[_Presence]:
    """Return who was there when, as a transcript has it."""
    found = [
        _Presence(
            one.maybe_text("userId"),
            _offset(one, "startTimeMs", start, 0),
            _offset(one, "endTimeMs", start, float("inf")),
            one.maybe_text("queueId"),
            is_spoken=_SPEAKERS.get(one.maybe_text("participantPurpose") or "") == "agent",
        )
        for one in record.each("participants")
    ]
    return sorted(found, key=lambda one: one.start_ms)


def _segments(people: Iterable[Fields], start: datetime) -> Iterator[_Presence]:
    """Yield the segments of sessions; those of a supervisor have no agent, who is not the one that is scored."""
    for one in people:
        sessions = list(one.each("sessions"))
        agent = one.maybe_text("userId")
        if agent is not None and not sessions:
            yield _Presence(agent, is_spoken=False)
        for session in sessions:
            is_supervising = any(session.get(name) for name in _SUPERVISING)
            for segment in session.each("segments"):
                kind = segment.maybe_text("segmentType")
                since, until = (segment.maybe_at(name) for name in ("segmentStart", "segmentEnd"))
                yield _Presence(
                    None if is_supervising else agent,
                    offset_ms(start, since) or 0,
                    float("inf") if until is None else offset_ms(start, until) or 0,
                    segment.maybe_text("queueId"),
                    agent is not None and kind in _TALKING and since is not None,
                )


def _agents(presences: Iterable[_Presence]) -> list[str]:
    return list(dict.fromkeys(one.agent_id for one in presences if one.agent_id is not None))


def _queues(presences: Iterable[_Presence]) -> list[str]:
    return list(dict.fromkeys(one.queue_id for one in presences if one.queue_id is not None))


def _language(records: Iterable[Fields]) -> str | None:
    named = [one.maybe_text("language") for record in records for one in (record, *record.each("transcripts"))]
    return next(filter(None, named), None)


def _leg(record: Fields, name: str) -> str:
    """Return the id of the leg that a transcript is of: its communication, or else its own id or the file's name."""
    own = [one.maybe_text("transcriptId") for one in record.each("transcripts")]
    return leg_named(record.maybe_text("communicationId") or next(filter(None, own), name))


def _turns(record: Fields, start: datetime, leg: str, presences: Sequence[_Presence]) -> list[dict[str, Any]]:
    """Return the turns of a transcript in their order, each agent's with who was there alone at that time."""
    phrases = [
        phrase
        for transcript in record.required_list("transcripts", "the list of transcripts")
        for phrase in transcript.required_list("phrases", "the list of what was said")
    ]
    turns = [_turn(phrase, start) for phrase in phrases]
    check_sides(turns, phrases, "participantPurpose", "it should be external or internal")
    for turn in turns:
        turn["agent_id"] = _agent_at(turn["start_ms"], presences) if turn["speaker"] == "agent" else None
    turns.sort(key=lambda turn: turn["start_ms"])
    return [turn | {"id": turn_of_leg(leg, number)} for number, turn in enumerate(turns, 1)]


def _agent_at(ms: float, presences: Sequence[_Presence]) -> str | None:
    """Return the agent who was there at a time; None where that was several, or none."""
    for near in (0, _NEAR_MS):
        there = {one.agent_id for one in presences if one.is_spoken and one.start_ms - near <= ms <= one.end_ms + near}
        if there:
            return next(iter(there)) if len(there) == 1 else None
    return None


def _turn(phrase: Fields, begun: datetime) -> dict[str, Any]:
    purpose = phrase.maybe_text("participantPurpose") or ""
    start = round(phrase.number("startTimeMs", "a number of ms"))
    if start >= _UNIX_MS:
        start = max(0, start - round(begun.timestamp() * 1000))
    lasts = phrase.fields("duration").get("milliseconds")
    return {
        "speaker": _SPEAKERS.get(purpose) or _MACHINES.get(purpose) or "unknown",
        "text": phrase.maybe_text("decoratedText") or phrase.words("text", "the words of the phrase"),
        "start_ms": start,
        "end_ms": start + lasts if isinstance(lasts, int) else None,
    }


def _offset(one: Fields, name: str, begun: datetime, otherwise: float) -> float:
    if one.get(name) is None:
        return otherwise
    ms = one.number(name, "a number of ms")
    return ms - begun.timestamp() * 1000 if ms >= _UNIX_MS else ms


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
