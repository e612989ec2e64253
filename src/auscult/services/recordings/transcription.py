"""Transcription of recordings: one call of the recogniser a channel, tried again, and words made into turns."""

import tempfile
import wave
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

import msgspec
from msgspec.structs import replace

from auscult.domain.errors import AuscultError, EngineError, NotFoundError, unknown
from auscult.domain.operations.guarding import PanicError, panics_as_errors
from auscult.domain.privacy.conversations import Redaction
from auscult.domain.recordings.recording import STEREO, Recording, Sound, Speaker
from auscult.domain.recordings.words import EarlierTranscript, Transcription, Word, are_of_words, turns_of
from auscult.services.recordings.redaction import redacted_words, spans_of
from auscult.services.recordings.sound.samples import blocks
from auscult.services.recordings.variants import is_redacted
from auscult.storage.recordings.folder import RecordingFolder
from auscult.storage.recordings.transcriptions import Claim
from auscult.storage.store import AppStore, Store

MOST_STARTS = 5
_FIRST_WAIT_MS = 2_000
_LEASE_BEYOND_MS = 60_000


class TransientError(EngineError):
    """A failure of a recogniser that another try may not meet."""


class Recogniser(Protocol):
    """Speech to text."""

    name: str
    timeout_s: int

    def transcribe(self, sound: Path, channel: int, language: str) -> tuple[Word, ...]:
        """Return the words of a mono WAV, which is this channel. Raises ``EngineError``, ``TransientError``."""
        ...


