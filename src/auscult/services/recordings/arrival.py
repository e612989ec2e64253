"""Work that follows the arrival of a recording: a copy for browsers, figures, words, redaction."""

from auscult.domain.recordings.recording import Recording
from auscult.domain.recordings.tasks import TaskKind
from auscult.services.recordings.sound.playable import needs_copy
from auscult.services.recordings.transcription import transcribe_once
from auscult.services.recordings.variants import is_redacted
from auscult.storage.store import AppStore, Store


def has_arrived(store: Store, app: AppStore, recording: Recording, *, transcribes: bool) -> None:
    """Have everything done with a recording that its app and the settings ask for. Done twice, it changes nothing."""
    wanted: list[TaskKind] = ["figures", *(["playable"] if needs_copy(recording.sound) else [])]
    if not transcribes and is_redacted(app, recording.conversation_id):
        wanted.append("redacted")
    for kind in wanted:
        if store.recording_tasks.get(recording.recording_id, kind) is None:
            store.recording_tasks.request(recording.recording_id, kind)
    if transcribes:
        transcribe_once(store, recording.recording_id)
