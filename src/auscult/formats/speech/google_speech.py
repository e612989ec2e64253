"""Google Cloud Speech-to-Text, versions 1 and 2: the answer of an operation, or the file of a batch."""

from collections.abc import Iterator
from typing import Any, ClassVar

from auscult.formats._contract import Source
from auscult.formats._others.heads import first_of
from auscult.formats._others.json_records import JsonReader
from auscult.formats._others.recognised import Word, in_order, ms_of, turns_of
from auscult.formats._others.talk import Said, Talk
from auscult.formats._records import Fields

_START, _END = (
    ("startTime", "startOffset", "start_time", "start_offset"),
    ("endTime", "endOffset", "end_time", "end_offset"),
)
_SPEAKER = ("speakerLabel", "speakerTag", "speaker_label", "speaker_tag")
_RESULT_END = ("resultEndTime", "resultEndOffset", "result_end_time", "result_end_offset")
_CHANNEL = ("channelTag", "channel_tag")


class GoogleSpeech(JsonReader):
    """One object a recording: ``results`` with alternatives. Where speakers are distinguished, the last one has all words."""

    name: ClassVar[str] = "google-speech"
    title: ClassVar[str] = "Google Speech-to-Text JSON"
    makers: ClassVar[tuple[str, ...]] = (
        "https://cloud.google.com/speech-to-text/docs/reference/rest/v1/speech/recognize (Google)",
        "https://cloud.google.com/speech-to-text/v2/docs/reference/rest/v2/projects.locations.recognizers/recognize (Google)",
        "https://github.com/googleapis/google-cloud-python/tree/main/packages/google-cloud-speech (Google)",
        "https://github.com/jakeshomework/passport-reader-4/blob/main/src/data/foghorn/transcription.js",
    )
    keys: ClassVar[frozenset[str]] = frozenset(
        {"results", "totalBilledTime", "requestId", "metadata", "response", "name", "done", "@type"}
    )

    def is_mine(self, record: dict[str, Any]) -> bool:
        """Return whether its results are a list with transcripts."""
        inner = record.get("response") if isinstance(record.get("response"), dict) else record
        alternative = first_of(inner or {}, "results", "alternatives")
        return isinstance((inner or {}).get("results"), list) and not alternative.keys().isdisjoint(
            {"transcript", "words"}
        )

    def talks(self, record: Fields, source: Source) -> Iterator[Talk]:
        """Yield the one call."""
        del source
        inner = record.fields("response") if record.get("results") is None else record
        results = list(inner.each("results"))
        best = [(one, next(one.each("alternatives"), None)) for one in results]
        found = [(one, alternative) for one, alternative in best if alternative is not None]
        spoken = [each for _, each in found if any(_first(word, _SPEAKER) for word in each.each("words"))]
        if spoken:
            # version 1 repeats all words, with their speakers, in the last result; version 2 has them once
            whole = max(spoken, key=lambda each: len(list(each.each("words"))))
            each_of = [whole] if whole is spoken[-1] and len(spoken) == 1 else _without_repeats(spoken)
            said = list(turns_of(_word(word) for each in each_of for word in each.each("words")))
        else:
            said = list(_said(found))
        yield Talk(
            source=self.name,
            said=in_order(said),
            channel="voice",
            language=next((code for one in results if (code := one.maybe_text("languageCode"))), None),
        )


def _first(one: Fields, names: tuple[str, ...]) -> str | None:
    return next((found for name in names if (found := one.maybe_text(name)) and found != "0"), None)


def _word(word: Fields) -> Word:
    speaker = _first(word, _SPEAKER)
    return Word(word.text("word", "a word"), speaker and f"Speaker {speaker}", _ms(word, _START) or 0, _ms(word, _END))


def _ms(one: Fields, names: tuple[str, ...]) -> float | None:
    return next((ms_of(found) for name in names if (found := one.get(name)) is not None), None)


def _without_repeats(spoken: list[Fields]) -> list[Fields]:
    """Return the last alternative alone where it begins again at the first word, else all."""
    last, first = list(spoken[-1].each("words")), list(spoken[0].each("words"))
    is_again = last and first and (_ms(last[0], _START) or 0) <= (_ms(first[0], _START) or 0)
    return spoken[-1:] if is_again else spoken


def _said(found: list[tuple[Fields, Fields]]) -> Iterator[Said]:
    ends: dict[str | None, float] = {}
    for result, alternative in found:
        text = alternative.words("transcript", "the words of the result").strip()
        channel = _first(result, _CHANNEL)
        words = list(alternative.each("words"))
        start = (_ms(words[0], _START) or 0) if words else ends.get(channel, 0)
        end = _ms(words[-1], _END) if words else _ms(result, _RESULT_END)
        ends[channel] = start if end is None else end
        if text:
            yield Said(text, channel and f"Channel {channel}", start_ms=start, end_ms=end)
