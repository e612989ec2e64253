"""Deepgram: the answer for a recording, with utterances, paragraphs, or words alone."""

from collections.abc import Iterator
from typing import Any, ClassVar

from auscult.formats._contract import Source
from auscult.formats._others.heads import first_of
from auscult.formats._others.json_records import JsonReader
from auscult.formats._others.recognised import Word, in_order, ms_of, turns_of
from auscult.formats._others.talk import Said, Talk
from auscult.formats._records import Fields, MissingError


class Deepgram(JsonReader):
    """One object a recording. Speakers are numbers; of a recording of several channels, the channels are."""

    name: ClassVar[str] = "deepgram"
    title: ClassVar[str] = "Deepgram JSON"
    makers: ClassVar[tuple[str, ...]] = (
        "https://developers.deepgram.com/docs/pre-recorded-audio (Deepgram)",
        "https://github.com/deepgram/deepgram-python-sdk (Deepgram)",
        "https://github.com/jaredjohnston/sermon-ai/blob/main/docs/deepgram_example.md",
    )
    keys: ClassVar[frozenset[str]] = frozenset({"metadata", "results"})

    def is_mine(self, record: dict[str, Any]) -> bool:
        """Return whether it has results of channels, or utterances."""
        results = record.get("results")
        return isinstance(results, dict) and (
            "alternatives" in first_of(record, "results", "channels")
            or "transcript" in first_of(record, "results", "utterances")
        )

    def talks(self, record: Fields, source: Source) -> Iterator[Talk]:
        """Yield the one call. It starts when it was sent, where nothing is known of the call itself."""
        del source
        about, results = record.fields("metadata"), record.fields("results")
        channels = list(results.each("channels"))
        said = [_utterance(one, len(channels) > 1) for one in results.each("utterances")]
        if not said:
            said = [one for at, each in enumerate(channels) for one in _spoken(each, at, len(channels) > 1)]
        if not said and not channels:
            raise MissingError("results", "there are neither utterances nor channels; ask for utterances=true")
        created = about.maybe_at("created")
        yield Talk(
            source=self.name,
            said=in_order(said),
            channel="voice",
            id=about.maybe_text("request_id"),
            started_at=created,
            language=channels[0].maybe_text("detected_language") if channels else None,
            assumed={"started_at": "file_time"} if created else {},
        )


def _label(one: Fields, *, by_channel: bool) -> str | None:
    number = one.maybe_text("channel" if by_channel else "speaker")
    return number and (f"Channel {number}" if by_channel else f"Speaker {number}")


def _utterance(one: Fields, by_channel: bool) -> Said:  # noqa: FBT001
    return Said(
        one.words("transcript", "the words of the utterance"),
        _label(one, by_channel=by_channel),
        start_ms=ms_of(one.number("start", "a number of seconds")),
        end_ms=ms_of(one.number("end", "a number of seconds")),
    )


def _spoken(channel: Fields, at: int, by_channel: bool) -> Iterator[Said]:  # noqa: FBT001
    """Yield what a channel says: its paragraphs, else turns made of its words."""
    best = next(iter(channel.required_list("alternatives", "a list of transcripts")), None)
    if best is None:
        return
    paragraphs = list(best.fields("paragraphs").each("paragraphs"))
    for each in paragraphs:
        text = " ".join(one.words("text", "the words of the sentence") for one in each.each("sentences"))
        label = f"Channel {at}" if by_channel else _label(each, by_channel=False)
        yield Said(
            text,
            label,
            start_ms=ms_of(each.number("start", "a number of seconds")),
            end_ms=ms_of(each.number("end", "a number of seconds")),
        )
    if not paragraphs:
        words = [
            Word(
                one.maybe_text("punctuated_word") or one.text("word", "a word"),
                f"Channel {at}" if by_channel else _label(one, by_channel=False),
                ms_of(one.number("start", "a number of seconds")),
                ms_of(one.number("end", "a number of seconds")),
            )
            for one in best.each("words")
        ]
        yield from turns_of(words)
