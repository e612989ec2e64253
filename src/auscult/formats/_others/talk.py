"""A conversation as a file of another program has it, and the native one that it becomes, with what was assumed."""

import hashlib
import math
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.conversation import AssumedField, Channel, Conversation, Speaker
from auscult.domain.errors import FormatError
from auscult.formats._contract import Rejected, Source
from auscult.formats._document import RIGHT, ConversationDocument, conversation_of
from auscult.formats._faults import DECODE_ERRORS, fault_in
from auscult.formats._instants import ms_between
from auscult.formats._others.labels import is_generic, side_of
from auscult.formats._others.languages import language_of

_FINGERPRINT_TURNS = 5
_ID_CHARACTERS = 24
_LONGEST_LABEL = 255
_DAY = r"(?P<year>20\d\d)[-_.]?(?P<month>0[1-9]|1[0-2])[-_.]?(?P<day>0[1-9]|[12]\d|3[01])"
_TIME = r"(?:[T_ -]+(?P<hour>[01]\d|2[0-3])[-_:.h]?(?P<minute>[0-5]\d)(?:[-_:.]?(?P<second>[0-5]\d))?(?P<zone>Z)?)"
_IN_NAME = re.compile(rf"(?<!\d){_DAY}{_TIME}?(?!\d)")


class Said(NamedTuple):
    """One turn as a file has it: the speaker's label or side, times in ms from the start, or a point in time.

    A point in time without a zone is local: it is of the load's zone.
    """

    text: str
    label: str | None = None
    side: Speaker | None = None
    start_ms: float | None = None
    end_ms: float | None = None
    at: datetime | None = None
    agent_id: str | None = None
    id: str | None = None


class Talk(Struct, kw_only=True):
    """A conversation as a file has it. ``None`` is what it does not say.

    ``names`` are agents by the label of the speaker. ``scope`` is a part of the id that is made where there is none:
    the name of a chat. ``is_chat`` states that it has no end of its own, and is parted at pauses.
    """

    source: str
    said: list[Said]
    channel: Channel | None = None
    id: str | None = None
    scope: str = ""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    language: str | None = None
    agents: list[dict[str, Any]] = []
    queue: str | None = None
    customer: dict[str, Any] | None = None
    fields: Mapping[str, Any] = {}
    ai: dict[str, Any] | None = None
    calls: list[dict[str, Any]] | None = None
    kind: str | None = None
    assumed: Mapping[AssumedField, str] = {}
    unknown: tuple[str, ...] = ()
    line: int | None = None


def parted(talk: Talk, pause_ms: int) -> Iterator[Talk]:
    """Yield the conversations of a chat without an end: another begins after a pause. Every turn has a point in time."""
    begin, said = 0, talk.said
    for at in range(1, len(said) + 1):
        before, after = said[at - 1].at, said[at].at if at < len(said) else None
        if at < len(said) and (before is None or after is None or _pause(before, after) < pause_ms):
            continue
        part = said[begin:at]
        begin = at
        if any(one.side != "system" for one in part):
            yield replace(talk, said=part)


def _pause(before: datetime, after: datetime) -> int:
    """Return the ms from one time to another; 0 where one alone has a zone."""
    return ms_between(before, after) if (before.tzinfo is None) == (after.tzinfo is None) else 0


def finished(talk: Talk, source: Source) -> Conversation | Rejected:
    """Return the native conversation; what neither file nor caller says is assumed, and noted as such."""
    assumed: dict[AssumedField, str] = dict(talk.assumed)
    document: dict[str, Any] = {}
    try:
        document = _document(talk, source, assumed)
        read = msgspec.convert(document, ConversationDocument)
        conversation = conversation_of(read, source.app_id, source.limits)
    except FormatError as fault:
        fault.line = talk.line
        return Rejected(error=fault, source=b"")
    except DECODE_ERRORS as error:
        fault = fault_in(error, msgspec.json.encode(document), RIGHT)
        fault.line = talk.line
        return Rejected(error=fault, source=b"")
    return replace(conversation, unknown_keys=talk.unknown, unknown_line=talk.line) if talk.unknown else conversation


def _document(talk: Talk, source: Source, assumed: dict[AssumedField, str]) -> dict[str, Any]:
    given = source.given
    started_at = _start(talk, source, assumed)
    sides = _sides(talk, given.sides)
    agents = talk.agents
    if given.agent and not agents:
        agents = [{"id": given.agent}]
        assumed["agent"] = "option"
    only = agents[0]["id"] if len(agents) == 1 else None
    turns = [_turn(one, sides, only) for one in talk.said]
    channel = given.channel or talk.channel
    if given.channel and (given.channel != talk.channel or "channel" in assumed):
        assumed["channel"] = "option"
    return {
        "custom_id": talk.id or _made_id(talk, source, started_at),
        "channel": channel or "voice",
        "kind": talk.kind if channel == "chat" else None,
        "source": talk.source,
        "language": talk.language or _language(talk, given.language, assumed),
        "started_at": started_at.isoformat(),
        "ended_at": talk.ended_at and talk.ended_at.isoformat(),
        "queues": [{"id": queue}] if (queue := talk.queue or given.queue) else [],
        "agents": agents or [{"id": each} for each in dict.fromkeys(turn["agent_id"] for turn in turns) if each],
        "customer": talk.customer or _customer(sides),
        "turns": turns,
        "custom_fields": dict(talk.fields),
        "ai": talk.ai,
        "calls": talk.calls,
        "assumed": assumed or None,
    }


