"""Work on recordings in the background: bytes fetched, figures, copies for browsers, redacted copies and their proof."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import msgspec
from msgspec.structs import replace

from auscult.domain.conversation import Conversation, Heard
from auscult.domain.errors import AuscultError, NotFoundError, RecordingError
from auscult.domain.limits import LimitReachedError
from auscult.domain.operations.guarding import PanicError, panics_as_errors
from auscult.domain.recordings.recording import Claims, Recording
from auscult.domain.recordings.voice import Span, VoiceFigures
from auscult.domain.recordings.words import Silence
from auscult.domain.said.speech import is_timed
from auscult.services.limits import TenantLimits
from auscult.services.privacy.log import SYSTEM, record
from auscult.services.recordings.accept import checked
from auscult.services.recordings.arrival import has_arrived
from auscult.services.recordings.derived import Derived
from auscult.services.recordings.redaction import Proof, redacted_words, silences_of_turns, write_silenced
from auscult.services.recordings.sound.playable import write_playable
from auscult.services.recordings.transcription import Recogniser, TransientError, app_of, words_of
from auscult.services.recordings.variants import FILES
from auscult.storage.recordings.folder import RecordingFolder
from auscult.storage.recordings.tasks import TaskClaim
from auscult.storage.store import AppStore, Store

MOST_STARTS = 5
_FIRST_WAIT_MS = 2_000
_LIMIT_WAIT_MS = 3600 * 1000
"""Time after which a recording beyond a limit of its account or app is tried again."""
_LEASE_MS = 4 * 3600 * 1000
_CLAIMS = msgspec.json.Decoder(Claims)
_SILENCES = msgspec.json.Decoder(tuple[Silence, ...])


class Fetcher(Protocol):
    """Opens links to recordings."""

    def fetch(self, link: str) -> Iterator[bytes]:
        """Yield the bytes behind a link. Raises ``RecordingError`` for good, ``TransientError`` for now."""
        ...


class RecordingWork:
    """Does what is due, one task at a time."""

    def __init__(
        self,
        store: Store,
        folder: RecordingFolder,
        fetcher: Fetcher,
        recogniser: Recogniser | None,
        *,
        is_copied: bool = True,
    ) -> None:
        """``recogniser`` proves that redacted copies are silent where they should be; None: they are not proved.

        Without ``is_copied``, objects that documents link to are checked, and stay where they are.
        """
        self._is_copied = is_copied
        self._store = store
        self._limits = TenantLimits(store.limits)
        self._folder = folder
        self._fetcher = fetcher
        self._recogniser = recogniser

    def run_once(self) -> bool:
        """Do one task that is due; False where none is."""
        tasks = self._store.recording_tasks
        claim = tasks.claim(_LEASE_MS)
        if claim is None:
            return False
        try:
            if claim.starts > MOST_STARTS:
                raise RecordingError("it did not finish in {most} tries", most=MOST_STARTS)
            with panics_as_errors():
                result = self._do(claim)
        except LimitReachedError as error:
            tasks.wait(claim, error.message, _LIMIT_WAIT_MS)
        except (TransientError, OSError) as error:
            if claim.starts >= MOST_STARTS:
                self._fail(claim, str(error))
            else:
                tasks.postpone(claim, str(error), _FIRST_WAIT_MS * 4 ** (claim.starts - 1))
        except (AuscultError, ModuleNotFoundError, PanicError) as error:
            self._fail(claim, str(error))
        else:
            tasks.finish(claim, result)
        return True

    def _do(self, claim: TaskClaim) -> bytes | None:
        match claim.kind:
            case "fetch":
                return self._fetch(claim)
            case "figures":
                return self._figures(claim)
            case "playable":
                recording = claim.recording
                folder, location = self._folder, recording.location
                with folder.local(location) as path, folder.deriving(location, FILES["playable"]) as target:
                    write_playable(path, recording.sound, target)
                return None
            case "redacted":
                return self._redact(claim)

    def _fail(self, claim: TaskClaim, reason: str) -> None:
        if claim.kind == "fetch":
            with suppress(NotFoundError):
                app_of(self._store, claim.app_id).recordings.fail(claim.recording.recording_id, reason)
        self._store.recording_tasks.fail(claim, reason)

    def _fetch(self, claim: TaskClaim) -> None:
        """Write the bytes behind a link, check them, and have done what follows."""
        app, recording = app_of(self._store, claim.app_id), claim.recording
        if recording.state == "success":
            has_arrived(self._store, app, recording, transcribes=self._recogniser is not None)
            return
        self._limits.check_sound(app.tenant)
        content = app.recordings.content(recording.recording_id)
        pieces = self._fetcher.fetch(recording.source or "") if content is None else iter((content,))
        app.recordings.announce(recording.location)
        self._folder.remove_part(recording.location)
        file = self._folder.begin(recording.location)
        try:
            for piece in pieces:
                file.write(piece)
            claims = Claims(speakers=recording.speakers) if claim.given is None else _CLAIMS.decode(claim.given)
            sound, speakers = checked(claims, file.complete(), file.sha256)
        except BaseException:
            file.abandon()
            raise
        location = recording.location
        if content is None and self._stays(recording.source):
            file.abandon()
            location = f"{location}@{recording.source}"
        else:
            file.finish()
        fetched = replace(
            recording,
            state="success",
            sound=sound,
            speakers=speakers,
            sha256=file.sha256,
            size=file.size,
            location=location,
            reason=None,
        )
        kept = app.recordings.complete(fetched)
        has_arrived(self._store, app, kept, transcribes=self._recogniser is not None)

    def _stays(self, source: str | None) -> bool:
        """Return whether bytes are read where they are: only stores of objects are, which are there tomorrow."""
        return not self._is_copied and not (source or "").startswith(("https://", "http://"))

    def _figures(self, claim: TaskClaim) -> None:
        """Compute figures, and use them for the times of turns where a transcript has none."""
        app, recording = app_of(self._store, claim.app_id), claim.recording
        found = msgspec.json.decode(Derived(app, self._folder).figures(recording.recording_id), type=VoiceFigures)
        detail = app.conversations.get(recording.conversation_id)
        if detail is None or found.is_dual_mono or "unknown" in recording.speakers:
            return
        conversation = detail.conversation
        if conversation.channel != "voice" or not conversation.turns or any(map(is_timed, conversation.turns)):
            return
        heard = heard_of(found)
        if heard != conversation.heard:
            app.conversations.accept([replace(conversation, heard=heard)], "live", is_known=True)

    def _redact(self, claim: TaskClaim) -> bytes:
        """Write the redacted copy and prove it. Raises ``RecordingError`` where that cannot be."""
        app, recording = app_of(self._store, claim.app_id), claim.recording
        detail = app.conversations.get(recording.conversation_id)
        if detail is None:
            raise RecordingError("the conversation was erased")
        conversation = detail.conversation
        words = self._store.transcriptions.get(recording.recording_id)
        if not any(turn.text for turn in conversation.turns) and (words is None or not words.words):
            raise RecordingError("there is no transcript yet, so nothing says what is to be silenced")
        of_words = _SILENCES.decode(claim.given) if claim.given is not None else ()
        of_turns = silences_of_turns(conversation, of_words)
        if of_turns is None:
            raise RecordingError("a redacted turn has no times, so that nothing says where it is to be silent")
        silences = (*of_words, *of_turns)
        folder, location = self._folder, recording.location
        with folder.local(location) as path, folder.deriving(location, FILES["redacted"]) as target:
            write_silenced(path, recording.sound, silences, target)
            proof = self._prove(app, conversation, recording, silences, target)
        details = {"silences": len(silences), "engine": proof.engine, "words": proof.words, "findings": proof.findings}
        record(app, SYSTEM, "recording.redacted", f"recording:{recording.recording_id}", **details)
        return msgspec.json.encode(proof)

    def _prove(
        self,
        app: AppStore,
        conversation: Conversation,
        recording: Recording,
        silences: tuple[Silence, ...],
        target: Path,
    ) -> Proof:
        """Transcribe a redacted copy again. Raises ``RecordingError`` where personal data is still audible."""
        if self._recogniser is None:
            return Proof(silences=silences)
        words = words_of(self._folder, recording, self._recogniser, conversation.language, target)
        found = redacted_words(app, conversation, words, recording.speakers)
        if found.silences:
            kinds = ", ".join(sorted({each.kind for each in found.silences}))
            raise RecordingError(
                "the redacted copy still has {n} words of: {kinds}", n=len(found.silences), kinds=kinds
            )
        return Proof(silences=silences, engine=self._recogniser.name, words=len(words))


def heard_of(figures: VoiceFigures) -> Heard | None:
    """Return the stretches of each side, as a conversation keeps them; None where no side is known."""
    sides = {each.speaker: _pairs(each.speech) for each in figures.channels}
    if not sides.keys() & {"agent", "customer"}:
        return None
    return Heard(agent=sides.get("agent", ()), customer=sides.get("customer", ()), music=_pairs(figures.hold_music))


def _pairs(spans: tuple[Span, ...]) -> tuple[tuple[int, int], ...]:
    return tuple((each.start_ms, each.end_ms) for each in spans)
