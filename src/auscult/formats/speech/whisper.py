"""Whisper and its kin: OpenAI's whisper and API, faster-whisper, WhisperX, whisper.cpp."""

from collections.abc import Iterator
from typing import Any, ClassVar

from auscult.formats._contract import Source
from auscult.formats._others.heads import first_of
from auscult.formats._others.json_records import JsonReader
from auscult.formats._others.recognised import ms_of
from auscult.formats._others.talk import Said, Talk
from auscult.formats._records import Fields, MissingError


class Whisper(JsonReader):
    """One object a call: ``segments`` with start and end in seconds, and the speaker where they were distinguished."""

    name: ClassVar[str] = "whisper"
    title: ClassVar[str] = "Whisper or WhisperX JSON"
    makers: ClassVar[tuple[str, ...]] = (
        "https://github.com/openai/whisper/blob/main/whisper/transcribe.py",
        "https://github.com/m-bain/whisperX/blob/main/whisperx/schema.py",
        "https://github.com/ggml-org/whisper.cpp/blob/master/examples/cli/cli.cpp",
    )
    keys: ClassVar[frozenset[str]] = frozenset({"segments", "text", "language", "word_segments", "task", "duration"})

    def is_mine(self, record: dict[str, Any]) -> bool:
        """Return whether it has segments with text and times."""
        if "transcription" in record:
            return "offsets" in first_of(record, "transcription")
        segment = first_of(record, "segments")
        return "segments" in record and (not segment or {"start", "end"} <= segment.keys())

    def talks(self, record: Fields, source: Source) -> Iterator[Talk]:
        """Yield the one call."""
        del source
        if record.get("transcription") is not None:
            said = [_cpp(one) for one in record.each("transcription")]
        else:
            said = [_segment(one) for one in record.required_list("segments", "a list of what was said")]
        language = record.maybe_text("language") or record.fields("result").maybe_text("language")
        yield Talk(source=self.name, said=said, channel="voice", language=language)


def _segment(segment: Fields) -> Said:
    words = segment.words("text", "the words of the segment").strip()
    speaker = segment.maybe_text("speaker")
    return Said(words, speaker, start_ms=_ms(segment, "start"), end_ms=_ms(segment, "end"))


def _ms(segment: Fields, name: str) -> float | None:
    value = segment.get(name)
    if value is None:
        return None
    if (ms := ms_of(value)) is None:
        raise MissingError(segment.path_of(name), f"{name} is {value!r}; it should be a number of seconds")
    return ms


def _cpp(segment: Fields) -> Said:
    offsets = segment.fields("offsets")
    return Said(
        segment.words("text", "the words of the segment").strip(),
        segment.maybe_text("speaker"),
        start_ms=offsets.number("from", "a number of ms"),
        end_ms=offsets.number("to", "a number of ms"),
    )