class Transcribing:
    """Transcribes what is due, one recording at a time."""

    def __init__(
        self,
        store: Store,
        folder: RecordingFolder,
        recogniser: Recogniser,
        now: Callable[[], datetime],
        minutes_per_day: int = 0,
    ) -> None:
        """Read sound from ``folder``. ``minutes_per_day``: of sound, counted for each channel, in a day (UTC); 0: any."""
        self._store = store
        self._folder = folder
        self._recogniser = recogniser
        self._now = now
        self._ms_per_day = minutes_per_day * 60_000

    def run_once(self) -> bool:
        """Transcribe one recording that is due; False where none is."""
        lease_ms = 2 * self._recogniser.timeout_s * 1000 + _LEASE_BEYOND_MS
        claim = self._store.transcriptions.claim(lease_ms)
        if claim is None:
            return False
        waiting = self._store.transcriptions
        if claim.starts > MOST_STARTS:
            waiting.fail(claim.number, f"it did not finish in {MOST_STARTS} tries")
            return True
        if not self._is_allowed(claim.recording.sound):
            midnight = (self._now() + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
            waiting.wait(claim.number, "the day's limit of minutes is reached", round(midnight.timestamp() * 1000))
            return True
        try:
            with panics_as_errors():
                words = words_of(self._folder, claim.recording, self._recogniser, self._language(claim))
        except (TransientError, FileNotFoundError) as error:
            if claim.starts >= MOST_STARTS:
                waiting.fail(claim.number, str(error))
            else:
                waiting.postpone(claim.number, str(error), _FIRST_WAIT_MS * 4 ** (claim.starts - 1))
        except (AuscultError, PanicError) as error:
            waiting.fail(claim.number, str(error))
        else:
            self._keep(claim, words)
        return True

    def _is_allowed(self, sound: Sound) -> bool:
        """Count a recording against the day's limit; a first one that is longer than the limit is let through."""
        if not self._ms_per_day:
            return True
        ms = min(sound.duration_ms * sound.channels, self._ms_per_day)
        return self._store.transcriptions.reserve_time(f"{self._now():%Y-%m-%d}", ms, self._ms_per_day)

    def _language(self, claim: Claim) -> str:
        detail = app_of(self._store, claim.app_id).conversations.get(claim.recording.conversation_id)
        return "en" if detail is None else detail.conversation.language

    def _keep(self, claim: Claim, words: tuple[Word, ...]) -> None:
        """Store words, redacted where the app redacts, and make turns of them where the conversation has no others."""
        app, recording = app_of(self._store, claim.app_id), claim.recording
        detail = app.conversations.get(recording.conversation_id)
        if detail is None:
            return
        before = detail.conversation
        redacted = redacted_words(app, before, words, recording.speakers)
        kept = Redaction(originals=dict(redacted.originals), is_marked=bool(redacted.silences))
        waiting = self._store.transcriptions
        waiting.keep(
            claim.number, self._recogniser.name, redacted.words, lambda its: app.privacy.add(its, before.id, kept)
        )
        if is_redacted(app, before.id):
            given = msgspec.json.encode(redacted.silences)
            self._store.recording_tasks.request(recording.recording_id, "redacted", given)
        said, speakers = self._words(app, before.id)
        after = replace(before, masks={**before.masks, **redacted.masks})
        spans = Redaction()
        turns = turns_of(said, speakers)
        if turns and turns != before.turns and are_of_words(before.turns):
            ended_at = before.ended_at or before.started_at + timedelta(milliseconds=recording.sound.duration_ms)
            after = replace(after, turns=turns, heard=None, ended_at=ended_at)
            known = app.privacy.redaction(before.id) or kept
            spans = Redaction(spans=spans_of(said, speakers, known.originals))
        if after != before:
            app.conversations.accept(
                [after], "live", lambda its, _: app.privacy.add(its, before.id, spans), is_known=True
            )
        waiting.finish(claim.number)

    def _words(self, app: AppStore, conversation_id: str) -> tuple[list[Word], list[Speaker]]:
        """Return the words that make a conversation's turns, and the speaker of each channel.

        They are those of a stereo recording, else of one recording for each side; none while some of its recordings are
        still transcribed.
        """
        recordings = [each for each in app.recordings.of(conversation_id) if each.state == "success"]
        if not self._store.transcriptions.are_settled([each.recording_id for each in recordings]):
            return [], []
        words: list[Word] = []
        speakers: list[Speaker] = []
        for each in sorted(recordings, key=_is_less_known):
            found = self._store.transcriptions.get(each.recording_id)
            if found is None or not found.words or set(each.speakers) & set(speakers):
                continue
            if speakers and "unknown" in each.speakers:  # what one side is known to say is not said once more by nobody
                continue
            words += [replace(word, channel=len(speakers) + word.channel) for word in found.words]
            speakers += each.speakers
            if each.sound.channels == STEREO:
                break
        return words, speakers


def app_of(store: Store, app_id: str) -> AppStore:
    """Return the app of a claim. Raises ``NotFoundError`` ``app.unknown``."""
    tenant = store.tenant(app_id)
    if tenant is None:
        raise NotFoundError("there is no app {app_id}", app_id=app_id, code="app.unknown")
    return store.within(tenant)


def _is_less_known(recording: Recording) -> tuple[bool, bool]:
    """Return the order in which recordings give their words: stereo first, those of unknown speakers last."""
    return recording.sound.channels != STEREO, "unknown" in recording.speakers


def words_of(
    folder: RecordingFolder, recording: Recording, recogniser: Recogniser, language: str, path: Path | None = None
) -> tuple[Word, ...]:
    """Return the words of a recording, or of a copy of it at ``path``, with one call for each channel."""
    with ExitStack() as stack:
        temporary = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        source = path or stack.enter_context(folder.local(recording.location))
        files = split(source, recording.sound, temporary)
        found = [recogniser.transcribe(file, channel, language) for channel, file in enumerate(files)]
    return tuple(sorted((word for words in found for word in words), key=lambda word: word.start_ms))


def split(path: Path, sound: Sound, folder: Path) -> Sequence[Path]:
    """Write each channel of a recording as a mono WAV of 16 bits into a folder, and return the files."""
    files = [folder / f"{channel}.wav" for channel in range(sound.channels)]
    with ExitStack() as stack:
        writers = [stack.enter_context(wave.open(str(file), "wb")) for file in files]
        for writer in writers:
            writer.setnchannels(1)
            writer.setsampwidth(2)
            writer.setframerate(sound.sample_rate)
        for block in blocks(path, sound.sample_rate):
            for writer, samples in zip(writers, block, strict=True):
                writer.writeframes(samples.tobytes())
    return files


def transcribe_once(store: Store, recording_id: str) -> None:
    """Ask for the transcription of a recording unless it was asked for before."""
    if store.transcriptions.get(recording_id) is None:
        store.transcriptions.request(recording_id)


def request_transcription(app: AppStore, store: Store, recording_id: str) -> Transcription:
    """Request the transcription of a recording of this app, and return it. Raises ``NotFoundError``."""
    _check_known(app, recording_id)
    store.transcriptions.request(recording_id)
    return transcription_of(app, store, recording_id)


def transcription_of(app: AppStore, store: Store, recording_id: str) -> Transcription:
    """Return the transcription of a recording of this app. Raises ``NotFoundError`` where none was asked for."""
    _check_known(app, recording_id)
    found = store.transcriptions.get(recording_id)
    if found is None:
        raise unknown(
            "recording",
            recording_id,
            "no transcription of recording {value} was asked for; POST to this path to have one",
        )
    return found


def earlier_transcripts(app: AppStore, store: Store, recording_id: str) -> list[EarlierTranscript]:
    """Return the transcripts of a recording that others have replaced, the oldest first. Raises ``NotFoundError``."""
    _check_known(app, recording_id)
    return store.transcriptions.earlier(recording_id)


def _check_known(app: AppStore, recording_id: str) -> None:
    if app.recordings.get(recording_id) is None:
        raise unknown("recording", recording_id, "there is no recording {value} in this app")
