"""Conversion of a vCon to a conversation: times, direction, recordings, events, fields. Turns and parties: other modules."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import msgspec
from msgspec.structs import replace

from auscult.domain.conversation import Agent, Conversation, Event, InlineRecording, Recordings
from auscult.domain.errors import FormatError
from auscult.domain.recordings.recording import Claims, Speaker
from auscult.formats import _instants, _turns
from auscult.formats._contract import Limits
from auscult.formats._documents import Json
from auscult.formats._vcon.document import Dialog, Document, PartyEvent, content
from auscult.formats._vcon.parties import Person, agents_of, customer_of, direction_of, flat, mapping, people_of
from auscult.formats._vcon.recordings import check_recordings, sound_in, stated_in
from auscult.formats._vcon.turns import turns_of

_LANGUAGES = ("language", "detected_language", "language_code")
_SIDE_ALONE: Mapping[frozenset[str], tuple[Speaker, ...]] = {
    frozenset({"agent"}): ("agent",),
    frozenset({"customer"}): ("customer",),
}
_NO_FIELDS = frozenset({"direction", "language"})


def core_conversation(document: Document, started_at: str | None, limits: Limits) -> Conversation:
    """Return the conversation by the vCon's own vocabulary. Raises ``FormatError``.

    ``started_at`` goes before the dialogs' times: a chat may begin before its first message.
    """
    uuid = document.uuid or ""
    check_recordings(document)
    people = people_of(document)
    start = _started_at(document) if started_at is None else _instants.instant(started_at, "auscult.started_at")
    direction = direction_of(document, people)
    turns = _turns.finish(turns_of(document, people, direction or "inbound", start), limits)
    ended_at = _ended_at(document) or _turns.ended_at(start, turns)
    if ended_at is not None and ended_at < start:
        message = "the dialogs end before the conversation starts; start and duration should fit together"
        raise FormatError(message, code="conversation.ends_before_start", field="dialog")
    is_voice = _is_voice(document)
    return Conversation(
        id=f"c-{uuid}",
        custom_id=uuid,
        channel="voice" if is_voice else "chat",
        kind="email" if _is_email(document) and not is_voice else None,
        source=next((dialog.application for dialog in document.dialog or [] if dialog.application), "vcon"),
        language=_language(document),
        started_at=start,
        ended_at=ended_at,
        direction=direction or "inbound",
        is_direction_defaulted=direction is None,
        agents=_agents(document, people),
        customer=customer_of(people),
        turns=turns,
        events=tuple(_events(document, people, start)),
        custom_fields=_custom_fields(document, limits),
        recordings=_recordings(document, people),
    )


def _started_at(document: Document) -> datetime:
    starts = [_start(dialog, index) for index, dialog in enumerate(document.dialog or []) if dialog.type != "transfer"]
    known = [start for start in starts if start is not None]
    if known:
        return min(known)
    if document.created_at is None:
        message = "created_at is missing, and no dialog has a start; it should be the time of the conversation"
        raise FormatError(message, code="field.missing", field="created_at")
    return _instants.instant(document.created_at, "created_at")


def _ended_at(document: Document) -> datetime | None:
    """Return the end of the last dialog with a known start and duration."""
    ends: list[datetime] = []
    for index, dialog in enumerate(document.dialog or []):
        if dialog.duration is not None and not 0 <= dialog.duration * 1000 <= _turns.MOST_MS:
            field = f"dialog[{index}].duration"
            message = (
                f"{field} is {dialog.duration}; it should be a number of seconds from 0 to {_turns.MOST_MS // 1000}"
            )
            raise FormatError(message, code="field.invalid", field=field, value=dialog.duration)
        start = _start(dialog, index)
        if start is not None and dialog.duration and dialog.type != "transfer":
            ends.append(_instants.after(start, round(dialog.duration * 1000)))
    return max(ends, default=None)


def _start(dialog: Dialog, index: int) -> datetime | None:
    return None if dialog.start is None else _instants.instant(dialog.start, f"dialog[{index}].start")


def _is_voice(document: Document) -> bool:
    """Return whether there is a recording; a document without a dialog that shows it counts as a call."""
    dialogs = document.dialog or []
    media = [dialog.mediatype or dialog.mimetype or "" for dialog in dialogs]
    is_recorded = any(dialog.type.startswith("recording") for dialog in dialogs)
    is_heard = any(one.startswith(("audio/", "video/")) for one in media)
    return is_recorded or is_heard or all(dialog.type != "text" for dialog in dialogs)


def _is_email(document: Document) -> bool:
    """Return whether its texts are letters, by the media type of one."""
    texts = [dialog for dialog in document.dialog or [] if dialog.type == "text"]
    media = [(dialog.mediatype or dialog.mimetype or "").lower() for dialog in texts]
    return any(one.startswith(("multipart/", "message/")) for one in media)


def _language(document: Document) -> str:
    """Return the language as its first subtag (``en`` of ``en-US``); English where there is none."""
    holders: list[Json] = [document.meta]
    for index, analysis in enumerate(document.analysis or []):
        if "transcri" in analysis.type.lower():
            body = content(analysis.body, analysis.encoding, f"analysis[{index}].body")
            holders += [body, mapping(body).get("transcript"), analysis.meta]
    for holder in map(mapping, holders):
        for key in _LANGUAGES:
            said = holder.get(key)
            if isinstance(said, str) and (tag := said.replace("_", "-").partition("-")[0].strip().lower()):
                return tag
    return "en"


def _agents(document: Document, people: Sequence[Person]) -> tuple[Agent, ...]:
    joined: dict[str, datetime] = {}
    for event, where in _history(document):
        if event.event == "join" and event.time is not None and 0 <= event.party < len(people):
            agent_id = people[event.party].agent_id
            if agent_id is not None:
                joined.setdefault(agent_id, _instants.instant(event.time, f"{where}.time"))
    return tuple([msgspec.structs.replace(agent, joined_at=joined.get(agent.id)) for agent in agents_of(people)])


def _history(document: Document) -> Iterator[tuple[PartyEvent, str]]:
    for index, dialog in enumerate(document.dialog or []):
        for number, event in enumerate(dialog.party_history or []):
            yield event, f"dialog[{index}].party_history[{number}]"


def _events(document: Document, people: Sequence[Person], started_at: datetime) -> list[Event]:
    """Holds (from hold to unhold of one party) and transfers, in the order in which they began."""
    events: list[Event] = []
    holding: dict[int, int] = {}
    for event, where in _history(document):
        if event.event not in ("hold", "unhold") or event.time is None:
            continue
        at = max(0, _instants.ms_between(started_at, _instants.instant(event.time, f"{where}.time")))
        if event.event == "hold":
            holding.setdefault(event.party, at)
        elif event.party in holding:
            events.append(Event("hold", holding.pop(event.party), at))
    events += [Event("hold", at) for at in holding.values()]
    for index, dialog in enumerate(document.dialog or []):
        if dialog.type == "transfer":
            start = _start(dialog, index)
            at = None if start is None else max(0, _instants.ms_between(started_at, start))
            by = dialog.transferor
            agent_id = people[by].agent_id if by is not None and 0 <= by < len(people) else None
            events.append(Event("transfer", at, None, agent_id))
    return sorted(events, key=lambda event: event.start_ms or 0)


def _recordings(document: Document, people: Sequence[Person]) -> Recordings | None:
    """Return the addresses of recordings by side, one of both sides on both; and those inside the document."""
    sides: dict[str, list[str]] = {"agent": [], "customer": []}
    inline: list[InlineRecording] = []
    stated: dict[str, Claims] = {}
    for dialog in document.dialog or []:
        if dialog.type != "recording":
            continue
        on_it = {people[party].speaker for party in flat(dialog.parties) if 0 <= party < len(people)}
        both = on_it & {"agent", "customer"}
        claims = stated_in(dialog)
        if dialog.url:
            # Several dialogs in one file say nothing of its length.
            stated[dialog.url] = claims if stated.get(dialog.url, claims) == claims else Claims()
            for side, urls in sides.items():
                if side in on_it or not both:
                    urls.append(dialog.url)
        elif (content := sound_in(dialog)) is not None:
            known = replace(claims, speakers=_SIDE_ALONE.get(frozenset(both), ()))
            inline.append(InlineRecording(content=content, **msgspec.structs.asdict(known)))
    if not any(sides.values()) and not inline:
        return None
    stated = {url: claims for url, claims in stated.items() if claims != Claims()}
    return Recordings(tuple(sides["agent"]), tuple(sides["customer"]), tuple(inline), stated)


def _custom_fields(document: Document, limits: Limits) -> dict[str, str]:
    """Subject, disposition, campaign, skill, interaction id, and what ``meta`` says in one word."""
    fields: dict[str, Json] = {"subject": document.subject, **mapping(document.meta)}
    for dialog in document.dialog or []:
        said: dict[str, Json] = {
            **mapping(dialog.meta),
            "disposition": dialog.disposition or mapping(dialog.meta).get("disposition"),
        }
        said |= {"campaign": dialog.campaign, "interaction_id": dialog.interaction_id, "skill": dialog.skill}
        for name, value in said.items():
            if fields.get(name) is None:
                fields[name] = value
    limits.check_custom_fields(len(fields))
    return {
        name: value if isinstance(value, str) else msgspec.json.encode(value).decode()
        for name, value in fields.items()
        if isinstance(value, str | int | float) and name not in _NO_FIELDS
    }
