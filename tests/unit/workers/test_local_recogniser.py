"""Speech to text with a local model. A stand-in has the signature of faster-whisper 1.2: no model may be shipped here."""

import sys
from pathlib import Path

import pytest

from auscult import bootstrap
from auscult.config import Settings
from auscult.domain.errors import EngineError, SettingsError
from auscult.domain.recordings.words import Word
from auscult.workers.local_recogniser import FasterWhisperRecogniser

STAND_IN = """
from dataclasses import dataclass

@dataclass
class Word:
    start: float
    end: float
    word: str
    probability: float

@dataclass
class Segment:
    words: list | None

class WhisperModel:
    def __init__(self, model_size_or_path, device="auto", *, local_files_only=False):
        assert local_files_only
        self.folder = model_size_or_path

    def transcribe(self, audio, language=None, *, word_timestamps=False):
        assert word_timestamps
        if language == "xx":
            raise ValueError("'xx' is not a valid language code")
        words = [Word(0.5, 0.9, " thank", 0.98), Word(0.9, 1.25, " you", 0.4), Word(1.25, 1.3, " ", 0.1)]
        return iter([Segment(words), Segment(None)]), None
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a model, and the stand-in in place of the package."""
    package = tmp_path / "packages"
    package.mkdir()
    (package / "faster_whisper.py").write_text(STAND_IN)
    monkeypatch.syspath_prepend(str(package))
    monkeypatch.delitem(sys.modules, "faster_whisper", raising=False)
    model = tmp_path / "small-model"
    model.mkdir()
    (model / "model.bin").write_bytes(b"")
    return model


def test_words_have_their_times_and_confidence(folder: Path) -> None:
    """In ms, without the spaces around them; segments without words give none."""
    recogniser = FasterWhisperRecogniser(folder, 60)
    assert recogniser.name == "faster-whisper small-model"
    assert recogniser.transcribe(Path("a.wav"), 1, "en") == (
        Word(channel=1, text="thank", start_ms=500, end_ms=900, confidence=0.98),
        Word(channel=1, text="you", start_ms=900, end_ms=1250, confidence=0.4),
    )


def test_a_language_that_the_model_lacks_fails_with_its_reason(folder: Path) -> None:
    """The transcription fails for good, and its state says why."""
    with pytest.raises(EngineError, match="'xx' is not a valid language code"):
        FasterWhisperRecogniser(folder, 60).transcribe(Path("a.wav"), 0, "xx")


def test_a_folder_without_a_model_is_refused(folder: Path) -> None:
    """By name, with what it lacks; a server of speech to text has precedence over a folder."""
    with pytest.raises(SettingsError, match=r"has no model\.bin"):
        FasterWhisperRecogniser(folder.parent, 60)
    settings = Settings(transcriber_folder=str(folder))
    found = bootstrap.recordings.recogniser(settings)
    assert isinstance(found, FasterWhisperRecogniser)


def test_without_the_package_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is tried with a package that is not there."""
    monkeypatch.setattr("auscult.workers.local_recogniser.find_spec", lambda _: None)
    with pytest.raises(SettingsError, match="needs the package faster-whisper"):
        FasterWhisperRecogniser(tmp_path, 60)
