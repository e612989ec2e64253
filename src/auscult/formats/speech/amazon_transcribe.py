"""Amazon Transcribe: the output of a job, with speakers, with channels, or without both."""

from collections.abc import Iterator
from typing import Any, ClassVar

from auscult.formats._contract import Source
from auscult.formats._others.json_records import JsonReader
from auscult.formats._others.recognised import Word, in_order, ms_of, turns_of
from auscult.formats._others.talk import Said, Talk
from auscult.formats._records import Fields, MissingError


class AmazonTranscribe(JsonReader):
    """One job a call: ``results`` with items, and since 2024 ``audio_segments``. Times are seconds as text."""

    name: ClassVar[str] = "amazon-transcribe"
    title: ClassVar[str] = "Amazon Transcribe JSON"
    makers: ClassVar[tuple[str, ...]] = (
        "https://docs.aws.amazon.com/transcribe/latest/dg/how-input.html (Amazon)",
        "https://github.com/aws-samples/amazon-transcribe-output-word-document (Amazon)",
        "https://github.com/mikedidomizio/transcriber-summarizer/blob/main/app/lib/aws-transcribe.types.ts",
    )
    keys: ClassVar[frozenset[str]] = frozenset({"jobName", "accountId", "results", "status"})

    def is_mine(self, record: dict[str, Any]) -> bool:
        """Return whether it has results with items of alternatives."""
        results = record.get("results")
        return isinstance(results, dict) and ("transcripts" in results or "items" in results)

    def talks(self, record: Fields, source: Source) -> Iterator[Talk]:
        """Yield the one call."""
        del source
        results = record.fields("results")
        segments = [one for one in results.each("audio_segments") if one.maybe_text("transcript")]
        is_labelled = any(one.get("speaker_label") or one.get("channel_label") for one in segments)
        if segments and (is_labelled or results.get("speaker_labels") is None):
            said = [_segment(one) for one in segments]
        else:
            said = list(_of_items(results))
        yield Talk(
            source=self.name,
            said=in_order(said),
            channel="voice",
            id=record.maybe_text("jobName"),
            language=results.maybe_text("language_code"),
        )


def _segment(one: Fields) -> Said:
    return Said(
        one.text("transcript", "the words of the segment"),
        one.maybe_text("channel_label") or one.maybe_text("speaker_label"),
        start_ms=ms_of(one.number("start_time", "a number of seconds")),
        end_ms=ms_of(one.number("end_time", "a number of seconds")),
    )


def _of_items(results: Fields) -> Iterator[Said]:
    channels = list(results.fields("channel_labels").each("channels"))
    if channels:
        for channel in channels:
            yield from turns_of(_words(channel, channel.text("channel_label", "a name as ch_0"), []))
        return
    spans = [
        (
            ms_of(one.number("start_time", "a number of seconds")) or 0,
            ms_of(one.number("end_time", "a number of seconds")) or 0,
            one.text("speaker_label", "a name as spk_0"),
        )
        for one in results.fields("speaker_labels").each("segments")
    ]
    yield from turns_of(_words(results, None, spans))


def _words(within: Fields, label: str | None, spans: list[tuple[float, float, str]]) -> Iterator[Word]:
    """Yield the words of items; those without a speaker have that of the span that they lie in."""
    at = 0
    last = label
    for item in within.required_list("items", "a list of words"):
        best = next(item.each("alternatives"), None)
        if best is None:
            raise MissingError(item.path_of("alternatives"), "alternatives is missing; it should be a list of contents")
        content = best.words("content", "a word")
        if item.get("start_time") is None:
            yield Word(content, last, None, None)
            continue
        start = ms_of(item.number("start_time", "a number of seconds")) or 0
        while at + 1 < len(spans) and spans[at][1] <= start:
            at += 1
        last = label or item.maybe_text("speaker_label") or (spans[at][2] if spans else None)
        yield Word(content, last, start, ms_of(item.number("end_time", "a number of seconds")))
