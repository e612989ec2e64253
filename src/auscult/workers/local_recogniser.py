"""Speech to text on this machine: faster-whisper, which its user installs, with a model in a local folder. Nothing is downloaded."""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any

from auscult.domain.errors import EngineError, SettingsError
from auscult.domain.recordings.words import Word

_MODEL = "model.bin"
"""The file that every folder of a model in the format of CTranslate2 has."""


class FasterWhisperRecogniser:
    """A recogniser around a model of faster-whisper, which is loaded with the first recording."""

    def __init__(self, folder: Path, timeout_s: int) -> None:
        """``folder`` holds a model in the format of CTranslate2. Raises ``SettingsError`` where it or the package is missing.

        ``timeout_s`` is the time after which another worker may claim a recording; a transcription is not cut off.
        """
        if find_spec("faster_whisper") is None:
            raise SettingsError(
                "speech to text with a local model needs the package faster-whisper; install it",
                field="AUSCULT_TRANSCRIBER_FOLDER",
            )
        if not (folder / _MODEL).is_file():
            raise SettingsError(
                f"{folder} has no {_MODEL}; name a folder with a Whisper model in the format of CTranslate2",
                field="AUSCULT_TRANSCRIBER_FOLDER",
                value=str(folder),
            )
        self.name = f"faster-whisper {folder.name}"
        self.timeout_s = timeout_s
        self._folder = folder
        self._model: Any = None
        self._loading = Lock()

    def transcribe(self, sound: Path, channel: int, language: str) -> tuple[Word, ...]:
        """Return the words of a mono WAV. Raises ``EngineError`` where the model cannot be loaded or fails."""
        try:
            segments, _ = self._loaded().transcribe(str(sound), language=language, word_timestamps=True)
            found = [word for segment in segments for word in segment.words or ()]
        except (RuntimeError, ValueError, OSError) as error:
            raise EngineError(f"the local transcriber failed: {error}") from error
        return tuple(
            Word(
                channel=channel,
                text=word.word.strip(),
                start_ms=round(word.start * 1000),
                end_ms=round(word.end * 1000),
                confidence=word.probability,
            )
            for word in found
            if word.word.strip()
        )

    def _loaded(self) -> Any:  # noqa: ANN401  (of another package)
        with self._loading:
            if self._model is None:
                package: Any = import_module("faster_whisper")
                self._model = package.WhisperModel(str(self._folder), local_files_only=True)
            return self._model
