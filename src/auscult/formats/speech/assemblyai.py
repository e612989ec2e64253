"""AssemblyAI: a transcript with utterances of speakers or channels, or words alone."""

from collections.abc import Iterator
from typing import Any, ClassVar

from auscult.formats._contract import Source
from auscult.formats._others.heads import first_of
from auscult.formats._others.json_records import JsonReader
from auscult.formats._others.recognised import Word, turns_of
from auscult.formats._others.talk import Said, Talk
from auscult.formats._records import Fields, MissingError


class AssemblyAi(JsonReader):
    """One transcript a recording. Times are in ms."""

    name: ClassVar[str] = "assemblyai"
    title: ClassVar[str] = "AssemblyAI JSON"
    makers: ClassVar[tuple[str, ...]] = (
        "https://www.assemblyai.com/docs/api-reference/transcripts/get (AssemblyAI)",
        "https://github.com/AssemblyAI/assemblyai-python-sdk (AssemblyAI)",
        "https://github.com/Kikstyophobia/assembly-ai/blob/main/output.js",
    )
    keys: ClassVar[frozenset[str]] = frozenset(
        {"id", "status", "audio_url", "text", "words", "utterances", "confidence", "audio_duration", "language_code"}
        | {"acoustic_model", "language_model", "punctuate", "format_text", "speaker_labels", "dual_channel"}
    )

    def is_mine(self, record: dict[str, Any]) -> bool:
        """Return whether it is a transcript of an address of audio."""
        has_words = "utterances" in record or "start" in first_of(record, "words")
        return has_words and not record.keys().isdisjoint({"audio_url", "acoustic_model", "audio_duration"})

    def talks(self, record: Fields, source: Source) -> Iterator[Talk]:
        """Yield the one call. Raises ``MissingError`` for a transcript that is not finished."""
        del source
        status = record.maybe_text("status")
        if status not in (None, "completed"):
            raise MissingError("status", f"status is {status!r}; it should be completed")
        said = [_utterance(one) for one in record.each("utterances")]
        if not said:
            said = list(turns_of(_word(one) for one in record.each("words")))
        yield Talk(
            source=self.name,
            said=said,
            channel="voice",
            id=record.maybe_text("id"),
            language=record.maybe_text("language_code"),
        )


def _label(one: Fields) -> str | None:
    channel, speaker = one.maybe_text("channel"), one.maybe_text("speaker")
    return f"Channel {channel}" if channel and (speaker is None or speaker == channel) else speaker


def _utterance(one: Fields) -> Said:
    return Said(
        one.words("text", "the words of the utterance"),
        _label(one),
        start_ms=one.number("start", "a number of ms"),
        end_ms=one.number("end", "a number of ms"),
    )


def _word(one: Fields) -> Word:
    return Word(
        one.text("text", "a word"),
        _label(one),
        one.number("start", "a number of ms"),
        one.number("end", "a number of ms"),
    )
