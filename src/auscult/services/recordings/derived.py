"""Peaks and figures of recordings, computed once and stored next to the bytes."""

from collections.abc import Callable
from pathlib import Path

import msgspec
from msgspec import Struct

from auscult.domain.errors import unknown
from auscult.domain.recordings.recording import Recording
from auscult.services.recordings.sound.peaks import peaks
from auscult.services.recordings.sound.voice_activity import figures
from auscult.storage.recordings.folder import RecordingFolder
from auscult.storage.store import AppStore

_FIGURES = "figures-3.json"
"""With a number that grows when the same sound gets other figures."""


class Derived:
    """Data derived from the recordings of one app. All of it is JSON, encoded."""

    def __init__(self, app: AppStore, folder: RecordingFolder) -> None:
        """Read from and keep in ``folder``."""
        self._app = app
        self._folder = folder

    def peaks(self, recording_id: str, points: int) -> bytes:
        """Return the peaks of a recording. Raises ``NotFoundError``."""
        recording = self.recording(recording_id)
        return self._kept(recording, f"peaks-{points}.json", lambda path: peaks(path, recording.sound, points))

    def figures(self, recording_id: str) -> bytes:
        """Return the figures of a recording. Raises ``NotFoundError``, ``EngineError`` where the extra is missing."""
        recording = self.recording(recording_id)
        return self._kept(recording, _FIGURES, lambda path: figures(path, recording.sound, recording.speakers))

    def known_figures(self, recording_id: str) -> bytes | None:
        """Return the figures of a recording if they were computed. Raises ``NotFoundError``."""
        return self._folder.derived(self.recording(recording_id).location, _FIGURES)

    def recording(self, recording_id: str) -> Recording:
        """Return a recording that has its bytes. Raises ``NotFoundError``."""
        recording = self._app.recordings.get(recording_id)
        if recording is None or recording.state != "success" or not self._folder.has(recording.location):
            raise unknown(
                "recording", recording_id, "there is no recording {value} in this app, or its bytes are not there"
            )
        return recording

    def _kept(self, recording: Recording, name: str, make: Callable[[Path], Struct]) -> bytes:
        known = self._folder.derived(recording.location, name)
        if known is not None:
            return known
        with self._folder.local(recording.location) as path:
            made = msgspec.json.encode(make(path))
        self._folder.keep_derived(recording.location, name, made)
        if self._app.recordings.get(recording.recording_id) is None:  # erased meanwhile, and its files with it
            self._folder.remove(recording.location)
        return made
