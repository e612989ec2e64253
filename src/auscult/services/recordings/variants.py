"""Variants of a recording: its original, a copy for browsers, a redacted copy; and the choice of the playable one."""

from typing import Literal, NamedTuple

from auscult.domain.privacy.redaction import placeholder
from auscult.domain.recordings.recording import Recording, State
from auscult.domain.recordings.tasks import Task
from auscult.services.recordings.sound.playable import MEDIA_TYPE, needs_copy
from auscult.storage.recordings.folder import RecordingFolder
from auscult.storage.store import AppStore, Store

Variant = Literal["original", "playable", "redacted"]

_CODE = placeholder("security_code")[:-1]
FILES: dict[Variant, str] = {"playable": "playable.mp3", "redacted": "redacted"}


class Offer(NamedTuple):
    """Playable variant of a recording, or none with the reason, and the state to show."""

    variant: Variant | None
    state: State
    reason: str | None = None


def is_redacted(app: AppStore, conversation_id: str) -> bool:
    """Return whether the sound of a conversation may hold what redaction hides."""
    return app.privacy.settings().is_on or app.privacy.redaction(conversation_id) is not None


def _has_codes(store: Store, app: AppStore, recording: Recording, redacted: Task | None) -> bool:
    """Return whether a security code is said in a recording, which may not be played.

    Once the words are erased, the silences of its redacted copy still show it.
    """
    if redacted is not None and b"security_code" in (redacted.result or b""):
        return True
    detail = app.conversations.get(recording.conversation_id)
    words = store.transcriptions.get(recording.recording_id)
    return any(_CODE in turn.text for turn in (detail.conversation.turns if detail else ())) or any(
        _CODE in word.text for word in (words.words if words else ())
    )


def offer(store: Store, app: AppStore, folder: RecordingFolder, recording: Recording, *, may_original: bool) -> Offer:
    """Return the playable variant: the redacted copy where words are hidden, unless originals may be played.

    A recording in which a security code is said plays as its redacted copy alone.
    """
    if recording.state != "success":
        return Offer(None, recording.state, recording.reason)
    if not folder.has(recording.location):
        return Offer(None, "media_unavailable", "the bytes are not in the store")
    task = store.recording_tasks.get(recording.recording_id, "redacted")
    may_original = may_original and not _has_codes(store, app, recording, task)
    # Once redacted, always: also where the words, and with them what was redacted, were erased meanwhile.
    if may_original or (task is None and not is_redacted(app, recording.conversation_id)):
        return Offer("original", "success")
    if folder.has_derived(recording.location, FILES["redacted"]) and (task is None or task.state == "done"):
        return Offer("redacted", "success")
    if task is not None and task.state in ("waiting", "running"):
        return Offer(None, "media_in_progress", task.reason or "the redacted copy is being made")
    reason = task.reason if task is not None else None
    return Offer(None, "media_unavailable", reason or "nothing is known of its words, so that no copy is redacted")


def in_browser(folder: RecordingFolder, recording: Recording, variant: Variant) -> Variant:
    """Return the variant that a browser plays in place of this one."""
    if (
        variant == "original"
        and needs_copy(recording.sound)
        and folder.has_derived(recording.location, FILES["playable"])
    ):
        return "playable"
    return variant


def media_type(folder: RecordingFolder, recording: Recording, variant: Variant) -> str:
    """Return the media type of a variant."""
    if variant == "original":
        return recording.sound.content_type
    if variant == "playable":
        return MEDIA_TYPE
    with folder.open_derived(recording.location, FILES["redacted"]) as file:
        return "audio/flac" if file.read(4) == b"fLaC" else "audio/wav"
