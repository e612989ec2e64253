"""Recordings accepted: bytes are written, checked, named, and committed, in this order."""

from collections.abc import Callable
from datetime import datetime
from hashlib import file_digest
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from auscult.domain.errors import AuscultError, RecordingError, RequestError
from auscult.domain.recordings.recording import (
    Claims,
    Recording,
    Sound,
    Speaker,
    default_speakers,
    new_recording_id,
)
from auscult.services.recordings.sound.containers import is_of_type
from auscult.services.recordings.sound.probe import probe
from auscult.storage.recordings.folder import RecordingFolder
from auscult.storage.store import AppStore

_PIECE_BYTES = 1 << 20
_LENGTH_TOLERANCE_MS = 1_000
"""Senders round to seconds, and decoders of MP3 count padding."""
_HEX = frozenset("0123456789abcdef")
_SHA256_DIGITS = 64
_GENERIC = ("", "application/octet-stream", "binary/octet-stream")


class PartialUpload(Struct, frozen=True, kw_only=True):
    """An upload that is not finished: what was received, and what is known of the recording."""

    upload_id: str
    conversation_id: str
    location: str
    claims: Claims
    size: int


class Upload:
    """One recording on its way in. A crash at any point leaves a file that is removed later, and no row."""

    def __init__(  # noqa: PLR0913, PLR0917  (everything it needs)
        self,
        app: AppStore,
        folder: RecordingFolder,
        conversation_id: str,
        claims: Claims,
        now: Callable[[], datetime],
        partial: PartialUpload | None = None,
    ) -> None:
        """Begin, or go on with ``partial``.

        Raises ``NotFoundError`` for an unknown conversation, ``RecordingError`` and ``RequestError`` for claims,
        ``FileNotFoundError`` where nothing is left to go on with.
        """
        _check_claims(claims)
        app.recordings.of(conversation_id)
        self._app = app
        self._folder = folder
        self._conversation_id = conversation_id
        self._claims = claims
        self._now = now
        self._recording_id = partial.location.rpartition("/")[2] if partial else new_recording_id()
        self._location = partial.location if partial else f"{app.recordings.app}/{self._recording_id}"
        app.recordings.announce(self._location)
        self._file = folder.resume(self._location) if partial else folder.begin(self._location)

    @classmethod
    def resumed(
        cls, app: AppStore, folder: RecordingFolder, partial: PartialUpload, now: Callable[[], datetime]
    ) -> "Upload":
        """Go on with an upload where it is. Raises ``FileNotFoundError``."""
        return cls(app, folder, partial.conversation_id, partial.claims, now, partial)

    def pause(self) -> PartialUpload:
        """End writing for now, durably, and return what to go on with."""
        self._file.pause()
        return PartialUpload(
            upload_id=self._recording_id.replace("rec-", "up-"),
            conversation_id=self._conversation_id,
            location=self._location,
            claims=self._claims,
            size=self._file.size,
        )

    def write(self, piece: bytes) -> None:
        """Append bytes."""
        self._file.write(piece)

    @property
    def size(self) -> int:
        """Bytes so far."""
        return self._file.size

    def receive(self, file: BinaryIO) -> Recording:
        """Write what is left of a file, and finish. Raises ``RecordingError``, and keeps nothing."""
        while piece := file.read(_PIECE_BYTES):
            self.write(piece)
        return self.finish()

    def finish(self) -> Recording:
        """Check, store and return the recording; the same bytes once more return the one that is there.

        Raises ``RecordingError``, and keeps nothing.
        """
        try:
            sha256 = self._file.sha256
            sound, speakers = checked(self._claims, self._file.complete(), sha256)
        except AuscultError:
            self.abandon()
            raise
        self._file.finish()
        added = self._app.recordings.add(
            Recording(
                recording_id=self._recording_id,
                conversation_id=self._conversation_id,
                state="success",
                sound=sound,
                speakers=speakers,
                sha256=sha256,
                size=self.size,
                location=self._location,
                created_at=self._now(),
            )
        )
        if added.recording_id != self._recording_id:
            self._folder.remove(self._location)
        return added

    def abandon(self) -> None:
        """Keep nothing of it."""
        self._file.abandon()
        self._app.recordings.discard(self._location)


def _check_claims(claims: Claims) -> None:
    kind = claims.content_type.partition(";")[0].strip().lower()
    if kind not in _GENERIC and not kind.startswith(("audio/", "video/")) and kind != "application/ogg":
        raise RequestError(
            "Content-Type {value!r} is no sound; give audio/wav, audio/mpeg, audio/ogg or audio/flac",
            code="recording.type_unsupported",
            field="Content-Type",
            value=kind,
        )
    stated = claims.sha256
    if stated is not None and (len(stated) != _SHA256_DIGITS or not _HEX.issuperset(stated.lower())):
        raise RequestError(
            "sha256: give 64 hexadecimal digits", code="recording.checksum_unreadable", field="sha256", value=stated
        )


def checked(claims: Claims, path: Path, sha256: str) -> tuple[Sound, tuple[Speaker, ...]]:
    """Check a file, whose SHA-256 is known, and return its sound and the speaker of each channel.

    Raises ``RecordingError`` where it is unreadable or not as stated.
    """
    _check_checksum("sha256", claims.sha256, sha256)
    if claims.sha512 is not None:
        with path.open("rb") as file:
            _check_checksum("sha512", claims.sha512, file_digest(file, "sha512").hexdigest())
    sound = probe(path)
    if not is_of_type(sound.content_type, claims.content_type):
        raise RecordingError(
            "the recording is declared as {value}, and found to be {found}; declare what it is, or send what is declared",
            found=sound.content_type,
            code="recording.type_differs",
            field="Content-Type",
            value=claims.content_type,
        )
    _check_length(claims.duration_ms, sound)
    return sound, _checked_speakers(claims.speakers, sound)


def _check_checksum(name: str, stated: str | None, found: str) -> None:
    if stated is not None and stated.lower() != found:
        raise RecordingError(
            "the {upper} of the recording is {found}, not {lower}; send it again",
            upper=name.upper(),
            found=found,
            lower=stated.lower(),
            code="recording.checksum_differs",
            field=name,
            value=stated,
        )


def _check_length(stated: int | None, sound: Sound) -> None:
    if stated is not None and abs(stated - sound.duration_ms) > max(_LENGTH_TOLERANCE_MS, stated // 100):
        raise RecordingError(
            "the recording has {duration_ms} ms, not {value}; send it whole, or state its length",
            duration_ms=sound.duration_ms,
            code="recording.length_differs",
            field="duration_ms",
            value=stated,
        )


def _checked_speakers(speakers: tuple[Speaker, ...], sound: Sound) -> tuple[Speaker, ...]:
    """Return the speaker of each channel: those that are named, else as usual. Raises ``RecordingError``."""
    if speakers and len(speakers) != sound.channels:
        raise RecordingError(
            "the recording has {channels} channels; name the speaker of each, or of none",
            channels=sound.channels,
            code="recording.speakers_differ",
            field="speaker",
            value=", ".join(speakers),
        )
    return speakers or default_speakers(sound.channels)