def zone_of(source: Source) -> ZoneInfo:
    """Return the zone of times that have none."""
    return ZoneInfo(source.given.time_zone or "UTC")


def _zoned(at: datetime, source: Source) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=zone_of(source))


def _start(talk: Talk, source: Source, assumed: dict[AssumedField, str]) -> datetime:
    """Return the start: the file's own, that of its first turn, its name's, the one given, the file's time, now."""
    times = [one.at for one in talk.said if one.at is not None]
    if any(at.tzinfo is None for at in (*times, *filter(None, (talk.started_at, talk.ended_at)))):
        assumed.setdefault("time_zone", source.given.time_zone or "UTC")
        talk.said = [one if one.at is None else one._replace(at=_zoned(one.at, source)) for one in talk.said]
        times = [one.at for one in talk.said if one.at is not None]
        talk.ended_at = talk.ended_at and _zoned(talk.ended_at, source)
    found = talk.started_at and _zoned(talk.started_at, source)
    if found is None and times:
        found = min(times)
    if found is None:
        found = assumed_start(source, assumed)
    talk.said = [
        one if one.at is None or one.start_ms is not None else one._replace(start_ms=max(0, ms_between(found, one.at)))
        for one in talk.said
    ]
    return found.astimezone(UTC)


def assumed_start(source: Source, assumed: dict[AssumedField, str]) -> datetime:
    """Return when a conversation began whose file has no time, and note its source."""
    found, assumed["started_at"] = _start_of_file(source)
    if assumed["started_at"] == "file_name" and "Z" not in source.name:
        assumed.setdefault("time_zone", source.given.time_zone or "UTC")
    return found


def _start_of_file(source: Source) -> tuple[datetime, str]:
    zone, found = zone_of(source), _IN_NAME.search(source.name)
    if found is not None:
        try:
            day = datetime(
                int(found["year"]), int(found["month"]), int(found["day"]), tzinfo=UTC if found["zone"] else zone
            )
            clock = timedelta(
                hours=int(found["hour"] or 0), minutes=int(found["minute"] or 0), seconds=int(found["second"] or 0)
            )
            return day + clock, "file_name"
        except ValueError:
            pass
    if source.given.started_at is not None:
        return _zoned(source.given.started_at, source), "option"
    if source.modified is not None:
        return source.modified, "file_time"
    today = datetime.now(UTC)
    return today.replace(hour=0, minute=0, second=0, microsecond=0), "received"


def _sides(talk: Talk, given: Mapping[str, Speaker]) -> dict[str, Speaker]:
    """Return the side of each label: as given, else as its word says; of two, the other one follows from the one."""
    labels = list(dict.fromkeys(one.label for one in talk.said if one.label and one.side is None))
    wanted: dict[str, Speaker] = {label.strip().casefold(): side for label, side in given.items()}
    sides: dict[str, Speaker] = {}
    for label in labels:
        side = wanted.get(label.strip().casefold()) or side_of(label)
        if side is not None:
            sides[label] = side
    unknown = [label for label in labels if label not in sides]
    known = {*sides.values(), *(one.side for one in talk.said if one.side)} - {"system"}
    if len(unknown) == 1 and len(known) == 1 and unknown[0]:
        other: Speaker = "customer" if known & {"agent", "bot"} else "agent"
        sides[unknown[0]] = other
    return sides


def _turn(one: Said, sides: Mapping[str, Speaker], only: str | None) -> dict[str, Any]:
    label = one.label and one.label.strip()[:_LONGEST_LABEL]
    side: Speaker = one.side or sides.get(one.label or "", "unknown")
    agent = one.agent_id
    if agent is None and side == "agent":
        agent = only or (label if label and side_of(label) is None and not is_generic(label) else None)
    start_ms = _whole(one.start_ms, 0)
    end_ms = _whole(one.end_ms, start_ms or 0)
    return {
        "id": one.id,
        "speaker": side,
        "text": one.text,
        "start_ms": start_ms,
        "end_ms": end_ms,
        "agent_id": agent,
        "speaker_label": label if label and side_of(label) is None else None,
    }


def _whole(ms: float | None, least: int) -> int | None:
    return None if ms is None or not math.isfinite(ms) else max(least, round(ms))


def _customer(sides: Mapping[str, Speaker]) -> dict[str, Any] | None:
    names = [label for label, side in sides.items() if side == "customer" and side_of(label) is None]
    return {"name": names[0]} if len(names) == 1 and not is_generic(names[0]) else None


def _language(talk: Talk, given: str | None, assumed: dict[AssumedField, str]) -> str | None:
    if given:
        assumed["language"] = "option"
        return given
    found = language_of(one.text for one in talk.said)
    assumed["language"] = "words" if found else "default"
    return found


def _made_id(talk: Talk, source: Source, started_at: datetime) -> str:
    """Return an id that the same conversation always has, also in a longer export of its chat."""
    said = [one for one in talk.said if one.side != "system"]
    if any(one.at is not None for one in said):
        parts = [talk.scope, *(f"{one.label}\n{one.at}\n{one.text}" for one in said[:1])]
    else:
        stem = source.name.rpartition("/")[2]
        is_stated = talk.started_at is not None and "started_at" not in talk.assumed
        parts = [
            *([stem] if stem else []),
            *([str(started_at)] if is_stated or not stem else []),
            *(f"{one.label}\n{one.start_ms}\n{one.text}" for one in said[:_FINGERPRINT_TURNS]),
        ]
    digest = hashlib.sha256("\0".join([talk.source, *parts]).encode(errors="replace")).hexdigest()
    return f"{talk.source}-{digest[:_ID_CHARACTERS]}"
