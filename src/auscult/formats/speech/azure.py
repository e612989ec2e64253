"""Azure Speech: batch transcription, with channels or speakers, and fast transcription."""

from collections.abc import Iterator
from typing import Any, ClassVar

from auscult.formats._contract import Source
from auscult.formats._others.heads import first_of
from auscult.formats._others.json_records import JsonReader
from auscult.formats._others.recognised import in_order, ms_of
from auscult.formats._others.talk import Said, Talk
from auscult.formats._records import Fields

_TICKS = 10_000
"""Ticks of a millisecond."""


class Azure(JsonReader):
    """One file a recording: ``recognizedPhrases`` of the batch API, ``phrases`` of the fast one."""

    name: ClassVar[str] = "azure-speech"
    title: ClassVar[str] = "Azure Speech JSON"
    makers: ClassVar[tuple[str, ...]] = (
        "https://learn.microsoft.com/azure/ai-services/speech-service/batch-transcription-get (Microsoft)",
        "https://github.com/Azure-Samples/cognitive-services-speech-sdk/tree/master/samples/batch (Microsoft)",
        "https://github.com/opencast/opencast/tree/develop/modules/transcription-service-microsoft-azure",
        "https://github.com/sandrohanea/echosharp/tree/main/components/EchoSharp.AzureAI.SpeechServices",
    )
    keys: ClassVar[frozenset[str]] = frozenset(
        {"source", "timestamp", "durationInTicks", "duration", "combinedRecognizedPhrases", "recognizedPhrases"}
        | {"durationMilliseconds", "combinedPhrases", "phrases"}
    )

    def is_mine(self, record: dict[str, Any]) -> bool:
        """Return whether it has phrases."""
        return "recognizedPhrases" in record or "offsetMilliseconds" in first_of(record, "phrases")

    def talks(self, record: Fields, source: Source) -> Iterator[Talk]:
        """Yield the one call. It starts when it was transcribed, where nothing is known of the call itself."""
        del source
        of_batch = record.get("recognizedPhrases") is not None
        phrases = list(record.each("recognizedPhrases" if of_batch else "phrases"))
        phrases = [one for one in phrases if one.maybe_text("recognitionStatus") in (None, "Success")]
        by_channel = len({one.maybe_text("channel") for one in phrases}) > 1
        made = record.maybe_at("timestamp")
        locales = [locale for one in phrases if (locale := one.maybe_text("locale"))]
        yield Talk(
            source=self.name,
            said=in_order(_phrase(one, by_channel=by_channel) for one in phrases),
            channel="voice",
            started_at=made,
            language=max(locales, key=locales.count, default=None),
            assumed={"started_at": "file_time"} if made else {},
        )


def _phrase(one: Fields, *, by_channel: bool) -> Said:
    text = one.maybe_text("text")
    if text is None:
        best = next(iter(one.required_list("nBest", "a list of what may have been said")), None)
        text = "" if best is None else best.maybe_text("display") or best.words("lexical", "the words of the phrase")
    start = _ms(one, "offset")
    lasts = _ms(one, "duration")
    number = one.maybe_text("channel" if by_channel else "speaker")
    label = number and f"{'Channel' if by_channel else 'Speaker'} {number}"
    return Said(text, label, start_ms=start, end_ms=None if start is None or lasts is None else start + lasts)


def _ms(one: Fields, name: str) -> float | None:
    for key, factor in ((f"{name}Milliseconds", 1), (f"{name}InTicks", 1 / _TICKS)):
        if one.get(key) is not None:
            return one.number(key, "a number") * factor
    return ms_of(one.get(name))
