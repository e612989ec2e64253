"""A recording as the file of the first step: what its conversation needs and sound does not show, asked before it is loaded."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, time
from hashlib import file_digest
from io import BufferedReader
from typing import BinaryIO, cast

from msgspec import Struct

from auscult.domain.conversation import Agent, Conversation, Queue
from auscult.domain.directory import PartyKind, checked_name
from auscult.domain.errors import RequestError
from auscult.domain.recordings.recording import STEREO, Claims, Sound
from auscult.language import gettext as _
from auscult.language import later
from auscult.server.api.recordings import too_large
from auscult.server.console.directory import naming
from auscult.server.console.frame.naming import language_name
from auscult.server.console.frame.posted import day, one
from auscult.server.console.frame.reader import length
from auscult.server.console.frame.visit import Visit
from auscult.services.definitions.forms.reading import STARTER_LANGUAGES
from auscult.services.recordings.accept import Upload
from auscult.services.recordings.arrival import has_arrived
from auscult.services.recordings.sound.containers import HEAD_BYTES
from auscult.services.recordings.sound.probe import is_sound, probe_stream
from auscult.services.scoring.intake.submit import Submission

_BEGAN = later("When it began")
LABELS = {"name": later("Name"), "began": _BEGAN}
_DIGITS = 13
"""Digits of a time in ms, until the year 2286."""
_ID_DIGITS = 32


class SoundView(Struct, frozen=True, kw_only=True):
    """The facts that are asked for, ``given`` by field, and what they can be. ``agents`` and ``queues`` take new names too."""

    is_stereo: bool
    is_transcribed: bool
    given: Mapping[str, str]
    agents: tuple[str, ...]
    queues: tuple[str, ...]
    languages: tuple[tuple[str, str], ...]


def has_sound(file: BinaryIO) -> bool:
    """Return whether a file is a recording, by its first bytes."""
    head = file.read(HEAD_BYTES)
    file.seek(0)
    return is_sound(head)


def asked(visit: Visit, file: BinaryIO) -> tuple[str, SoundView]:
    """Return what a recording is, as a sentence, and what is asked about it. Raises as ``accept`` does."""
    sound, reader = _checked(visit, file), visit.reader
    given = {each: one(visit.query, each) for each in ("agent", "queue", "began", "language", "left")}
    stated = one(visit.query, "modified")
    is_stated = stated.isdecimal() and len(stated) <= _DIGITS
    modified = datetime.fromtimestamp(int(stated) / 1000, UTC) if is_stated else visit.now
    given["began"] = given["began"] or f"{reader.local(min(modified, visit.now)):%Y-%m-%dT%H:%M}"
    said = _("A recording of {length}, with a channel for each side.")
    if sound.channels < STEREO:
        said = _("A recording of {length} on one channel, which does not show who speaks.")
    languages = {each: language_name(each, reader) for each in STARTER_LANGUAGES}
    given["language"] = given["language"] or (reader.language if reader.language in languages else "en")
    view = SoundView(
        is_stereo=sound.channels == STEREO,
        is_transcribed=visit.services.settings.transcribes,
        given=given,
        agents=tuple(_known(visit, "agent")),
        queues=tuple(_known(visit, "queue")),
        languages=tuple(languages.items()),
    )
    return said.format(length=length(sound.duration_ms)), view


def accept(visit: Visit, file: BinaryIO) -> None:
    """Accept a voice conversation without words, and its recording, which is transcribed where the installation can.

    Raises ``RecordingError`` and ``SettingsError`` for sound that is not stored here, ``RequestError`` for the facts and for
    a recording that is here already.
    """
    services, app = visit.services, visit.app_for("conversation.load")
    sound = _checked(visit, file)
    services.room.must_have_sound(app.tenant)
    conversation = _conversation(visit, f"rec-{_digest(file)[:_ID_DIGITS]}")
    file.seek(0)
    known = app.conversations.get(conversation.id)
    if known and (known.conversation.turns or app.recordings.of(conversation.id)):
        raise RequestError(_("This recording is here already."))
    Submission(app, visit.store.batches, services.room).accept([conversation], group=1, follow=False)
    is_swapped = sound.channels == STEREO and one(visit.query, "left") == "customer"
    claims = Claims(speakers=("customer", "agent") if is_swapped else ())
    recording = Upload(app, services.recordings, conversation.id, claims, services.now).receive(file)
    has_arrived(visit.store, app, recording, transcribes=services.settings.transcribes)


def _checked(visit: Visit, file: BinaryIO) -> Sound:
    """Return the properties of a recording that can be stored here."""
    visit.services.recordings.must_have_place()
    limit = visit.services.settings.recording_bytes
    if file.seek(0, 2) > limit:
        raise too_large(limit)
    file.seek(0)
    return probe_stream(file)


def _conversation(visit: Visit, conversation_id: str) -> Conversation:
    """Return the conversation as it was described. It has no end before its transcript, so that no form scores it yet."""
    on, _sign, at = one(visit.query, "began").partition("T")
    began = datetime.combine(day({"began": on}, "began", _(_BEGAN)), _clock(at), visit.reader.timezone)
    agent, queue = (_named(visit, each) for each in ("agent", "queue"))
    language = one(visit.query, "language")
    return Conversation(
        id=conversation_id,
        channel="voice",
        started_at=began.astimezone(UTC),
        language=language if language in STARTER_LANGUAGES else "en",
        is_direction_defaulted=True,
        agents=(Agent(*agent),) if agent else (),
        queues=(Queue(*queue),) if queue else (),
    )


def _digest(file: BinaryIO) -> str:
    return file_digest(cast("BufferedReader", file), "sha256").hexdigest()


def _clock(text: str) -> time:
    """Return a time of day; where none can be read, the beginning of the day."""
    try:
        return time.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return time()


def _named(visit: Visit, kind: PartyKind) -> tuple[str, str] | None:
    """Return id and name of what was picked, the name for both where it is new, None for nothing."""
    text = one(visit.query, kind)
    if not text:
        return None
    picked = {label.casefold(): party for label, party in _known(visit, kind).items()}
    name = checked_name(text)
    return picked.get(name.casefold(), (name, name))


def _known(visit: Visit, kind: PartyKind) -> dict[str, tuple[str, str]]:
    """Return id and name of the agents or queues of the directory, by what distinguishes them."""
    aliases = visit.app.aliases.in_force()
    names = {
        aliases.head(kind, each): aliases.name(kind, each, name) or each
        for each, name in naming(visit).names(kind).items()
    }
    often = Counter(names.values())
    ordered = sorted(names.items(), key=lambda one: (one[1].casefold(), one[0]))
    return {name if often[name] == 1 else f"{name} ({party})": (party, name) for party, name in ordered}
